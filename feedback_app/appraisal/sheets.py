"""A quarter of officers as a sheet, CSV or XLSX; documented in docs/import-officers.md. Pure."""

from typing import Final

from feedback_app.appraisal.commands import AppraiseOfficer
from feedback_app.kit.errors import N_
from feedback_app.kit.sheets import BadCell, Row, read_commands
from feedback_app.ratings.periods import NotAPeriod, Period, parse
from feedback_app.ratings.schemes import Points

# Which of them are an officer's, the scheme of the quarter says.
_NUMBERS: Final = range(1, 10)
HEADINGS: Final = {
    "ma_can_bo": "officer",
    "tai_khoan": "username",
    "don_vi": "department",
    "quy": "quarter",
    **{f"diem_{number}": f"points_{number}" for number in _NUMBERS},
    **{f"ho_so_{number}": f"scored_{number}" for number in _NUMBERS},
}
_REQUIRED: Final = frozenset({"officer", "department", "quarter"})


def read(name: str, content: bytes) -> tuple[list[AppraiseOfficer], list[tuple[str, str]]]:
    """One file as commands, and (where, why) for every line that cannot be read."""
    return read_commands(name, content, HEADINGS, _command, required=_REQUIRED)


def _command(row: Row) -> AppraiseOfficer:
    return AppraiseOfficer(
        officer=row.text("officer"),
        username=row.maybe("username"),
        department=row.text("department"),
        quarter=_quarter(row),
        counted={number: counted for number in _NUMBERS if (counted := _counted(row, number)) is not None},
        line=row.line,
    )


def _quarter(row: Row) -> Period:
    try:
        found = parse(row.text("quarter").upper())
    except NotAPeriod:
        found = None
    if found is None or found.kind != "quarter":
        raise BadCell(
            N_("Ô “quy” ghi “%(cell)s”; cần một quý, như 2026-Q3."),
            line=row.line,
            number=row.number,
            field="quarter",
            cell=row.text("quarter"),
        )
    return found


def _counted(row: Row, number: int) -> Points | None:
    """Both cells of an index, or neither: what nobody scored is left blank."""
    points, scored = f"points_{number}", f"scored_{number}"
    if row.maybe(points) is None and row.maybe(scored) is None:
        return None
    return Points(row.count(points), row.count(scored))
