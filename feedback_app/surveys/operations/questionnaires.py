"""Publishes questionnaires and says which place asks which. Nothing here commits."""

from datetime import datetime
from typing import Literal

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from feedback_app.surveys import queries
from feedback_app.surveys.commands import DefineQuestionnaire
from feedback_app.surveys.definitions import check_definition, definition_of
from feedback_app.surveys.models import (
    Choice,
    PlaceQuestionnaire,
    Question,
    Questionnaire,
    QuestionnaireVersion,
)


def publish_questionnaire(session: Session, definition: DefineQuestionnaire, *, now: datetime) -> tuple[int, bool]:
    """Publish `definition` as the newest version of its questionnaire, frozen from here on.

    Returns (version id, True when it is new): publishing the same content again changes nothing.
    Raises BadQuestionnaire when the definition breaks a rule that counting rests on.
    """
    check_definition(definition)
    questionnaire = session.scalar(select(Questionnaire).where(Questionnaire.code == definition.code).with_for_update())
    if questionnaire is None:
        questionnaire = Questionnaire(code=definition.code, title=definition.title, title_en=definition.title_en)
        session.add(questionnaire)
        session.flush()
    newest = session.execute(
        select(QuestionnaireVersion.id, QuestionnaireVersion.number)
        .where(QuestionnaireVersion.questionnaire_id == questionnaire.id)
        .order_by(QuestionnaireVersion.number.desc())
        .limit(1)
    ).first()
    if newest is not None and definition_of(queries.version(session, newest.id)) == definition:
        return newest.id, False
    questionnaire.title, questionnaire.title_en = definition.title, definition.title_en
    version = QuestionnaireVersion(
        questionnaire_id=questionnaire.id,
        number=newest.number + 1 if newest else 1,
        basis=definition.basis,
        published_at=None,
    )
    session.add(version)
    session.flush()
    for position, question in enumerate(definition.questions, start=1):
        row = Question(
            version_id=version.id,
            key=question.key,
            position=position,
            kind=question.kind,
            overall=question.overall,
            required=question.required,
            shown_for=list(question.shown_for),
            text=question.text,
            text_en=question.text_en,
            hint=question.hint,
            hint_en=question.hint_en,
        )
        session.add(row)
        session.flush()
        session.add_all(
            Choice(
                question_id=row.id,
                key=choice.key,
                position=rank,
                text=choice.text,
                text_en=choice.text_en,
                outcome=choice.outcome,
                points=choice.points,
            )
            for rank, choice in enumerate(question.choices, start=1)
        )
    session.flush()
    session.execute(update(QuestionnaireVersion).where(QuestionnaireVersion.id == version.id).values(published_at=now))
    return version.id, True


def ask_at(session: Session, *, place_id: int, door: Literal["kiosk", "web"], questionnaire_id: int) -> None:
    """Let a place ask a questionnaire at one of its doors, from now on."""
    session.execute(
        upsert(PlaceQuestionnaire)
        .values(place_id=place_id, door=door, questionnaire_id=questionnaire_id)
        .on_conflict_do_update(
            index_elements=[PlaceQuestionnaire.place_id, PlaceQuestionnaire.door],
            set_={"questionnaire_id": questionnaire_id},
        )
    )
