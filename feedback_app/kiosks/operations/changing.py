"""What an administrator changes about a device: its name, its place, its settings, its PIN, and that it is over."""

from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback_app.departments import queries as departments
from feedback_app.kiosks.commands import DeviceSettings, Pin, Position
from feedback_app.kiosks.models import KioskAlert, KioskAssignment, KioskDevice
from feedback_app.kiosks.operations.enrolment import device_name
from feedback_app.kiosks.queries import DeviceNotFound
from feedback_app.kit.clock import local_day
from feedback_app.kit.errors import N_, Conflict
from feedback_app.staff.operations import record


class AlreadyRevoked(Conflict):
    """A revoked device is not changed any more."""


def rename(session: Session, device_id: UUID, *, now: datetime, actor_id: int, name: str) -> None:
    """Raises BadDevice, DeviceNotFound, AlreadyRevoked."""
    row = _device(session, device_id)
    before, row.name = row.name, device_name(name)
    if row.name != before:
        _changed(session, row, now, actor_id, "kiosks.renamed", {"from": before, "to": row.name})


def move(session: Session, device_id: UUID, *, now: datetime, actor_id: int, position: Position) -> None:
    """Put a device elsewhere from now on. Raises PlaceNotFound, DeviceNotFound, AlreadyRevoked."""
    row = _device(session, device_id)
    present = session.scalars(
        select(KioskAssignment).where(KioskAssignment.device_id == device_id, KioskAssignment.ends_at.is_(None))
    ).one()
    if Position(place_id=present.place_id, counter_id=present.counter_id, stage=present.stage) == position:  # type: ignore[arg-type]
        return
    spot = departments.spot_of(session, place_id=position.place_id, counter_id=position.counter_id, on=local_day(now))
    present.ends_at = now
    session.flush()
    moved = KioskAssignment(device_id=device_id, **asdict(position), starts_at=now)
    session.add(moved)
    session.flush()
    details = {"assignment": moved.id, "place": spot.place_slug, "counter": spot.counter_slug, "stage": position.stage}
    _changed(session, row, now, actor_id, "kiosks.moved", details, department_id=spot.receiving_department_id)


def change_settings(
    session: Session, device_id: UUID, *, now: datetime, actor_id: int, settings: DeviceSettings
) -> None:
    """Raises DeviceNotFound, AlreadyRevoked."""
    row = _device(session, device_id)
    changed = {name: value for name, value in asdict(settings).items() if getattr(row, name) != value}
    for name, value in changed.items():
        setattr(row, name, value)
    if changed:
        _changed(session, row, now, actor_id, "kiosks.settings_changed", changed)


def set_pin(session: Session, device_id: UUID, *, now: datetime, actor_id: int, pin: Pin) -> None:
    """Raises DeviceNotFound, AlreadyRevoked."""
    row = _device(session, device_id)
    row.pin_salt, row.pin_hash, row.pin_iterations = pin.salt, pin.hash, pin.iterations
    _changed(session, row, now, actor_id, "kiosks.pin_set", {})


def revoke(session: Session, device_id: UUID, *, now: datetime, actor_id: int) -> None:
    """End a device's key; what it sent stays. Raises DeviceNotFound, AlreadyRevoked."""
    row = _device(session, device_id)
    row.revoked_at, row.revoked_by = now, actor_id
    for alert in session.scalars(
        select(KioskAlert).where(KioskAlert.device_id == device_id, KioskAlert.closed_at.is_(None))
    ):
        alert.closed_at = now
    _changed(session, row, now, actor_id, "kiosks.revoked", {"name": row.name})


def _device(session: Session, device_id: UUID) -> KioskDevice:
    row = session.get(KioskDevice, device_id, with_for_update=True)
    if row is None:
        raise DeviceNotFound(N_("Không có ki-ốt này."))
    if row.revoked_at is not None:
        raise AlreadyRevoked(N_("Ki-ốt này đã bị thu hồi."))
    return row


def _changed(
    session: Session,
    row: KioskDevice,
    now: datetime,
    actor_id: int,
    action: str,
    details: dict[str, Any],
    *,
    department_id: int | None = None,
) -> None:
    """Have the device pull its configuration, and write down who changed what."""
    row.settings_revision += 1
    # What is offered next carries the new number already: it is no second change.
    row.configuration_digest = None
    record(
        session,
        now=now,
        actor_id=actor_id,
        action=action,
        subject=f"kiosk:{row.id}",
        department_id=department_id,
        details=details,
    )
    session.flush()
