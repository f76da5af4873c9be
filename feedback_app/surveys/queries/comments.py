"""Free text as reviewers and readers see it: never with its response, its counter or a time finer than allowed.

A reviewer sees the day in the order of the queue alone and its month in words; a text enters the queue on the day
after it arrived, so that watching the queue does not tell when it was written. Within a day the order is that of
random tokens, which are also what a comment is called by: the response's own id holds its millisecond.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Date, Integer, Select, and_, cast, column, func, select, tuple_
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from feedback_app.kit.errors import N_, NotFound
from feedback_app.kit.text import fold
from feedback_app.surveys.models import Choice, Comment, Question, Response


class CommentNotFound(NotFound):
    """There is no such comment, or it is about a department the asker does not answer for."""


@dataclass(frozen=True, slots=True)
class HeldComment:
    """A text that waits for a reviewer; `month` is the first day of the month it was given in."""

    token: UUID
    department_id: int
    month: date
    question: str
    question_en: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What a reviewer decided: the text as shown, or the reason why it is not."""

    token: UUID
    department_id: int
    cleared: bool
    words: str


@dataclass(frozen=True, slots=True)
class ClearedComment:
    """A text as it was cleared. `outcome` is None where it may not stand beside the text, or nothing was rated."""

    department_id: int
    month: date
    question_key: str
    question: str
    question_en: str | None
    text: str
    outcome: str | None


_MONTH = cast(func.date_trunc("month", Response.answered_on), Date)
_ORDER = (Response.answered_on, Comment.token)


def held_count(session: Session, *, department_ids: Collection[int] | None, before: datetime) -> int:
    """How many texts wait that arrived before a moment, about these departments (None: all)."""
    waiting = select(func.count()).select_from(Comment).join(Response, Response.id == Comment.response_id)
    return session.scalar(waiting.where(*_held(department_ids, before))) or 0


def held_comments(
    session: Session,
    *,
    department_ids: Collection[int] | None,
    before: datetime,
    after: UUID | None = None,
    limit: int | None = None,
) -> list[HeldComment]:
    """What waits, the oldest day first; with `after` what stands behind that comment, whatever became of it."""
    query = _waiting().where(*_held(department_ids, before)).order_by(*_ORDER).limit(limit)
    if after is not None:
        passed = session.execute(
            select(*_ORDER).join(Response, Response.id == Comment.response_id).where(Comment.token == after)
        ).first()
        if passed is not None:
            query = query.where(tuple_(*_ORDER) > tuple_(*passed))
    return [HeldComment(*row) for row in session.execute(query)]


def held_comment(
    session: Session, token: UUID, *, department_ids: Collection[int] | None, before: datetime
) -> HeldComment:
    """One text that waits. Raises CommentNotFound."""
    row = session.execute(_waiting().where(Comment.token == token, *_held(department_ids, before))).first()
    if row is None:
        raise CommentNotFound(N_("Không có góp ý này, hoặc góp ý đã được duyệt."))
    return HeldComment(*row)


def decisions(session: Session, *, reviewer_id: int, since: datetime, limit: int) -> list[Decision]:
    """What this reviewer decided since then and can still take back, newest first."""
    rows = session.execute(
        select(
            Comment.token,
            Response.rated_department_id,
            Comment.state,
            func.coalesce(Comment.shown_text, Comment.refusal_reason, ""),
        )
        .join(Response, Response.id == Comment.response_id)
        .where(Comment.reviewed_by == reviewer_id, Comment.reviewed_at >= since, Comment.text.is_not(None))
        .order_by(Comment.reviewed_at.desc(), Comment.token)
        .limit(limit)
    )
    return [Decision(token, department_id, state == "cleared", words) for token, department_id, state, words in rows]


def cleared_comments(
    session: Session,
    *,
    cells: Collection[tuple[int, date]],
    rated_cells: Collection[tuple[int, date]],
    question: str | None = None,
    outcome: str | None = None,
    search: str = "",
    offset: int = 0,
    limit: int,
) -> list[ClearedComment]:
    """Cleared texts of these cells, newest month first, without order inside a month.

    A cell is a department and the first day of a month. Only in `rated_cells` does the outcome stand beside the text,
    and only there can be asked for one: what is not shown cannot be filtered by either. `question` is a question's
    key; `search` finds words without regard to accents.
    """
    chosen = (
        select(Choice.outcome)
        .join(Question, Question.id == Choice.question_id)
        .where(Question.version_id == Response.version_id, Question.overall, Choice.id == func.any(Response.choice_ids))
        .correlate(Response)
        .limit(1)
        .scalar_subquery()
    )
    asked = sorted(rated_cells if outcome else cells)
    # A table to join: as a list, hundreds of pairs would be compared with every comment there is.
    cell = (
        func.unnest(
            cast([department_id for department_id, _ in asked], ARRAY(Integer)),
            cast([month for _, month in asked], ARRAY(Date)),
        )
        .table_valued(column("department_id", Integer), column("month", Date))
        .render_derived(name="cell")
    )
    query = (
        select(
            Comment.department_id,
            Comment.month,
            Question.key,
            Question.text,
            Question.text_en,
            Comment.shown_text,
            chosen,
        )
        .select_from(Comment)
        .join(Response, Response.id == Comment.response_id)
        .join(Question, Question.id == Comment.question_id)
        .join(cell, and_(cell.c.department_id == Comment.department_id, cell.c.month == Comment.month))
        .where(Comment.state == "cleared", Response.removed_at.is_(None))
        .order_by(Comment.month.desc(), Comment.token)
        .offset(offset)
        .limit(limit)
    )
    if question:
        query = query.where(Question.key == question)
    if outcome:
        query = query.where(chosen == outcome)
    if wanted := fold(search):
        query = query.where(Comment.search_key.contains(wanted, autoescape=True))
    return [
        ClearedComment(
            department_id,
            month,
            key,
            written,
            written_en,
            text,
            rated if (department_id, month) in rated_cells else None,
        )
        for department_id, month, key, written, written_en, text, rated in session.execute(query)
    ]


def _waiting() -> Select[UUID, int, date, str, str | None, str]:
    # A held comment has its text: a check constraint says so.
    original = func.coalesce(Comment.text, "")
    return (
        select(Comment.token, Response.rated_department_id, _MONTH, Question.text, Question.text_en, original)
        .select_from(Comment)
        .join(Response, Response.id == Comment.response_id)
        .join(Question, Question.id == Comment.question_id)
    )


def _held(department_ids: Collection[int] | None, before: datetime) -> tuple[ColumnElement[bool], ...]:
    waits = (Comment.state == "held", Response.removed_at.is_(None), Response.received_at < before)
    if department_ids is None:
        return waits
    return (*waits, Response.rated_department_id.in_(department_ids))
