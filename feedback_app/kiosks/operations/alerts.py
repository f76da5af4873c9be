"""Opens what somebody should look at about each device, once, and closes it when it is over."""

from datetime import datetime
from typing import Final

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback_app.kiosks.models import KioskAlert, KioskDevice, KioskReport
from feedback_app.kiosks.queries.fleet import as_health
from feedback_app.kiosks.states import KINDS, alerts_of
from feedback_app.kit.locks import lock

_log: Final = structlog.get_logger(__name__)


def watch_devices(session: Session, *, now: datetime, open_since: datetime | None, alarm: int) -> int:
    """Look at every device in use; returns how many alerts were opened. `open_since` is what `states.opened` says.

    Out of hours nothing is known of a silence, so one that is open stays open until its device speaks again.
    """
    lock(session, "kiosks.alerts")
    open_alerts = {
        (row.device_id, row.kind): row
        for row in session.scalars(select(KioskAlert).where(KioskAlert.closed_at.is_(None)))
    }
    opened = 0
    reports = {row.device_id: row for row in session.scalars(select(KioskReport))}
    for device in session.scalars(select(KioskDevice).where(KioskDevice.revoked_at.is_(None)).order_by(KioskDevice.id)):
        health = as_health(reports[device.id]) if device.id in reports else None
        found = alerts_of(health, seen_at=device.seen_at, open_since=open_since, alarm=alarm, now=now)
        for kind in sorted(found):
            if (device.id, kind) not in open_alerts:
                session.add(KioskAlert(device_id=device.id, kind=kind, opened_at=now))
                _log.warning("kiosk_alert", device=str(device.id), device_name=device.name, kind=kind)
                opened += 1
        for kind in KINDS - found:
            alert = open_alerts.get((device.id, kind))
            if alert is not None and (kind != "silent" or device.seen_at > alert.opened_at):
                alert.closed_at = now
    session.flush()
    return opened
