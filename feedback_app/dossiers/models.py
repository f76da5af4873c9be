"""How many dossiers each department handled: the denominators of participation and of being on time."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from feedback_app.kit.db import Model


class ReportedDossiers(Model):
    """Counts as somebody reported them, with the source; a figure the source does not give is NULL.

    `starts_on` to `ends_on` (exclusive) is the period if it is known; `published_rate` is the percentage as printed.
    """

    __tablename__ = "reported_dossiers"
    __table_args__ = (
        CheckConstraint(
            "received >= 0 AND resolved >= 0 AND on_time >= 0 AND early >= 0 AND late >= 0",
            name="not_negative",
        ),
        CheckConstraint("on_time <= coalesce(resolved, received, on_time)", name="on_time_within_all"),
        CheckConstraint("early <= coalesce(on_time, resolved, received, early)", name="early_within_on_time"),
        CheckConstraint("ends_on > starts_on", name="period"),
        Index("ix_reported_dossiers_department_id", "department_id"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    department_id: Mapped[int] = mapped_column(ForeignKey("departments.id"))
    about: Mapped[str]
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    period_note: Mapped[str]
    received: Mapped[int | None]
    resolved: Mapped[int | None]
    on_time: Mapped[int | None]
    early: Mapped[int | None]
    late: Mapped[int | None]
    published_rate: Mapped[str | None]
    source: Mapped[str]


class DossierImport(Model):
    """One time that counts of days were brought in: where from, when, and by whom (a person or another system).

    Days imported again leave this row as it is: it tells what was done, not what stands.
    """

    __tablename__ = "dossier_imports"
    __table_args__ = (CheckConstraint("last_day >= first_day", name="days"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    source: Mapped[str]
    imported_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    member_id: Mapped[int | None] = mapped_column(ForeignKey("staff_members.id"))
    api_key_id: Mapped[int | None] = mapped_column(ForeignKey("api_keys.id"))
    first_day: Mapped[date]
    last_day: Mapped[date]
    department_ids: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    lines: Mapped[int]
    demonstration: Mapped[bool] = mapped_column(default=False)


class DailyDossiers(Model):
    """One line of a department's day as one source counts it; lines are parts that add up, never totals.

    Without a procedure the line holds what is left of its field, without a field what is left of the day.
    `resolved_on_time` are those resolved on the very day promised, `resolved_early` before it: a dossier is in one of
    the two or in `resolved_late`. `refused` were turned away and are in none of the three. `pending` are those still
    open when the day ended, `pending_late` the overdue among them: both are a stock, never summed over days.
    """

    __tablename__ = "daily_dossiers"
    __table_args__ = (
        CheckConstraint(
            "received >= 0 AND resolved_early >= 0 AND resolved_on_time >= 0 AND resolved_late >= 0"
            " AND refused >= 0 AND pending >= 0 AND pending_late >= 0",
            name="not_negative",
        ),
        CheckConstraint("pending_late <= pending", name="late_within_pending"),
        CheckConstraint("procedure_id IS NULL OR field_id IS NOT NULL", name="procedure_within_field"),
        UniqueConstraint(
            "department_id",
            "day",
            "source",
            "field_id",
            "procedure_id",
            name="uq_daily_dossiers_line",
            postgresql_nulls_not_distinct=True,
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    department_id: Mapped[int] = mapped_column(ForeignKey("departments.id"))
    day: Mapped[date]
    source: Mapped[str]
    field_id: Mapped[int | None] = mapped_column(ForeignKey("procedure_fields.id"))
    procedure_id: Mapped[int | None] = mapped_column(ForeignKey("procedures.id"))
    received: Mapped[int]
    resolved_early: Mapped[int]
    resolved_on_time: Mapped[int]
    resolved_late: Mapped[int]
    refused: Mapped[int]
    pending: Mapped[int]
    pending_late: Mapped[int]
    import_id: Mapped[int] = mapped_column(ForeignKey("dossier_imports.id"), index=True)


class DossierUpload(Model):
    """A file waiting for its sender to look at it and say yes; read anew each time, forgotten after a day."""

    __tablename__ = "dossier_uploads"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("staff_members.id"))
    uploaded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    file_name: Mapped[str]
    source: Mapped[str]
    content: Mapped[bytes]
