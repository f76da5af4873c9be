"""Days as keyers type them. Pure."""

import re
from datetime import date, datetime
from typing import Final

from feedback_app.kit.clock import local_day
from feedback_app.kit.errors import N_, Invalid

_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_PARTED = re.compile(r"(\d{1,2})[/.\- ](\d{1,2})(?:[/.\- ](\d{4}|\d{2}))?")
_RUN = re.compile(r"(\d{2})(\d{2})(\d{4}|\d{2})?")
_EARLIEST: Final = date(2000, 1, 1)


class BadDay(Invalid):
    """What was typed is no day, or one on which nobody can have answered."""


def parse_day(text: str, *, today: date) -> date:
    """`21/11/2026`, `21-11`, `21.11.26`, `2111`, `21112026` or `2026-11-21` as a day not after `today`.

    Without a year it is the latest such day up to today: in January, `31-12` is last year's. Raises BadDay.
    """
    written = text.strip()
    if found := _ISO.fullmatch(written):
        year, month, day = (int(part) for part in found.groups())
    elif found := _PARTED.fullmatch(written) or _RUN.fullmatch(written):
        day, month = int(found[1]), int(found[2])
        year = _year(found[3], day=day, month=month, today=today)
    else:
        raise BadDay(N_("Xin nhập ngày như 21/11/2026, 21-11 hoặc 2111."), field="answered_on")
    try:
        parsed = date(year, month, day)
    except ValueError as error:
        raise BadDay(N_("Không có ngày này trong lịch."), field="answered_on") from error
    if parsed > today:
        raise BadDay(N_("Ngày trả lời không thể ở tương lai."), field="answered_on")
    if parsed < _EARLIEST:
        raise BadDay(N_("Ngày trả lời quá xa; xin xem lại năm."), field="answered_on")
    return parsed


def issued_before(day: date, issued_at: datetime) -> bool:
    """Whether a numbered form can have been answered on a day: its batch was issued on that day or before."""
    return local_day(issued_at) <= day


def _year(written: str | None, *, day: int, month: int, today: date) -> int:
    if written is not None:
        return int(written) if len(written) == 4 else 2000 + int(written)
    if (month, day) <= (today.month, today.day):
        return today.year
    return today.year - 1
