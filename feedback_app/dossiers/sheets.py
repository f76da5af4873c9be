"""Counts of dossiers as sheets, reported ones and those of days; documented in docs/import-dossiers.md. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from feedback_app.dossiers.commands import DayLine, RegisterReportedDossiers
from feedback_app.dossiers.days import Rejection
from feedback_app.dossiers.figures import COUNTED, DossierCounts
from feedback_app.kit.errors import N_
from feedback_app.kit.sheets import BadCell, BadSheet, Row, read_commands, read_sheet

HEADINGS: Final = {
    "don_vi": "department",
    "noi_dung": "about",
    "tu_ngay": "starts_on",
    "den_truoc_ngay": "ends_on",
    "ghi_chu_ky": "period_note",
    "tiep_nhan": "received",
    "giai_quyet": "resolved",
    "dung_han": "on_time",
    "som_han": "early",
    "tre_han": "late",
    "ty_le_cong_bo": "published_rate",
    "nguon": "source",
}
_REQUIRED = frozenset({"department", "about", "period_note", "source"})

# Headings of the sheet of days. "Đúng hạn" alone is said of those before the day and those on it alike, so it is asked
# about instead of guessed. Note, line and reason are for people: a list of rejected lines can be mended and sent again.
DAILY_HEADINGS: Final = {
    "ngay": "day",
    "don_vi": "department",
    "ma_don_vi": "department",
    "co_quan_don_vi": "department",
    "linh_vuc": "field",
    "ma_linh_vuc": "field",
    "thu_tuc": "procedure",
    "ma_thu_tuc": "procedure",
    "ma_tthc": "procedure",
    "tiep_nhan": "received",
    "truoc_han": "resolved_early",
    "som_han": "resolved_early",
    "dung_ngay_hen": "resolved_on_time",
    "dung_han_khong_gom_truoc_han": "resolved_on_time",
    "dung_han": "on_time",
    "tre_han": "resolved_late",
    "qua_han": "resolved_late",
    "tu_choi": "refused",
    "dang_giai_quyet": "pending",
    "ton_cuoi_ngay": "pending",
    "dang_giai_quyet_qua_han": "pending_late",
    "ton_qua_han": "pending_late",
    "ghi_chu": "note",
    "dong": "line",
    "ly_do": "reason",
}
# What the template and the documentation call them, in their order.
DAILY_COLUMNS: Final = {
    "day": "ngay",
    "department": "don_vi",
    "field": "linh_vuc",
    "procedure": "thu_tuc",
    "received": "tiep_nhan",
    "resolved_early": "truoc_han",
    "resolved_on_time": "dung_ngay_hen",
    "resolved_late": "tre_han",
    "refused": "tu_choi",
    "pending": "dang_giai_quyet",
    "pending_late": "dang_giai_quyet_qua_han",
}
_DAILY_REQUIRED = frozenset({"day", "department", *COUNTED})


@dataclass(frozen=True, slots=True)
class DailySheet:
    """The lines that could be read, why the others could not, and all as they were written, by number of line."""

    lines: tuple[DayLine, ...]
    rejected: tuple[Rejection, ...]
    rows: Mapping[int, Row]


def read_daily(name: str, content: bytes) -> DailySheet:
    """A CSV or XLSX file of the dossiers of days. Raises kit.sheets.BadSheet if it is none."""
    sheet = read_sheet(name, content, DAILY_HEADINGS)
    if "on_time" in sheet.headings:
        raise BadSheet(
            N_("Cột “Đúng hạn” chưa rõ có gồm hồ sơ trước hạn hay không. Hãy ghi hai cột truoc_han và dung_ngay_hen.")
        )
    if missing := _DAILY_REQUIRED - sheet.headings:
        names = ", ".join(column for heading, column in DAILY_COLUMNS.items() if heading in missing)
        raise BadSheet(N_("Thiếu cột %(missing)s."), missing=names)
    lines: list[DayLine] = []
    rejected = [Rejection(number=error.number, problem=error) for error in sheet.problems]
    for row in sheet.rows:
        department, day = row.maybe("department"), None
        try:
            day = row.day("day")
            lines.append(_day_line(row, day))
        except BadCell as error:
            rejected.append(Rejection(number=row.number, problem=error, department=department, day=day))
    return DailySheet(tuple(lines), tuple(rejected), {row.number: row for row in sheet.rows})


def _day_line(row: Row, day: date) -> DayLine:
    return DayLine(
        day=day,
        department=row.text("department"),
        field=row.maybe("field"),
        procedure=row.maybe("procedure"),
        counts=DossierCounts(**{name: row.count(name) for name in COUNTED}),
        number=row.number,
    )


def read(name: str, content: bytes) -> tuple[list[RegisterReportedDossiers], list[tuple[str, str]]]:
    """One CSV file as commands, and (where, why) for every line that cannot be read."""
    return read_commands(name, content, HEADINGS, _command, required=_REQUIRED)


def _command(row: Row) -> RegisterReportedDossiers:
    return RegisterReportedDossiers(
        department=row.text("department"),
        about=row.text("about"),
        starts_on=row.maybe_day("starts_on"),
        ends_on=row.maybe_day("ends_on"),
        period_note=row.text("period_note"),
        received=row.maybe_count("received"),
        resolved=row.maybe_count("resolved"),
        on_time=row.maybe_count("on_time"),
        early=row.maybe_count("early"),
        late=row.maybe_count("late"),
        published_rate=row.maybe("published_rate"),
        source=row.text("source"),
        line=row.line,
    )
