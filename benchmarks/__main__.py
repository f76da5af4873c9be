"""`make benchmark`: submissions, the results page and the recount of this machine, measured in one run.

`large` and `fleet` are apart, because they take as long as their size: `python -m benchmarks large [--scale 0.01]`,
`python -m benchmarks fleet [--kiosks 1000] [--scale 0.1]`; `budget` and `keying` too, as they need
a Chromium: `python -m benchmarks budget keying`. `paper` needs neither database nor broker:
`python -m benchmarks paper [--forms 9000]`.
"""

import argparse

from benchmarks import budget, fleet, keying, large, paper, recount, results, sample, submissions
from benchmarks.report import machine, progress, say
from benchmarks.serving import Place

PARTS = ("submissions", "results", "recount")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the data and short rounds: a smoke test")
    parser.add_argument(
        "parts",
        nargs="*",
        choices=[*PARTS, "budget", "keying", "large", "fleet", "paper", []],
        help="what to measure; the first three without a word",
    )
    parser.add_argument(
        "--scale", type=float, default=1.0, help="of large: the share of its size, such as 0.01; of fleet: of visitors"
    )
    parser.add_argument("--kiosks", type=int, default=1000, help="of fleet")
    parser.add_argument("--forms", type=int, default=9000, help="of paper; with --quick a hundred")
    parser.add_argument("--minutes", type=float, help="of paper: no further forms after so long")
    parser.add_argument("--processes", type=int, default=2, help="of paper")
    parser.add_argument("--first-seed", type=int, default=paper.MEASURED, help="of paper, of each of its sets")
    options = parser.parse_args()
    if "paper" in options.parts:
        if not paper.measure(
            forms=100 if options.quick else options.forms,
            minutes=options.minutes,
            processes=options.processes,
            first_seed=options.first_seed,
        ):
            raise SystemExit(1)
        return
    parts = options.parts or PARTS
    few, many = (1_000, 100_000) if options.quick else (10_000, 1_000_000)
    with Place() as place:
        say(machine(place.postgres_version))
        if "large" in parts:
            large.measure(place, scale=options.scale)
        if "budget" in parts:
            budget.measure(place)
        if "keying" in parts and not keying.measure(place):
            raise SystemExit(1)
        if "fleet" in parts and not fleet.measure(place, kiosks=options.kiosks, scale=options.scale):
            raise SystemExit(1)
        if "submissions" in parts:
            submissions.measure(place, seconds=1.5 if options.quick else 5.0, rounds=2 if options.quick else 3)
        if "recount" in parts:
            _fill(place, "many", many)
            recount.measure(place, "many", count=many, rounds=3 if options.quick else 5)
        if "results" in parts:
            _fill(place, "few", few)
            if "recount" not in parts:
                _fill(place, "many", many)
            results.measure(place, {"few": few, "many": many}, rounds=6 if options.quick else 20)


def _fill(place: Place, database: str, count: int) -> None:
    place.migrated(database)
    with progress(f"loading {count:,} responses"):
        office = sample.set_up(place, database)
        with place.connect(database) as connection:
            sample.load(connection, office, count)


if __name__ == "__main__":
    main()
