"""Visits to the public pages: a visit ends after 30 minutes without a page, and names nobody."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Computed, DateTime, Identity, Index
from sqlalchemy.orm import Mapped, mapped_column

from feedback_app.kit.db import Model


class VisitSession(Model):
    """A visit under way or just over; rows are deleted once their day is closed."""

    __tablename__ = "visit_sessions"
    __table_args__ = (
        Index("ix_visit_sessions_last_seen_at", "last_seen_at"),
        Index("ix_visit_sessions_day", "day"),
    )

    token: Mapped[UUID] = mapped_column(primary_key=True)
    first_seen_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    last_seen_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    day: Mapped[date] = mapped_column(Computed("(first_seen_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date", persisted=True))


class VisitDay(Model):
    """Visits of a day, recounted from its sessions until they are deleted."""

    __tablename__ = "visit_days"

    day: Mapped[date] = mapped_column(primary_key=True)
    visits: Mapped[int]


class VisitBaseline(Model):
    """What an earlier site had counted, with its source; the total goes on from here."""

    __tablename__ = "visit_baselines"
    __table_args__ = (CheckConstraint("visits >= 0", name="not_negative"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    visits: Mapped[int]
    source: Mapped[str] = mapped_column(unique=True)
