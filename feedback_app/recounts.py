"""The outbox between what was answered and what is counted.

A row says "count this again" and carries no amount, so a request that is delivered twice, late or in
another order does no harm. Rows are only ever appended and removed: one marker for each bucket, updated
in place, loses a request that arrives while the bucket is being counted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, cast

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    DateTime,
    Identity,
    Index,
    Insert,
    Table,
    delete,
    func,
    insert,
    literal,
    select,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from feedback_app.kit.db import Model

Tally = Literal["ratings", "polls"]


class RecountRequest(Model):
    __tablename__ = "recount_requests"
    __table_args__ = (
        CheckConstraint("tally IN ('ratings', 'polls')", name="tally"),
        Index("ix_recount_requests_tally_id", "tally", "id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    tally: Mapped[str]
    subject_id: Mapped[int]
    day: Mapped[date]
    requested_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


_APPEND = insert(cast(Table, RecountRequest.__table__))


@dataclass(frozen=True, slots=True, order=True)
class Bucket:
    """What is counted together: one department's (or poll's) Vietnamese calendar day."""

    subject_id: int
    day: date


@dataclass(frozen=True, slots=True)
class Claim:
    """Requests taken by one transaction, and the buckets they name, each once and in a fixed order."""

    request_ids: tuple[int, ...]
    buckets: tuple[Bucket, ...]


def request(session: Session, tally: Tally, buckets: Sequence[Bucket], *, now: datetime) -> None:
    """Ask for `buckets` to be counted again; takes effect when the caller's transaction commits."""
    if buckets:
        session.connection().execute(
            _APPEND,
            [{"tally": tally, "subject_id": b.subject_id, "day": b.day, "requested_at": now} for b in buckets],
        )


def requesting(
    tally: Tally, *, subject_id: ColumnElement[int], day: ColumnElement[date], now: ColumnElement[datetime]
) -> Insert:
    """`request` as a part (CTE) of the statement that stores something: one request for each row that it returns.

    `subject_id` and `day` are columns of that row. What is stored then takes no second round trip to be counted.
    """
    asked = select(literal(tally), subject_id, day, now)
    return _APPEND.from_select(["tally", "subject_id", "day", "requested_at"], asked)


def claim(session: Session, tally: Tally, *, limit: int) -> Claim:
    """Take up to `limit` waiting requests that no other transaction holds."""
    rows = session.execute(
        select(RecountRequest.id, RecountRequest.subject_id, RecountRequest.day)
        .where(RecountRequest.tally == tally)
        .order_by(RecountRequest.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    return Claim(tuple(row.id for row in rows), tuple(sorted({Bucket(row.subject_id, row.day) for row in rows})))


def settle(session: Session, claimed: Claim) -> None:
    """Remove requests whose buckets have been counted in this transaction."""
    session.execute(delete(RecountRequest).where(RecountRequest.id.in_(claimed.request_ids)))


def waits(session: Session, tally: Tally, bucket: Bucket) -> bool:
    """Whether something in this bucket is still to be counted."""
    asked = (
        RecountRequest.tally == tally,
        RecountRequest.subject_id == bucket.subject_id,
        RecountRequest.day == bucket.day,
    )
    return session.scalar(select(RecountRequest.id).where(*asked).limit(1)) is not None


def waiting_count(session: Session) -> int:
    """How many requests wait; each names a day to be counted again, several may name the same one."""
    return session.scalar(select(func.count()).select_from(RecountRequest)) or 0


def oldest_waiting(session: Session) -> datetime | None:
    """When the longest-waiting request was made; None when everything is counted."""
    return session.scalar(select(RecountRequest.requested_at).order_by(RecountRequest.id).limit(1))
