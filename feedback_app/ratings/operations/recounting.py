"""Counts days again, from the responses they hold, and adds up the months they lie in."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    and_,
    cast,
    column,
    delete,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    text,
    true,
    tuple_,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session

from feedback_app import recounts
from feedback_app.kit.locks import lock
from feedback_app.kit.revisions import raise_revision
from feedback_app.ratings.figures import SUMS
from feedback_app.ratings.models import DailyTally, MonthlyTally
from feedback_app.ratings.periods import period_of
from feedback_app.surveys import queries as surveys

# Buckets counted in one transaction: enough to catch up fast, few enough to let others in.
BATCH = 500
# A month of tallies is compared in one hash table; in the 4 MB of the server's default it goes through files.
RECOUNT_MEMORY = "64MB"

_MONTH_KEY: Final = ("department_id", "month", "version_id", "channel", "field_id", "procedure_id", "stage")
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
        found += _mend_days(session, start, end)
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
    _store_days(session, surveys.on_days(days))
    _add_up(session, sorted({(department_id, _month(day)) for department_id, day in days}))
    raise_revision(session, "ratings")


def _add_up(session: Session, months: Collection[tuple[int, date]]) -> None:
    """Replace the monthly tallies of these (department, month) pairs by the sum of their days."""
    for month in sorted({month for _, month in months}):
        whose = [department_id for department_id, each in months if each == month]
        session.execute(delete(MonthlyTally).where(MonthlyTally.month == month, MonthlyTally.department_id.in_(whose)))
        _store_months(session, month, DailyTally.department_id.in_(whose))


def _added_up(month: date, whose: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """Daily tallies of a month added up by department, version, channel, field, procedure and stage."""
    which = (DailyTally.day.between(month, period_of("month", month).last_day), whose)
    key = [literal(month).label("month") if name == "month" else getattr(DailyTally, name) for name in _MONTH_KEY]
    # The month is the same in every row.
    grouped = [getattr(DailyTally, name) for name in _MONTH_KEY if name != "month"]
    sums = (
        select(*key, *(func.sum(getattr(DailyTally, name)).label(name) for name in SUMS))
        .where(*which)
        .group_by(*grouped)
        .subquery("sums")
    )
    chosen = func.unnest(DailyTally.choice_ids, DailyTally.picked).table_valued(column("choice_id"), column("picked"))
    each = chosen.render_derived("chosen")
    picks = (
        select(*grouped, each.c.choice_id, cast(func.sum(each.c.picked), Integer).label("picked"))
        .select_from(DailyTally)
        .join(each, text("true"))
        .where(*which)
        .group_by(*grouped, each.c.choice_id)
        .subquery("picks")
    )
    bucket = [picks.c[field.name] for field in grouped]
    picked = (
        select(
            *bucket,
            func.array_agg(aggregate_order_by(picks.c.choice_id, picks.c.choice_id)).label("choice_ids"),
            func.array_agg(aggregate_order_by(picks.c.picked, picks.c.choice_id)).label("picked"),
        )
        .group_by(*bucket)
        .subquery("picked")
    )
    return select(
        *sums.c,
        *(func.coalesce(picked.c[name], text("'{}'::int[]")).label(name) for name in ("choice_ids", "picked")),
    ).outerjoin_from(sums, picked, and_(*(sums.c[field.name] == picked.c[field.name] for field in grouped)))


def _counted(which: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """DailyTally as it should be, its columns in the order of BUCKET and _VALUES."""
    counted = surveys.day_tallies(which).subquery("counted")
    return select(*(counted.c[name] for name in (*surveys.BUCKET, *_VALUES)))


def _mend_days(session: Session, first: date, before: date) -> int:
    """Count again the departments' days of a range within one month that are wrong; how many there were.

    Where nothing is stored yet, or more than a batch is wrong, one statement replaces the whole range: that costs a
    fraction of as many batches.
    """
    within = (DailyTally.day >= first, DailyTally.day < before)
    if session.scalar(select(exists().where(*within))):
        wrong = sorted(_wrong_days(session, first, before))
        if len(wrong) <= BATCH:
            if wrong:
                _count(session, wrong)
            return len(wrong)
        found = len(wrong)
        session.execute(delete(DailyTally).where(*within))
        _store_days(session, surveys.between(first, before))
    else:
        _store_days(session, surveys.between(first, before))
        days = select(DailyTally.department_id, DailyTally.day).where(*within).distinct().subquery("days")
        found = session.scalar(select(func.count()).select_from(days)) or 0
    if found:
        raise_revision(session, "ratings")
    return found


def _wrong_days(session: Session, first: date, before: date) -> set[tuple[int, date]]:
    """Departments' days whose stored tallies differ from what is counted now, or are missing, or should not be."""
    stored = select(*(getattr(DailyTally, name) for name in (*surveys.BUCKET, *_VALUES))).where(
        DailyTally.day >= first, DailyTally.day < before
    )
    differing = _differing(_counted(surveys.between(first, before)), stored, surveys.BUCKET, ("department_id", "day"))
    return {(row[0], row[1]) for row in session.execute(differing)}


def _mend_months(session: Session, month: date) -> int:
    """Add up again the departments' months that are not the sum of their days; how many there were."""
    stored = select(*(getattr(MonthlyTally, name) for name in (*_MONTH_KEY, *_VALUES))).where(
        MonthlyTally.month == month
    )
    if session.scalar(select(stored.exists())):
        wrong = set(session.scalars(_differing(_added_up(month, true()), stored, _MONTH_KEY, ("department_id",))))
        found = len(wrong)
        if found > BATCH:
            session.execute(delete(MonthlyTally).where(MonthlyTally.month == month))
            _store_months(session, month, true())
        elif wrong:
            _add_up(session, sorted((department_id, month) for department_id in wrong))
    else:
        _store_months(session, month, true())
        found = (
            session.scalar(select(func.count(MonthlyTally.department_id.distinct())).where(MonthlyTally.month == month))
            or 0
        )
    if found:
        raise_revision(session, "ratings")
    return found


def _differing(
    right: Select[*tuple[Any, ...]], stored: Select[*tuple[Any, ...]], key: Sequence[str], whose: Sequence[str]
) -> Select[*tuple[Any, ...]]:
    """`whose` columns of the rows that are in only one of two tables of tallies, or whose values differ."""
    one, other = right.subquery("right"), stored.subquery("stored")
    return (
        select(*(func.coalesce(one.c[name], other.c[name]) for name in whose))
        .join_from(one, other, and_(*(one.c[name] == other.c[name] for name in key)), full=True)
        .where(or_(*(one.c[name].is_distinct_from(other.c[name]) for name in _VALUES)))
    )


def _store_days(session: Session, which: ColumnElement[bool]) -> None:
    session.execute(insert(DailyTally).from_select([*surveys.BUCKET, *_VALUES], _counted(which)))


def _store_months(session: Session, month: date, whose: ColumnElement[bool]) -> None:
    session.execute(insert(MonthlyTally).from_select([*_MONTH_KEY, *_VALUES], _added_up(month, whose)))
