"""Slips for dossiers, by people and by the one-stop system. Nothing here commits."""

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy.orm import Session

from feedback_app.departments import queries as departments
from feedback_app.departments.queries import PlaceView, Spot
from feedback_app.kit.clock import local_day
from feedback_app.kit.errors import N_, NotAllowed
from feedback_app.staff.operations import record
from feedback_app.staff.queries import KeyHolder, Member
from feedback_app.tokens import operations as tokens
from feedback_app.tokens.codes import Naming, Token
from feedback_app.tokens.commands import Stage


class OutsideKey(NotAllowed):
    """The key is not for this place.

    The attempt is in the trail by then: the caller commits before it passes this on.
    """


def issue_slips(
    session: Session,
    issued: Collection[Token],
    *,
    place: PlaceView,
    stage: Stage,
    member: Member,
    now: datetime,
    days: int,
) -> date:
    """Let the dossiers be known and note who printed how many slips; returns the last day on which they hold.

    Whether a dossier was answered for is not looked at: it would tell its official.
    """
    named = [Naming(token, stage, (place.department_id,)) for token in issued]
    until = tokens.issue(session, named, now=now, days=days)
    record(
        session,
        now=now,
        actor_id=member.id,
        action="surveys.slips_issued",
        subject=f"place:{place.id}",
        department_id=place.department_id,
        details={"slips": len(issued), "stage": stage},
    )
    return until


def check_key(session: Session, key: KeyHolder, spot: Spot, *, now: datetime) -> frozenset[int]:
    """The departments for whose answers a key names dossiers at a spot.

    One for the department that receives there names them for it and for the one that is rated, one for the rated
    department for that alone: it says nothing of answers at other counters. Raises OutsideKey for others.
    """
    allowed = departments.within(session, department_id=key.department_id, day=local_day(now))
    if spot.receiving_department_id in allowed:
        return frozenset({spot.receiving_department_id, spot.rated_department_id})
    if spot.rated_department_id in allowed:
        return frozenset({spot.rated_department_id})
    record(
        session,
        now=now,
        actor_id=None,
        action="surveys.slips_refused",
        subject=f"api_key:{key.id}",
        department_id=spot.receiving_department_id,
        details={"key": key.name, "place": spot.place_slug},
    )
    raise OutsideKey(N_("Khóa này không dùng được cho điểm phục vụ “%(place)s”."), field="place", place=spot.place_slug)
