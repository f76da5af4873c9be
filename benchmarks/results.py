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
    ways = {"as readers get it": False, "drawn anew each time": True}
    seconds: dict[tuple[str, str], list[float]] = {(name, way): [] for way in ways for name in databases}
    visits = 0
    with (
        Crowds(1) as crowds,
        place.site(small, "wsgi:application", small, path=PAGE) as first,
        place.site(large, "wsgi:application", large, path=PAGE) as second,
    ):
        sites = {small: first, large: second}
        for site in sites.values():  # each process compiles its templates
            crowds.run(Crowd(Fetch(PAGE, fresh=True), site.port, 8, 1.0))
        for number in range(rounds):
            with progress(f"results page, round {number + 1} of {rounds}"):
                for name, way in sorted(seconds, reverse=number % 2 == 1):
                    visits += 100_000
                    fetch = Fetch(PAGE, fresh=ways[way])
                    outcome = crowds.run(Crowd(fetch, sites[name].port, 1, ROUND_SECONDS, first=visits))
                    if outcome.failures:
                        raise SystemExit(f"{PAGE} with {databases[name]:,} responses: {outcome.failures[0]}")
                    seconds[name, way] += outcome.seconds
    say(f"\n### Results page ({PAGE}), one reader at a time, {published} periods published\n")
    say(
        table(
            ("stored responses", "", "p50 ms", "p95 ms", "pages"),
            [
                (
                    f"{databases[name]:,}",
                    way,
                    *(f"{percentile(times, share) * 1000:.1f}" for share in (0.5, 0.95)),
                    f"{len(times):,}",
                )
                for (name, way), times in seconds.items()
            ],
        )
    )
    for way in ways:
        few, many = (percentile(seconds[name, way], 0.5) * 1000 for name in (small, large))
        ratio = many / few
        say(f"\n{way}: p50 {max(few, many):.1f} ms, goal under {GOAL_MS:g} ms: {verdict(max(few, many) < GOAL_MS)};")
        say(f"ratio of the medians {ratio:.2f}, goal within {GOAL_APART:.0%}: {verdict(abs(ratio - 1) <= GOAL_APART)}.")
