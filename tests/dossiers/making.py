"""Files with the dossiers of days, and the departments they speak of."""

import csv
import io
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from openpyxl import Workbook
from sqlalchemy.orm import Session

from feedback_app.departments import operations as departments
from feedback_app.departments.commands import RegisterField, RegisterProcedure, Registration
from feedback_app.dossiers import operations, queries, sheets
from feedback_app.dossiers.figures import DossierCounts
from tests import factories
from tests.factories import local

NOW = local(2026, 4, 1)
SOURCE = "Sổ theo dõi hồ sơ"
COLUMNS = tuple(sheets.DAILY_COLUMNS.values())
# In the order of the columns: received, early, on the day, late, refused, pending, pending late.
Numbers = tuple[int, int, int, int, int, int, int]
Line = tuple[Any, ...]  # day, department, field, procedure, then the seven numbers


def counts(numbers: Numbers) -> DossierCounts:
    return DossierCounts(**dict(zip(queries.COUNTED, numbers, strict=True)))


def register(session: Session) -> None:
    """Two fields, a procedure of the first; for departments see tests.staff.people."""
    registration = Registration(
        fields=(
            RegisterField(code="ho-tich", name="Hộ tịch", name_en="Civil status"),
            RegisterField(code="dat-dai", name="Đất đai", name_en="Land"),
        ),
        procedures=(RegisterProcedure(code="khai-sinh", name="Khai sinh", name_en="Births", field="ho-tich"),),
    )
    assert not departments.import_departments(session, registration, now=NOW).rejected
    session.commit()


def line(day: object, code: str, numbers: Sequence[object], field: str = "", procedure: str = "") -> Line:
    return (day, code, field, procedure, *numbers)


def as_csv(*lines: Line, columns: Sequence[str] = COLUMNS) -> bytes:
    written = io.StringIO(newline="")
    writer = csv.writer(written, delimiter=";")
    writer.writerow(columns)
    writer.writerows([f"{cell:%d/%m/%Y}" if isinstance(cell, date) else cell for cell in cells] for cells in lines)
    return written.getvalue().encode()


def as_xlsx(*lines: Line, columns: Sequence[str] = COLUMNS) -> bytes:
    book = Workbook()
    for cells in (columns, *lines):
        book.active.append(list(cells))
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def enter(session: Session, *lines: Line, source: str = SOURCE, now: datetime = NOW, **given: Any) -> operations.Plan:
    sheet = sheets.read_daily("x.csv", as_csv(*lines))
    return operations.import_daily(
        session, sheet.lines, source=source, scope=given.pop("scope", None), now=now, unread=sheet.rejected, **given
    )


def counted(session: Session, first: date, before: date, **given: Any) -> dict[tuple[str, int | None], Numbers]:
    """What a period adds up to, by code of the department and part."""
    codes = {factories.department_id(session, code): code for code in ("dong-hoi", "dong-son", "tai-chinh", "ba-don")}
    return {
        (codes[each.department_id], each.part_id): tuple(getattr(each.counts, name) for name in queries.COUNTED)  # type: ignore[misc]
        for each in queries.dossier_counts(session, first=first, before=before, **given)
    }


def field_id(session: Session, code: str) -> int:
    return queries.register(session).field_ids[code]
