"""The forms somebody has keyed lately."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import cast
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from feedback_app.surveys.models import Comment, Response
from feedback_app.surveys.queries.questionnaires import version
from feedback_app.tokens.commands import Stage


@dataclass(frozen=True, slots=True)
class KeyedForm:
    """A paper form in its keyer's list of the last ones; `overall` is the text of the level keyed, if any;
    `coded` says that a dossier code came along."""

    id: UUID
    keyed_at: datetime
    rated_department_id: int
    answered_on: date
    overall: str | None
    stage: Stage | None
    coded: bool


@dataclass(frozen=True, slots=True)
class KeyedAnswers:
    """What is stored of a paper form: keys of choices by question key, in the order of the form, blank ones left out;
    `has_text` says that something was written by hand."""

    version_id: int
    answers: Mapping[str, tuple[str, ...]]
    has_text: bool


def keyed_answers(session: Session, response_id: UUID) -> KeyedAnswers | None:
    """None for a response that was removed."""
    row = session.scalars(
        select(Response)
        .where(Response.id == response_id, Response.removed_at.is_(None))
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        return None
    picked = set(row.choice_ids)
    answers = {
        question.key: keys
        for question in version(session, row.version_id).questions
        if (keys := tuple(choice.key for choice in question.choices if choice.id in picked))
    }
    written = exists().where(
        Comment.response_id == response_id, or_(Comment.text.is_not(None), Comment.shown_text.is_not(None))
    )
    return KeyedAnswers(row.version_id, answers, bool(session.scalar(select(written))))


def keyed_count(session: Session, *, keyer_id: int, since: datetime) -> int:
    """How many forms this person has keyed since then and not taken back."""
    return session.scalar(select(func.count()).select_from(Response).where(_keyed_by(keyer_id, since))) or 0


def last_keyed(session: Session, *, keyer_id: int, since: datetime, limit: int) -> list[KeyedForm]:
    """The newest forms of this person, newest first."""
    rows = session.scalars(
        select(Response)
        .where(_keyed_by(keyer_id, since))
        .order_by(Response.keyed_at.desc(), Response.id.desc())
        .limit(limit)
    )
    return [
        KeyedForm(
            row.id,
            row.keyed_at or row.received_at,
            row.rated_department_id,
            row.answered_on,
            next(
                (c.text for c in version(session, row.version_id).overall.choices if c.id in row.choice_ids),
                None,
            ),
            cast(Stage | None, row.stage),
            row.verification is not None,
        )
        for row in rows
    ]


def keyed_any(session: Session, response_ids: Collection[UUID], *, keyer_id: int) -> bool:
    """Whether this person keyed one of these responses."""
    keyed = exists().where(Response.id.in_(response_ids), Response.keyer_id == keyer_id)
    return bool(response_ids) and bool(session.scalar(select(keyed)))


def choices_given(session: Session, response_id: UUID) -> frozenset[int]:
    """Ids of the choices of a response, whatever became of it since; none of one that is not here."""
    return frozenset(session.scalar(select(Response.choice_ids).where(Response.id == response_id)) or ())


def _keyed_by(keyer_id: int, since: datetime) -> ColumnElement[bool]:
    return and_(Response.keyer_id == keyer_id, Response.keyed_at >= since, Response.removed_at.is_(None))
