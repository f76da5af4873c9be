"""What is a visit, which day it belongs to, and what the three figures say."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from feedback_app.visits import operations, queries
from feedback_app.visits.operations import BadBaseline

# 23:50 on 20 November 2026 on a clock in Vietnam.
LATE = datetime(2026, 11, 20, 16, 50, tzinfo=UTC)
TODAY = date(2026, 11, 20)
TOMORROW = date(2026, 11, 21)


def visit(session: Session, now: datetime, token: UUID | None = None) -> UUID:
    token = token or uuid4()
    operations.seen(session, token=token, now=now)
    return token


def test_one_token_is_one_visit_however_often_it_is_seen(session: Session) -> None:
    token = visit(session, LATE)
    for minutes in (2, 4, 29):
        visit(session, LATE + timedelta(minutes=minutes), token)

    counts = queries.visit_counts(session, now=LATE + timedelta(minutes=4))

    assert (counts.today, counts.total) == (1, 1)


def test_online_is_seen_within_five_minutes(session: Session) -> None:
    visit(session, LATE - timedelta(minutes=5))
    visit(session, LATE - timedelta(minutes=4, seconds=59))

    counts = queries.visit_counts(session, now=LATE)

    assert (counts.online, counts.today) == (1, 2)


def test_a_delayed_sighting_does_not_turn_the_clock_back(session: Session) -> None:
    token = visit(session, LATE)

    visit(session, LATE - timedelta(minutes=10), token)

    assert queries.visit_counts(session, now=LATE).online == 1


def test_a_visit_that_goes_on_after_midnight_stays_with_the_day_it_began(session: Session) -> None:
    token = visit(session, LATE)
    after_midnight = LATE + timedelta(minutes=15)
    visit(session, after_midnight, token)
    visit(session, after_midnight)

    counts = queries.visit_counts(session, now=after_midnight)

    assert queries.day_visits(session, day=TODAY) == 1
    assert (counts.today, counts.online, counts.total) == (1, 2, 2)


def test_closing_writes_finished_days_only_and_the_total_stays(session: Session) -> None:
    visit(session, LATE)
    visit(session, LATE + timedelta(minutes=20))
    now = LATE + timedelta(hours=2)
    before = queries.visit_counts(session, now=now)

    assert operations.close_days(session, today=TOMORROW) == 1

    assert queries.visit_counts(session, now=now) == before
    assert session.execute(text("SELECT day, visits FROM visit_days")).all() == [(TODAY, 1)]


def test_closing_again_later_and_after_the_sessions_are_gone_counts_the_same(session: Session) -> None:
    visit(session, LATE)
    for days in (0, 1, 2, 3, 9):
        operations.close_days(session, today=TOMORROW + timedelta(days=days))

    assert session.scalar(text("SELECT count(*) FROM visit_sessions")) == 0
    assert queries.visit_counts(session, now=LATE + timedelta(days=9)).total == 1


def test_a_sighting_that_comes_in_after_closing_is_counted_by_the_next(session: Session) -> None:
    operations.close_days(session, today=TOMORROW)
    visit(session, LATE)
    operations.close_days(session, today=TOMORROW)

    assert session.scalar(text("SELECT visits FROM visit_days")) == 1


def test_days_missed_for_a_week_are_closed_before_their_sessions_go(session: Session) -> None:
    visit(session, LATE)
    visit(session, LATE + timedelta(days=1))

    assert operations.close_days(session, today=TODAY + timedelta(days=7)) == 2

    assert session.scalar(text("SELECT sum(visits) FROM visit_days")) == 2
    assert session.scalar(text("SELECT count(*) FROM visit_sessions")) == 0


def test_the_total_goes_on_from_the_old_site(session: Session) -> None:
    operations.set_baseline(session, visits=6_243_886, source="Trang cũ")
    visit(session, LATE)

    counts = queries.visit_counts(session, now=LATE)

    assert (counts.total, counts.baseline, counts.baseline_source) == (6_243_887, 6_243_886, "Trang cũ")


def test_the_same_source_replaces_its_figure_and_another_adds_to_it(session: Session) -> None:
    operations.set_baseline(session, visits=10, source="Trang cũ")
    operations.set_baseline(session, visits=20, source="Trang  cũ ")
    operations.set_baseline(session, visits=5, source="Trang của phường")

    found = queries.baseline(session)

    assert found is not None
    assert (found.visits, found.source) == (25, "Trang cũ; Trang của phường")


@pytest.mark.parametrize(("visits", "source"), [(-1, "Trang cũ"), (1, "  ")])
def test_a_baseline_needs_a_count_and_a_source(session: Session, visits: int, source: str) -> None:
    with pytest.raises(BadBaseline):
        operations.set_baseline(session, visits=visits, source=source)


@pytest.mark.parametrize(
    ("written", "code", "stored"), [("6.243.886", 0, 6_243_886), ("2282", 0, 2282), ("6,24", 1, None)]
)
def test_the_command_reads_vietnamese_numbers(
    app: Flask, session: Session, written: str, code: int, stored: int | None
) -> None:
    ran = app.test_cli_runner().invoke(args=["visits", "baseline", written, "--source", "Trang cũ"])

    assert ran.exit_code == code
    assert session.scalar(text("SELECT visits FROM visit_baselines")) == stored
