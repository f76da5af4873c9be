"""Counts of dossiers as they were reported, with what honestly follows from them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback_app.dossiers import figures
from feedback_app.dossiers.figures import Counts, PublishedRate, Share
from feedback_app.dossiers.models import ReportedDossiers


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportedView:
    """One reported figure.

    `shares` are the percentages its counts allow, the first the one `published` speaks of; empty where the source
    gives no denominator. `unexplained` dossiers are neither on time nor late; None if that cannot be told.
    """

    id: int
    department_id: int
    about: str
    starts_on: date | None
    ends_on: date | None
    period_note: str
    received: int | None
    resolved: int | None
    on_time: int | None
    early: int | None
    late: int | None
    source: str
    published_rate: str | None
    published: PublishedRate | None
    shares: tuple[Share, ...]
    unexplained: int | None


def reported(session: Session, *, department_id: int) -> list[ReportedView]:
    """The reported figures of a department: dated ones by period, then the undated in the order entered."""
    return reported_of(session, department_ids=[department_id])


def reported_of(session: Session, *, department_ids: Collection[int]) -> list[ReportedView]:
    """The reported figures of several departments, in the order of `reported`."""
    rows = session.scalars(
        select(ReportedDossiers)
        .where(ReportedDossiers.department_id.in_(department_ids))
        .order_by(ReportedDossiers.starts_on.nulls_last(), ReportedDossiers.id)
    )
    return [_view(row) for row in rows]


def _view(row: ReportedDossiers) -> ReportedView:
    counts = Counts(received=row.received, resolved=row.resolved, on_time=row.on_time, early=row.early, late=row.late)
    shares = tuple(figures.shares(counts))
    rate = row.published_rate
    return ReportedView(
        id=row.id,
        department_id=row.department_id,
        about=row.about,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        period_note=row.period_note,
        received=row.received,
        resolved=row.resolved,
        on_time=row.on_time,
        early=row.early,
        late=row.late,
        source=row.source,
        published_rate=rate,
        published=figures.judge(rate, shares[0]) if rate is not None and shares else None,
        shares=shares,
        unexplained=figures.unexplained(counts),
    )
