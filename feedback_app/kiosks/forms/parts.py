"""Single parts of what a kiosk sends. Browsers send milliseconds as decimal fractions, so these are rounded."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from feedback_app.kiosks.touch_times import Clocks
from feedback_app.kit.errors import N_, Invalid

# The year 2286: a clock that says more is no clock, and sums of two stay within what a date can be.
_LATEST_MS: Final = 10**13
_LONGEST_RUN_MS: Final = 10**12


class BadPart(Invalid):
    """A part is missing or is not what it has to be; `field` names it."""


def number(document: Mapping[str, Any], name: str, low: int, high: int) -> int:
    value = document.get(name)
    if type(value) is not int or not low <= value <= high:
        raise BadPart(N_("Mục “%(name)s” phải là số nguyên hợp lệ."), field=name, name=name)
    return value


def milliseconds(document: Mapping[str, Any], name: str, low: int, high: int) -> int:
    value = document.get(name)
    # A truth value is a number in Python, and a number too long for a float is none here.
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise BadPart(N_("Mục “%(name)s” phải là số mili giây hợp lệ."), field=name, name=name)
    return round(value)


def moment(document: Mapping[str, Any], name: str) -> datetime:
    """A moment by the sender's own clock, in UTC."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds(document, name, 0, _LATEST_MS))


def offset(document: Mapping[str, Any], name: str) -> int | None:
    """Milliseconds between two clocks; None where they were never compared."""
    return None if document.get(name) is None else milliseconds(document, name, -_LATEST_MS, _LATEST_MS)


def flag(document: Mapping[str, Any], name: str, *, default: bool | None = None) -> bool:
    value = document.get(name, default)
    if not isinstance(value, bool):
        raise BadPart(N_("Mục “%(name)s” phải là đúng hoặc sai."), field=name, name=name)
    return value


def identifier(document: Mapping[str, Any], name: str) -> UUID:
    try:
        return UUID(document.get(name))
    except (ValueError, AttributeError, TypeError) as error:
        raise BadPart(N_("Mục “%(name)s” phải là một mã định danh (UUID)."), field=name, name=name) from error


def clocks(document: Mapping[str, Any]) -> Clocks:
    return Clocks(
        boot=identifier(document, "boot"),
        mono=timedelta(milliseconds=milliseconds(document, "mono", 0, _LONGEST_RUN_MS)),
        clock=moment(document, "clock"),
    )
