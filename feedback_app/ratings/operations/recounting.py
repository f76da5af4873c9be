"""Counts days again, from the responses they hold, and adds up the months they lie in."""

from collections.abc import Collection, Iterator
from datetime import date
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    Select,
    and_,
    cast,
    column,
    delete,
    func,
    insert,
    or_,
    select,
    text,
    tuple_,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session

from feedback_app import recounts
from feedback_app.kit.locks import lock
from feedback_app.ratings.figures import SUMS
from feedback_app.ratings.models import DailyTally, MonthlyTally
from feedback_app.ratings.operations.revision import raise_revision
from feedback_app.ratings.periods import period_of
from feedback_app.surveys import queries as surveys

# Buckets counted in one transaction: enough to catch up fast, few enough to let others in.
BATCH = 500
# A month of tallies is compared in one hash table; in the 4 MB of the server's default it goes through files.
RECOUNT_MEMORY = "64MB"

_MONTH_KEY: Final = ("department_id", "month", "version_id", "channel", "field_id", "stage")
_VALUES: Final = (*SUMS, "choice_ids", "picked")


def recount_pending(session: Session, *, limit: int = BATCH) -> int:
    """Count the days that requests ask for, up to `limit` requests; returns how many were settled.

    Each department's month is locked before its days are counted, in a fixed order. The count therefore starts after
    the last other count of that month was committed: it sees every response whose request is settled here, and the
    month it adds up every day.
    """
    # Before claiming: whoever holds this lock alone knows that no request is in another transaction's hands.
    lock(session, "recount", shared=True)
    claimed = recounts.claim(session, "ratings", limit=limit)
    if not claimed.buckets:
        return 0
    days = [(bucket.subject_id, bucket.day) for bucket in claimed.buckets]
    for department_id, month in sorted({(department_id, _month(day)) for department_id, day in days}):
        lock(session, "recount-month", department_id, month)
    _count(session, days)
    recounts.settle(session, claimed)
    return len(claimed.request_ids)


def recount_range(session: Session, *, first: date, before: date) -> int:
    """Count every department's days from `first` until before `before` again, whoever asked or not.

    Returns how many days and months were not what their responses say, and are now: 0 while no request was lost.
    Tallies that are right are left alone, because writing them costs several times what counting does.
    """
    lock(session, "recount")
    session.execute(text(f"SET LOCAL work_mem = '{RECOUNT_MEMORY}'"))
    found = 0
    for start, end in _by_month(first, before):
        wrong = sorted(_wrong_days(session, start, end))
        for place in range(0, len(wrong), BATCH):
            _count(session, wrong[place : place + BATCH])
        found += len(wrong)
        found += _mend_months(session, _month(start))
    return found


def _by_month(first: date, before: date) -> Iterator[tuple[date, date]]:
    """The range in pieces that lie in one month each."""
    while first < before:
        end = min(before, period_of("month", first).ends_on)
        yield first, end
        first = end


def _month(day: date) -> date:
    return day.replace(day=1)


def _count(session: Session, days: Collection[tuple[int, date]]) -> None:
    """Replace the tallies of these (department, day) pairs, and of their months, by what their responses say now."""
    session.execute(delete(DailyTally).where(tuple_(DailyTally.department_id, DailyTally.day).in_(days)))
    session.execute(insert(DailyTally).from_select([*surveys.BUCKET, *_VALUES], _counted(surveys.on_days(days))))
    _add_up(session, sorted({(department_id, _month(day)) for department_id, day in days}))
    raise_revision(session)


def _add_up(session: Session, months: Collection[tuple[int, date]]) -> None:
    """Replace the monthly tallies of these (department, month) pairs by the sum of their days."""
    whose = tuple_(MonthlyTally.department_id, MonthlyTally.month).in_(months)
    session.execute(delete(MonthlyTally).where(whose))
    days = tuple_(DailyTally.department_id, _month_of_day()).in_(months)
    # The month of a day is no column, so the index is entered by the days from the first to the last month.
    span = DailyTally.day.between(
        min(month for _, month in months), period_of("month", max(month for _, month in months)).last_day
    )
    session.execute(insert(MonthlyTally).from_select([*_MONTH_KEY, *_VALUES], _added_up(days & span)))


def _month_of_day() -> ColumnElement[date]:
    return cast(func.date_trunc("month", DailyTally.day), Date)


def _added_up(which: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """Daily tallies added up by department, month, version, channel, field and stage."""
    key = (
        DailyTally.department_id,
        _month_of_day().label("month"),
        DailyTally.version_id,
        DailyTally.channel,
        DailyTally.field_id,
        DailyTally.stage,
    )
    places = [text(str(place)) for place in range(1, len(key) + 1)]
    sums = (
        select(*key, *(func.sum(getattr(DailyTally, name)).label(name) for name in SUMS))
        .where(which)
        .group_by(*places)
        .subquery("sums")
    )
    chosen = func.unnest(DailyTally.choice_ids, DailyTally.picked).table_valued(column("choice_id"), column("picked"))
    each = chosen.render_derived("chosen")
    picks = (
        select(*key, each.c.choice_id, cast(func.sum(each.c.picked), Integer).label("picked"))
        .select_from(DailyTally)
        .join(each, text("true"))
        .where(which)
        .group_by(*places, each.c.choice_id)
        .subquery("picks")
    )
    picked = (
        select(
            *(picks.c[name] for name in _MONTH_KEY),
            func.array_agg(aggregate_order_by(picks.c.choice_id, picks.c.choice_id)).label("choice_ids"),
            func.array_agg(aggregate_order_by(picks.c.picked, picks.c.choice_id)).label("picked"),
        )
        .group_by(*(picks.c[name] for name in _MONTH_KEY))
        .subquery("picked")
    )
    return select(
        *sums.c,
        *(func.coalesce(picked.c[name], text("'{}'::int[]")).label(name) for name in ("choice_ids", "picked")),
    ).outerjoin_from(sums, picked, and_(*(sums.c[name] == picked.c[name] for name in _MONTH_KEY)))


def _counted(which: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """DailyTally as it should be, its columns in the order of BUCKET and _VALUES."""
    counted = surveys.day_tallies(which).subquery("counted")
    return select(*(counted.c[name] for name in (*surveys.BUCKET, *_VALUES)))


def _wrong_days(session: Session, first: date, before: date) -> set[tuple[int, date]]:
    """Departments' days whose stored tallies differ from what is counted now, or are missing, or should not be."""
    counted = _counted(surveys.between(first, before)).subquery("counted")
    stored = (
        select(*(getattr(DailyTally, name) for name in (*surveys.BUCKET, *_VALUES)))
        .where(DailyTally.day >= first, DailyTally.day < before)
        .subquery("stored")
    )
    differing = (
        select(*(func.coalesce(counted.c[name], stored.c[name]) for name in ("department_id", "day")))
        .join_from(counted, stored, and_(*(counted.c[name] == stored.c[name] for name in surveys.BUCKET)), full=True)
        .where(or_(*(counted.c[name].is_distinct_from(stored.c[name]) for name in _VALUES)))
    )
    return {(row[0], row[1]) for row in session.execute(differing)}


def _mend_months(session: Session, month: date) -> int:
    """Add up again the departments' months that are not the sum of their days; how many there were."""
    days = DailyTally.day.between(month, period_of("month", month).last_day)
    summed = _added_up(days).subquery("summed")
    stored = (
        select(*(getattr(MonthlyTally, name) for name in (*_MONTH_KEY, *_VALUES)))
        .where(MonthlyTally.month == month)
        .subquery("stored")
    )
    differing = (
        select(func.coalesce(summed.c.department_id, stored.c.department_id))
        .join_from(summed, stored, and_(*(summed.c[name] == stored.c[name] for name in _MONTH_KEY)), full=True)
        .where(or_(*(summed.c[name].is_distinct_from(stored.c[name]) for name in _VALUES)))
    )
    wrong = sorted({(department_id, month) for department_id in session.scalars(differing)})
    if wrong:
        _add_up(session, wrong)
        raise_revision(session)
    return len(wrong)
