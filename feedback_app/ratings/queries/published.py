"""Publications and restatements: what was published of a period, when, and which one holds; and the drafts of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import func, select, tuple_
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from feedback_app.kit.errors import N_, NotFound
from feedback_app.kit.revisions import Kept
from feedback_app.ratings.models import MonthlyTally, Publication, PublishedTally
from feedback_app.ratings.periods import Kind, Period

State = Literal["draft", "returned", "checked", "published"]


class NoPublication(NotFound):
    """The period was never published, or not so often; drafts count for nobody but managers."""


@dataclass(frozen=True, slots=True)
class PublicationView:
    """Which publication a figure was read from; numbers above 1 are restatements.

    `as_of` is when its inputs were frozen. People are ids of staff members; where there is none the timetable acted, or
    a terminal. `excluded` is how many responses were left out, by reason. A draft has no `published_at`, no `link` in
    the chain and no `hash`.
    """

    id: int
    period: Period
    number: int
    reason: str | None
    scheme: str
    disclosure: str
    minimum: int
    small_cell: int
    excluded: Mapping[str, int]
    as_of: datetime
    drafted_by: int | None
    checked_at: datetime | None
    checked_by: int | None
    returned_at: datetime | None
    returned_by: int | None
    return_reason: str | None
    published_at: datetime | None
    published_by: int | None
    link: int | None
    previous_hash: str | None
    hash: str | None

    @property
    def state(self) -> State:
        if self.published_at is not None:
            return "published"
        if self.returned_at is not None:
            return "returned"
        return "draft" if self.checked_at is None else "checked"

    @property
    def people(self) -> frozenset[int]:
        """Everybody who had a hand in it."""
        return frozenset(
            each for each in (self.drafted_by, self.checked_by, self.returned_by, self.published_by) if each is not None
        )


def publications(session: Session, period: Period) -> list[PublicationView]:
    """Every publication of a period, the first one first."""
    rows = session.scalars(
        select(Publication)
        .where(Publication.period_kind == period.kind, Publication.starts_on == period.starts_on, _PUBLISHED)
        .order_by(Publication.number)
    )
    return [view(row) for row in rows]


def publication(session: Session, period: Period, number: int) -> PublicationView:
    """One publication of a period; raises NoPublication."""
    for each in publications(session, period):
        if each.number == number:
            return each
    raise NoPublication(N_("Kỳ này không có lần công bố ấy."))


def all_publications(session: Session, *, limit: int, offset: int = 0) -> list[PublicationView]:
    """The latest publications and restatements of any period, newest first."""
    rows = session.scalars(
        select(Publication)
        .where(_PUBLISHED)
        .order_by(Publication.published_at.desc(), Publication.id.desc())
        .limit(limit)
        .offset(offset)
    )
    return [view(row) for row in rows]


def holding_publications(session: Session) -> list[PublicationView]:
    """The newest publication of every published period, the latest period first."""
    newest = (
        select(Publication.id)
        .where(_PUBLISHED)
        .ext(distinct_on(Publication.period_kind, Publication.starts_on))
        .order_by(Publication.period_kind, Publication.starts_on, Publication.number.desc())
    )
    rows = session.scalars(
        select(Publication)
        .where(Publication.id.in_(newest))
        .order_by(Publication.ends_on.desc(), Publication.starts_on.desc())
    )
    return [view(row) for row in rows]


def newest_publications(session: Session, periods: Sequence[Period]) -> dict[Period, PublicationView]:
    """The publication that holds, for each of these periods that was published."""
    keys = [(period.kind, period.starts_on) for period in periods]
    rows = session.scalars(
        select(Publication)
        .where(tuple_(Publication.period_kind, Publication.starts_on).in_(keys), _PUBLISHED)
        .order_by(Publication.number)
    )
    return {found.period: found for found in map(view, rows)}


def newest_published(session: Session, kind: Kind) -> Period | None:
    """The latest period of a kind that was published."""
    row = session.execute(
        select(Publication.starts_on, Publication.ends_on)
        .where(Publication.period_kind == kind, _PUBLISHED)
        .order_by(Publication.starts_on.desc())
        .limit(1)
    ).first()
    return Period(row.starts_on, row.ends_on, kind) if row else None


def drafts(session: Session) -> list[PublicationView]:
    """Everything that waits to be checked and published, the oldest period first. For managers alone."""
    rows = session.scalars(
        select(Publication).where(~_PUBLISHED).order_by(Publication.ends_on, Publication.starts_on, Publication.id)
    )
    return [view(row) for row in rows]


def draft(session: Session, period: Period) -> PublicationView | None:
    """The draft of a period. For managers alone."""
    row = session.scalars(
        select(Publication).where(
            Publication.period_kind == period.kind, Publication.starts_on == period.starts_on, ~_PUBLISHED
        )
    ).one_or_none()
    return None if row is None else view(row)


_since: Kept[int] = Kept("ratings", most=100)


def since_publication(session: Session, publication: PublicationView) -> int:
    """How many more countable responses the period's days hold than were published; negative for fewer."""
    return _since.find(session, publication.id, lambda: _read_since(session, publication))


def _read_since(session: Session, publication: PublicationView) -> int:
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


def view(row: Publication) -> PublicationView:
    """A stored publication or draft as others may see it."""
    return PublicationView(
        id=row.id,
        period=Period(row.starts_on, row.ends_on, row.period_kind),  # type: ignore[arg-type]  # the database allows these kinds alone
        number=row.number,
        reason=row.reason,
        scheme=row.scheme,
        disclosure=row.disclosure,
        minimum=row.minimum_responses,
        small_cell=row.small_cell,
        excluded=row.excluded,
        as_of=row.as_of,
        drafted_by=row.drafted_by,
        checked_at=row.checked_at,
        checked_by=row.checked_by,
        returned_at=row.returned_at,
        returned_by=row.returned_by,
        return_reason=row.return_reason,
        published_at=row.published_at,
        published_by=row.published_by,
        link=row.link,
        previous_hash=row.previous_hash,
        hash=row.hash,
    )


_PUBLISHED = Publication.published_at.is_not(None)
