"""How channels, periods and breaks of a history are called where people read them: pages and files alike."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from flask import Flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from feedback_app.exclusions.labels import REASON_LABELS
from feedback_app.kit.i18n import locale
from feedback_app.ratings.measures import measure
from feedback_app.ratings.periods import Kind, Period
from feedback_app.ratings.standardisation import LEAST_ANSWERS, LEAST_COVERED
from feedback_app.ratings.trends import Break
from feedback_app.surveys.labels import CHANNEL_LABELS

KIND_LABELS: Final[dict[Kind, object]] = {
    "month": lazy_gettext("Tháng"),
    "quarter": lazy_gettext("Quý"),
    "half_year": lazy_gettext("6 tháng"),
    "nine_months": lazy_gettext("9 tháng"),
    "year": lazy_gettext("Năm"),
}

BREAK_LABELS: Final = {
    Break.QUESTIONNAIRE: lazy_gettext("đổi mẫu phiếu"),
    Break.SCHEME: lazy_gettext("đổi cách tính"),
    Break.DEPARTMENT: lazy_gettext("sang đơn vị kế thừa"),
    Break.PERIOD: lazy_gettext("hai kỳ dài ngắn khác nhau"),
    Break.PART: lazy_gettext("một kỳ không đủ ngày"),
    Break.REPORTED: lazy_gettext("số liệu theo báo cáo không nối với số liệu tính từ phiếu"),
}

# Why a department has no standardised share; see queries.standardised.
STANDARDISED_LABELS: Final = {
    "period": lazy_gettext(
        "chỉ có ở quý, sáu tháng, chín tháng, năm; nêu theo tháng hay ngày thì lấy số nọ trừ số kia sẽ lộ câu trả lời "
        "của vài người"
    ),
    "part": lazy_gettext("chỉ tính cho mọi kênh và mọi mẫu phiếu gộp lại"),
    "figure": lazy_gettext("tỷ lệ hài lòng của đơn vị cũng chưa nêu được"),
    "unnamed": lazy_gettext("không phiếu nào của kỳ này ghi lĩnh vực thủ tục"),
    "few_named": lazy_gettext("chưa đến một nửa số phiếu của đơn vị ghi lĩnh vực thủ tục"),
    "uncovered": lazy_gettext(
        "những lĩnh vực mà đơn vị có từ %(answers)s phiếu trở lên chiếm chưa đến %(part)s %% cơ cấu chung",
        answers=LEAST_ANSWERS,
        part=int(LEAST_COVERED * 100),
    ),
    "withheld": lazy_gettext(
        "những lĩnh vực nêu được kết quả chiếm chưa đến %(part)s %% cơ cấu chung; nêu thêm sẽ lộ câu trả lời của vài "
        "người",
        part=int(LEAST_COVERED * 100),
    ),
}

# Why responses were left out of a publication.
EXCLUSION_LABELS: Final = {
    "rapid": lazy_gettext("Chạm lặp lại quá nhanh trên cùng một thiết bị"),
    **REASON_LABELS,
}

_ROMAN: Final = ("I", "II", "III", "IV")


def init_app(app: Flask) -> None:
    app.jinja_env.filters.update(
        channel=channel_name,
        exclusion=exclusion_name,
        period=period_name,
        short_period=short_period_name,
        break_reasons=break_reasons,
        not_standardised=not_standardised,
    )
    app.jinja_env.globals.update(measure=measure)


def exclusion_name(reason: str) -> str:
    """`rapid` in words."""
    return str(EXCLUSION_LABELS.get(reason, reason))


def channel_name(channel: str) -> str:
    return _channel_name(channel, locale())


def period_name(period: Period) -> str:
    """`Tháng 10/2026`, `Quý III năm 2026`, `6 tháng đầu năm 2026`, `9 tháng đầu năm 2026`, `Năm 2026`."""
    return _period_name(period, locale())


def not_standardised(why_not: str) -> str:
    """Why there is no standardised share, in words that follow a dash."""
    return str(STANDARDISED_LABELS[why_not])


def break_reasons(kinds: Iterable[Break]) -> str:
    """Why a line is broken, in words."""
    return ", ".join(str(BREAK_LABELS[kind]) for kind in kinds)


# A page names some sixty periods, and a name in one language never changes. The language is part of the key alone:
# gettext takes it from the request, as locale() does.
@lru_cache(maxsize=64)
def _channel_name(channel: str, _language: str) -> str:
    return str(CHANNEL_LABELS[channel])


@lru_cache(maxsize=2000)
def _period_name(period: Period, _language: str) -> str:
    year, month = period.starts_on.year, period.starts_on.month
    if period.kind == "day":
        return str(_("Ngày %(day)s", day=f"{period.starts_on:%d/%m/%Y}"))
    if period.kind == "month":
        return str(_("Tháng %(month)s/%(year)s", month=month, year=year))
    if period.kind == "quarter":
        return str(_("Quý %(quarter)s năm %(year)s", quarter=_ROMAN[(month - 1) // 3], year=year))
    if period.kind == "half_year" and month == 1:
        return str(_("6 tháng đầu năm %(year)s", year=year))
    if period.kind == "half_year":
        return str(_("6 tháng cuối năm %(year)s", year=year))
    if period.kind == "nine_months":
        return str(_("9 tháng đầu năm %(year)s", year=year))
    return str(_("Năm %(year)s", year=year))


def short_period_name(period: Period) -> str:
    """For the axis of a chart."""
    year, month = period.starts_on.year, period.starts_on.month
    if period.kind == "month":
        return f"{month}/{year % 100:02}"
    if period.kind == "quarter":
        return f"{_ROMAN[(month - 1) // 3]}/{year}"
    if period.kind == "year":
        return str(year)
    return period_name(period)
