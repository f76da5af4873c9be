"""What a kiosk tells of itself, read into `Report`."""

from datetime import date
from typing import Any, Final

from feedback_app.kiosks.commands import DayCount, Report
from feedback_app.kiosks.forms.parts import BadPart, flag, identifier, milliseconds, moment, number
from feedback_app.kit.errors import N_
from feedback_app.kit.text import normalise

MOST_DAYS: Final = 7
_MOST_SCREENS: Final = 100
_COUNT: Final = 2**31 - 1
_MILLISECONDS: Final = 10**13
_BYTES: Final = 2**60


def read_report(document: Any) -> Report:
    """A report from a kiosk's parsed JSON, as docs/kiosks.md describes it; raises BadPart."""
    if not isinstance(document, dict):
        raise BadPart(N_("Nội dung gửi lên không phải là báo cáo của ki-ốt."), field="body")
    app, storage, days = document.get("app"), document.get("storage"), document.get("days", [])
    if not isinstance(app, str):
        raise BadPart(N_("Mục “%(name)s” phải là chữ."), field="app", name="app")
    if not isinstance(storage, dict):
        raise BadPart(N_("Mục “%(name)s” không đọc được."), field="storage", name="storage")
    if not isinstance(days, list) or len(days) > MOST_DAYS:
        raise BadPart(N_("Mục “days” phải là danh sách không quá %(most)s ngày."), field="days", most=MOST_DAYS)
    return Report(
        boot=identifier(document, "boot"),
        clock=moment(document, "clock"),
        app=normalise(app)[:80],
        settings=number(document, "settings", 0, _COUNT),
        unsent=number(document, "unsent", 0, _COUNT),
        held=number(document, "held", 0, _COUNT),
        oldest_ms=None if document.get("oldest") is None else milliseconds(document, "oldest", 0, _MILLISECONDS),
        persisted=flag(storage, "persisted"),
        used_bytes=None if storage.get("used") is None else milliseconds(storage, "used", 0, _BYTES),
        quota_bytes=None if storage.get("quota") is None else milliseconds(storage, "quota", 0, _BYTES),
        days=tuple(_day(each) for each in days),
    )


def _day(document: Any) -> DayCount:
    if not isinstance(document, dict):
        raise BadPart(N_("Mục “%(name)s” không đọc được."), field="days", name="days")
    try:
        day = date.fromisoformat(document.get("day") or "")
    except (TypeError, ValueError) as error:
        raise BadPart(N_("Mục “%(name)s” phải là ngày viết như 2026-11-28."), field="day", name="day") from error
    screens = document.get("screens", {})
    if not isinstance(screens, dict) or len(screens) > _MOST_SCREENS:
        raise BadPart(N_("Mục “%(name)s” không đọc được."), field="screens", name="screens")
    return DayCount(
        day=day,
        touches=number(document, "touches", 0, _COUNT),
        completed=number(document, "completed", 0, _COUNT),
        first_only=number(document, "first_only", 0, _COUNT),
        screens={normalise(key)[:80]: _screen(each) for key, each in screens.items()},
    )


def _screen(document: Any) -> tuple[int, int]:
    if not isinstance(document, dict):
        raise BadPart(N_("Mục “%(name)s” không đọc được."), field="screens", name="screens")
    return number(document, "n", 0, _COUNT), milliseconds(document, "ms", 0, _MILLISECONDS)
