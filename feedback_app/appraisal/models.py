"""Officers, their sums of points by quarter in numbered versions, and what they contested."""

from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from feedback_app.kit.db import Model


class Officer(Model):
    """Somebody the one-stop system knows by a code; `member_id` is the account here, if there is one."""

    __tablename__ = "officers"
    __table_args__ = (CheckConstraint("num_nulls(member_id, linked_at) IN (0, 2)", name="linked"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    member_id: Mapped[int | None] = mapped_column(ForeignKey("staff_members.id"), unique=True)
    linked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    demonstration: Mapped[bool] = mapped_column(default=False)


class OfficerAppraisal(Model):
    """One officer's quarter, version by version: what was imported, or corrected by the contest that names the version.

    `department_id` is where the officer worked in that quarter; `scheme` is the scheme version it is scored by.
    """

    __tablename__ = "officer_appraisals"
    __table_args__ = (
        UniqueConstraint("officer_id", "starts_on", "version"),
        CheckConstraint("version > 0", name="version"),
        Index("ix_officer_appraisals_starts_on", "starts_on"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    officer_id: Mapped[int] = mapped_column(ForeignKey("officers.id", ondelete="CASCADE"))
    starts_on: Mapped[date]
    version: Mapped[int]
    department_id: Mapped[int] = mapped_column(ForeignKey("departments.id"))
    scheme: Mapped[str]
    made_by: Mapped[int] = mapped_column(ForeignKey("staff_members.id"))
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class OfficerPoints(Model):
    """The sum of points of one index, and how many dossiers it is the sum over."""

    __tablename__ = "officer_points"
    __table_args__ = (CheckConstraint("points >= 0 AND scored >= 0", name="counts"),)

    appraisal_id: Mapped[int] = mapped_column(ForeignKey("officer_appraisals.id", ondelete="CASCADE"), primary_key=True)
    index_number: Mapped[int] = mapped_column(primary_key=True)
    points: Mapped[int]
    scored: Mapped[int]


_VERSION = ("officer_appraisals.officer_id", "officer_appraisals.starts_on", "officer_appraisals.version")


class Contest(Model):
    """An officer's objection to one index of one quarter as it stood in `version`, and the answer from outside.

    Where it was upheld, `corrected_version` is the version with the corrected sum.
    """

    __tablename__ = "officer_contests"
    __table_args__ = (
        ForeignKeyConstraint(
            ["officer_id", "starts_on", "version"], _VERSION, ondelete="CASCADE", name="fk_officer_contests_version"
        ),
        ForeignKeyConstraint(
            ["officer_id", "starts_on", "corrected_version"],
            _VERSION,
            ondelete="CASCADE",
            name="fk_officer_contests_corrected_version",
        ),
        CheckConstraint("num_nulls(decided_by, decided_at, upheld, answer) IN (0, 4)", name="decided_by_somebody"),
        CheckConstraint("(upheld IS TRUE) = (corrected_version IS NOT NULL)", name="upheld_is_corrected"),
        CheckConstraint("decided_by <> filed_by", name="two_persons"),
        Index(
            "uq_officer_contests_open",
            "officer_id",
            "starts_on",
            "index_number",
            unique=True,
            postgresql_where="decided_at IS NULL",
        ),
        Index("ix_officer_contests_officer_id_starts_on", "officer_id", "starts_on"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    officer_id: Mapped[int]
    starts_on: Mapped[date]
    version: Mapped[int]
    index_number: Mapped[int]
    reason: Mapped[str]
    filed_by: Mapped[int] = mapped_column(ForeignKey("staff_members.id"))
    filed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("staff_members.id"))
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    upheld: Mapped[bool | None]
    answer: Mapped[str | None]
    corrected_version: Mapped[int | None]
