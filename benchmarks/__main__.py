"""`make benchmark`: submissions, the results page and the recount of this machine, measured in one run."""

import argparse

from benchmarks import recount, sample, submissions
from benchmarks.report import machine, progress, say
from benchmarks.serving import Place


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the data and short rounds: a smoke test")
    options = parser.parse_args()
    small, large = (1_000, 100_000) if options.quick else (10_000, 1_000_000)
    with Place() as place:
        say(machine(place.postgres_version))
        submissions.measure(place, seconds=1.5 if options.quick else 4, rounds=2 if options.quick else 3)
        for name, count in (("large", large),):
            place.migrated(name)
            with progress(f"loading {count:,} responses"):
                office = sample.set_up(place, name)
                with place.connect(name) as connection:
                    sample.load(connection, office, count)
        recount.measure(place, "large", count=large, rounds=3)


if __name__ == "__main__":
    main()
