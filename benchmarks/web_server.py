"""Which web server, and with how many threads: the same applications under each, in turns.

`hello` is a GET without a database, `submission` a GET and a POST with one INSERT and COMMIT (both bare.py, psycopg),
`survey` the service's own form opened and sent, where Python has far more to do for each commit.

    python -m benchmarks.web_server [--gunicorn DIRECTORY]

DIRECTORY is where `pip install --target DIRECTORY gunicorn` put gunicorn; without it only granian is measured. The
service does not need gunicorn, so it is not among the requirements.
"""

import argparse
import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import sample
from benchmarks.load import Canned, Crowd, Crowds, Fetch, Visit
from benchmarks.report import machine, percentile, progress, say, table
from benchmarks.serving import Place
from benchmarks.submissions import Numbers, Submission, answers_of, bare_answers_of

DATABASE = "web_server"
BARE, SERVICE = "benchmarks.bare:application", "wsgi:application"
PARALLEL = (1, 16)
SECONDS = 2.0


@dataclass(frozen=True)
class Server:
    name: str
    command: tuple[str, ...]
    path: str = ""


@dataclass
class Measured:
    rates: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    failed: int = 0


def granian(workers: int, threads: int) -> Server:
    flags = f"--interface wsgi --port {{port}} --workers {workers} --blocking-threads {threads}"
    words = ("-m", "granian", "{application}", *flags.split())
    return Server(f"granian, {workers} × {threads}", (sys.executable, *words))


def gunicorn(workers: int, directory: Path) -> Server:
    flags = f"--worker-class sync --workers {workers} --bind 127.0.0.1:{{port}} --no-control-socket"
    words = ("-m", "gunicorn", *flags.split(), "{application}")
    return Server(f"gunicorn sync, {workers} × 1", (sys.executable, *words), str(directory))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.web_server")
    parser.add_argument("--gunicorn", type=Path, metavar="DIRECTORY", help="measure gunicorn too, found there")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    servers = [granian(workers, threads) for workers in (1, 2) for threads in (1, 4)]
    if options.gunicorn:
        servers += [gunicorn(workers, options.gunicorn.resolve()) for workers in (1, 2)]
    with Place() as place, Crowds(2) as crowds, ExitStack() as running:
        say(machine(place.postgres_version))
        place.migrated(DATABASE)
        office = sample.set_up(place, DATABASE)
        form = f"/khao-sat/{office.slugs[1]}"
        visits: dict[str, Callable[[int], Visit]] = {
            "hello": Fetch("/"),
            "submission": Submission("/form", bare_answers_of(office, 0)),
            "survey": Submission(form, answers_of(office)),
        }
        applications = {"hello": BARE, "submission": BARE, "survey": SERVICE}
        sites = {
            (application, server.name): running.enter_context(
                place.site(
                    server.name,
                    application,
                    DATABASE,
                    command=server.command,
                    path=path,
                    environ={"PYTHONPATH": server.path},
                )
            )
            for application, path in ((BARE, "/"), (SERVICE, form))
            for server in servers
        }
        names = [server.name for server in servers]
        visitors = Numbers()
        measured = {(kind, parallel, name): Measured() for kind in visits for parallel in PARALLEL for name in names}
        for (application, _), site in sites.items():
            kind = "submission" if application == BARE else "survey"
            crowds.run(Crowd(visits[kind], site.port, 16, 0.5, visitors.take()))
        for number in range(options.rounds):
            for kind, visit in visits.items():
                for parallel in PARALLEL:
                    with progress(f"{kind}, {parallel} in parallel, round {number + 1} of {options.rounds}"):
                        for name in names[:: -1 if number % 2 else 1]:
                            site = sites[applications[kind], name]
                            outcome = crowds.run(Crowd(visit, site.port, parallel, SECONDS, visitors.take()))
                            found = measured[kind, parallel, name]
                            found.rates.append(outcome.rate)
                            found.seconds += outcome.seconds
                            found.failed += len(outcome.failures)
        with Canned(b"HTTP/1.1 200 OK\r\ncontent-length: 8\r\n\r\nXin chao") as canned:
            ceiling = crowds.run(Crowd(Fetch("/"), canned.port, 16, 1.0)).rate
    for kind in visits:
        for parallel in PARALLEL:
            say(f"\n### {kind}, {parallel} in parallel\n")
            rows = [_row(name, measured[kind, parallel, name]) for name in names]
            say(table(("workers × threads", "per second", "p50 ms", "p95 ms", "p99 ms", "failed"), rows))
    say(f"\n{options.rounds} rounds of {SECONDS:g} s in turns, a new connection for each visit, medians of the rounds.")
    say(f"The clients alone make {ceiling:,.0f} GETs a second.")


def _row(name: str, found: Measured) -> tuple[str, ...]:
    times = (f"{percentile(found.seconds, share) * 1000:.1f}" for share in (0.5, 0.95, 0.99))
    return (name, f"{percentile(found.rates, 0.5):,.0f}", *times, str(found.failed))


if __name__ == "__main__":
    main()
