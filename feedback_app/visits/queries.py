"""How many visits there are now, today and in all."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from feedback_app.kit.clock import local_day
from feedback_app.visits.models import VisitBaseline, VisitDay, VisitSession

ONLINE: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class VisitCounts:
    """`online` were seen in the last 5 minutes; `total` holds `baseline`, what earlier sites had counted."""

    online: int
    today: int
    total: int
    baseline: int
    baseline_source: str | None


@dataclass(frozen=True, slots=True)
class Baseline:
    """What earlier sites had counted, with every source."""

    visits: int
    source: str


def visit_counts(session: Session, *, now: datetime) -> VisitCounts:
    """Visits at `now`. A visit belongs to the Vietnamese day on which it began."""
    online = session.scalar(
        select(func.count()).where(VisitSession.last_seen_at > now - ONLINE, VisitSession.last_seen_at <= now)
    )
    today = day_visits(session, day=local_day(now))
    closed = session.scalar(select(func.coalesce(func.sum(VisitDay.visits), 0)))
    waiting = session.scalar(
        select(func.count()).select_from(VisitSession).where(VisitSession.day.not_in(select(VisitDay.day)))
    )
    before = baseline(session)
    return VisitCounts(
        online=online or 0,
        today=today,
        total=(before.visits if before else 0) + (closed or 0) + (waiting or 0),
        baseline=before.visits if before else 0,
        baseline_source=before.source if before else None,
    )


def day_visits(session: Session, *, day: date) -> int:
    """Visits that began on a day: as closed, or as far as its sessions say."""
    closed = session.scalar(select(VisitDay.visits).where(VisitDay.day == day))
    if closed is not None:
        return closed
    return session.scalar(select(func.count()).where(VisitSession.day == day)) or 0


def baseline(session: Session) -> Baseline | None:
    """The sum of what earlier sites had counted; None when nothing was taken over."""
    rows = session.execute(select(VisitBaseline.visits, VisitBaseline.source).order_by(VisitBaseline.id)).all()
    if not rows:
        return None
    return Baseline(sum(row.visits for row in rows), "; ".join(row.source for row in rows))
