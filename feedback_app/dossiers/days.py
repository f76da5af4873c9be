"""The rules of counts by day, over plain values: what may be entered, and what must wait. Pure.

A department's day is entered whole or not at all, because entering it again replaces it whole. So a line that is
rejected holds back every line that is, or could be, of the same department and day.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from feedback_app.departments.queries import DepartmentView, ProcedureView
from feedback_app.dossiers.commands import DayLine
from feedback_app.dossiers.figures import COUNTED, DossierCounts
from feedback_app.kit.errors import N_, Invalid, Refused

# More of anything on one day is a slip of the keys: the largest city of the country receives fewer in a month.
MOST_A_DAY: Final = 1_000_000

Key = tuple[int | None, int | None]


class BadLine(Invalid):
    """A line that contradicts the register, itself or its neighbours."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Rejection:
    """Why a line is not entered, and whose it is; None where that cannot be told."""

    number: int
    problem: Refused
    department: str | None = None
    day: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Register:
    """What lines may name, by code."""

    departments: Mapping[str, DepartmentView]
    field_ids: Mapping[str, int]
    procedures: Mapping[str, ProcedureView]


@dataclass(frozen=True, kw_only=True, slots=True)
class DayOf:
    """Everything one source says of a department's day: counts by (field id, procedure id)."""

    department: DepartmentView
    day: date
    lines: Mapping[Key, DossierCounts]

    @property
    def total(self) -> DossierCounts:
        return sum(self.lines.values(), DossierCounts())


def sort_out(
    lines: Sequence[DayLine],
    unread: Iterable[Rejection],
    register: Register,
    *,
    scope: frozenset[int] | None,
    today: date,
) -> tuple[list[DayOf], list[Rejection]]:
    """The days that can be entered, by department and day, and every line that cannot, in the order of the sheet.

    `scope` are the departments the sender answers for (None: all), `unread` the lines that made no sense.
    """
    rejected = [*unread, *_wrong(lines, register, scope=scope, today=today)]
    bad = {each.number for each in rejected}
    good = [line for line in lines if line.number not in bad]
    rejected += _totals(good, register)
    held: list[Rejection] = []
    days: dict[tuple[str, date], dict[Key, DossierCounts]] = defaultdict(dict)
    bad = {each.number for each in rejected}
    blocks = _blocks(rejected)
    for line in good:
        if line.number in bad:
            continue
        cause = next(
            (blocks[place] for place in _places(line.department, line.day) if place in blocks),
            None,
        )
        if cause is None:
            days[line.department, line.day][_key(line, register)] = line.counts
        else:
            problem = BadLine(N_("Phải chờ dòng %(number)s bị loại: một ngày của đơn vị chỉ nhập trọn."), number=cause)
            held.append(_rejection(line, problem))
    ready = [
        DayOf(department=register.departments[code], day=day, lines=counts) for (code, day), counts in days.items()
    ]
    ready.sort(key=lambda each: (each.department.code, each.day))
    return ready, sorted((*rejected, *held), key=lambda each: each.number)


def _places(department: str, day: date) -> Iterator[tuple[str | None, date | None]]:
    """Under which names a rejected line would hold this department's day back."""
    yield from ((department, day), (department, None), (None, day), (None, None))


def _blocks(rejected: Iterable[Rejection]) -> dict[tuple[str | None, date | None], int]:
    blocks: dict[tuple[str | None, date | None], int] = {}
    for each in rejected:
        blocks.setdefault((each.department, each.day), each.number)
    return blocks


def _wrong(
    lines: Iterable[DayLine], register: Register, *, scope: frozenset[int] | None, today: date
) -> Iterator[Rejection]:
    first: dict[tuple[str, date, Key], int] = {}
    for line in lines:
        department = register.departments.get(line.department)
        problem = _of_department(line, department, scope=scope, today=today) or _of_line(line, register)
        if problem is None:
            number = first.setdefault((line.department, line.day, _key(line, register)), line.number)
            if number != line.number:
                problem = BadLine(N_("Trùng đơn vị, ngày, lĩnh vực và thủ tục với dòng %(number)s."), number=number)
        if problem is not None:
            # A code nobody has may be a slip for any other.
            yield _rejection(line, problem, department=line.department if department else None)


def _of_department(
    line: DayLine, department: DepartmentView | None, *, scope: frozenset[int] | None, today: date
) -> BadLine | None:
    if department is None:
        return BadLine(N_("Không có cơ quan, đơn vị nào mang mã “%(code)s”."), field="department", code=line.department)
    if scope is not None and department.id not in scope:
        return BadLine(N_("Đơn vị “%(code)s” nằm ngoài phạm vi của bạn."), field="department", code=line.department)
    if line.day > today:
        return BadLine(N_("Ngày %(day)s chưa đến."), field="day", day=f"{line.day:%d/%m/%Y}")
    if not department.lived_on(line.day):
        return BadLine(
            N_("Ngày %(day)s đơn vị “%(code)s” không hoạt động."),
            field="day",
            day=f"{line.day:%d/%m/%Y}",
            code=line.department,
        )
    return None


def _of_line(line: DayLine, register: Register) -> BadLine | None:
    if line.field is not None and line.field not in register.field_ids:
        return BadLine(N_("Không có lĩnh vực mang mã “%(code)s”."), field="field", code=line.field)
    if line.procedure is not None:
        procedure = register.procedures.get(line.procedure)
        if procedure is None:
            return BadLine(N_("Không có thủ tục mang mã “%(code)s”."), field="procedure", code=line.procedure)
        if line.field is not None and register.field_ids[line.field] != procedure.field_id:
            return BadLine(
                N_("Thủ tục “%(code)s” không thuộc lĩnh vực “%(field_code)s”."),
                field="procedure",
                code=line.procedure,
                field_code=line.field,
            )
    for name in COUNTED:
        if not 0 <= getattr(line.counts, name) <= MOST_A_DAY:
            return BadLine(N_("Số hồ sơ trong một ngày phải từ 0 đến %(most)s."), field=name, most=MOST_A_DAY)
    if line.counts.pending_late > line.counts.pending:
        return BadLine(N_("Số đang giải quyết quá hạn lớn hơn số đang giải quyết."), field="pending_late")
    return None


def _totals(lines: Sequence[DayLine], register: Register) -> Iterator[Rejection]:
    """Lines that only add up others of their day: entered beside these they would count everything twice.

    That a single other line says the same is more likely chance.
    """
    days: dict[tuple[str, date], dict[Key, DayLine]] = defaultdict(dict)
    for line in lines:
        days[line.department, line.day][_key(line, register)] = line
    for of_day in days.values():
        for (field_id, procedure_id), line in of_day.items():
            if procedure_id is not None:
                continue
            parts = [
                other.counts
                for (other_field, other_procedure), other in of_day.items()
                if other is not line and (field_id is None or (other_field == field_id and other_procedure is not None))
            ]
            if len(parts) > 1 and line.counts != DossierCounts() and sum(parts, DossierCounts()) == line.counts:
                yield _rejection(
                    line,
                    BadLine(N_("Đây là dòng tổng của các dòng khác cùng ngày; chỉ ghi các phần, hệ thống tự cộng.")),
                )


def _key(line: DayLine, register: Register) -> Key:
    """A procedure alone says its field."""
    if line.procedure is not None:
        procedure = register.procedures[line.procedure]
        return procedure.field_id, procedure.id
    return (None if line.field is None else register.field_ids[line.field]), None


def _rejection(line: DayLine, problem: BadLine, *, department: str | None = "") -> Rejection:
    return Rejection(
        number=line.number,
        problem=problem,
        department=line.department if department == "" else department,
        day=line.day,
    )
