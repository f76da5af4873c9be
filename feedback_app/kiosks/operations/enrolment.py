"""How a device comes into the fleet: an administrator makes a code for a place, somebody types it on the device.

The code alone decides where the device stands and what it is called; nothing is chosen on the device.
"""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback_app.departments import queries as departments
from feedback_app.kiosks.commands import Pin, Position
from feedback_app.kiosks.models import KioskAssignment, KioskCode, KioskDevice
from feedback_app.kiosks.queries.devices import key_digest
from feedback_app.kit.clock import local_day
from feedback_app.kit.errors import N_, Invalid, NotFound
from feedback_app.kit.ids import new_id
from feedback_app.kit.text import normalise
from feedback_app.staff.operations import record

LASTS: Final = timedelta(hours=24)
LONGEST_NAME: Final = 80
# Without 0 O, 1 I L: people read a code from a screen or a sheet and type it on a tablet. 31^8 codes, of which few hold
# at a time and each for a day: at ten guesses a minute nobody finds one.
ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_CODE = re.compile(f"[{ALPHABET}]{{8}}")


class BadDevice(Invalid):
    """A device needs a name that tells it from the others, and a place that is open."""


class BadCode(Invalid):
    """What was typed cannot be a code."""


class CodeNotFound(NotFound):
    """Unknown, used or too old; which of them is nobody's business who does not hold it."""


@dataclass(frozen=True, slots=True)
class Enrolled:
    """`key` is shown this once."""

    device_id: UUID
    key: str
    name: str


def make_code(session: Session, *, now: datetime, actor_id: int, name: str, position: Position, pin: Pin) -> str:
    """A code for one device to stand at `position`, shown once: "K7QM-2XDP". Raises BadDevice and PlaceNotFound."""
    shown = device_name(name)
    spot = departments.spot_of(session, place_id=position.place_id, counter_id=position.counter_id, on=local_day(now))
    code = "".join(secrets.choice(ALPHABET) for _ in range(8))
    row = KioskCode(
        digest=_digest(code),
        name=shown,
        place_id=position.place_id,
        counter_id=position.counter_id,
        stage=position.stage,
        pin_salt=pin.salt,
        pin_hash=pin.hash,
        pin_iterations=pin.iterations,
        made_by=actor_id,
        made_at=now,
        expires_at=now + LASTS,
    )
    session.add(row)
    session.flush()
    record(
        session,
        now=now,
        actor_id=actor_id,
        action="kiosks.code_made",
        subject=f"kiosk_code:{row.id}",
        department_id=spot.receiving_department_id,
        details={"name": shown, "place": spot.place_slug, "counter": spot.counter_slug, "stage": position.stage},
    )
    return f"{code[:4]}-{code[4:]}"


def enrol(session: Session, *, now: datetime, code: str) -> Enrolled:
    """Make the device a code is for. Raises BadCode and CodeNotFound.

    The row of the code is locked, so of two devices that type it at once only one gets in.
    """
    typed = re.sub(r"[\s-]", "", code.upper())
    if not _CODE.fullmatch(typed):
        raise BadCode(N_("Mã ghi danh gồm 8 chữ và số, như K7QM-2XDP."), field="code")
    row = session.scalars(
        select(KioskCode)
        .where(KioskCode.digest == _digest(typed), KioskCode.used_at.is_(None), KioskCode.expires_at > now)
        .with_for_update()
    ).one_or_none()
    if row is None:
        raise CodeNotFound(N_("Mã không đúng, đã dùng hoặc đã hết hạn. Xin quản trị viên tạo mã mới."), field="code")
    secret = secrets.token_urlsafe(32)
    device = KioskDevice(
        id=new_id(),
        name=row.name,
        key_digest=key_digest(secret),
        enrolled_at=now,
        seen_at=now,
        pin_salt=row.pin_salt,
        pin_hash=row.pin_hash,
        pin_iterations=row.pin_iterations,
    )
    session.add(device)
    session.flush()
    session.add(
        KioskAssignment(
            device_id=device.id,
            place_id=row.place_id,
            counter_id=row.counter_id,
            stage=row.stage,
            starts_at=now,
        )
    )
    row.used_at = now
    row.device_id = device.id
    spot = departments.spot_of(session, place_id=row.place_id, counter_id=row.counter_id, on=local_day(now))
    record(
        session,
        now=now,
        actor_id=None,
        action="kiosks.enrolled",
        subject=f"kiosk:{device.id}",
        department_id=spot.receiving_department_id,
        details={"name": device.name, "code": row.id, "made_by": row.made_by},
    )
    session.flush()
    return Enrolled(device.id, f"{device.id}.{secret}", device.name)


def device_name(typed: str) -> str:
    """The name in normal form; raises BadDevice."""
    shown = normalise(typed)
    if not shown:
        raise BadDevice(N_("Xin đặt tên cho ki-ốt."), field="name")
    if len(shown) > LONGEST_NAME:
        raise BadDevice(N_("Tên ki-ốt không quá %(most)s ký tự."), field="name", most=LONGEST_NAME)
    return shown


def _digest(code: str) -> bytes:
    return sha256(code.encode()).digest()
