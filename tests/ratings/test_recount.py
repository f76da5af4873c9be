"""Counting days: nothing lost, nothing twice, whatever order the requests come in and whoever counts beside."""

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from uuid import UUID

import pytest
from sqlalchemy import delete, select
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from feedback_app import recounts
from feedback_app.kit.ids import new_id
from feedback_app.ratings import operations, queries
from feedback_app.ratings.figures import SUMS, Sums, total
from feedback_app.ratings.models import DailyTally, MonthlyTally
from feedback_app.ratings.periods import parse
from feedback_app.recounts import Bucket, RecountRequest
from feedback_app.surveys import operations as surveys
from feedback_app.surveys.versions import VersionView
from tests import factories
from tests.dossiers.making import field_id, register
from tests.factories import LATER, local

MONDAY = local(2026, 3, 2)


def sums_of(session: Session, code: str = "2026-03-02") -> Sums:
    """All that was counted of a period, by day if it is one."""
    period = parse(code)
    if period.kind != "day":
        return total(row.sums for row in queries.period_rows(session, period, smallest=1).rows)
    rows = session.scalars(select(DailyTally).where(DailyTally.day == period.starts_on))
    return total(Sums(**{name: getattr(row, name) for name in SUMS}) for row in rows)


def tallies(session: Session) -> list[tuple[object, ...]]:
    found = []
    for model in (DailyTally, MonthlyTally):
        columns = list(model.__table__.columns)
        found += [tuple(row) for row in session.execute(select(*columns).order_by(*columns))]
    return found


def test_every_column_of_a_day(session: Session) -> None:
    department, version = factories.department(session, "mot-cua"), factories.questionnaire(session)
    factories.responses(session, version, department, MONDAY, satisfied=3, neutral=2, not_satisfied=1)
    factories.response(session, version, department, MONDAY, sealed=False)
    factories.response(session, version, department, MONDAY, assisted=True, channel="qr")
    factories.response(session, version, department, MONDAY, level=None, reasons=("cho-lau",), sealed=False)
    factories.count(session)
    assert sums_of(session) == Sums(
        responses=9,
        partial=2,
        assisted=1,
        rated=8,
        satisfied=5,
        neutral=2,
        not_satisfied=1,
        scored=8,
        points=3 * 5 + 2 * 3 + 2 + 4 + 4,
    )


def test_the_day_is_the_vietnamese_one(session: Session) -> None:
    department, version = factories.department(session, "mot-cua"), factories.questionnaire(session)
    factories.response(session, version, department, local(2026, 9, 30, 23, 59, 59))
    factories.response(session, version, department, local(2026, 10, 1, 0, 0, 0))
    factories.count(session)
    assert sums_of(session, "2026-Q3").responses == sums_of(session, "2026-Q4").responses == 1
    assert sums_of(session, "2026-9M").responses == 1
    assert sums_of(session, "2026-09-30").responses == sums_of(session, "2026-10-01").responses == 1


def test_a_late_answer_opens_its_own_day_again(session: Session) -> None:
    department, version = factories.department(session, "mot-cua"), factories.questionnaire(session)
    factories.response(session, version, department, local(2026, 3, 3))
    factories.count(session)
    other_day = sums_of(session, "2026-03-03")
    factories.response(session, version, department, MONDAY, channel="paper", now=local(2026, 3, 20))
    assert {(bucket.subject_id, bucket.day) for bucket in waiting(session)} == {(department, date(2026, 3, 2))}
    factories.count(session)
    assert sums_of(session).responses == 1
    assert sums_of(session, "2026-03-03") == other_day


def test_requests_twice_reordered_or_for_nothing_do_no_harm(session: Session) -> None:
    department, version = factories.department(session, "mot-cua"), factories.questionnaire(session)
    for day in (2, 3, 4):
        factories.responses(session, version, department, local(2026, 3, day), satisfied=day, not_satisfied=1)
    factories.count(session)
    once = tallies(session)
    buckets = [Bucket(department, date(2026, 3, day)) for day in (4, 2, 3, 2, 4, 20)] * 3
    recounts.request(session, "ratings", buckets, now=LATER)
    while operations.recount_pending(session, limit=2):
        pass
    assert tallies(session) == once


def test_a_lost_request_is_mended_by_the_sweep(session: Session) -> None:
    department, version = factories.department(session, "mot-cua"), factories.questionnaire(session)
    factories.response(session, version, department, MONDAY)
    session.execute(delete(RecountRequest))
    factories.count(session)
    assert sums_of(session).responses == 0
    operations.recount_range(session, first=date(2026, 3, 1), before=date(2026, 3, 3))
    assert sums_of(session).responses == 1


def test_a_range_counts_as_the_days_do(session: Session) -> None:
    department, other = factories.department(session, "a"), factories.department(session, "b")
    version, short = (
        factories.questionnaire(session),
        factories.questionnaire(session, "ba-muc", levels=factories.THREE_LEVELS),
    )
    for day in (1, 2, 3):
        factories.responses(session, version, department, local(2026, 3, day), satisfied=2, neutral=1)
        factories.responses(session, short, other, local(2026, 3, day), not_satisfied=1, channel="paper")
    factories.count(session)
    by_day = tallies(session)
    operations.recount_range(session, first=date(2026, 3, 1), before=date(2026, 3, 4))
    assert tallies(session) == by_day
    operations.recount_range(session, first=date(2026, 3, 2), before=date(2026, 3, 3))
    assert tallies(session) == by_day


def test_removed_answers_are_left_out(session: Session) -> None:
    department, version = factories.department(session, "mot-cua"), factories.questionnaire(session)
    kept, undone = factories.responses(session, version, department, MONDAY, satisfied=2)
    factories.count(session)
    surveys.remove(session, undone, now=LATER)
    factories.count(session)
    assert (sums_of(session).responses, sums_of(session).rated) == (1, 1)
    surveys.remove(session, kept, now=LATER)
    factories.count(session)
    assert tallies(session) == []


def test_rapid_touches_are_counted_apart(session: Session) -> None:
    department, version = factories.department(session, "mot-cua"), factories.questionnaire(session)
    device = new_id()
    for second in (0, 2, 30):
        factories.response(
            session, version, department, local(2026, 3, 2, 9, 0, second), device_id=device, rapid_seconds=5
        )
    factories.count(session)
    counted = sums_of(session)
    assert (counted.responses, counted.rated, counted.satisfied, counted.rapid) == (2, 2, 2, 1)


def test_channels_add_up_to_the_total(session: Session) -> None:
    department, version = factories.department(session, "mot-cua"), factories.questionnaire(session)
    for channel in ("kiosk", "kiosk", "qr", "web", "paper", "scan"):
        factories.response(session, version, department, MONDAY, channel=channel)  # type: ignore[arg-type]
    factories.count(session)
    table = queries.table(session, parse("2026-03"), minima=factories.minima(1))
    assert dict(table.together.channels) == {"kiosk": 2, "qr": 1, "web": 1, "paper": 1, "scan": 1}
    assert sum(count for _, count in table.together.channels) == table.together.figure.sums.responses
    for channel, count in table.together.channels:
        only = queries.table(
            session, parse("2026-03"), minima=factories.minima(1), narrowed=queries.Filter(channel=channel)
        )
        assert only.together.figure.sums.responses == count


def test_completing_an_answer_moves_it_and_does_not_add_one(session: Session) -> None:
    department, version = factories.department(session, "mot-cua"), factories.questionnaire(session)
    answer = factories.response(session, version, department, MONDAY, level="hai-long", sealed=False)
    factories.count(session)
    factories.response(
        session, version, department, MONDAY, level="binh-thuong", reasons=("di-lai",), response_id=answer, revision=2
    )
    factories.count(session)
    counted = sums_of(session)
    assert (counted.responses, counted.partial, counted.satisfied, counted.neutral) == (1, 0, 0, 1)


def waiting(session: Session) -> list[Bucket]:
    rows = session.execute(select(RecountRequest.subject_id, RecountRequest.day))
    return [Bucket(row.subject_id, row.day) for row in rows]


@pytest.mark.parametrize("seed", [1, 2])
def test_workers_racing_with_writers_count_the_truth(session: Session, engine: Engine, seed: int) -> None:
    departments = [factories.department(session, code) for code in ("a", "b")]
    version = factories.questionnaire(session)
    session.commit()
    done = threading.Event()
    with ThreadPoolExecutor(6) as threads:
        writers = [threads.submit(write, engine, version, departments, seed * 100 + number) for number in range(3)]
        workers = [threads.submit(work, engine, done) for _ in range(3)]
        try:
            for writer in writers:
                writer.result()
        finally:
            done.set()
        for worker in workers:
            worker.result()
    factories.count(session)
    session.commit()
    raced = tallies(session)
    assert sums_of(session).rated > 0
    operations.recount_range(session, first=date(2026, 3, 1), before=date(2026, 4, 1))
    assert tallies(session) == raced
    assert waiting(session) == []


def write(engine: Engine, version: VersionView, departments: list[int], seed: int) -> None:
    """Forty answers about two days, some of them taken back, a transaction each."""
    chance = random.Random(seed)  # noqa: S311  # which answers, not secrets
    known: list[UUID] = []
    with Session(engine) as own:
        for _ in range(40):
            at = local(2026, 3, chance.choice((2, 3)), chance.randrange(8, 17))
            level = chance.choice(("hai-long", "binh-thuong", "khong-hai-long"))
            known.append(factories.response(own, version, chance.choice(departments), at, level=level))
            if chance.random() < 0.3:
                surveys.remove(own, known.pop(chance.randrange(len(known))), now=LATER)
            own.commit()


def work(engine: Engine, done: threading.Event) -> None:
    """Count in small batches, as several workers beside each other, until told to stop."""
    with Session(engine) as own:
        while not done.is_set():
            operations.recount_pending(own, limit=3)
            own.commit()


def test_procedures_are_counted_apart_within_their_field(session: Session) -> None:
    register(session)
    births, marriages = factories.procedures(session, "ho-tich", "khai-sinh", "ket-hon")
    department, version = factories.department(session, "mot-cua"), factories.questionnaire(session)
    civil = field_id(session, "ho-tich")
    for given, satisfied in (({"procedure_id": births}, 3), ({"procedure_id": marriages}, 2), ({"field_id": civil}, 4)):
        factories.responses(session, version, department, MONDAY, satisfied=satisfied, **given)
    factories.responses(session, version, department, MONDAY, satisfied=5)
    factories.count(session)
    expected = [(0, 0, 5), (civil, 0, 4), (civil, births, 3), (civil, marriages, 2)]
    for model in (DailyTally, MonthlyTally):
        rows = session.execute(select(model.field_id, model.procedure_id, model.responses))
        assert sorted(tuple(row) for row in rows) == sorted(expected)
    assert operations.recount_range(session, first=MONDAY.date(), before=date(2026, 4, 1)) == 0
    details = queries.tallies.details(session, parse("2026-Q1"), None, None)
    assert {(each.field_id, each.procedure_id): each.sums.responses for each in details} == {
        (None, None): 5,
        (civil, None): 4,
        (civil, births): 3,
        (civil, marriages): 2,
    }
    by_field = queries.tallies.details(session, parse("2026-Q1"), None, None, dimensions=3)
    assert {(each.field_id, each.procedure_id): each.sums.responses for each in by_field} == {
        (None, None): 5,
        (civil, None): 9,
    }
