"""Seeing a browser, closing days, and taking over what an earlier site had counted."""

from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import delete, func, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from feedback_app.kit.errors import N_, Invalid
from feedback_app.kit.text import normalise
from feedback_app.visits.models import VisitBaseline, VisitDay, VisitSession

# Sessions outlive their day, so that closing a day twice, or late, counts the same.
KEPT: Final = timedelta(days=2)


class BadBaseline(Invalid):
    """A figure taken over must be a count and must say where it is from."""


def seen(session: Session, *, token: UUID, now: datetime) -> None:
    """Note that the browser holding `token` shows a page.

    The browser makes a new token after 30 minutes of silence, so a new token is a new visit. A known one, also after
    midnight, goes on with its visit, which stays with the day it began.
    """
    sighting = upsert(VisitSession).values(token=token, first_seen_at=now, last_seen_at=now)
    session.execute(
        sighting.on_conflict_do_update(
            index_elements=[VisitSession.token],
            set_={"last_seen_at": func.greatest(VisitSession.last_seen_at, sighting.excluded.last_seen_at)},
        )
    )


def close_days(session: Session, *, today: date) -> int:
    """Write the visits of every finished day that still has its sessions; returns how many days.

    May be repeated and may come late. A day's sessions are deleted together, two days after it and no sooner, so a
    day is never counted from a part of them.
    """
    finished = select(VisitSession.day, func.count()).where(VisitSession.day < today).group_by(VisitSession.day)
    days = [(row[0], row[1]) for row in session.execute(finished)]
    if days:
        session.execute(delete(VisitDay).where(VisitDay.day.in_([day for day, _ in days])))
        session.execute(insert(VisitDay), [{"day": day, "visits": visits} for day, visits in days])
    session.execute(delete(VisitSession).where(VisitSession.day < today - KEPT))
    return len(days)


def set_baseline(session: Session, *, visits: int, source: str) -> None:
    """Go on from what an earlier site had counted; the same source again replaces its figure. Raises BadBaseline."""
    source = normalise(source)
    if visits < 0:
        raise BadBaseline(N_("Số lượt truy cập không thể âm."), field="visits")
    if not source:
        raise BadBaseline(N_("Hãy ghi nguồn của số lượt truy cập."), field="source")
    figure = upsert(VisitBaseline).values(visits=visits, source=source)
    session.execute(
        figure.on_conflict_do_update(index_elements=[VisitBaseline.source], set_={"visits": figure.excluded.visits})
    )
