"""That dossiers were answered for, that slips were issued, and how often an answer came too late.

Nothing here can be joined to a response: no id, no moment, no place. Rows tell by where they lie in the file and by the
transaction that wrote them, too, so the tables are written anew each night in the order of the digests, with their
indexes, into new files. PostgreSQL keeps no statistics of digests: what they drew in the course of a day would tell
which were there by then.
"""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from feedback_app.kit.db import Model


class SpentToken(Model):
    """A dossier that was answered for at a stage, on a day."""

    __tablename__ = "spent_tokens"
    __table_args__ = (Index("ix_spent_tokens_day", "day"),)

    digest: Mapped[bytes] = mapped_column(primary_key=True)
    day: Mapped[date]


class IssuedToken(Model):
    """A dossier that an office named at a stage, on a slip or by the one-stop system; the last such day.

    The digest is of token, stage and the department it was named for (`Token.issued_digest`).
    """

    __tablename__ = "issued_tokens"
    __table_args__ = (
        CheckConstraint("expires_on >= day", name="expires_later"),
        Index("ix_issued_tokens_expires_on", "expires_on"),
    )

    digest: Mapped[bytes] = mapped_column(primary_key=True)
    day: Mapped[date]
    expires_on: Mapped[date]


class AnsweredBefore(Model):
    """How many answers of a day were not stored because their dossier had one already."""

    __tablename__ = "answered_before"
    __table_args__ = (
        CheckConstraint("attempts > 0", name="attempts"),
        CheckConstraint("channel IN ('kiosk', 'qr', 'web', 'paper', 'scan')", name="channel"),
        CheckConstraint("stage IN ('received', 'supplement', 'refused', 'returned')", name="stage"),
    )

    day: Mapped[date] = mapped_column(primary_key=True)
    department_id: Mapped[int] = mapped_column(ForeignKey("departments.id"), primary_key=True)
    stage: Mapped[str] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(primary_key=True)
    attempts: Mapped[int]
