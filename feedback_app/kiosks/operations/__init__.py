"""Writes of the fleet. Nothing here commits."""

from feedback_app.kiosks.operations.alerts import watch_devices
from feedback_app.kiosks.operations.calls import HOLDS, MIXED, Call, call_up, forget_calls, take_call
from feedback_app.kiosks.operations.changing import (
    AlreadyRevoked,
    change_settings,
    move,
    rename,
    revoke,
    set_pin,
)
from feedback_app.kiosks.operations.enrolment import LASTS, BadCode, BadDevice, CodeNotFound, Enrolled, enrol, make_code
from feedback_app.kiosks.operations.pins import BadPin, hash_pin
from feedback_app.kiosks.operations.reporting import (
    note_configuration,
    note_file,
    note_reading,
    note_seen,
    store_report,
)

__all__ = [
    "HOLDS",
    "Call",
    "call_up",
    "MIXED",
    "forget_calls",
    "take_call",
    "LASTS",
    "AlreadyRevoked",
    "BadCode",
    "BadDevice",
    "BadPin",
    "CodeNotFound",
    "Enrolled",
    "change_settings",
    "enrol",
    "hash_pin",
    "make_code",
    "move",
    "note_configuration",
    "note_file",
    "note_reading",
    "note_seen",
    "rename",
    "revoke",
    "set_pin",
    "store_report",
    "watch_devices",
]
