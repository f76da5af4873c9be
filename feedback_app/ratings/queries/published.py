"""Publications and restatements: what was published of a period, when, and which one holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from feedback_app.ratings.models import MonthlyTally, Publication, PublishedTally
from feedback_app.ratings.periods import Kind, Period


@dataclass(frozen=True, slots=True)
class PublicationView:
    """Which publication a figure was read from; numbers above 1 are restatements.

    `published_by` is a staff member's id; None is the timetable, or a terminal.
    """

    id: int
    period: Period
    number: int
    published_at: datetime
    published_by: int | None
    reason: str | None
    scheme: str
    minimum: int
    small_cell: int


def publications(session: Session, period: Period) -> list[PublicationView]:
    """Every publication of a period, the first one first."""
    rows = session.scalars(
        select(Publication)
        .where(Publication.period_kind == period.kind, Publication.starts_on == period.starts_on)
        .order_by(Publication.number)
    )
    return [_view(row) for row in rows]


def all_publications(session: Session, *, limit: int) -> list[PublicationView]:
    """The latest publications and restatements of any period, newest first."""
    rows = session.scalars(
        select(Publication).order_by(Publication.published_at.desc(), Publication.id.desc()).limit(limit)
    )
    return [_view(row) for row in rows]


def newest_publications(session: Session, periods: Sequence[Period]) -> dict[Period, PublicationView]:
    """The publication that holds, for each of these periods that was published."""
    keys = [(period.kind, period.starts_on) for period in periods]
    rows = session.scalars(
        select(Publication)
        .where(tuple_(Publication.period_kind, Publication.starts_on).in_(keys))
        .order_by(Publication.number)
    )
    return {view.period: view for view in map(_view, rows)}


def newest_published(session: Session, kind: Kind) -> Period | None:
    """The latest period of a kind that was published."""
    row = session.execute(
        select(Publication.starts_on, Publication.ends_on)
        .where(Publication.period_kind == kind)
        .order_by(Publication.starts_on.desc())
        .limit(1)
    ).first()
    return Period(row.starts_on, row.ends_on, kind) if row else None


def since_publication(session: Session, publication: PublicationView) -> int:
    """How many more countable responses the period's days hold than were published; negative for fewer."""
    counted = (
        select(func.coalesce(func.sum(MonthlyTally.responses), 0))
        .where(MonthlyTally.month >= publication.period.starts_on, MonthlyTally.month < publication.period.ends_on)
        .scalar_subquery()
    )
    frozen = (
        select(func.coalesce(func.sum(PublishedTally.responses), 0))
        .where(PublishedTally.publication_id == publication.id)
        .scalar_subquery()
    )
    return int(session.scalar(select(counted - frozen)) or 0)


def _view(row: Publication) -> PublicationView:
    return PublicationView(
        id=row.id,
        period=Period(row.starts_on, row.ends_on, row.period_kind),  # type: ignore[arg-type]  # the database allows these kinds alone
        number=row.number,
        published_at=row.published_at,
        published_by=row.published_by,
        reason=row.reason,
        scheme=row.scheme,
        minimum=row.minimum_responses,
        small_cell=row.small_cell,
    )
