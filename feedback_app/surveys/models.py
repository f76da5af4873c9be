"""Questionnaires in frozen versions, and the responses people gave to them.

The ids of choices a person picked stand in one array on the response: a question without an answer simply has
none of its choices there, so nothing can be mistaken for a default. Free text stands in its own table because it
is masked, cleared and deleted by other rules than the rest.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Computed,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    SmallInteger,
    Text,
    UniqueConstraint,
    func,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from feedback_app.kit.db import Model


class Questionnaire(Model):
    __tablename__ = "questionnaires"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    title_en: Mapped[str | None]


class QuestionnaireVersion(Model):
    """From `published_at` on a trigger refuses any change to the version, its questions and its choices."""

    __tablename__ = "questionnaire_versions"
    __table_args__ = (UniqueConstraint("questionnaire_id", "number"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    questionnaire_id: Mapped[int] = mapped_column(ForeignKey("questionnaires.id"))
    number: Mapped[int]
    basis: Mapped[str]
    published_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class Question(Model):
    """`key` stays the same across versions; `shown_for` names the outcomes of the overall answer that open it."""

    __tablename__ = "questions"
    __table_args__ = (
        UniqueConstraint("version_id", "key"),
        UniqueConstraint("version_id", "position"),
        CheckConstraint("kind IN ('single', 'several', 'text')", name="kind"),
        CheckConstraint("NOT overall OR kind = 'single'", name="overall_is_single"),
        Index("uq_questions_one_overall", "version_id", unique=True, postgresql_where="overall"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("questionnaire_versions.id"))
    key: Mapped[str]
    position: Mapped[int] = mapped_column(SmallInteger)
    kind: Mapped[str]
    overall: Mapped[bool]
    required: Mapped[bool]
    shown_for: Mapped[list[str]] = mapped_column(ARRAY(Text))
    text: Mapped[str]
    text_en: Mapped[str | None]
    hint: Mapped[str | None]
    hint_en: Mapped[str | None]


class Choice(Model):
    """One level of a scale, or one reason. `outcome` and `points` are the scale's map, stated and never derived."""

    __tablename__ = "choices"
    __table_args__ = (
        UniqueConstraint("question_id", "key"),
        UniqueConstraint("question_id", "position"),
        CheckConstraint("outcome IN ('satisfied', 'neutral', 'not_satisfied')", name="outcome"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id"))
    key: Mapped[str]
    position: Mapped[int] = mapped_column(SmallInteger)
    text: Mapped[str]
    text_en: Mapped[str | None]
    outcome: Mapped[str | None]
    points: Mapped[int | None] = mapped_column(SmallInteger)


class PlaceQuestionnaire(Model):
    """Which questionnaire a place asks at its kiosk and behind its QR code; the newest published version is used."""

    __tablename__ = "place_questionnaires"
    __table_args__ = (CheckConstraint("door IN ('kiosk', 'web')", name="door"),)

    place_id: Mapped[int] = mapped_column(ForeignKey("places.id"), primary_key=True)
    door: Mapped[str] = mapped_column(primary_key=True)
    questionnaire_id: Mapped[int] = mapped_column(ForeignKey("questionnaires.id"))


class Response(Model):
    """One filled questionnaire, as it came from one of the doors.

    `answered_at` is when the citizen answered and alone decides the day it counts in (`answered_on`, Vietnamese
    calendar). Without `sealed_at` the response is partial: its citizen walked away, or is still answering.
    `revision` grows with every delivery under the same id, so that an older one arriving late changes nothing.
    `verification` says whether the dossier code that came along is known to the one-stop system; the code itself is
    kept nowhere. `trapped` marks a form in which a field was filled that no person sees: people look at it, it is not
    dropped.
    `removed_at` is for what should never have been stored (a form keyed wrongly); `excluded_at` for what two people
    took out of the count, which may come back.
    """

    __tablename__ = "responses"
    __table_args__ = (
        CheckConstraint("channel IN ('kiosk', 'qr', 'web', 'paper', 'scan')", name="channel"),
        CheckConstraint("stage IN ('received', 'supplement', 'refused', 'returned')", name="stage"),
        CheckConstraint("channel NOT IN ('paper', 'scan') OR keyed_at IS NOT NULL", name="paper_is_keyed"),
        CheckConstraint("revision >= 1", name="revision"),
        CheckConstraint("verification IN ('verified', 'unverified')", name="verification"),
        CheckConstraint("(excluded_at IS NULL) = (exclusion_id IS NULL)", name="excluded_by_an_exclusion"),
        Index("ix_responses_counted", "rated_department_id", "answered_on"),
        Index("ix_responses_device", "device_id", "answered_at", postgresql_where="device_id IS NOT NULL"),
        Index("ix_responses_coded", "rated_department_id", "answered_on", postgresql_where="verification IS NOT NULL"),
        Index("ix_responses_demonstration", "demonstration", postgresql_where="demonstration"),
        Index("ix_responses_keyed", "keyer_id", "keyed_at", postgresql_where="keyer_id IS NOT NULL"),
        Index("ix_responses_exclusion_id", "exclusion_id", postgresql_where="exclusion_id IS NOT NULL"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("questionnaire_versions.id"))
    channel: Mapped[str]
    place_id: Mapped[int | None] = mapped_column(ForeignKey("places.id"))
    counter_id: Mapped[int | None] = mapped_column(ForeignKey("counters.id"))
    receiving_department_id: Mapped[int] = mapped_column(ForeignKey("departments.id"))
    rated_department_id: Mapped[int] = mapped_column(ForeignKey("departments.id"))
    field_id: Mapped[int | None] = mapped_column(ForeignKey("procedure_fields.id"))
    procedure_id: Mapped[int | None] = mapped_column(ForeignKey("procedures.id"))
    stage: Mapped[str | None]
    assisted: Mapped[bool] = mapped_column(default=False)
    device_id: Mapped[UUID | None]
    choice_ids: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    revision: Mapped[int] = mapped_column(SmallInteger, default=1)
    content_hash: Mapped[bytes]
    answered_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    answered_on: Mapped[date] = mapped_column(
        Computed("(answered_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date", persisted=True)
    )
    received_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    sealed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    keyed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    keyer_id: Mapped[int | None] = mapped_column(ForeignKey("staff_members.id"))
    rapid: Mapped[bool] = mapped_column(default=False)
    trapped: Mapped[bool] = mapped_column(default=False)
    verification: Mapped[str | None]
    removed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    excluded_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    exclusion_id: Mapped[int | None] = mapped_column(ForeignKey("exclusion_proposals.id"))
    demonstration: Mapped[bool] = mapped_column(default=False)


class Comment(Model):
    """Free text: `text` as written, for its reviewer alone, and erased some time after the decision; `shown_text` as
    the reviewer cleared it, which is all that anybody else ever reads.

    It is called by its random `token`, because the id of its response tells when it was begun. `search_key` is
    `shown_text` folded for searching. Department and month are copied from the response on clearing: readers go by
    them, and out of millions of responses the few with a comment would be slow to pick.
    """

    __tablename__ = "comments"
    __table_args__ = (
        CheckConstraint("state IN ('held', 'cleared', 'refused')", name="state"),
        CheckConstraint("state <> 'held' OR text IS NOT NULL", name="held_has_text"),
        CheckConstraint(
            "(state = 'held') = (reviewed_at IS NULL) AND (state = 'held') = (reviewed_by IS NULL)", name="reviewed"
        ),
        CheckConstraint("(state = 'cleared') = (shown_text IS NOT NULL)", name="cleared_is_shown"),
        CheckConstraint("num_nulls(shown_text, search_key, department_id, month) IN (0, 4)", name="shown_is_found"),
        CheckConstraint("(state = 'refused') = (refusal_reason IS NOT NULL)", name="refused_has_reason"),
        Index("ix_comments_held", "response_id", postgresql_where="state = 'held'"),
        Index("ix_comments_cleared", "department_id", "month", "token", postgresql_where="state = 'cleared'"),
        Index("ix_comments_reviewed", "reviewed_by", "reviewed_at", postgresql_where="text IS NOT NULL"),
    )

    response_id: Mapped[UUID] = mapped_column(ForeignKey("responses.id", ondelete="CASCADE"), primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id"), primary_key=True)
    token: Mapped[UUID] = mapped_column(unique=True, server_default=func.gen_random_uuid())
    text: Mapped[str | None]
    state: Mapped[str] = mapped_column(default="held")
    reviewed_by: Mapped[int | None] = mapped_column(ForeignKey("staff_members.id"))
    reviewed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    refusal_reason: Mapped[str | None]
    shown_text: Mapped[str | None]
    search_key: Mapped[str | None]
    department_id: Mapped[int | None] = mapped_column(ForeignKey("departments.id"))
    month: Mapped[date | None]


class ResponseConflict(Model):
    """A delivery whose id was already sealed with other content: kept whole, for a person to settle.

    `decision` says which of the two counts since then: 'kept' the one that did, 'replaced' this one. Both the content
    and the decision go some time after they were settled (`operations.forget_conflicts`); the audit trail keeps who
    decided.
    """

    __tablename__ = "response_conflicts"
    __table_args__ = (
        CheckConstraint("decision IN ('kept', 'replaced')", name="decision"),
        CheckConstraint("num_nulls(settled_at, settled_by, decision) IN (0, 3)", name="settled_by_somebody"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    response_id: Mapped[UUID] = mapped_column(ForeignKey("responses.id", ondelete="CASCADE"), index=True)
    received_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)
    content_hash: Mapped[bytes]
    settled_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    settled_by: Mapped[int | None] = mapped_column(ForeignKey("staff_members.id"))
    decision: Mapped[str | None]


class ResponseHandover(Model):
    """A code by which a phone finishes a response begun at a kiosk; of its token only the digest is kept."""

    __tablename__ = "response_handovers"

    digest: Mapped[bytes] = mapped_column(primary_key=True)
    response_id: Mapped[UUID] = mapped_column(ForeignKey("responses.id", ondelete="CASCADE"), index=True)
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    used_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class ResponseLookup(Model):
    """The digest of the code by which a citizen finds out what became of their response."""

    __tablename__ = "response_lookups"

    digest: Mapped[bytes] = mapped_column(primary_key=True)
    response_id: Mapped[UUID] = mapped_column(ForeignKey("responses.id", ondelete="CASCADE"), index=True)
