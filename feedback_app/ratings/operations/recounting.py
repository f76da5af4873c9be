"""Counts days again, from the responses they hold."""

from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, and_, delete, func, insert, or_, select, text, tuple_
from sqlalchemy.orm import Session

from feedback_app import recounts
from feedback_app.kit.locks import lock
from feedback_app.ratings.figures import SUMS
from feedback_app.ratings.models import DailyChoiceTally, DailyTally
from feedback_app.ratings.operations.revision import raise_revision
from feedback_app.surveys import queries as surveys

# Buckets counted in one transaction: enough to catch up fast, few enough to let others in.
BATCH = 500
# A year of tallies is compared in one hash table; in the 4 MB of the server's default it goes through files.
RECOUNT_MEMORY = "64MB"

KEY = ("department_id", "day", "version_id", "channel")
CHOICE_KEY = ("department_id", "day", "choice_id", "channel")


def recount_pending(session: Session, *, limit: int = BATCH) -> int:
    """Count the days that requests ask for, up to `limit` requests; returns how many were settled.

    Each bucket is locked before it is counted, in a fixed order. The count of a bucket therefore starts after the last
    other count of it was committed and sees every response whose request is settled here.
    """
    # Before claiming: whoever holds this lock alone knows that no request is in another transaction's hands.
    lock(session, "recount", shared=True)
    claimed = recounts.claim(session, "ratings", limit=limit)
    if not claimed.buckets:
        return 0
    for bucket in claimed.buckets:
        lock(session, "recount-day", bucket.subject_id, bucket.day)
    _count(session, [(bucket.subject_id, bucket.day) for bucket in claimed.buckets])
    recounts.settle(session, claimed)
    return len(claimed.request_ids)


def recount_range(session: Session, *, first: date, before: date) -> int:
    """Count every department's days from `first` until before `before` again, whoever asked or not.

    Returns how many buckets were not what their responses say, and are now: 0 while no request was ever lost. Tallies
    that are right are left alone, because writing them costs several times what counting does.
    """
    lock(session, "recount")
    session.execute(text(f"SET LOCAL work_mem = '{RECOUNT_MEMORY}'"))
    wrong = sorted(_wrong_days(session, first, before))
    for start in range(0, len(wrong), BATCH):
        _count(session, wrong[start : start + BATCH])
    return len(wrong)


def _count(session: Session, days: Collection[tuple[int, date]]) -> None:
    """Replace the tallies of these (department, day) pairs by what their responses say now.

    Choices and responses are counted in one statement, hence in one snapshot: an answer that arrives or is removed in
    between would else be in one count and not in the other.
    """
    session.execute(
        delete(DailyChoiceTally).where(tuple_(DailyChoiceTally.department_id, DailyChoiceTally.day).in_(days))
    )
    session.execute(delete(DailyTally).where(tuple_(DailyTally.department_id, DailyTally.day).in_(days)))
    responses = surveys.on_days(days)
    counted = (
        insert(DailyChoiceTally)
        .from_select([*CHOICE_KEY, "picked"], surveys.day_choice_counts(responses))
        .returning(*(getattr(DailyChoiceTally, name) for name in (*CHOICE_KEY, "picked")))
        .cte("counted")
    )
    session.execute(insert(DailyTally).from_select([*KEY, *SUMS], _day_sums(responses, counted)).add_cte(counted))
    raise_revision(session)


def _day_sums(responses: ColumnElement[bool], picks: FromClause) -> Select[Any]:
    """DailyTally as it should be, from the responses and the choice tallies of the same days."""
    scale = surveys.overall_choices().subquery("scale")
    key = (picks.c.department_id, picks.c.day, scale.c.version_id, picks.c.channel)
    outcomes = (
        select(
            *key,
            func.sum(picks.c.picked).label("rated"),
            *(
                func.coalesce(func.sum(picks.c.picked).filter(scale.c.outcome == outcome), 0).label(outcome)
                for outcome in ("satisfied", "neutral", "not_satisfied")
            ),
            func.coalesce(func.sum(picks.c.picked).filter(scale.c.points.is_not(None)), 0).label("scored"),
            func.coalesce(func.sum(picks.c.picked * scale.c.points), 0).label("points"),
        )
        .join_from(picks, scale, scale.c.choice_id == picks.c.choice_id)
        .group_by(*key)
        .subquery("outcomes")
    )
    counts = surveys.day_counts(responses).subquery("counts")
    return select(
        *(counts.c[name] for name in KEY),
        *(counts.c[name] if name in counts.c else func.coalesce(outcomes.c[name], 0).label(name) for name in SUMS),
    ).outerjoin_from(counts, outcomes, and_(*(counts.c[name] == outcomes.c[name] for name in KEY)))


def _wrong_days(session: Session, first: date, before: date) -> set[tuple[int, date]]:
    """Departments' days whose stored tallies differ from what is counted now, or are missing, or should not be."""
    responses = surveys.between(first, before)
    choices, sums = (
        select(*(getattr(tally, name) for name in columns)).where(tally.day >= first, tally.day < before).subquery()
        for tally, columns in ((DailyChoiceTally, (*CHOICE_KEY, "picked")), (DailyTally, (*KEY, *SUMS)))
    )
    wrong = set()
    for key, values, stored, counted in (
        (CHOICE_KEY, ("picked",), choices, surveys.day_choice_counts(responses).subquery()),
        (KEY, SUMS, sums, _day_sums(responses, choices).subquery()),
    ):
        differing = (
            select(*(func.coalesce(counted.c[name], stored.c[name]) for name in ("department_id", "day")))
            .join_from(counted, stored, and_(*(counted.c[name] == stored.c[name] for name in key)), full=True)
            .where(or_(*(counted.c[name].is_distinct_from(stored.c[name]) for name in values)))
            .distinct()
        )
        wrong |= {(row[0], row[1]) for row in session.execute(differing)}
    return wrong
