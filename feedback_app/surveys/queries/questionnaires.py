"""Reads of questionnaires: their versions, and which place asks which."""

from dataclasses import dataclass
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from feedback_app.kit.errors import N_, NotFound
from feedback_app.kit.revisions import Kept
from feedback_app.surveys.models import (
    Choice,
    PlaceQuestionnaire,
    Question,
    Questionnaire,
    QuestionnaireVersion,
)
from feedback_app.surveys.versions import ChoiceView, QuestionView, VersionView


class NoQuestionnaire(NotFound):
    """The place asks nothing at this door, or the version does not exist or is not published."""


# A published version never changes, so each process reads it once. Ids are never reused within a database, but another
# database gives the same ones to other versions.
_published: WeakKeyDictionary[Engine, dict[int, VersionView]] = WeakKeyDictionary()


def version(session: Session, version_id: int) -> VersionView:
    """A published version; raises NoQuestionnaire."""
    known = _published.setdefault(session.get_bind().engine, {})
    if version_id not in known:
        known[version_id] = _read_version(session, version_id)
    return known[version_id]


def version_at(session: Session, *, place_id: int, door: str) -> VersionView:
    """The newest published version that `place_id` asks at `door` ('kiosk' or 'web'); raises NoQuestionnaire."""
    version_id = session.scalar(
        select(QuestionnaireVersion.id)
        .join(PlaceQuestionnaire, PlaceQuestionnaire.questionnaire_id == QuestionnaireVersion.questionnaire_id)
        .where(
            PlaceQuestionnaire.place_id == place_id,
            PlaceQuestionnaire.door == door,
            QuestionnaireVersion.published_at.is_not(None),
        )
        .order_by(QuestionnaireVersion.number.desc())
        .limit(1)
    )
    if version_id is None:
        raise NoQuestionnaire(N_("Nơi này chưa có mẫu phiếu khảo sát."))
    return version(session, version_id)


def current_version(session: Session, *, code: str) -> VersionView | None:
    """The newest published version of a questionnaire; None when there is none of that code."""
    version_id = session.scalar(
        select(QuestionnaireVersion.id)
        .join(Questionnaire)
        .where(Questionnaire.code == code, QuestionnaireVersion.published_at.is_not(None))
        .order_by(QuestionnaireVersion.number.desc())
        .limit(1)
    )
    return None if version_id is None else version(session, version_id)


def current_versions(session: Session) -> list[VersionView]:
    """The newest published version of every questionnaire, by code."""
    newest = (
        select(func.max(QuestionnaireVersion.id))
        .where(QuestionnaireVersion.published_at.is_not(None))
        .group_by(QuestionnaireVersion.questionnaire_id)
    )
    found = [version(session, version_id) for version_id in session.scalars(newest)]
    return sorted(found, key=lambda each: each.code)


def published_versions(session: Session) -> dict[int, VersionView]:
    """Every published version by id, old ones too: tallies and ratings name them."""
    ids = session.scalars(select(QuestionnaireVersion.id).where(QuestionnaireVersion.published_at.is_not(None)))
    return {version_id: version(session, version_id) for version_id in ids}


def _read_version(session: Session, version_id: int) -> VersionView:
    head = session.execute(
        select(QuestionnaireVersion, Questionnaire)
        .join(Questionnaire, Questionnaire.id == QuestionnaireVersion.questionnaire_id)
        .where(QuestionnaireVersion.id == version_id, QuestionnaireVersion.published_at.is_not(None))
    ).first()
    if head is None:
        raise NoQuestionnaire(N_("Mẫu phiếu khảo sát này không có hoặc chưa được ban hành."))
    found, questionnaire = head
    choices: dict[int, list[ChoiceView]] = {}
    for choice in session.scalars(
        select(Choice).join(Question).where(Question.version_id == version_id).order_by(Choice.position)
    ):
        choices.setdefault(choice.question_id, []).append(
            ChoiceView(choice.id, choice.key, choice.text, choice.text_en, choice.outcome, choice.points)
        )
    questions = tuple(
        QuestionView(
            id=question.id,
            key=question.key,
            kind=question.kind,
            overall=question.overall,
            required=question.required,
            shown_for=tuple(question.shown_for),
            text=question.text,
            text_en=question.text_en,
            hint=question.hint,
            hint_en=question.hint_en,
            choices=tuple(choices.get(question.id, ())),
        )
        for question in session.scalars(
            select(Question).where(Question.version_id == version_id).order_by(Question.position)
        )
    )
    return VersionView(
        found.id,
        questionnaire.id,
        questionnaire.code,
        questionnaire.title,
        questionnaire.title_en,
        found.number,
        found.basis,
        questions,
    )


@dataclass(frozen=True, slots=True)
class Assignment:
    """Which questionnaire a place asks at a door ('kiosk' or 'web')."""

    place_id: int
    door: str
    code: str
    title: str
    title_en: str | None


_assignments: Kept[tuple[Assignment, ...]] = Kept("doors", most=1)


def assignments(session: Session) -> tuple[Assignment, ...]:
    """What every place asks, by place and door."""
    return _assignments.find(session, None, lambda: _read_assignments(session))


def _read_assignments(session: Session) -> tuple[Assignment, ...]:
    rows = session.execute(
        select(
            PlaceQuestionnaire.place_id,
            PlaceQuestionnaire.door,
            Questionnaire.code,
            Questionnaire.title,
            Questionnaire.title_en,
        )
        .join(Questionnaire, Questionnaire.id == PlaceQuestionnaire.questionnaire_id)
        .order_by(PlaceQuestionnaire.place_id, PlaceQuestionnaire.door)
    )
    return tuple(Assignment(*row) for row in rows)
