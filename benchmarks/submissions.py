"""Complete submissions: a new visitor opens the form and sends it, as often as the server lets them.

Beside it, in turns on the same PostgreSQL and under the same web server with the same flags, the least a Flask
application can do (bare.py): a page, and a POST that inserts the same row and commits, once by the service's own
database layer (`bare`) and once by psycopg alone (`barest`).
"""

import re
import urllib.request
from dataclasses import dataclass, field
from time import perf_counter
from urllib.parse import urlencode

from sqlalchemy.orm import Session

from benchmarks import sample
from benchmarks.load import Canned, Crowd, Crowds, Fetch, Outcome, Visit, expect
from benchmarks.report import percentile, progress, say, table, verdict
from benchmarks.sample import Office, row_of
from benchmarks.serving import Place, Site
from feedback_app.ratings import operations as ratings

GOAL = 0.6
PARALLEL = (1, 8, 32)
DATABASE = "submissions"
CLIENTS = 2

_HIDDEN = re.compile(rb'<input type="hidden" name="([^"]+)" value="([^"]*)">')
_COOKIE = re.compile(rb"\r\nset-cookie: *([^;\r]+)", re.IGNORECASE)


@dataclass(frozen=True)
class Submission:
    """GET `path`, then POST what its form carries hidden together with `answers`; the visit ends with a 303.

    Each visitor has no cookies but those just received, and an address of its own behind a proxy.
    """

    path: str
    answers: tuple[tuple[str, str], ...]

    def __call__(self, number: int) -> Visit:
        address = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
        common = f"Host: localhost\r\nAccept-Language: vi\r\nX-Forwarded-For: {address}\r\n"
        page = yield f"GET {self.path} HTTP/1.1\r\n{common}\r\n".encode()
        expect(page, 200)
        hidden = {name.decode(): value.decode() for name, value in _HIDDEN.findall(page.body)}
        cookies = b"; ".join(_COOKIE.findall(page.head)).decode()
        body = urlencode([*hidden.items(), *self.answers])
        if cookies:
            common += f"Cookie: {cookies}\r\n"
        reply = yield (
            f"POST {self.path} HTTP/1.1\r\n{common}Content-Type: application/x-www-form-urlencoded\r\n"
            f"Content-Length: {len(body)}\r\n\r\n{body}"
        ).encode()
        expect(reply, 303)


@dataclass
class Taken:
    """All rounds of one application at one level of parallelism."""

    outcomes: list[Outcome] = field(default_factory=list)
    web_cpu: float = 0.0
    database_cpu: float = 0.0

    @property
    def seconds(self) -> list[float]:
        return [each for outcome in self.outcomes for each in outcome.seconds]

    @property
    def failures(self) -> list[str]:
        return [each for outcome in self.outcomes for each in outcome.failures]

    @property
    def rate(self) -> float:
        """Submissions per second, the median of the rounds."""
        return percentile([outcome.rate for outcome in self.outcomes], 0.5)


def answers_of(office: Office) -> tuple[tuple[str, str], ...]:
    """A satisfied visitor who picks what went well and leaves the comment empty."""
    version = office.versions["kiosk"]
    given: list[tuple[str, str]] = []
    for question in version.questions:
        name = f"q-{question.key}"
        if question.overall:
            given.append((name, question.choices[0].key))
        elif question.kind == "text":
            given.append((name, ""))
        elif "satisfied" in question.shown_for:
            given += [(name, choice.key) for choice in question.choices[:2]]
    return tuple(given)


def bare_answers_of(office: Office, place: int) -> tuple[tuple[str, str], ...]:
    """The same for bare.py: ids instead of keys, at a place of its own, so that the rows can be told apart."""
    version = office.versions["kiosk"]
    chosen = [
        choice.id
        for question in version.questions
        for choice in question.choices[: 1 if question.overall else 2 if "satisfied" in question.shown_for else 0]
    ]
    where = (("place", str(office.places[place])), ("department", str(office.departments[place])))
    return (("version", str(version.id)), *where, *(("choice", str(each)) for each in chosen), ("comment", ""))


def measure(place: Place, *, seconds: float, rounds: int) -> None:
    """Rounds of `seconds` in turns for every level of parallelism, printed beside each other."""
    place.migrated(DATABASE)
    office = sample.set_up(place, DATABASE)
    form = f"/khao-sat/{office.slugs[0]}"
    visits = {
        "service": Submission(form, answers_of(office)),
        "bare": Submission("/core", bare_answers_of(office, 1)),
        "barest": Submission("/form", bare_answers_of(office, 2)),
    }
    with (
        Crowds(CLIENTS) as crowds,
        place.site("service", "wsgi:application", DATABASE, path=form) as service,
        place.site("bare", "benchmarks.bare:application", DATABASE, path="/form") as bare,
    ):
        sites = {"service": service, "bare": bare, "barest": bare}
        visitors = Numbers()
        answered = {
            name: len(crowds.run(Crowd(visits[name], site.port, 8, 1.0, visitors.take())).seconds)
            for name, site in sites.items()  # each process draws its first form and opens its connection
        }
        taken = {(parallel, name): Taken() for parallel in PARALLEL for name in sites}
        for number in range(rounds):
            for parallel in PARALLEL:
                for name in sorted(sites, reverse=number % 2 == 1):
                    with progress(f"submissions, {parallel} in parallel, {name}, round {number + 1} of {rounds}"):
                        crowd = Crowd(visits[name], sites[name].port, parallel, seconds, visitors.take())
                        outcome = _round(place, sites[name], crowds, crowd, taken[parallel, name])
                        answered[name] += len(outcome.seconds)
        with urllib.request.urlopen(f"http://127.0.0.1:{service.port}{form}", timeout=5) as page:
            ceiling = _ceiling(crowds, page.read())
    _print(taken, seconds=seconds, rounds=rounds)
    say(f"The clients alone: {ceiling:,.0f} forms of this size fetched per second. A submission is two requests.")
    _check(place, office, answered)


class Numbers:
    """Numbers for visitors: 65,536 for each crowd, so that no two visitors of a run share one."""

    def __init__(self) -> None:
        self._next = 0

    def take(self) -> int:
        self._next += 1 << 16
        return self._next


def _round(place: Place, site: Site, crowds: Crowds, crowd: Crowd, taken: Taken) -> Outcome:
    web, database = site.cpu_seconds, place.database_cpu_seconds
    outcome = crowds.run(crowd)
    taken.outcomes.append(outcome)
    taken.web_cpu += site.cpu_seconds - web
    taken.database_cpu += place.database_cpu_seconds - database
    return outcome


def _ceiling(crowds: Crowds, page: bytes) -> float:
    """How many forms a second the clients can fetch from a server that does nothing for them."""
    reply = b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: %d\r\n\r\n%s" % (len(page), page)
    with Canned(reply) as canned:
        return crowds.run(Crowd(Fetch("/"), canned.port, 8, 1.0)).rate


def _print(taken: dict[tuple[int, str], Taken], *, seconds: float, rounds: int) -> None:
    say("\n### Complete submissions (GET the form, POST it; a new visitor each)\n")
    rows = []
    for (parallel, name), each in taken.items():
        times = each.seconds
        count = len(times) or 1
        rows.append(
            (
                f"{parallel} in parallel, {name}",
                f"{each.rate:.0f}",
                *(f"{percentile(times, share) * 1000:.1f}" for share in (0.5, 0.95, 0.99)),
                f"{each.web_cpu / count * 1000:.2f}",
                f"{each.database_cpu / count * 1000:.2f}",
                f"{sum(outcome.client_cpu for outcome in each.outcomes) / count * 1000:.2f}",
                f"{len(times):,}",
                str(len(each.failures)),
            )
        )
    header = ("", "per second", "p50 ms", "p95 ms", "p99 ms", "web CPU ms", "database CPU ms", "client CPU ms")
    say(table((*header, "submissions", "failed"), rows))
    say()
    for parallel in PARALLEL:
        share = taken[parallel, "service"].rate / taken[parallel, "bare"].rate
        say(
            f"{parallel} in parallel: {share:.0%} of the bare view, goal at least {GOAL:.0%}: {verdict(share >= GOAL)}."
        )
    say(f"{rounds} rounds of {seconds:g} s in turns; per second: median of the rounds; CPU: user and system, each.")
    for each in taken.values():
        for failure in each.failures[:3]:
            say(f"Failed: {failure}")


def _check(place: Place, office: Office, answered: dict[str, int]) -> None:
    """Every submission that was answered with thanks is a row, and counting what waits finds every one of them."""
    with place.connect(DATABASE) as connection:
        for name, place_id in zip(("service", "bare", "barest"), office.places, strict=False):
            (rows,) = row_of(connection, "SELECT count(*) FROM responses WHERE place_id = %s", (place_id,))
            if rows != answered[name]:
                raise SystemExit(f"{name}: {answered[name]} submissions were thanked for, but {rows} are stored.")
        started = perf_counter()
        with Session(place.engine(DATABASE)) as session, progress("counting the submissions"):
            while ratings.recount_pending(session):
                session.commit()
            session.commit()
        elapsed = perf_counter() - started
        (counted,) = row_of(
            connection, "SELECT sum(responses) FROM daily_tallies WHERE department_id = %s", (office.departments[0],)
        )
    if counted != answered["service"]:
        raise SystemExit(f"{answered['service']} submissions were thanked for, but {counted} were counted.")
    say(f"All {counted:,} thanked submissions of the service are stored and, in {elapsed:.1f} s afterwards, counted.")
