"""What a manager is told of a device: one word for how it is, and what somebody should look at. Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final, Literal, get_args

from feedback_app.kiosks.touch_times import FLAGGED_ABOVE
from feedback_app.kit.clock import VIETNAM
from feedback_app.kit.workdays import is_holiday

if TYPE_CHECKING:
    from config import OpeningHours

# A kiosk reports once a minute; a quarter of an hour forgives a restart and a short break of the network.
SILENT_AFTER: Final = timedelta(minutes=15)

State = Literal["serving", "nobody_served", "untouched", "silent", "closed", "revoked"]
Alert = Literal["silent", "unsent", "clock", "storage"]
KINDS: Final = frozenset[Alert](get_args(Alert))


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """What a device last told of itself."""

    unsent: int
    offset: timedelta
    persisted: bool


def opened(hours: "OpeningHours", *, now: datetime, days_off: Collection[date]) -> datetime | None:
    """Since when offices are open; None out of hours and on holidays, `days_off` being those without a fixed date."""
    local = now.astimezone(VIETNAM)
    return None if is_holiday(local.date(), days_off) else hours.open_since(local)


def is_silent(*, seen_at: datetime, open_since: datetime | None, now: datetime) -> bool:
    """Whether it has told nothing for too long while the office is open; a device that is switched on in the morning
    has as long from the opening on."""
    return open_since is not None and now - max(seen_at, open_since) > SILENT_AFTER


def state_of(
    *,
    revoked: bool,
    seen_at: datetime,
    open_since: datetime | None,
    touches: int,
    handled: int | None,
    now: datetime,
) -> State:
    """How a device is today. `handled` are the dossiers of its department today; None where that is not known."""
    if revoked:
        return "revoked"
    if open_since is None:
        return "closed"
    if is_silent(seen_at=seen_at, open_since=open_since, now=now):
        return "silent"
    if touches:
        return "serving"
    return "untouched" if handled else "nobody_served"


def drifts(offset: timedelta) -> bool:
    """Whether a clock is so far off that it is said."""
    return abs(offset) > FLAGGED_ABOVE


def alerts_of(
    health: Health | None, *, seen_at: datetime, open_since: datetime | None, alarm: int, now: datetime
) -> frozenset[Alert]:
    """What somebody should look at now; a device that never reported can only be silent."""
    found: set[Alert] = set()
    if is_silent(seen_at=seen_at, open_since=open_since, now=now):
        found.add("silent")
    if health is not None:
        if health.unsent > alarm:
            found.add("unsent")
        if drifts(health.offset):
            found.add("clock")
        if not health.persisted:
            found.add("storage")
    return frozenset(found)
