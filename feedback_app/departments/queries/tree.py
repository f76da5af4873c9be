"""The tree of departments as it was on any day, with the fields and models of each department, and procedures.

A department has the name and the parent of its newest version up to the day asked for. Asked about a day
outside its life it answers with the nearest version: the first before it opened, the last after it closed.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import BindParameter, ColumnElement, Date, Select, bindparam, exists, func, select, true
from sqlalchemy.orm import Session
from sqlalchemy.sql.selectable import LateralFromClause

from feedback_app.departments.models import (
    Department,
    DepartmentField,
    DepartmentVersion,
    OfficeModel,
    Procedure,
    ProcedureField,
)
from feedback_app.kit.errors import N_, NotFound
from feedback_app.kit.revisions import Kept
from feedback_app.kit.text import sort_key


class DepartmentNotFound(NotFound):
    """No department has that code."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DepartmentView:
    """A department as it was on the day asked for; `closed_on` is the first day it no longer existed."""

    id: int
    code: str
    kind: str
    name: str
    name_en: str | None
    short_name: str
    parent_id: int | None
    opened_on: date
    closed_on: date | None

    def lived_on(self, day: date) -> bool:
        return self.opened_on <= day and (self.closed_on is None or self.closed_on > day)

    def lived_in(self, first: date, before: date) -> bool:
        """Whether it existed on any day from `first` until before `before`."""
        return self.opened_on < before and (self.closed_on is None or self.closed_on > first)


@dataclass(frozen=True, kw_only=True, slots=True)
class OfficeModelView:
    id: int
    title: str
    about: str | None
    source: str


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldView:
    id: int
    code: str
    name: str
    name_en: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ProcedureView:
    id: int
    code: str
    name: str
    name_en: str | None
    field_id: int


@dataclass(frozen=True, slots=True)
class _Day:
    """Every department there ever was as it was on a day, in Vietnamese order of names, and by id and code."""

    ordered: tuple[DepartmentView, ...]
    by_id: dict[int, DepartmentView]
    by_code: dict[str, DepartmentView]


# Nearly every page names departments, of a whole province thousands, and they change a few times a year.
_days: Kept[_Day] = Kept("departments", most=32)


def exist(session: Session) -> bool:
    """Whether any department was ever registered: without one nothing can be rated."""
    return bool(session.scalar(select(exists(select(Department.id)))))


def departments_on(session: Session, *, day: date) -> list[DepartmentView]:
    """Every department that existed on the day, in Vietnamese order of names."""
    return [view for view in _as_on(session, day).ordered if view.lived_on(day)]


def department(session: Session, *, code: str, on: date | None = None) -> DepartmentView:
    """The department with this code as it was on a day, or as it last was. Raises DepartmentNotFound."""
    found = _as_on(session, on or date.max).by_code.get(code)
    if found is None:
        raise DepartmentNotFound(N_("Không có cơ quan, đơn vị nào mang mã “%(code)s”."), code=code)
    return found


def departments(session: Session, *, ids: Collection[int], on: date) -> dict[int, DepartmentView]:
    """The departments with these ids by id, as they were on a day; ids nobody has are left out."""
    known = _as_on(session, on).by_id if ids else {}
    return {department_id: known[department_id] for department_id in set(ids) if department_id in known}


def all_departments(session: Session) -> list[DepartmentView]:
    """Every department there ever was, as it last was, in Vietnamese order of names."""
    return list(_as_on(session, date.max).ordered)


def within(session: Session, *, department_id: int | None, day: date) -> frozenset[int]:
    """Ids of a department and of everything below it on a day; None is the whole service.

    What had closed by then counts where it last belonged: its figures stay with those who answer for them.
    """
    if department_id is None:
        return frozenset(session.scalars(select(Department.id)))
    version = version_on(Department.id.expression, day)
    parents = (
        select(Department.id.label("id"), version.c.parent_id.label("parent_id"))
        .join(version, true())
        .where(Department.opened_on <= day)
        .cte("parents")
    )
    below = select(Department.id.label("id")).where(Department.id == department_id).cte("below", recursive=True)
    below = below.union(select(parents.c.id).join(below, parents.c.parent_id == below.c.id))
    return frozenset(session.scalars(select(below.c.id)))


def in_tree_order(views: Iterable[DepartmentView]) -> list[tuple[int, DepartmentView]]:
    """Parents before children, brothers in Vietnamese order, each with its depth (0 for the top).

    One whose parent is not among `views` stands at the top.
    """
    ordered = _by_name(views)
    present = {view.id for view in ordered}
    children: dict[int | None, list[DepartmentView]] = defaultdict(list)
    for view in ordered:
        children[view.parent_id if view.parent_id in present else None].append(view)
    placed: list[tuple[int, DepartmentView]] = []
    waiting = [(0, view) for view in reversed(children[None])]
    while waiting:
        depth, view = waiting.pop()
        placed.append((depth, view))
        waiting += [(depth + 1, child) for child in reversed(children[view.id])]
    return placed


def office_models(session: Session, *, department_id: int) -> list[OfficeModelView]:
    """The named models (mô hình) of a department, in the order they were entered."""
    rows = session.scalars(
        select(OfficeModel).where(OfficeModel.department_id == department_id).order_by(OfficeModel.id)
    )
    return [OfficeModelView(id=row.id, title=row.title, about=row.about, source=row.source) for row in rows]


def fields(session: Session, *, department_id: int | None = None) -> list[FieldView]:
    """The procedure fields of a department, or all there are, in Vietnamese order."""
    query = select(ProcedureField)
    if department_id is not None:
        query = query.join(DepartmentField, DepartmentField.field_id == ProcedureField.id).where(
            DepartmentField.department_id == department_id
        )
    rows = session.scalars(query)
    views = [FieldView(id=row.id, code=row.code, name=row.name, name_en=row.name_en) for row in rows]
    return sorted(views, key=lambda view: sort_key(view.name))


def procedures(
    session: Session, *, field_ids: Collection[int] | None = None, ids: Collection[int] | None = None
) -> list[ProcedureView]:
    """The administrative procedures of these fields, with these ids, or all there are, in Vietnamese order."""
    query = select(Procedure)
    if field_ids is not None:
        query = query.where(Procedure.field_id.in_(field_ids))
    if ids is not None:
        query = query.where(Procedure.id.in_(ids))
    views = [
        ProcedureView(id=row.id, code=row.code, name=row.name, name_en=row.name_en, field_id=row.field_id)
        for row in session.scalars(query)
    ]
    return sorted(views, key=lambda view: sort_key(view.name))


def field_of(session: Session, *, procedure_id: int) -> int | None:
    """The field a procedure belongs to; None where there is no such procedure."""
    return session.scalar(select(Procedure.field_id).where(Procedure.id == procedure_id))


def version_on(department_id: ColumnElement[int], day: date | BindParameter[date]) -> LateralFromClause:
    """The version a department had on a day: the newest up to it, else the first one after it."""
    return (
        select(DepartmentVersion)
        .where(DepartmentVersion.department_id == department_id)
        .order_by(DepartmentVersion.valid_from > day, func.abs(DepartmentVersion.valid_from - day))
        .limit(1)
        .lateral("version")
    )


def _make_as_on() -> Select[tuple[int, str, str, date, date | None, str, str | None, str, int | None]]:
    version = version_on(Department.id.expression, bindparam("as_on", type_=Date))
    return select(
        Department.id,
        Department.code,
        Department.kind,
        Department.opened_on,
        Department.closed_on,
        version.c.name,
        version.c.name_en,
        version.c.short_name,
        version.c.parent_id,
    ).join(version, true())


# Built once, as nearly every page asks: building it anew takes longer than PostgreSQL needs to answer.
_AS_ON = _make_as_on()


def _as_on(session: Session, day: date) -> _Day:
    return _days.find(session, day, lambda: _read(session, day))


def _read(session: Session, day: date) -> _Day:
    ordered = _by_name(DepartmentView(**row._mapping) for row in session.execute(_AS_ON, {"as_on": day}))
    return _Day(tuple(ordered), {view.id: view for view in ordered}, {view.code: view for view in ordered})


def _by_name(views: Iterable[DepartmentView]) -> list[DepartmentView]:
    return sorted(views, key=lambda view: (sort_key(view.name), view.opened_on))
