"""The one-stop system calls a dossier up on the device of a counter. Nothing here commits."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, cast

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from feedback_app.departments.queries import Spot
from feedback_app.kiosks.commands import Position
from feedback_app.kiosks.models import KioskCall
from feedback_app.tokens.codes import Token
from feedback_app.tokens.commands import Stage

# Who has left the counter by then is not asked in somebody else's place.
HOLDS: Final = timedelta(minutes=3)
# Deleted calls leave their tokens in the file, in the order in which people were served: to be rewritten each night.
MIXED: Final = ((KioskCall.__tablename__, "token"),)


@dataclass(frozen=True, slots=True)
class Call:
    id: int
    token: Token
    stage: Stage


def call_up(session: Session, token: Token, *, spot: Spot, stage: Stage, now: datetime) -> tuple[int, datetime]:
    """Let the device at a spot ask for a dossier; its number, and until when. A newer call replaces an older one."""
    forget_calls(session, now=now)
    session.execute(
        delete(KioskCall).where(
            KioskCall.place_id == spot.place_id, KioskCall.counter_id.is_not_distinct_from(spot.counter_id)
        )
    )
    row = KioskCall(
        place_id=spot.place_id, counter_id=spot.counter_id, token=token.value, stage=stage, expires_at=now + HOLDS
    )
    session.add(row)
    session.flush()
    return row.id, row.expires_at


def take_call(session: Session, position: Position, *, now: datetime) -> Call | None:
    """The call for a device that stands there, which is gone with that: two devices never ask for one dossier."""
    waiting = (
        select(KioskCall.id)
        .where(
            KioskCall.place_id == position.place_id,
            KioskCall.counter_id.is_not_distinct_from(position.counter_id),
            KioskCall.expires_at > now,
        )
        .order_by(KioskCall.id.desc())
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    row = session.execute(
        delete(KioskCall)
        .where(KioskCall.id.in_(waiting))
        .returning(KioskCall.id, KioskCall.token, KioskCall.stage)
        .execution_options(synchronize_session=False)
    ).first()
    return None if row is None else Call(row.id, Token(row.token), cast(Stage, row.stage))


def forget_calls(session: Session, *, now: datetime) -> None:
    """Delete the calls that nobody took in time."""
    session.execute(delete(KioskCall).where(KioskCall.expires_at <= now))
