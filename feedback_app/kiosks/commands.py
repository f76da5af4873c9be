"""What is asked of this slice: a place to stand at, settings of a device, and what a device says of itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from feedback_app.tokens.commands import Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Where a device stands: a place, one of its counters or the place as a whole, and the stage of a dossier it asks
    about, if it asks about one alone."""

    place_id: int
    counter_id: int | None = None
    stage: Stage | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceSettings:
    """What a device offers. `called` has it wait for dossiers that the counter calls up."""

    keyboard: bool = True
    printer: bool = False
    called: bool = False
    handover: bool = False
    assisted: bool = False
    dossiers_asked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """PBKDF2-HMAC-SHA256 of a PIN, 32 bytes."""

    salt: bytes
    hash: bytes
    iterations: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DayCount:
    """What a device counted on a day of its own calendar; `screens`: question key -> (times shown, milliseconds)."""

    day: date
    touches: int
    completed: int
    first_only: int
    screens: Mapping[str, tuple[int, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a device tells of itself; `clock` is its own, `oldest_ms` the age of its oldest unsent answer."""

    boot: UUID
    clock: datetime
    app: str
    settings: int
    unsent: int
    held: int
    oldest_ms: int | None
    persisted: bool
    used_bytes: int | None
    quota_bytes: int | None
    days: tuple[DayCount, ...]
