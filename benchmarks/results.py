"""The results page with few and with many stored responses: it has to cost the same."""

from benchmarks import sample
from benchmarks.load import Crowd, Crowds, Fetch
from benchmarks.report import percentile, progress, say, table, verdict
from benchmarks.serving import Place

GOAL_MS, GOAL_APART = 15.0, 0.2
PAGE = "/ket-qua"
ROUND_SECONDS = 0.5


def measure(place: Place, databases: dict[str, int], *, rounds: int) -> None:
    """Count and publish all of each database (name -> responses), then fetch its page in many short turns."""
    for name, count in databases.items():
        with progress(f"counting and publishing {count:,} responses"):
            published = sample.publish(place, name)
    (small, _), (large, _) = databases.items()
    seconds: dict[str, list[float]] = {name: [] for name in databases}
    with (
        Crowds(1) as crowds,
        place.site(small, "wsgi:application", small, path=PAGE) as first,
        place.site(large, "wsgi:application", large, path=PAGE) as second,
    ):
        sites = {small: first, large: second}
        for site in sites.values():  # each process compiles its templates
            crowds.run(Crowd(Fetch(PAGE), site.port, 8, 1.0))
        for number in range(rounds):
            with progress(f"results page, round {number + 1} of {rounds}"):
                for name in sorted(sites, reverse=number % 2 == 1):
                    outcome = crowds.run(Crowd(Fetch(PAGE), sites[name].port, 1, ROUND_SECONDS))
                    if outcome.failures:
                        raise SystemExit(f"{PAGE} with {databases[name]:,} responses: {outcome.failures[0]}")
                    seconds[name] += outcome.seconds
    say(f"\n### Results page ({PAGE}), one reader at a time, {published} periods published\n")
    say(
        table(
            ("stored responses", "p50 ms", "p95 ms", "pages"),
            [
                (
                    f"{databases[name]:,}",
                    *(f"{percentile(times, share) * 1000:.1f}" for share in (0.5, 0.95)),
                    f"{len(times):,}",
                )
                for name, times in seconds.items()
            ],
        )
    )
    few, many = (percentile(seconds[name], 0.5) * 1000 for name in (small, large))
    ratio = many / few
    say(f"\np50 {max(few, many):.1f} ms, goal under {GOAL_MS:g} ms: {verdict(max(few, many) < GOAL_MS)}.")
    say(f"Ratio of the medians {ratio:.2f}, goal within {GOAL_APART:.0%}: {verdict(abs(ratio - 1) <= GOAL_APART)}.")
