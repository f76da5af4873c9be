"""What two people leave out leaves every sum, comes back exactly, and is told by reason in public."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from feedback_app.exclusions import operations
from feedback_app.exclusions.queries import exclusion_counts
from feedback_app.ratings import operations as ratings
from feedback_app.ratings import queries as rating_queries
from feedback_app.ratings.models import DailyTally, MonthlyTally
from feedback_app.ratings.periods import parse
from feedback_app.ratings.queries import Filter
from feedback_app.surveys import queries as surveys
from feedback_app.surveys.models import Response
from tests import factories
from tests.exclusions.queue import LATER, NOW, Queue, command, exclude, give_back, make_queue
from tests.factories import local

PERIODS = ("2026-03", "2026-Q1", "2026")
MARCH = {"first": date(2026, 3, 1), "before": date(2026, 4, 1)}


@pytest.fixture
def queue(session: Session) -> Queue:
    return make_queue(session)


def tallies(session: Session) -> tuple[list[str], list[str]]:
    return (
        sorted(str(row) for row in session.execute(select(*DailyTally.__table__.columns))),
        sorted(str(row) for row in session.execute(select(*MonthlyTally.__table__.columns))),
    )


def sums(session: Session, code: str, department_id: int) -> tuple[int, int, int]:
    rows = [
        row.sums
        for row in rating_queries.period_rows(session, parse(code), smallest=1).rows
        if row.department_id == department_id
    ]
    return sum(s.responses for s in rows), sum(s.satisfied for s in rows), sum(s.not_satisfied for s in rows)


def test_exactly_the_case_s_responses_leave_every_period(session: Session, queue: Queue) -> None:
    before = {code: sums(session, code, queue.office.ward) for code in PERIODS}
    assert exclude(session, queue) == 13
    factories.count(session)
    for code in PERIODS:
        after = sums(session, code, queue.office.ward)
        assert tuple(b - a for b, a in zip(before[code], after, strict=True)) == (13, 11, 2)
        assert sums(session, code, queue.office.bureau)[0] == 5
    left = set(session.scalars(select(Response.id).where(Response.excluded_at.is_not(None))))
    assert left == set(queue.doubtful)


def test_until_the_second_agrees_nothing_changes(session: Session, queue: Queue) -> None:
    before = tallies(session)
    operations.propose_exclusion(
        session, queue.case_id, now=NOW, member=queue.chief, reason="device", words="Chạm thử."
    )
    factories.count(session)
    assert tallies(session) == before
    assert exclusion_counts(session, **MARCH) == {}


def test_given_back_every_sum_is_what_it_was(session: Session, queue: Queue) -> None:
    before = tallies(session)
    exclude(session, queue)
    factories.count(session)
    assert tallies(session) != before
    assert give_back(session, queue) == 13
    factories.count(session)
    assert tallies(session) == before
    assert exclusion_counts(session, **MARCH) == {}


def test_the_days_are_requested_in_the_same_transaction(session: Session, queue: Queue) -> None:
    before = tallies(session)
    operations.propose_exclusion(
        session, queue.case_id, now=NOW, member=queue.chief, reason="device", words="Chạm thử."
    )
    operations.decide(session, queue.case_id, now=NOW, member=queue.second, agreed=True)
    session.rollback()
    factories.count(session)
    assert tallies(session) == before
    # And a sweep that nobody asked for finds nothing to mend once it was counted.
    exclude(session, queue)
    factories.count(session)
    assert ratings.recount_range(session, first=MARCH["first"], before=MARCH["before"]) == 0


def test_a_day_left_out_whole_has_no_tally_left(session: Session, queue: Queue) -> None:
    exclude(session, queue)
    factories.count(session)
    left = select(func.count()).select_from(DailyTally)
    of_day = left.where(DailyTally.department_id == queue.office.ward, DailyTally.day == date(2026, 3, 3))
    assert session.scalar(of_day) == 0


def test_counts_are_told_by_reason_and_narrowed(session: Session, queue: Queue) -> None:
    exclude(session, queue)
    more = factories.responses(
        session, queue.version, queue.office.bureau, local(2026, 3, 5), satisfied=3, channel="web"
    )
    session.commit()
    other = operations.open_case(session, command(queue.office.bureau, more, rule="identical"), now=NOW)
    exclude(session, queue, other, reason="repeated")
    assert exclusion_counts(session, **MARCH) == {"device": 13, "repeated": 3}
    assert exclusion_counts(session, **MARCH, department_ids=frozenset({queue.office.bureau})) == {"repeated": 3}
    assert exclusion_counts(session, **MARCH, channel="kiosk") == {"device": 13}
    assert exclusion_counts(session, **MARCH, version_ids=[]) == {}
    assert exclusion_counts(session, first=date(2026, 3, 4), before=date(2026, 4, 1)) == {"repeated": 3}


def test_rapid_touches_are_told_with_them(session: Session, queue: Queue) -> None:
    device = queue.doubtful[0]
    for second in (0, 2, 4):
        moment = local(2026, 3, 4, 9, 0, second)
        factories.response(session, queue.version, queue.office.ward, moment, device_id=device, rapid_seconds=5)
    session.commit()
    exclude(session, queue)
    factories.count(session)
    ward = Filter(frozenset({queue.office.ward}))
    read = rating_queries.table(session, parse("2026-03"), minima=factories.minima(5), narrowed=ward)
    assert rating_queries.left_out(session, read, ward) == {"rapid": 2, "device": 13}


def test_a_published_period_keeps_its_sums_and_its_exclusions(session: Session, queue: Queue) -> None:
    period = parse("2026-03")
    ratings.publish(session, period, now=NOW - timedelta(days=1), minima=factories.minima(5))
    session.commit()
    exclude(session, queue)
    factories.count(session)
    read = rating_queries.table(session, period, minima=factories.minima(5))
    assert sums(session, "2026-03", queue.office.ward) == (50, 41, 9)
    assert rating_queries.left_out(session, read) == {}
    assert read.publication is not None
    assert rating_queries.since_publication(session, read.publication) == -13
    ratings.publish(
        session, period, now=NOW + timedelta(hours=1), minima=factories.minima(5), reason="Loại 13 lượt chạm thử."
    )
    session.commit()
    give_back(session, queue)
    factories.count(session)
    read = rating_queries.table(session, period, minima=factories.minima(5))
    assert sums(session, "2026-03", queue.office.ward) == (37, 30, 7)
    # Given back since: what was published still says what it left out.
    assert rating_queries.left_out(session, read) == {"device": 13}


def test_a_response_of_two_cases_stays_out_while_one_of_them_stands(session: Session, queue: Queue) -> None:
    shared = [*queue.doubtful[:4], *queue.honest[:2]]
    other = operations.open_case(session, command(queue.office.ward, shared, rule="identical"), now=NOW)
    session.commit()
    assert exclude(session, queue) == 13
    assert exclude(session, queue, other, reason="repeated") == 2
    assert exclusion_counts(session, **MARCH) == {"device": 13, "repeated": 2}
    assert give_back(session, queue) == 9
    assert exclusion_counts(session, **MARCH) == {"repeated": 6}
    left = set(session.scalars(select(Response.id).where(Response.excluded_at.is_not(None))))
    assert left == set(shared)
    assert give_back(session, queue, other) == 6
    assert exclusion_counts(session, **MARCH) == {}


def test_a_removed_form_is_not_told_as_excluded(session: Session, queue: Queue) -> None:
    session.get_one(Response, queue.doubtful[0]).removed_at = NOW
    session.commit()
    assert exclude(session, queue) == 12
    assert exclusion_counts(session, **MARCH) == {"device": 12}


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(st.integers(0, 2), st.booleans()), max_size=8))
def test_whatever_is_left_out_and_given_back_the_sums_are_those_of_the_rest(
    session: Session, steps: list[tuple[int, bool]]
) -> None:
    """Three overlapping cases, excluded and given back in any order."""
    for table in ("responses", "departments", "staff_members"):
        session.connection().exec_driver_sql(f"TRUNCATE {table} CASCADE")
    session.commit()
    queue = make_queue(session)
    everything = tallies(session)
    groups = [list(queue.doubtful), [*queue.doubtful[:6], *queue.honest[:6]], list(queue.honest[3:20])]
    ids = [queue.case_id] + [
        operations.open_case(session, command(queue.office.ward, group, subject=f"device:{place}"), now=NOW)
        for place, group in enumerate(groups[1:])
    ]
    session.commit()
    out: set[int] = set()
    for place, back in steps:
        if back and place in out:
            give_back(session, queue, ids[place])
            out.discard(place)
        elif not back and place not in out:
            exclude(session, queue, ids[place])
            out.add(place)
    factories.count(session)
    gone = {each for place in out for each in groups[place]}
    counted = set(session.scalars(select(Response.id).where(surveys.countable())))
    assert counted == set(session.scalars(select(Response.id))) - gone
    assert sum(exclusion_counts(session, **MARCH).values()) == len(gone)
    for place in sorted(out):
        give_back(session, queue, ids[place])
    factories.count(session)
    assert tallies(session) == everything


def test_excluded_again_counts_once(session: Session, queue: Queue) -> None:
    exclude(session, queue)
    give_back(session, queue)
    assert exclude(session, queue, reason="repeated") == 13
    assert exclusion_counts(session, **MARCH) == {"repeated": 13}
    assert exclusion_counts(session, **MARCH, as_of=LATER) == {"repeated": 13}
