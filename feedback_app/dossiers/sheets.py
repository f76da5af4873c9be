"""Reported counts of dossiers as a sheet saved as CSV; documented in docs/import-departments.md."""

from typing import Final

from feedback_app.dossiers.commands import RegisterReportedDossiers
from feedback_app.kit.sheets import BadSheet, Row, read_sheet

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


def read(name: str, content: bytes) -> tuple[list[RegisterReportedDossiers], list[tuple[str, str]]]:
    """One CSV file as commands, and (where, why) for every line that cannot be read."""
    try:
        sheet = read_sheet(name, content, HEADINGS, required=_REQUIRED)
    except BadSheet as error:
        return [], [(name, str(error))]
    commands, unread = sheet.read(_command)
    return commands, [(error.line, str(error)) for error in unread]


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
