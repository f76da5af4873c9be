"""Counts by day, and what was published from them."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Numeric,
    SmallInteger,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from feedback_app.kit.db import Model


class Counts:
    """What is counted of a bucket, whichever: of a day, of a month, of a published period.

    `responses` is every countable response; `rated` those that answered the overall question, split into
    `satisfied`, `neutral` and `not_satisfied` by the version's own map; `scored` and `points` the answers that
    carry points and their exact sum. `partial` and `assisted` are parts of `responses`; `rapid` is left out of it.
    `picked` says how often each of `choice_ids` was chosen: arrays, because a row for each choice would make the
    tallies several times as large as the responses they count.
    """

    responses: Mapped[int] = mapped_column(Integer)
    partial: Mapped[int]
    assisted: Mapped[int]
    rapid: Mapped[int]
    rated: Mapped[int]
    satisfied: Mapped[int]
    neutral: Mapped[int]
    not_satisfied: Mapped[int]
    scored: Mapped[int]
    points: Mapped[int]
    choice_ids: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    picked: Mapped[list[int]] = mapped_column(ARRAY(Integer))


# Ids in tallies are not foreign keys: the responses they were counted from carry those, and checking them again made a
# first count of a million responses take several times as long as counting them.
class DailyTally(Counts, Model):
    """One department's day in one version, channel, field, procedure (0: not known) and stage ('': not known).

    Replaced whole at each recount.
    """

    __tablename__ = "daily_tallies"
    __table_args__ = (
        CheckConstraint("rated = satisfied + neutral + not_satisfied", name="outcomes_add_up"),
        CheckConstraint(
            "rated <= responses AND partial <= responses AND assisted <= responses", name="within_responses"
        ),
        Index("ix_daily_tallies_day", "day"),
    )

    department_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    day: Mapped[date] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    channel: Mapped[str] = mapped_column(primary_key=True)
    field_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    procedure_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=0, server_default="0")
    stage: Mapped[str] = mapped_column(primary_key=True)


class MonthlyTally(Counts, Model):
    """The sum of a department's daily tallies over the calendar month that begins on `month`.

    Every period longer than a day is made of months, so that no page has to add up days.
    """

    __tablename__ = "monthly_tallies"
    __table_args__ = (Index("ix_monthly_tallies_month", "month"),)

    department_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    month: Mapped[date] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    channel: Mapped[str] = mapped_column(primary_key=True)
    field_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    procedure_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=0, server_default="0")
    stage: Mapped[str] = mapped_column(primary_key=True)


class Publication(Model):
    """A period as it was published, or until `published_at` stands the draft of it.

    Number 1 is the first; a higher one is a restatement and says why. `as_of` is when its inputs were frozen.
    Published, it never changes: triggers refuse it, and `hash` is the fingerprint of all it says, chained to
    `previous_hash`, that of the link before (`chain`). Publications that rest on demonstration answers make a chain of
    their own, which may be deleted.
    """

    __tablename__ = "publications"
    __table_args__ = (
        UniqueConstraint("period_kind", "starts_on", "number"),
        UniqueConstraint("demonstration", "link"),
        CheckConstraint("period_kind IN ('month', 'quarter', 'half_year', 'nine_months', 'year')", name="period_kind"),
        CheckConstraint("number = 1 OR reason IS NOT NULL", name="restatement_has_reason"),
        CheckConstraint("returned_at IS NULL OR return_reason IS NOT NULL", name="return_has_reason"),
        CheckConstraint(
            "(published_at IS NULL) = (hash IS NULL) AND (hash IS NULL) = (link IS NULL)", name="published_is_chained"
        ),
        CheckConstraint("(link = 1) = (previous_hash IS NULL)", name="chain_has_one_beginning"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    period_kind: Mapped[str]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    number: Mapped[int]
    reason: Mapped[str | None]
    scheme: Mapped[str]
    disclosure: Mapped[str]
    minimum_responses: Mapped[int]
    small_cell: Mapped[int]
    # How many responses were left out, by reason; and what a restatement changed, as `queries.changes` found it.
    excluded: Mapped[dict[str, int]] = mapped_column(JSONB)
    changes: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True), deferred=True)
    demonstration: Mapped[bool] = mapped_column(default=False)
    as_of: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    drafted_by: Mapped[int | None] = mapped_column(ForeignKey("staff_members.id"))
    checked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    checked_by: Mapped[int | None] = mapped_column(ForeignKey("staff_members.id"))
    returned_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    returned_by: Mapped[int | None] = mapped_column(ForeignKey("staff_members.id"))
    return_reason: Mapped[str | None]
    published_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    published_by: Mapped[int | None] = mapped_column(ForeignKey("staff_members.id"))
    link: Mapped[int | None]
    serialisation: Mapped[str | None]
    previous_hash: Mapped[str | None] = mapped_column(unique=True)
    hash: Mapped[str | None] = mapped_column(unique=True)


class PublishedTally(Counts, Model):
    """A department's month within a published period, frozen."""

    __tablename__ = "published_tallies"

    publication_id: Mapped[int] = mapped_column(ForeignKey("publications.id", ondelete="CASCADE"), primary_key=True)
    department_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    month: Mapped[date] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    channel: Mapped[str] = mapped_column(primary_key=True)
    field_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    procedure_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=0, server_default="0")
    stage: Mapped[str] = mapped_column(primary_key=True)


class WithheldMonth(Model):
    """A department's month whose answers a publication does not add up, because they would show what a few said."""

    __tablename__ = "withheld_months"

    publication_id: Mapped[int] = mapped_column(ForeignKey("publications.id", ondelete="CASCADE"), primary_key=True)
    department_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    month: Mapped[date] = mapped_column(primary_key=True)


class ReportedRating(Model):
    """A rating from before the system, exactly as somebody published it; never merged with computed ones."""

    __tablename__ = "reported_ratings"
    __table_args__ = (UniqueConstraint("department_id", "period_kind", "starts_on", "source"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    department_id: Mapped[int] = mapped_column(ForeignKey("departments.id"))
    period_kind: Mapped[str]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    percent: Mapped[Decimal] = mapped_column(Numeric(6, 3))
    written: Mapped[str]
    measure: Mapped[str]
    source: Mapped[str]


class RatingScheme(Model):
    """A version of a scoring scheme brought in after the shipped ones; `content` is its file and never changes."""

    __tablename__ = "rating_schemes"

    code: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    valid_from: Mapped[date]
    basis: Mapped[str]
    content: Mapped[str]
    sha256: Mapped[str]
    imported_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class UnitAssessment(Model):
    """Points for an index that no dossier or answer tells: those a department gave itself, and those after appraisal.

    Who appraised is another person than who assessed, and says why where the points differ.
    """

    __tablename__ = "unit_assessments"
    __table_args__ = (
        CheckConstraint("period_kind IN ('quarter', 'year')", name="period_kind"),
        CheckConstraint("own_points >= 0 AND appraised_points >= 0", name="points"),
        CheckConstraint("num_nulls(appraised_points, appraised_by, appraised_at) IN (0, 3)", name="appraised_whole"),
        CheckConstraint("appraised_by <> own_by", name="two_persons"),
        CheckConstraint("appraised_points = own_points OR reason IS NOT NULL", name="difference_has_reason"),
    )

    department_id: Mapped[int] = mapped_column(ForeignKey("departments.id"), primary_key=True)
    period_kind: Mapped[str] = mapped_column(primary_key=True)
    starts_on: Mapped[date] = mapped_column(primary_key=True)
    index_number: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    own_points: Mapped[int] = mapped_column(SmallInteger)
    own_by: Mapped[int] = mapped_column(ForeignKey("staff_members.id"))
    own_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    appraised_points: Mapped[int | None] = mapped_column(SmallInteger)
    appraised_by: Mapped[int | None] = mapped_column(ForeignKey("staff_members.id"))
    appraised_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    reason: Mapped[str | None]


class OpenFile(Model):
    """What is published of one publication for anybody to take away, in one format."""

    __tablename__ = "open_files"
    __table_args__ = (CheckConstraint("format IN ('csv', 'json')", name="format"),)

    publication_id: Mapped[int] = mapped_column(ForeignKey("publications.id", ondelete="CASCADE"), primary_key=True)
    format: Mapped[str] = mapped_column(primary_key=True)
    file_id: Mapped[UUID] = mapped_column(ForeignKey("kept_files.id"), unique=True)


class ExportJob(Model):
    """An export of many periods that somebody asked for; the worker makes it, and it is kept for some days.

    `department_ids` is what the asker answered for when asking (null: the whole service). `done` counts periods.
    """

    __tablename__ = "export_jobs"
    __table_args__ = (
        CheckConstraint("state IN ('queued', 'running', 'done', 'failed', 'expired')", name="state"),
        CheckConstraint("format IN ('csv', 'xlsx')", name="format"),
        CheckConstraint("(state = 'done') = (file_id IS NOT NULL)", name="done_has_file"),
        Index("ix_export_jobs_asked_by_asked_at", "asked_by", "asked_at"),
        Index("ix_export_jobs_waiting", "asked_at", postgresql_where="state IN ('queued', 'running')"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    asked_by: Mapped[int] = mapped_column(ForeignKey("staff_members.id"))
    asked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    period_kind: Mapped[str]
    first_on: Mapped[date]
    last_on: Mapped[date]
    format: Mapped[str]
    department_ids: Mapped[list[int] | None] = mapped_column(ARRAY(Integer))
    state: Mapped[str]
    attempts: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int]
    rows: Mapped[int | None]
    file_id: Mapped[UUID | None] = mapped_column(ForeignKey("kept_files.id"), unique=True)
    started_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    finished_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    expires_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
