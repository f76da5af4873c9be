"""Petitions as their register has them: no sender, no text."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from feedback_app.kit.db import Model


class Petition(Model):
    """One petition. The columns mean what they mean in commands.RegisterPetition and figures.Petition.

    `demonstration` says that it is invented.
    """

    __tablename__ = "petitions"
    __table_args__ = (
        UniqueConstraint("source", "reference"),
        CheckConstraint("verdict IN ('upheld', 'unfounded', 'malicious', 'pending')", name="verdict"),
        CheckConstraint("due_on >= received_on AND answered_on >= received_on", name="days"),
        Index("ix_petitions_department_id_received_on", "department_id", "received_on"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    reference: Mapped[str]
    department_id: Mapped[int] = mapped_column(ForeignKey("departments.id"))
    received_on: Mapped[date]
    due_on: Mapped[date]
    answered_on: Mapped[date | None]
    verdict: Mapped[str]
    about_conduct: Mapped[bool]
    prolonged: Mapped[bool]
    contested: Mapped[bool]
    source: Mapped[str]
    demonstration: Mapped[bool] = mapped_column(default=False)
