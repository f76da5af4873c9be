"""When somebody touched a kiosk, found from clocks of which only the server's is right. Pure.

A kiosk's calendar may be off by years; the time since its page was loaded is not. So, from the surest to the least
sure: the monotonic clock, while the page still runs that was touched; the difference of the clocks as measured before
the touch; the difference at the upload; and of a file that somebody carried over, the kiosk's calendar as it is.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

FLAGGED_ABOVE: Final = timedelta(minutes=5)

Method = Literal["mono", "known", "upload", "clock"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Clocks:
    """What a kiosk's clocks showed at one moment; `mono` counts from when the page `boot` was loaded."""

    boot: UUID
    mono: timedelta
    clock: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected:
    """`offset` is the server's clock minus the kiosk's at the upload; None where that was not measured."""

    answered_at: datetime
    method: Method
    offset: timedelta | None
    flagged: bool


def correct(
    touched: Clocks, known: timedelta | None, uploaded: Clocks | None, *, now: datetime, not_before: datetime
) -> Corrected:
    """When the touch was, never after `now` and never before `not_before`.

    `known` is the server's clock minus the kiosk's as last measured before the touch; `uploaded` is None for a file.
    """
    offset = None if uploaded is None else now - uploaded.clock
    found, method = _found(touched, known, uploaded, offset, now)
    answered_at = min(max(found, not_before), now)
    measured = offset if offset is not None else known
    drifted = measured is not None and abs(measured) > FLAGGED_ABOVE
    return Corrected(
        answered_at=answered_at,
        method=method,
        offset=offset,
        flagged=drifted or abs(answered_at - found) > FLAGGED_ABOVE,
    )


def _found(
    touched: Clocks, known: timedelta | None, uploaded: Clocks | None, offset: timedelta | None, now: datetime
) -> tuple[datetime, Method]:
    if uploaded is not None and uploaded.boot == touched.boot and uploaded.mono >= touched.mono:
        return now - (uploaded.mono - touched.mono), "mono"
    if known is not None:
        return touched.clock + known, "known"
    if offset is not None:
        return touched.clock + offset, "upload"
    return touched.clock, "clock"
