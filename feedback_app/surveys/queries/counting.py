"""What responses add up to. `countable` is the one definition of a response that counts."""

from collections.abc import Collection
from datetime import date
from typing import Any, Final, cast
from uuid import UUID

from sqlalchemy import CTE, ColumnElement, Integer, Select, and_, func, literal_column, select, tuple_
from sqlalchemy import cast as sql_cast
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session

from feedback_app.surveys.models import (
    Choice,
    Question,
    Response,
)


def countable() -> ColumnElement[bool]:
    """A response counts unless it was removed or excluded, or repeats, within seconds, the touch before it on the same
    device."""
    return and_(_standing(), Response.rapid.is_(False))


def _standing() -> ColumnElement[bool]:
    """Neither removed nor excluded: what counts, and the rapid ones, which are told apart."""
    return and_(Response.removed_at.is_(None), Response.excluded_at.is_(None))


# What responses are counted by. Field 0, procedure 0 and stage '' stand for "not known".
BUCKET: Final = ("department_id", "day", "version_id", "channel", "field_id", "procedure_id", "stage")


def day_tallies(which: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """Responses by BUCKET: all that count, of them partial and assisted, and rapid ones left out; answers to the
    overall question by outcome and points, as its version maps them; how often each choice was picked.

    One statement, hence one snapshot: an answer that arrives or is removed meanwhile is in all of it or in nothing.
    `which` is `between` or `on_days`.
    """
    numbered = _numbered(which)
    counts = _counts(numbered).subquery("counts")
    outcomes = _outcomes(numbered).subquery("outcomes")
    return select(
        *(counts.c[name] for name in (*BUCKET, *_NUMBERS)),
        *(func.coalesce(outcomes.c[name], 0).label(name) for name in _OUTCOMES),
        *(func.coalesce(outcomes.c[name], _NONE).label(name) for name in ("choice_ids", "picked")),
    ).outerjoin_from(counts, outcomes, counts.c.bucket == outcomes.c.bucket)


_NUMBERS: Final = ("responses", "partial", "assisted", "rapid")
_OUTCOMES: Final = ("rated", "satisfied", "neutral", "not_satisfied", "scored", "points")
_NONE: Final[ColumnElement[list[int]]] = literal_column("'{}'::int[]")


def _numbered(which: ColumnElement[bool]) -> CTE:
    """The responses that stand, each with the number of its bucket.

    Read once, and sorted once by the seven columns of a bucket: what is counted of choices goes by the number alone.
    """
    bucket = (
        Response.rated_department_id.label("department_id"),
        Response.answered_on.label("day"),
        Response.version_id,
        Response.channel,
        func.coalesce(Response.field_id, 0).label("field_id"),
        func.coalesce(Response.procedure_id, 0).label("procedure_id"),
        func.coalesce(Response.stage, "").label("stage"),
    )
    return (
        select(
            func.dense_rank().over(order_by=bucket).label("bucket"),
            *bucket,
            countable().label("counts"),
            Response.rapid,
            Response.sealed_at.is_(None).label("partial"),
            Response.assisted,
            Response.choice_ids,
        )
        .where(_standing(), which)
        .cte("numbered")
    )


def _counts(numbered: CTE) -> Select[*tuple[Any, ...]]:
    key = [numbered.c[name] for name in ("bucket", *BUCKET)]
    counts = numbered.c.counts
    return select(
        *key,
        func.count().filter(counts).label("responses"),
        func.count().filter(counts, numbered.c.partial).label("partial"),
        func.count().filter(counts, numbered.c.assisted).label("assisted"),
        func.count().filter(numbered.c.rapid).label("rapid"),
    ).group_by(*key)


def _outcomes(numbered: CTE) -> Select[*tuple[Any, ...]]:
    chosen = (
        select(numbered.c.bucket, func.unnest(numbered.c.choice_ids).label("choice_id"))
        .where(numbered.c.counts)
        .subquery("chosen")
    )
    picks = select(*chosen.c, sql_cast(func.count(), Integer).label("picked")).group_by(*chosen.c).subquery("picks")
    scale = (
        select(Choice.id.label("choice_id"), Choice.outcome, Choice.points)
        .join(Question, Question.id == Choice.question_id)
        .where(Question.overall)
        .subquery("scale")
    )
    picked = func.sum(picks.c.picked)
    return (
        select(
            picks.c.bucket,
            picked.filter(scale.c.choice_id.is_not(None)).label("rated"),
            *(
                picked.filter(scale.c.outcome == outcome).label(outcome)
                for outcome in ("satisfied", "neutral", "not_satisfied")
            ),
            picked.filter(scale.c.points.is_not(None)).label("scored"),
            func.sum(picks.c.picked * scale.c.points).label("points"),
            func.array_agg(aggregate_order_by(picks.c.choice_id, picks.c.choice_id)).label("choice_ids"),
            func.array_agg(aggregate_order_by(picks.c.picked, picks.c.choice_id)).label("picked"),
        )
        .outerjoin_from(picks, scale, scale.c.choice_id == picks.c.choice_id)
        .group_by(picks.c.bucket)
    )


def between(first: date, before: date) -> ColumnElement[bool]:
    """Responses answered on `first` or later and before `before`."""
    return and_(Response.answered_on >= first, Response.answered_on < before)


def on_days(buckets: Collection[tuple[int, date]]) -> ColumnElement[bool]:
    """Responses of exactly these (rated department, day) pairs."""
    return tuple_(Response.rated_department_id, Response.answered_on).in_(buckets)


def placing() -> Select[UUID, int, date, str, int]:
    """Where each response stands, removed and excluded ones too: its id, department, day, channel and version."""
    return select(
        Response.id,
        Response.rated_department_id.label("department_id"),
        Response.answered_on.label("day"),
        Response.channel,
        Response.version_id,
    )


def answered_days(session: Session) -> tuple[date, date] | None:
    """First and last day that has a response, removed ones too; None while there is none."""
    row = session.execute(select(func.min(Response.answered_on), func.max(Response.answered_on))).one()
    first, last = cast("tuple[date | None, date | None]", tuple(row))
    return None if first is None or last is None else (first, last)
