"""Deliveries that said something else of a finished response, beside what counts, and what people decided.

Texts are masked here, as they were reviewed by nobody. Times are days: who sees a response with its minute may know
who gave it. What arrived today is therefore seen tomorrow, as texts that wait for their review are.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from feedback_app.kit.clock import local_day
from feedback_app.kit.errors import N_, NotFound
from feedback_app.surveys.commands import SubmitResponse
from feedback_app.surveys.kept_deliveries import as_delivered
from feedback_app.surveys.masking import mask
from feedback_app.surveys.models import Comment, Response, ResponseConflict
from feedback_app.surveys.queries.questionnaires import version
from feedback_app.surveys.versions import ChoiceView, QuestionView, VersionView, check


class ConflictNotFound(NotFound):
    """There is no such conflict, it came only today, or it is settled."""


@dataclass(frozen=True, slots=True)
class Said:
    """What one delivery says to one question: the choices it picked, and its text. `erased`: there was a text, and its
    time is over."""

    choices: tuple[ChoiceView, ...] = ()
    text: str | None = None
    erased: bool = False


_NOTHING: Final = Said()


@dataclass(frozen=True, slots=True)
class Line:
    """One question with both answers, texts masked; `differs` may be true of texts that look alike then."""

    question: QuestionView
    stored: Said
    later: Said
    differs: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """Where one delivery belongs; ids, and the version it answers."""

    department_id: int
    place_id: int | None
    counter_id: int | None
    channel: str
    stage: str | None
    field_id: int | None
    procedure_id: int | None
    version: VersionView


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictView:
    """One delivery that waits for a decision beside the response as it is stored now.

    `day` is when it was answered, on a Vietnamese calendar. `counts` is false where the response was removed.
    """

    id: int
    day: date
    stored: Side
    later: Side
    lines: tuple[Line, ...]
    counts: bool
    keyer_ids: frozenset[int]


@dataclass(frozen=True, slots=True)
class SettledConflict:
    """A decision: 'kept' or 'replaced', by an account on a day. What either delivery said is not told any more."""

    id: int
    department_id: int
    place_id: int | None
    day: date
    decision: str
    settled_by: int
    settled_on: date


def conflicts(session: Session, *, first: Collection[int] | None, before: datetime, limit: int) -> list[ConflictView]:
    """What arrived before a moment and waits, the oldest day first. Where there are more than `limit`, those about the
    departments in `first` do not give way to others."""
    waits = select(ResponseConflict, Response).join(Response, Response.id == ResponseConflict.response_id)
    waits = waits.where(ResponseConflict.settled_at.is_(None), ResponseConflict.received_at < before)
    if first is not None:
        waits = waits.order_by(Response.rated_department_id.in_(first).desc())
    rows = session.execute(waits.order_by(Response.answered_on, ResponseConflict.id).limit(limit))
    return sorted((_view(session, row, stored) for row, stored in rows), key=lambda view: (view.day, view.id))


def conflict(session: Session, conflict_id: int, *, before: datetime) -> ConflictView:
    """One that `conflicts` would list. Raises ConflictNotFound."""
    row = session.get(ResponseConflict, conflict_id)
    stored = row and session.get(Response, row.response_id)
    if not row or not stored or row.settled_at is not None or row.received_at >= before:
        raise ConflictNotFound(N_("Không có cặp phiếu trái nhau này, hoặc đã có người xử lý."))
    return _view(session, row, stored)


def settled_conflicts(
    session: Session, *, department_ids: Collection[int] | None, settled_by: int, limit: int
) -> list[SettledConflict]:
    """The latest decisions about these departments (None: all), and this account's own about any."""
    query = (
        select(
            ResponseConflict.id,
            Response.rated_department_id,
            Response.place_id,
            Response.answered_on,
            ResponseConflict.decision,
            ResponseConflict.settled_by,
            ResponseConflict.settled_at,
        )
        .join(Response, Response.id == ResponseConflict.response_id)
        .where(ResponseConflict.settled_at.is_not(None))
        .order_by(ResponseConflict.settled_at.desc(), ResponseConflict.id)
        .limit(limit)
    )
    if department_ids is not None:
        own: ColumnElement[bool] = ResponseConflict.settled_by == settled_by
        query = query.where(or_(Response.rated_department_id.in_(department_ids), own))
    return [
        SettledConflict(*row[:4], decision=row.decision or "", settled_by=row.settled_by or 0, settled_on=local_day(at))
        for row in session.execute(query)
        if (at := row.settled_at) is not None
    ]


def _view(session: Session, row: ResponseConflict, stored: Response) -> ConflictView:
    given = as_delivered(row.content)
    ours, theirs = version(session, stored.version_id), version(session, given.version_id)
    content = check(theirs, given)
    texts: dict[int, str | None] = {
        text.question_id: text.text or text.shown_text
        for text in session.scalars(select(Comment).where(Comment.response_id == stored.id))
    }
    before = _said(ours, stored.choice_ids, texts)
    after = _said(theirs, content.choice_ids, content.comments)
    questions = {question.key: question for each in (theirs, ours) for question in each.questions}
    return ConflictView(
        id=row.id,
        day=stored.answered_on,
        stored=_side(stored, ours),
        later=_side(given, theirs),
        lines=tuple(
            _line(question, before[key], after[key])
            for key, question in questions.items()
            if {before[key], after[key]} != {_NOTHING}
        ),
        counts=stored.removed_at is None,
        keyer_ids=frozenset(each for each in (stored.keyer_id, given.keyer_id) if each is not None),
    )


def _said(
    questionnaire: VersionView, choice_ids: Collection[int], texts: Mapping[int, str | None]
) -> defaultdict[str, Said]:
    """What a delivery says by question key, as it was written; nothing to all other questions."""
    picked = frozenset(choice_ids)
    said = defaultdict(lambda: _NOTHING)
    for question in questionnaire.questions:
        choices = tuple(choice for choice in question.choices if choice.id in picked)
        if choices or question.id in texts:
            text = texts.get(question.id)
            said[question.key] = Said(choices, text, erased=question.id in texts and text is None)
    return said


def _line(question: QuestionView, stored: Said, later: Said) -> Line:
    return Line(question, _masked(stored), _masked(later), differs=stored != later)


def _masked(said: Said) -> Said:
    return said if said.text is None else replace(said, text=mask(said.text).text)


def _side(delivery: Response | SubmitResponse, questionnaire: VersionView) -> Side:
    return Side(
        department_id=delivery.rated_department_id,
        place_id=delivery.place_id,
        counter_id=delivery.counter_id,
        channel=delivery.channel,
        stage=delivery.stage,
        field_id=delivery.field_id,
        procedure_id=delivery.procedure_id,
        version=questionnaire,
    )
