"""How many dossiers each department handled: the denominators of participation and of being on time."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index
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
