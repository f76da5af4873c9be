"""Cases of doubtful responses, what two people said to them, and which responses were out of the count when."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from feedback_app.kit.db import Model


class ReviewCase(Model):
    """A finding that waits for people. The same finding made again is the same row."""

    __tablename__ = "review_cases"
    __table_args__ = (
        UniqueConstraint("rule", "department_id", "subject", "first_day"),
        CheckConstraint("state IN ('open', 'proposed', 'excluded', 'return_proposed', 'kept')", name="state"),
        CheckConstraint("num_nulls(kept_by, kept_at, note) IN (0, 3)", name="kept_by_somebody"),
        CheckConstraint("last_day >= first_day", name="days"),
        Index("ix_review_cases_state", "state"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    rule: Mapped[str]
    department_id: Mapped[int] = mapped_column(ForeignKey("departments.id"))
    subject: Mapped[str]
    first_day: Mapped[date]
    last_day: Mapped[date]
    found_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    evidence: Mapped[dict[str, Any]] = mapped_column(JSONB)
    hours: Mapped[list[int] | None] = mapped_column(ARRAY(Integer))
    state: Mapped[str] = mapped_column(default="open")
    kept_by: Mapped[int | None] = mapped_column(ForeignKey("staff_members.id"))
    kept_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    note: Mapped[str | None]
    demonstration: Mapped[bool] = mapped_column(default=False)


class CaseResponse(Model):
    """A response a case is about."""

    __tablename__ = "review_case_responses"

    case_id: Mapped[int] = mapped_column(ForeignKey("review_cases.id", ondelete="CASCADE"), primary_key=True)
    response_id: Mapped[UUID] = mapped_column(
        ForeignKey("responses.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class Proposal(Model):
    """One person's proposal to exclude a case's responses, or to let them count again, and another's answer to it."""

    __tablename__ = "exclusion_proposals"
    __table_args__ = (
        CheckConstraint("kind IN ('exclude', 'return')", name="kind"),
        CheckConstraint(
            "reason IN ('repeated', 'not_citizen', 'keying', 'device', 'pressured', 'other')", name="reason"
        ),
        CheckConstraint("(kind = 'exclude') = (reason IS NOT NULL)", name="exclusion_has_reason"),
        CheckConstraint("num_nulls(decided_by, decided_at, agreed) IN (0, 3)", name="decided_by_somebody"),
        CheckConstraint("decided_by <> proposed_by", name="two_persons"),
        Index("uq_exclusion_proposals_waiting", "case_id", unique=True, postgresql_where="decided_at IS NULL"),
        Index("ix_exclusion_proposals_case_id", "case_id"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("review_cases.id", ondelete="CASCADE"))
    kind: Mapped[str]
    reason: Mapped[str | None]
    words: Mapped[str]
    proposed_by: Mapped[int] = mapped_column(ForeignKey("staff_members.id"))
    proposed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("staff_members.id"))
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    agreed: Mapped[bool | None]
    answer: Mapped[str | None]


class ExcludedSpan(Model):
    """A response was out of the count from `since` until before `until` (still is: NULL), under one exclusion.

    Kept beside the mark on the response itself, so that what was left out of a published period can still be told after
    it was returned.
    """

    __tablename__ = "excluded_spans"
    __table_args__ = (
        Index("uq_excluded_spans_one_at_a_time", "response_id", unique=True, postgresql_where="until IS NULL"),
        Index("ix_excluded_spans_exclusion_id", "exclusion_id"),
        Index("ix_excluded_spans_response_id", "response_id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    exclusion_id: Mapped[int] = mapped_column(ForeignKey("exclusion_proposals.id", ondelete="CASCADE"))
    response_id: Mapped[UUID] = mapped_column(ForeignKey("responses.id", ondelete="CASCADE"))
    since: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
