"""What comes from a device beside answers: that it is there, how it is, and how the times of answers were found."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import case, func, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from feedback_app.kiosks.commands import Report
from feedback_app.kiosks.models import KioskDay, KioskDevice, KioskReading, KioskReport
from feedback_app.kiosks.touch_times import Corrected
from feedback_app.kit.clock import local_day

# What a device with a wrong calendar counts for other days than these would stand in nobody's week.
OLDEST_DAY: Final = timedelta(days=31)
MILLISECOND: Final = timedelta(milliseconds=1)


def note_seen(session: Session, device_id: UUID, *, now: datetime) -> None:
    """Note that a device is there; its row stays locked, so that what one device sends is taken up in turn."""
    session.execute(update(KioskDevice).where(KioskDevice.id == device_id).values(seen_at=now))


def note_configuration(session: Session, device_id: UUID, digest: bytes) -> int:
    """Which revision a configuration with this digest has: the next one if it says something else than the last.

    A new questionnaire, another name of the place or new texts change it without anybody touching the device's page.
    """
    row = session.get_one(KioskDevice, device_id, with_for_update=True)
    if row.configuration_digest != digest:
        row.settings_revision += row.configuration_digest is not None
        row.configuration_digest = digest
    return row.settings_revision


def store_report(session: Session, device_id: UUID, report: Report, *, now: datetime) -> None:
    """Replace what the device last told of itself; a day's numbers only grow, so that repeats and late reports do no
    harm."""
    values = {
        "at": now,
        "boot": report.boot,
        "offset_ms": (now - report.clock) // MILLISECOND,
        "app": report.app,
        "settings": report.settings,
        "unsent": report.unsent,
        "held": report.held,
        "oldest_ms": report.oldest_ms,
        "persisted": report.persisted,
        "used_bytes": report.used_bytes,
        "quota_bytes": report.quota_bytes,
    }
    session.execute(
        upsert(KioskReport)
        .values(device_id=device_id, **values)
        .on_conflict_do_update(index_elements=[KioskReport.device_id], set_=values)
    )
    today = local_day(now)
    for each in report.days:
        if not today - OLDEST_DAY <= each.day <= today + timedelta(days=1):
            continue
        counted = upsert(KioskDay).values(
            device_id=device_id,
            day=each.day,
            touches=each.touches,
            completed=each.completed,
            first_only=each.first_only,
            screens={key: {"n": shown, "ms": spent} for key, (shown, spent) in each.screens.items()},
        )
        new = counted.excluded
        session.execute(
            counted.on_conflict_do_update(
                index_elements=[KioskDay.device_id, KioskDay.day],
                set_={
                    "touches": func.greatest(KioskDay.touches, new.touches),
                    "completed": func.greatest(KioskDay.completed, new.completed),
                    "first_only": func.greatest(KioskDay.first_only, new.first_only),
                    "screens": case((new.touches >= KioskDay.touches, new.screens), else_=KioskDay.screens),
                },
            )
        )


def note_reading(
    session: Session,
    response_id: UUID,
    *,
    device_id: UUID | None,
    sequence: int,
    device_clock: datetime,
    known_ms: int | None,
    corrected: Corrected,
) -> None:
    """How the time of a new response was found, in the transaction that stores it."""
    session.add(
        KioskReading(
            response_id=response_id,
            device_id=device_id,
            sequence=sequence,
            device_clock=device_clock,
            known_offset_ms=known_ms,
            offset_ms=None if corrected.offset is None else corrected.offset // MILLISECOND,
            method=corrected.method,
            flagged=corrected.flagged,
        )
    )
    session.flush()
