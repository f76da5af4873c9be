"""Reads of questionnaires and responses. `countable` is the one definition of a response that counts."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, cast
from uuid import UUID
from weakref import WeakKeyDictionary

from sqlalchemy import ColumnElement, Engine, Integer, Select, and_, exists, func, literal_column, select, text, tuple_
from sqlalchemy import cast as sql_cast
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session

from feedback_app.kit.errors import N_, NotFound
from feedback_app.surveys.models import (
    Choice,
    PlaceQuestionnaire,
    Question,
    Questionnaire,
    QuestionnaireVersion,
    Response,
)
from feedback_app.surveys.versions import ChoiceView, QuestionView, VersionView


class NoQuestionnaire(NotFound):
    """The place asks nothing at this door, or the version does not exist or is not published."""


# A published version never changes, so each process reads it once. Ids are never reused within a database.
_published: dict[int, VersionView] = {}


def version(session: Session, version_id: int) -> VersionView:
    """A published version; raises NoQuestionnaire."""
    if version_id not in _published:
        _published[version_id] = _read_version(session, version_id)
    return _published[version_id]


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


def assignments(session: Session) -> list[Assignment]:
    """What every place asks, by place and door."""
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
    return [Assignment(*row) for row in rows]


def countable() -> ColumnElement[bool]:
    """A response counts unless it was removed or repeats, within seconds, the touch before it on the same device."""
    return and_(Response.removed_at.is_(None), Response.rapid.is_(False))


# What responses are counted by. Field 0 and stage '' stand for "not known".
BUCKET: Final = ("department_id", "day", "version_id", "channel", "field_id", "stage")


def day_tallies(which: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """Responses by BUCKET: all that count, of them partial and assisted, and rapid ones left out; answers to the
    overall question by outcome and points, as its version maps them; how often each choice was picked.

    One statement, hence one snapshot: an answer that arrives or is removed meanwhile is in all of it or in nothing.
    `which` is `between` or `on_days`.
    """
    counts = _counts(which).subquery("counts")
    outcomes = _outcomes(which).subquery("outcomes")
    return select(
        *counts.c,
        *(func.coalesce(outcomes.c[name], 0).label(name) for name in _OUTCOMES),
        *(func.coalesce(outcomes.c[name], _NONE).label(name) for name in ("choice_ids", "picked")),
    ).outerjoin_from(counts, outcomes, and_(*(counts.c[name] == outcomes.c[name] for name in BUCKET)))


_OUTCOMES: Final = ("rated", "satisfied", "neutral", "not_satisfied", "scored", "points")
_NONE: Final[ColumnElement[list[int]]] = literal_column("'{}'::int[]")


def _bucket() -> tuple[Any, ...]:
    return (
        Response.rated_department_id.label("department_id"),
        Response.answered_on.label("day"),
        Response.version_id,
        Response.channel,
        func.coalesce(Response.field_id, 0).label("field_id"),
        func.coalesce(Response.stage, "").label("stage"),
    )


def _counts(which: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    return (
        select(
            *_bucket(),
            func.count().filter(Response.rapid.is_(False)).label("responses"),
            func.count().filter(Response.rapid.is_(False), Response.sealed_at.is_(None)).label("partial"),
            func.count().filter(Response.rapid.is_(False), Response.assisted).label("assisted"),
            func.count().filter(Response.rapid).label("rapid"),
        )
        .where(Response.removed_at.is_(None), which)
        .group_by(*(text(str(place)) for place in range(1, len(BUCKET) + 1)))
    )


def _outcomes(which: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    chosen = (
        select(*_bucket(), func.unnest(Response.choice_ids).label("choice_id"))
        .where(countable(), which)
        .subquery("chosen")
    )
    picks = select(*chosen.c, sql_cast(func.count(), Integer).label("picked")).group_by(*chosen.c).subquery("picks")
    scale = (
        select(Choice.id.label("choice_id"), Choice.outcome, Choice.points)
        .join(Question, Question.id == Choice.question_id)
        .where(Question.overall)
        .subquery("scale")
    )
    key = [picks.c[name] for name in BUCKET]
    picked = func.sum(picks.c.picked)
    return (
        select(
            *key,
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
        .group_by(*key)
    )


def between(first: date, before: date) -> ColumnElement[bool]:
    """Responses answered on `first` or later and before `before`."""
    return and_(Response.answered_on >= first, Response.answered_on < before)


def on_days(buckets: Collection[tuple[int, date]]) -> ColumnElement[bool]:
    """Responses of exactly these (rated department, day) pairs."""
    return tuple_(Response.rated_department_id, Response.answered_on).in_(buckets)


def answered_days(session: Session) -> tuple[date, date] | None:
    """First and last day that has a response, removed ones too; None while there is none."""
    row = session.execute(select(func.min(Response.answered_on), func.max(Response.answered_on))).one()
    first, last = cast("tuple[date | None, date | None]", tuple(row))
    return None if first is None or last is None else (first, last)


def has_demonstration_between(session: Session, first: date, before: date) -> bool:
    """Whether demonstration responses were answered in these days."""
    return bool(session.scalar(select(exists().where(Response.demonstration, between(first, before)))))


def has_demonstration(session: Session) -> bool:
    """Whether demonstration responses are stored: every page then says so."""
    return bool(session.scalar(select(exists().where(Response.demonstration))))


_DEMONSTRATION_REMEMBERED: Final = timedelta(seconds=10)
_demonstration: WeakKeyDictionary[Engine, tuple[datetime, bool]] = WeakKeyDictionary()


def shows_demonstration(session: Session, *, now: datetime) -> bool:
    """`has_demonstration` as this process learnt it at most ten seconds ago: every page asks, it seldom changes."""
    database = session.get_bind().engine
    asked_at, answer = _demonstration.get(database, (None, False))
    if asked_at is None or not asked_at <= now < asked_at + _DEMONSTRATION_REMEMBERED:
        answer = has_demonstration(session)
        _demonstration[database] = (now, answer)
    return answer


def forget_demonstration() -> None:
    """Ask the database next time: this process has just stored or removed some."""
    _demonstration.clear()


@dataclass(frozen=True, slots=True)
class KeyedForm:
    """A paper form in its keyer's list of the last ones; `overall` is the text of the level keyed, if any."""

    id: UUID
    keyed_at: datetime
    rated_department_id: int
    answered_on: date
    overall: str | None


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
        )
        for row in rows
    ]


def _keyed_by(keyer_id: int, since: datetime) -> ColumnElement[bool]:
    return and_(Response.keyer_id == keyer_id, Response.keyed_at >= since, Response.removed_at.is_(None))
