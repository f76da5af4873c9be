"""Responses as the rules see them that find what needs a second look: moments, devices, keyers, single choices."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, and_, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from feedback_app.kit.clock import VIETNAM
from feedback_app.surveys.models import (
    Response,
)
from feedback_app.surveys.queries.counting import between, countable


@dataclass(frozen=True, slots=True)
class Given:
    """A countable response as the rules on doubtful ones look at it; `moment` is when it was answered, or keyed."""

    id: UUID
    department_id: int
    version_id: int
    place_id: int | None
    device_id: UUID | None
    keyer_id: int | None
    choice_ids: tuple[int, ...]
    demonstration: bool
    trapped: bool
    moment: datetime


def touched_on(session: Session, day: date) -> list[Given]:
    """What people answered themselves (kiosk, QR, web) on a day, in order of time."""
    return _given(
        session,
        Response.answered_at,
        and_(between(day, day + timedelta(days=1)), Response.keyed_at.is_(None)),
    )


def keyed_between(session: Session, start: datetime, end: datetime) -> list[Given]:
    """Paper forms keyed from `start` until before `end`, whenever they were answered, in order of keying."""
    return _given(
        session,
        Response.keyed_at,
        and_(Response.keyer_id.is_not(None), Response.keyed_at >= start, Response.keyed_at < end),
    )


def on_paper(session: Session, *, department_id: int, first: date, before: date) -> list[Given]:
    """A department's countable paper and scanned forms answered in these days."""
    which = and_(Response.rated_department_id == department_id, between(first, before))
    return _given(session, Response.answered_at, and_(which, Response.keyed_at.is_not(None)))


def _given(session: Session, moment: InstrumentedAttribute[Any], which: ColumnElement[bool]) -> list[Given]:
    columns = (
        Response.id,
        Response.rated_department_id,
        Response.version_id,
        Response.place_id,
        Response.device_id,
        Response.keyer_id,
        Response.choice_ids,
        Response.demonstration,
        Response.trapped,
    )
    rows = session.execute(select(*columns, moment).where(countable(), which).order_by(moment, Response.id))
    return [
        Given(id_, department_id, version_id, place_id, device_id, keyer_id, tuple(picked), *marks)
        for id_, department_id, version_id, place_id, device_id, keyer_id, picked, *marks in rows
    ]


def touches_by_hour(
    session: Session, first: date, before: date
) -> dict[tuple[int | None, int], tuple[int, dict[int, int]]]:
    """What places usually bring: by (place, rated department) the number of days that had answers of `touched_on`, and
    how many of them fell in each hour of the day."""
    hour = func.extract("hour", func.timezone(VIETNAM.key, Response.answered_at)).cast(Integer)
    spot = (Response.place_id, Response.rated_department_id)
    which = and_(countable(), between(first, before), Response.place_id.is_not(None), Response.keyed_at.is_(None))
    found: dict[tuple[int | None, int], tuple[int, dict[int, int]]] = {}
    for place_id, department_id, days in session.execute(
        select(*spot, func.count(Response.answered_on.distinct())).where(which).group_by(*spot)
    ):
        found[place_id, department_id] = (days, {})
    for place_id, department_id, at, count in session.execute(
        select(*spot, hour, func.count()).where(which).group_by(*spot, hour)
    ):
        found[place_id, department_id][1][at] = count
    return found


def answers_given(session: Session, first: date, before: date) -> dict[tuple[int, int], dict[tuple[int, ...], int]]:
    """How often people gave exactly the same answers, by (rated department, version): picked choices to count."""
    found: dict[tuple[int, int], dict[tuple[int, ...], int]] = defaultdict(dict)
    key = (Response.rated_department_id, Response.version_id, Response.choice_ids)
    for department_id, version_id, choice_ids, count in session.execute(
        select(*key, func.count()).where(countable(), between(first, before)).group_by(*key)
    ):
        found[department_id, version_id][tuple(choice_ids)] = count
    return found
