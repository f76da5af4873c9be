"""What the other slices may know about departments, on any day: plain values, no ORM objects.

A department has the name and the parent of its newest version up to the day asked for. Asked about a day
outside its life it answers with the nearest version: the first before it opened, the last after it closed.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Date, Select, and_, bindparam, exists, func, or_, select, true
from sqlalchemy.orm import Session
from sqlalchemy.sql.selectable import LateralFromClause

from feedback_app.departments.models import (
    Counter,
    Department,
    DepartmentField,
    DepartmentVersion,
    OfficeModel,
    Place,
    ProcedureField,
    Succession,
)
from feedback_app.kit.errors import N_, NotFound
from feedback_app.kit.text import sort_key


class PlaceNotFound(NotFound):
    """No such place or counter, or the place has closed."""


class DepartmentNotFound(NotFound):
    """No department has that code."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Spot:
    """Where an answer is given and whom it rates; the counter is None for a place as a whole."""

    place_id: int
    place_slug: str
    place_name: str
    place_name_en: str | None
    counter_id: int | None
    counter_slug: str | None
    counter_name: str | None
    counter_name_en: str | None
    receiving_department_id: int
    rated_department_id: int
    rated_department_name: str
    rated_department_name_en: str | None
    field_id: int | None


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

    def lived_in(self, first: date, before: date) -> bool:
        """Whether it existed on any day from `first` until before `before`."""
        return self.opened_on < before and (self.closed_on is None or self.closed_on > first)


@dataclass(frozen=True, kw_only=True, slots=True)
class SuccessionView:
    """One step from a department to what followed it; an abolished one has no successor.

    The predecessor has the name of its last day, the successor that of its first.
    """

    kind: str
    happened_on: date
    legal_basis: str
    predecessor: DepartmentView
    successor: DepartmentView | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Successions:
    """What a department came from and what became of it, oldest step first."""

    came_from: tuple[SuccessionView, ...]
    went_to: tuple[SuccessionView, ...]


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
class PlaceView:
    id: int
    slug: str
    name: str
    name_en: str | None
    address: str | None
    department_id: int
    rated_department_id: int
    closed_on: date | None


@dataclass(frozen=True, kw_only=True, slots=True)
class CounterView:
    id: int
    slug: str
    name: str
    name_en: str | None
    rated_department_id: int
    field_id: int | None


def spot(session: Session, *, place: str, counter: str | None = None, on: date) -> Spot:
    """The place and, if named, the counter with these slugs, open on the day; one statement.

    Raises PlaceNotFound.
    """
    rated_id = func.coalesce(Counter.rated_department_id, Place.rated_department_id)
    version = _version_on(rated_id, on)
    counter_named = and_(Counter.place_id == Place.id, Counter.slug == counter)
    row = session.execute(
        select(
            Place.id.label("place_id"),
            Place.slug.label("place_slug"),
            Place.name.label("place_name"),
            Place.name_en.label("place_name_en"),
            Counter.id.label("counter_id"),
            Counter.slug.label("counter_slug"),
            Counter.name.label("counter_name"),
            Counter.name_en.label("counter_name_en"),
            Place.department_id.label("receiving_department_id"),
            rated_id.label("rated_department_id"),
            version.c.name.label("rated_department_name"),
            version.c.name_en.label("rated_department_name_en"),
            Counter.field_id,
        )
        .select_from(Place)
        .join(Counter, counter_named, isouter=True)
        .join(version, true())
        .where(Place.slug == place, _open_place(on))
    ).one_or_none()
    if row is None or (counter is not None and row.counter_id is None):
        raise PlaceNotFound(
            N_("Không có điểm phục vụ nào ở địa chỉ này, hoặc điểm phục vụ đã ngừng hoạt động."),
            field="place",
        )
    return Spot(**row._mapping)


def exist(session: Session) -> bool:
    """Whether any department was ever registered: without one nothing can be rated."""
    return bool(session.scalar(select(exists(select(Department.id)))))


def departments_on(session: Session, *, day: date) -> list[DepartmentView]:
    """Every department that existed on the day, in Vietnamese order of names."""
    existing = _AS_ON.where(
        Department.opened_on <= day, or_(Department.closed_on.is_(None), Department.closed_on > day)
    )
    return _by_name(_views(session, existing, on=day))


def department(session: Session, *, code: str, on: date | None = None) -> DepartmentView:
    """The department with this code as it was on a day, or as it last was. Raises DepartmentNotFound."""
    found = _views(session, _AS_ON.where(Department.code == code), on=on or date.max)
    if not found:
        raise DepartmentNotFound(N_("Không có cơ quan, đơn vị nào mang mã “%(code)s”."), code=code)
    return found[0]


def departments(session: Session, *, ids: Collection[int], on: date) -> dict[int, DepartmentView]:
    """The departments with these ids by id, as they were on a day; ids nobody has are left out."""
    if not ids:
        return {}
    found = _views(session, _AS_ON.where(Department.id.in_(set(ids))), on=on)
    return {view.id: view for view in found}


def all_departments(session: Session) -> list[DepartmentView]:
    """Every department there ever was, as it last was, in Vietnamese order of names."""
    return _by_name(_views(session, _AS_ON, on=date.max))


def within(session: Session, *, department_id: int | None, day: date) -> frozenset[int]:
    """Ids of a department and of everything below it on a day; None is the whole service.

    What had closed by then counts where it last belonged: its figures stay with those who answer for them.
    """
    if department_id is None:
        return frozenset(session.scalars(select(Department.id)))
    version = _version_on(Department.id.expression, day)
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


def successions(session: Session, *, department_id: int) -> Successions:
    """Both directions of a department's history."""
    edges = session.scalars(
        select(Succession).where(
            or_(Succession.predecessor_id == department_id, Succession.successor_id == department_id)
        )
    ).all()
    steps: list[SuccessionView] = []
    for day in sorted({edge.happened_on for edge in edges}):
        of_day = [edge for edge in edges if edge.happened_on == day]
        before = departments(session, ids={edge.predecessor_id for edge in of_day}, on=day - timedelta(days=1))
        after = departments(session, ids={edge.successor_id for edge in of_day if edge.successor_id}, on=day)
        steps += [
            SuccessionView(
                kind=edge.kind,
                happened_on=day,
                legal_basis=edge.legal_basis,
                predecessor=before[edge.predecessor_id],
                successor=after[edge.successor_id] if edge.successor_id else None,
            )
            for edge in of_day
        ]
    steps.sort(
        key=lambda step: (
            step.happened_on,
            sort_key(step.predecessor.name),
            sort_key(step.successor.name if step.successor else ""),
        )
    )
    return Successions(
        came_from=tuple(step for step in steps if step.successor and step.successor.id == department_id),
        went_to=tuple(step for step in steps if step.predecessor.id == department_id),
    )


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


def places(session: Session, *, on: date) -> list[PlaceView]:
    """The places open on a day, in Vietnamese order."""
    rows = session.scalars(select(Place).where(_open_place(on)))
    return sorted((_place(row) for row in rows), key=lambda view: sort_key(view.name))


def place_of(session: Session, *, slug: str) -> PlaceView:
    """The place with this slug, closed ones too. Raises PlaceNotFound."""
    row = session.scalars(select(Place).where(Place.slug == slug)).one_or_none()
    if row is None:
        raise PlaceNotFound(N_("Không có điểm phục vụ nào mang tên “%(slug)s”."), field="place", slug=slug)
    return _place(row)


def counters_rating(session: Session, *, department_id: int, on: date) -> list[tuple[PlaceView, CounterView]]:
    """The counters, in places open on the day, whose answers rate a department."""
    rows = session.execute(
        select(Place, Counter)
        .join(Counter, Counter.place_id == Place.id)
        .where(_open_place(on), Counter.rated_department_id == department_id)
        .order_by(Place.slug, func.length(Counter.slug), Counter.slug)
    )
    return [(_place(place), _counter(counter)) for place, counter in rows]


def counters(session: Session, *, place_id: int) -> list[CounterView]:
    """The counters of a place by slug (`quay-1`, `quay-2`, … `quay-10`: shorter first)."""
    rows = session.scalars(
        select(Counter).where(Counter.place_id == place_id).order_by(func.length(Counter.slug), Counter.slug)
    )
    return [_counter(row) for row in rows]


def _version_on(department_id: ColumnElement[int], day: date | BindParameter[date]) -> LateralFromClause:
    """The version a department had on a day: the newest up to it, else the first one after it."""
    return (
        select(DepartmentVersion)
        .where(DepartmentVersion.department_id == department_id)
        .order_by(DepartmentVersion.valid_from > day, func.abs(DepartmentVersion.valid_from - day))
        .limit(1)
        .lateral("version")
    )


def _make_as_on() -> Select[tuple[int, str, str, date, date | None, str, str | None, str, int | None]]:
    version = _version_on(Department.id.expression, bindparam("as_on", type_=Date))
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


def _open_place(day: date) -> ColumnElement[bool]:
    return or_(Place.closed_on.is_(None), Place.closed_on > day)


def _views(session: Session, query: Select[Any], *, on: date) -> list[DepartmentView]:
    """What a query grown from `_AS_ON` finds, as it was on a day."""
    return [DepartmentView(**row._mapping) for row in session.execute(query, {"as_on": on})]


def _by_name(views: Iterable[DepartmentView]) -> list[DepartmentView]:
    return sorted(views, key=lambda view: (sort_key(view.name), view.opened_on))


def _counter(row: Counter) -> CounterView:
    return CounterView(
        id=row.id,
        slug=row.slug,
        name=row.name,
        name_en=row.name_en,
        rated_department_id=row.rated_department_id,
        field_id=row.field_id,
    )


def _place(row: Place) -> PlaceView:
    return PlaceView(
        id=row.id,
        slug=row.slug,
        name=row.name,
        name_en=row.name_en,
        address=row.address,
        department_id=row.department_id,
        rated_department_id=row.rated_department_id,
        closed_on=row.closed_on,
    )
