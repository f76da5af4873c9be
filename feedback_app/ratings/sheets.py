"""Reported ratings from a CSV file, checked line by line. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from feedback_app.kit.errors import N_
from feedback_app.kit.numbers import NotANumber, parse_decimal
from feedback_app.kit.sheets import BadCell, Row, read_sheet
from feedback_app.ratings.commands import ReportRating
from feedback_app.ratings.periods import Period, period_of

HEADINGS: Final = {
    "ma_don_vi": "department_code",
    "loai_ky": "period_kind",
    "tu_ngay": "starts_on",
    "den_truoc_ngay": "ends_on",
    "ty_le": "percent",
    "nguyen_van": "written",
    "cach_do": "measure",
    "nguon": "source",
}
KINDS: Final = {
    "thang": "month",
    "quy": "quarter",
    "6 thang": "half_year",
    "9 thang": "nine_months",
    "nam": "year",
}


@dataclass(frozen=True, slots=True)
class ReportedSheet:
    """What could be read, and (where, why) of every line that could not."""

    ratings: tuple[ReportRating, ...]
    rejected: tuple[tuple[str, str], ...]


def read_reported(name: str, content: bytes, *, department_ids: Mapping[str, int]) -> ReportedSheet:
    """Ratings as somebody published them; `department_ids` maps codes to ids. Raises kit.sheets.BadSheet."""
    sheet = read_sheet(name, content, HEADINGS, required=frozenset(HEADINGS.values()))
    ratings, unread = sheet.read(lambda row: _rating(row, department_ids))
    return ReportedSheet(tuple(ratings), tuple((problem.line, str(problem)) for problem in unread))


def _rating(row: Row, department_ids: Mapping[str, int]) -> ReportRating:
    code = row.text("department_code")
    if code not in department_ids:
        raise BadCell(N_("Không có cơ quan, đơn vị nào mang mã “%(code)s”."), line=row.line, code=code)
    kind = row.one_of("period_kind", KINDS)
    starts_on, ends_on = row.day("starts_on"), row.day("ends_on")
    period = period_of(kind, starts_on)  # type: ignore[arg-type]  # one_of gives kinds of periods alone
    if period != Period(starts_on, ends_on, period.kind):
        raise BadCell(
            N_("Từ %(first)s đến trước %(before)s không phải một kỳ loại %(kind)s."),
            line=row.line,
            first=f"{starts_on:%d/%m/%Y}",
            before=f"{ends_on:%d/%m/%Y}",
            kind=kind,
        )
    percent = _number(row.text("percent"))
    if percent is None or not 0 <= percent <= 100:
        raise BadCell(
            N_("Tỷ lệ “%(cell)s” phải là số từ 0 đến 100, như 89,15."), line=row.line, cell=row.text("percent")
        )
    return ReportRating(
        department_id=department_ids[code],
        period=period,
        percent=percent,
        written=row.text("written"),
        measure=row.text("measure"),
        source=row.text("source"),
    )


def _number(text: str) -> Decimal | None:
    try:
        return parse_decimal(text)
    except NotANumber:
        return None
