"""Where people are served and answer: places and their counters, and whom an answer there rates."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, false, func, or_, select, true
from sqlalchemy.orm import Session

from feedback_app.departments.models import Counter, Place
from feedback_app.departments.queries.tree import version_on
from feedback_app.kit.errors import N_, NotFound
from feedback_app.kit.revisions import Kept
from feedback_app.kit.text import sort_key


class PlaceNotFound(NotFound):
    """No such place or counter, or the place has closed."""


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


# Of a whole province thousands of places, which change a few times a year.
_places: Kept[tuple[PlaceView, ...]] = Kept("departments", most=1)
_rated_at: Kept[list[tuple[int, int]]] = Kept("departments", most=2)


def spot(session: Session, *, place: str, counter: str | None = None, on: date) -> Spot:
    """The place and, if named, the counter with these slugs, open on the day; one statement.

    Raises PlaceNotFound.
    """
    return _spot(session, Place.slug == place, None if counter is None else Counter.slug == counter, on)


def spot_of(session: Session, *, place_id: int, counter_id: int | None, on: date) -> Spot:
    """As `spot`, for who keeps ids rather than addresses. Raises PlaceNotFound."""
    return _spot(session, Place.id == place_id, None if counter_id is None else Counter.id == counter_id, on)


def _spot(session: Session, place: ColumnElement[bool], counter: ColumnElement[bool] | None, on: date) -> Spot:
    rated_id = func.coalesce(Counter.rated_department_id, Place.rated_department_id)
    version = version_on(rated_id, on)
    counter_named = and_(Counter.place_id == Place.id, false() if counter is None else counter)
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
        .where(place, _open_place(on))
    ).one_or_none()
    if row is None or (counter is not None and row.counter_id is None):
        raise PlaceNotFound(
            N_("Không có điểm phục vụ nào ở địa chỉ này, hoặc điểm phục vụ đã ngừng hoạt động."),
            field="place",
        )
    return Spot(**row._mapping)


def places(session: Session, *, on: date) -> list[PlaceView]:
    """The places open on a day, in Vietnamese order."""
    known = _places.find(session, None, lambda: _read_places(session))
    return [view for view in known if view.closed_on is None or view.closed_on > on]


def place_of(session: Session, *, slug: str) -> PlaceView:
    """The place with this slug, closed ones too. Raises PlaceNotFound."""
    row = session.scalars(select(Place).where(Place.slug == slug)).one_or_none()
    if row is None:
        raise PlaceNotFound(N_("Không có điểm phục vụ nào mang tên “%(slug)s”."), field="place", slug=slug)
    return _place(row)


def rated_at(session: Session, *, on: date) -> list[tuple[int, int]]:
    """Every (place id, department id) such that an answer at a place open on the day may rate the department."""
    return _rated_at.find(session, on, lambda: _read_rated_at(session, on))


def _read_rated_at(session: Session, on: date) -> list[tuple[int, int]]:
    at_place = select(Place.id, Place.rated_department_id).where(_open_place(on))
    at_counter = (
        select(Place.id, Counter.rated_department_id).join(Counter, Counter.place_id == Place.id).where(_open_place(on))
    )
    return sorted((row[0], row[1]) for row in session.execute(at_place.union(at_counter)))


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


def counters_of(session: Session, *, ids: Collection[int]) -> dict[int, CounterView]:
    """Counters by id, whatever place they belong to."""
    return {row.id: _counter(row) for row in session.scalars(select(Counter).where(Counter.id.in_(ids)))}


def _read_places(session: Session) -> tuple[PlaceView, ...]:
    return tuple(sorted(map(_place, session.scalars(select(Place))), key=lambda view: sort_key(view.name)))


def _open_place(day: date) -> ColumnElement[bool]:
    return or_(Place.closed_on.is_(None), Place.closed_on > day)


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
