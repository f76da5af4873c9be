"""Why a recount request is a row of its own, and why a bucket is locked before it is counted.

Writers store responses while workers count them, on real PostgreSQL, every statement and commit after a small random
pause that widens the races. Three designs, all of them the service's own operations:

    one marker     a bucket has one marker, set with ON CONFLICT DO NOTHING and deleted when it was counted
    no lock        append-only requests claimed with SKIP LOCKED, the bucket not locked
    as it is       append-only requests, and the bucket locked before it is counted

In the first two one part is replaced and the rest is untouched. A fourth, `no lock, upsert`, counts and stores in the
smallest possible way, because replacing rows by DELETE and INSERT turns most overtakings into a unique violation,
which an upsert does not.

After each run everything waiting has been counted; a run is wrong when a tally then differs from its responses.

    python -m benchmarks.outbox [--runs 20]
"""

import argparse
import random
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from time import perf_counter, sleep
from unittest import mock
from uuid import UUID

from sqlalchemy import Select, column, create_engine, event, literal, select, text
from sqlalchemy import table as lightweight
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from benchmarks import sample
from benchmarks.report import machine, progress, say, table
from benchmarks.sample import Office
from benchmarks.serving import Place
from feedback_app import recounts
from feedback_app.kit import clock
from feedback_app.kit.ids import new_id
from feedback_app.ratings import operations as ratings
from feedback_app.ratings.operations import recounting
from feedback_app.recounts import Bucket, Claim, Tally
from feedback_app.surveys.commands import SubmitResponse
from feedback_app.surveys.operations import responses as surveys

WRITERS, EACH, WORKERS, BUCKETS = 8, 12, 6, 2
STATEMENT_PAUSE, COMMIT_PAUSE = 0.006, 0.02  # seconds at most; a commit waits for the disk and is what others overtake
FEW = 5  # requests claimed at a time, lest one worker take all and the others have nothing to overtake

MARKERS = """
CREATE TABLE recount_markers (tally text, subject_id integer, day date, PRIMARY KEY (tally, subject_id, day))
"""

Count = Callable[[Session], int]


def mark(session: Session, tally: Tally, buckets: Sequence[Bucket], *, now: datetime) -> None:  # noqa: ARG001
    """`recounts.request` with one marker for each bucket."""
    for bucket in buckets:
        session.execute(
            text("INSERT INTO recount_markers VALUES (:tally, :subject, :day) ON CONFLICT DO NOTHING"),
            {"tally": tally, "subject": bucket.subject_id, "day": bucket.day},
        )


def storing_marked() -> Select[UUID]:
    """The statement that stores a response, with one marker for each bucket instead of a request for each response."""
    stored, columns = surveys._STORED, ("tally", "subject_id", "day")
    marked = (
        upsert(lightweight("recount_markers", *map(column, columns)))
        .from_select(columns, select(literal("ratings"), stored.c.rated_department_id, stored.c.answered_on))
        .on_conflict_do_nothing()
    )
    return select(stored.c.id).add_cte(marked.cte("marked"))


def claim_marker(session: Session, tally: Tally, *, limit: int) -> Claim:  # noqa: ARG001
    """`recounts.claim` with markers, one at a time as nothing more waits for a bucket."""
    rows = session.execute(
        text("SELECT subject_id, day FROM recount_markers WHERE tally = :tally LIMIT 1 FOR UPDATE SKIP LOCKED"),
        {"tally": tally},
    ).all()
    return Claim(tuple(0 for _ in rows), tuple(Bucket(row.subject_id, row.day) for row in rows))


def remove_marker(session: Session, claimed: Claim) -> None:
    """`recounts.settle` with markers."""
    for bucket in claimed.buckets:
        session.execute(
            text("DELETE FROM recount_markers WHERE subject_id = :subject AND day = :day"),
            {"subject": bucket.subject_id, "day": bucket.day},
        )


def count_pending(session: Session) -> int:
    return ratings.recount_pending(session, limit=FEW)


def upsert_pending(session: Session) -> int:
    """Count claimed buckets and store one number for each: what a recount is at the least."""
    claimed = recounts.claim(session, "ratings", limit=FEW)
    for bucket in claimed.buckets:
        key = {"subject": bucket.subject_id, "day": bucket.day}
        counted = session.scalar(
            text("SELECT count(*) FROM responses WHERE rated_department_id = :subject AND answered_on = :day"), key
        )
        session.execute(
            text(
                "INSERT INTO small_tallies VALUES (:subject, :day, :counted)"
                " ON CONFLICT (subject_id, day) DO UPDATE SET responses = excluded.responses"
            ),
            {**key, "counted": counted},
        )
    recounts.settle(session, claimed)
    return len(claimed.request_ids)


SMALL_TALLIES = (
    "CREATE TABLE small_tallies (subject_id integer, day date, responses integer, PRIMARY KEY (subject_id, day))"
)
DAILY = "SELECT department_id, sum(responses) FROM daily_tallies WHERE day = :day GROUP BY 1"
SMALL = "SELECT subject_id, responses FROM small_tallies WHERE day = :day"


@contextmanager
def markers() -> Iterator[None]:
    with ExitStack() as replaced:
        for name, other in (("request", mark), ("claim", claim_marker), ("settle", remove_marker)):
            replaced.enter_context(mock.patch.object(recounts, name, other))
        replaced.enter_context(mock.patch.object(surveys, "_STORE", storing_marked()))
        yield


@contextmanager
def without_lock() -> Iterator[None]:
    with mock.patch.object(recounting, "lock", return_value=None):
        yield


@contextmanager
def unchanged() -> Iterator[None]:
    yield


@dataclass(frozen=True)
class Design:
    name: str
    changed: Callable[[], AbstractContextManager[None]]
    count: Count = count_pending
    stored: str = DAILY
    waiting: str = "recount_requests"


DESIGNS = (
    Design("one marker", markers, waiting="recount_markers"),
    Design("no lock", without_lock),
    Design("no lock, upsert", unchanged, count=upsert_pending, stored=SMALL),
    Design("as it is", unchanged),
)


@dataclass
class Result:
    runs: int = 0
    wrong: int = 0
    missing: int = 0
    refused: int = 0
    seconds: float = 0.0
    responses: int = field(default=0)


class Run:
    """One run of one design on a day that no other run uses."""

    def __init__(self, engine: Engine, office: Office, design: Design, day: date) -> None:
        self.engine, self.office, self.design, self.day = engine, office, design, day
        self.writing = True
        self.refused = 0

    def write(self, number: int) -> None:
        """One writer: a response a transaction, as the doors do."""
        version = self.office.versions["kiosk"]
        noon = datetime(self.day.year, self.day.month, self.day.day, 12, tzinfo=clock.VIETNAM)
        for turn in range(EACH):
            department = self.office.departments[(number + turn) % BUCKETS]
            command = SubmitResponse(
                id=new_id(),
                version_id=version.id,
                channel="kiosk",
                receiving_department_id=department,
                rated_department_id=department,
                answers={"overall": (version.overall.choices[turn % 5].key,)},
                answered_at=noon,
                sealed=True,
            )
            with Session(self.engine) as session:
                surveys.submit(session, command, now=clock.now(), rapid_seconds=0)
                session.commit()

    def work(self) -> None:
        """One worker: count what waits, a transaction at a time, until nothing does and nobody writes."""
        while True:
            over = not self.writing
            with Session(self.engine) as session:
                try:
                    settled = self.design.count(session)
                    session.commit()
                except DBAPIError:
                    # A worker's failed task: its requests are still there for the next one.
                    self.refused += 1
                    continue
                if over and not settled and not self._waiting(session):
                    return

    def _waiting(self, session: Session) -> bool:
        return bool(session.scalar(text(f"SELECT count(*) FROM {self.design.waiting}")))  # noqa: S608 - our own name

    def off_by(self) -> int:
        """How many responses the stored tallies are away from the truth, over all buckets."""
        answered = "SELECT rated_department_id, count(*) FROM responses WHERE answered_on = :day GROUP BY 1"
        stored, true = self._by_department(self.design.stored), self._by_department(answered)
        return sum(abs(true[key] - stored.get(key, 0)) for key in true)

    def _by_department(self, statement: str) -> dict[int, int]:
        with self.engine.connect() as connection:
            return {row[0]: int(row[1]) for row in connection.execute(text(statement), {"day": self.day})}

    def go(self, result: Result) -> None:
        writers = [threading.Thread(target=self.write, args=(number,)) for number in range(WRITERS)]
        workers = [threading.Thread(target=self.work) for _ in range(WORKERS)]
        started = perf_counter()
        with self.design.changed():
            for thread in (*writers, *workers):
                thread.start()
            for thread in writers:
                thread.join()
            self.writing = False
            for thread in workers:
                thread.join()
        missing = self.off_by()
        result.runs += 1
        result.wrong += missing > 0
        result.missing += missing
        result.refused += self.refused
        result.responses += WRITERS * EACH
        result.seconds += perf_counter() - started


def paused_engine(url: str) -> Engine:
    """Connections that wait a moment before every statement and commit."""
    # Deadlocks are looked for at once: without the bucket lock there are many, and each would take a second to find.
    options = "-c timezone=UTC -c deadlock_timeout=20ms"
    engine = create_engine(url, pool_size=WRITERS + WORKERS, connect_args={"options": options})

    def pause(longest: float) -> Callable[..., None]:
        return lambda *_: sleep(random.random() * longest)  # noqa: S311 - no secret

    event.listen(engine, "before_cursor_execute", pause(STATEMENT_PAUSE))
    event.listen(engine, "commit", pause(COMMIT_PAUSE))
    return engine


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.outbox")
    parser.add_argument("--runs", type=int, default=20, help="runs of each design")
    runs = parser.parse_args().runs
    results = {design.name: Result() for design in DESIGNS}
    with Place() as place:
        say(machine(place.postgres_version))
        place.migrated("outbox")
        office = sample.set_up(place, "outbox")
        with place.connect("outbox") as connection:
            connection.execute(MARKERS.encode())
            connection.execute(SMALL_TALLIES.encode())
        engine = paused_engine(place.settings("outbox").database_url)
        day = date(2026, 1, 1)
        for number in range(runs):
            for design in DESIGNS:
                with progress(f"{design.name}, run {number + 1} of {runs}"):
                    Run(engine, office, design, day).go(results[design.name])
                day += timedelta(days=1)
        engine.dispose()
    say(f"\n### {WRITERS} writers of {EACH} responses, {WORKERS} workers, {BUCKETS} buckets, {runs} runs in turns\n")
    say(
        table(
            ("", "wrong runs", "responses miscounted", "transactions refused", "seconds a run"),
            [
                (
                    name,
                    f"{each.wrong} of {each.runs}",
                    f"{each.missing} of {each.responses:,}",
                    str(each.refused),
                    f"{each.seconds / each.runs:.2f}",
                )
                for name, each in results.items()
            ],
        )
    )


if __name__ == "__main__":
    main()
