"""Whether invented responses are stored: every page then says so."""

from datetime import date, datetime, timedelta
from typing import Final
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, exists, select
from sqlalchemy.orm import Session

from feedback_app.surveys.models import (
    Response,
)
from feedback_app.surveys.queries.counting import between


def has_demonstration_between(session: Session, first: date, before: date) -> bool:
    """Whether demonstration responses were answered in these days."""
    return bool(session.scalar(select(exists().where(Response.demonstration, between(first, before)))))


def has_demonstration(session: Session) -> bool:
    """Whether demonstration responses are stored: every page then says so."""
    return bool(session.scalar(select(exists().where(Response.demonstration))))


_DEMONSTRATION_REMEMBERED: Final = timedelta(seconds=10)
_demonstration: WeakKeyDictionary[Engine, tuple[datetime, bool]] = WeakKeyDictionary()


def shows_demonstration(session: Session, *, now: datetime) -> bool:
    """`has_demonstration` as this process learnt it at most ten seconds ago: every page asks, it seldom changes."""
    database = session.get_bind().engine
    asked_at, answer = _demonstration.get(database, (None, False))
    if asked_at is None or not asked_at <= now < asked_at + _DEMONSTRATION_REMEMBERED:
        answer = has_demonstration(session)
        _demonstration[database] = (now, answer)
    return answer


def forget_demonstration() -> None:
    """Ask the database next time: this process has just stored or removed some."""
    _demonstration.clear()
