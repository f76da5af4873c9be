"""Reads of single devices: whose key it is, where it stands and stood, what it is set to."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from hmac import compare_digest
from typing import cast
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback_app.departments import queries as departments
from feedback_app.departments.queries import Spot
from feedback_app.kiosks.commands import DeviceSettings, Pin, Position
from feedback_app.kiosks.models import KioskAssignment, KioskDevice
from feedback_app.kit.clock import local_day
from feedback_app.kit.errors import N_, NotFound
from feedback_app.tokens.commands import Stage


class DeviceNotFound(NotFound):
    """There is no such device."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentView:
    id: int
    position: Position
    starts_at: datetime
    ends_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceView:
    """`assignment` is where it stands now; a revoked device keeps its last one."""

    id: UUID
    name: str
    assignment: AssignmentView
    settings: DeviceSettings
    settings_revision: int
    pin: Pin
    enrolled_at: datetime
    seen_at: datetime
    revoked_at: datetime | None


def device(session: Session, device_id: UUID) -> DeviceView:
    """Raises DeviceNotFound."""
    row = session.get(KioskDevice, device_id)
    if row is None:
        raise DeviceNotFound(N_("Không có ki-ốt này."))
    return as_device(row, assignments(session, device_id)[-1])


def device_of_key(session: Session, token: str) -> DeviceView | None:
    """The device whose key `<id>.<secret>` this is; None for one that is unknown, wrong or revoked."""
    named, _, secret = token.partition(".")
    try:
        row = session.get(KioskDevice, UUID(named))
    except ValueError:
        return None
    if row is None or row.revoked_at is not None or not compare_digest(row.key_digest, key_digest(secret)):
        return None
    return as_device(row, assignments(session, row.id)[-1])


def key_digest(secret: str) -> bytes:
    """What is kept of a key. It is 256 random bits, which nobody can guess from their SHA-256."""
    return sha256(secret.encode()).digest()


def assignments(session: Session, device_id: UUID) -> list[AssignmentView]:
    """Where a device stood, the present place last."""
    rows = session.scalars(
        select(KioskAssignment).where(KioskAssignment.device_id == device_id).order_by(KioskAssignment.id)
    )
    return [as_assignment(row) for row in rows]


def as_assignment(row: KioskAssignment) -> AssignmentView:
    return AssignmentView(
        id=row.id,
        position=Position(place_id=row.place_id, counter_id=row.counter_id, stage=cast(Stage | None, row.stage)),
        starts_at=row.starts_at,
        ends_at=row.ends_at,
    )


def as_device(row: KioskDevice, assignment: AssignmentView) -> DeviceView:
    return DeviceView(
        id=row.id,
        name=row.name,
        assignment=assignment,
        settings=DeviceSettings(
            keyboard=row.keyboard,
            printer=row.printer,
            called=row.called,
            handover=row.handover,
            assisted=row.assisted,
            dossiers_asked=row.dossiers_asked,
        ),
        settings_revision=row.settings_revision,
        pin=Pin(salt=row.pin_salt, hash=row.pin_hash, iterations=row.pin_iterations),
        enrolled_at=row.enrolled_at,
        seen_at=row.seen_at,
        revoked_at=row.revoked_at,
    )


def present_spot(session: Session, device: DeviceView, *, now: datetime) -> Spot:
    """Where a device stands, as the place is today. Raises PlaceNotFound when it has closed."""
    position = device.assignment.position
    return departments.spot_of(session, place_id=position.place_id, counter_id=position.counter_id, on=local_day(now))
