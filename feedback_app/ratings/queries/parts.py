"""Parts of departments (channels, questionnaires, procedure fields, procedures, stages) and what may be told of them.

How many responses a part has is always told. How they answered is told of quarters and of what is made of quarters, and
there of parts that stand alone in each quarter in which they have answers (`disclosure`).
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal
from weakref import WeakKeyDictionary

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from feedback_app.ratings.disclosure import Group, Standing
from feedback_app.ratings.figures import OUTCOMES, Sums, total
from feedback_app.ratings.periods import Period
from feedback_app.ratings.queries.published import PublicationView
from feedback_app.ratings.queries.tallies import (
    Detail,
    Months,
    PeriodRows,
    Row,
    details,
    held_months,
    held_publications,
    whole_rows,
)
from feedback_app.surveys import queries as surveys

Dimension = Literal["channel", "version_id", "field_id", "procedure_id", "stage"]
# Where not all can be told, those that people look at most come first.
DIMENSIONS: Final[tuple[Dimension, ...]] = ("channel", "version_id", "field_id", "procedure_id", "stage")
BY_CHANNEL: Final = DIMENSIONS[:1]
BY_VERSION: Final = DIMENSIONS[:2]
BY_FIELD: Final = DIMENSIONS[:3]
_standing: Final = Standing(most=20_000)
_QUARTERS: Final = tuple(frozenset(range(first, first + 3)) for first in (1, 4, 7, 10))


@dataclass(frozen=True, slots=True)
class Filter:
    """What a reader narrows figures to; None is everything. `department_ids` also bounds what they may see.

    `publication` is read instead of the newest one of its period: an older one, or a draft.
    """

    department_ids: frozenset[int] | None = None
    channel: str | None = None
    questionnaire: str | None = None
    publication: PublicationView | None = None

    @property
    def key(self) -> Hashable:
        """What tells it from other filters."""
        chosen = self.publication.id if self.publication else None
        return self.department_ids, self.channel, self.questionnaire, chosen

    @property
    def to_a_part(self) -> bool:
        return self.channel is not None or self.questionnaire is not None


@dataclass(frozen=True, slots=True)
class DepartmentParts:
    """The rows of one department in a period of whole months and, by dimension, the parts whose answers may be told.

    `smallest` is the size of group that this was decided by: the publication's own where there is one.
    """

    period: Period
    rows: tuple[Detail, ...]
    told: dict[Dimension, frozenset[Hashable]]
    smallest: int

    def parts(self, dimension: Dimension) -> list[tuple[Hashable, Sums]]:
        """Every part that has responses, with its sums; of parts that may not be told, outcomes are withheld."""
        found: dict[Hashable, list[Sums]] = defaultdict(list)
        for row in self.rows:
            part = getattr(row, dimension)
            found[part].append(row.sums if part in self.told[dimension] else hide(row.sums))
        return [(part, total(sums)) for part, sums in found.items()]

    def quarters_of(self, version_id: int) -> list[list[Detail]]:
        """The rows of one version, quarter by quarter."""
        rows = [row for row in self.rows if row.version_id == version_id]
        return [[row for row in rows if row.month in quarter] for quarter in _QUARTERS]


def hide(sums: Sums) -> Sums:
    """The same numbers of responses without how they answered."""
    return replace(sums, **dict.fromkeys(OUTCOMES, 0), withheld=sums.withheld + sums.rated)


def period_rows(session: Session, period: Period, narrowed: Filter | None = None, *, smallest: int) -> PeriodRows:
    """The sums of a period at their finest grain."""
    return rows_of_periods(session, [period], narrowed, smallest=smallest)[0]


def rows_of_periods(
    session: Session,
    periods: Sequence[Period],
    narrowed: Filter | None = None,
    *,
    smallest: int,
    by_department: bool = True,
) -> list[PeriodRows]:
    """The sums of several periods, in the order given, of everything or of one part.

    Without `by_department` departments may come added up, with `department_id` 0.
    """
    narrowed = narrowed or Filter()
    if narrowed.to_a_part:
        return _rows_of_a_part(session, periods, narrowed, smallest, by_department)
    return whole_rows(
        session,
        periods,
        smallest=smallest,
        department_ids=narrowed.department_ids,
        by_department=by_department,
        publication=narrowed.publication,
    )


def channel_rows(
    session: Session, period: Period, department_ids: frozenset[int] | None = None, *, smallest: int
) -> list[Row]:
    """The sums of a period of whole months, each row as it is told where its channel is looked at alone."""
    found = parts_of_departments(
        session, period, department_ids=department_ids, smallest=smallest, dimensions=BY_CHANNEL
    )
    return [
        Row(
            detail.department_id,
            detail.version_id,
            detail.channel,
            detail.sums if detail.channel in parts.told["channel"] else hide(detail.sums),
        )
        for parts in found.values()
        for detail in parts.rows
    ]


def department_parts(
    session: Session,
    period: Period,
    *,
    department_id: int,
    smallest: int,
    publication: PublicationView | None = None,
) -> DepartmentParts | None:
    """One department's parts in a period, frozen where it is published; None for a day. `publication` as in Filter."""
    if period.kind == "day":
        return None
    return parts_of_departments(
        session, period, department_ids=frozenset({department_id}), smallest=smallest, publication=publication
    )[department_id]


def parts_of_departments(
    session: Session,
    period: Period,
    *,
    department_ids: frozenset[int] | None,
    smallest: int,
    publication: PublicationView | None = None,
    dimensions: Sequence[Dimension] = DIMENSIONS,
) -> dict[int, DepartmentParts]:
    """`department_parts` of several departments (None: all that have answers) by id, in as few statements.

    `period` is no day. `dimensions` are the first ones of all: each is settled beside those before it alone, and most
    of the time goes into those that come last.
    """
    publication = held_publications(session, [period], publication).get(period)
    by_department: dict[int, list[Detail]] = {department_id: [] for department_id in department_ids or ()}
    for row in details(session, period, publication, department_ids, dimensions=len(dimensions)):
        by_department.setdefault(row.department_id, []).append(row)
    held = held_months(session, period, publication, smallest=smallest, department_ids=department_ids)
    least = publication.small_cell if publication else smallest
    return {
        department_id: DepartmentParts(period, tuple(rows), _told(period, rows, least, held, dimensions), least)
        for department_id, rows in by_department.items()
    }


def _told(
    period: Period,
    rows: Sequence[Detail],
    smallest: int,
    held: Months,
    dimensions: Sequence[Dimension],
) -> dict[Dimension, frozenset[Hashable]]:
    """The parts of one department that stand alone in each quarter of the period in which they have answers.

    Of a month nothing but the whole may be told, and so the part that is the whole.
    """
    everywhere = {dimension: {getattr(row, dimension) for row in rows} for dimension in dimensions}
    if period.kind == "month":
        told = not any((row.department_id, period.starts_on) in held for row in rows)
        return {
            dimension: frozenset(parts) if told and len(parts) == 1 else frozenset()
            for dimension, parts in everywhere.items()
        }
    for quarter in _QUARTERS:
        here = [row for row in rows if row.month in quarter and row.sums.rated]
        rated: dict[tuple[int, tuple[Hashable, ...]], int] = defaultdict(int)
        for row in here:
            rated[row.month, tuple(getattr(row, dimension) for dimension in dimensions)] += row.sums.rated
        groups = [Group(month, parts, count) for (month, parts), count in rated.items()]
        alone = _standing(groups, quarter, smallest) if groups else None
        for place, dimension in enumerate(dimensions):
            present = {getattr(row, dimension) for row in here}
            everywhere[dimension] -= present - (alone[place] if alone else frozenset())
    return {dimension: frozenset(parts) for dimension, parts in everywhere.items()}


# A part of what was published never changes either; of all departments together it is a handful of rows.
_MOST_FROZEN: Final = 2000
_frozen: WeakKeyDictionary[Engine, dict[Hashable, tuple[Row, ...]]] = WeakKeyDictionary()


def _rows_of_a_part(
    session: Session, periods: Sequence[Period], narrowed: Filter, smallest: int, by_department: bool
) -> list[PeriodRows]:
    published = held_publications(session, periods, narrowed.publication)
    version_ids = frozenset(
        each.id for each in surveys.published_versions(session).values() if each.code == narrowed.questionnaire
    )
    frozen = _frozen.setdefault(session.get_bind().engine, {})
    found = []
    for period in periods:
        publication = published.get(period)
        key = (publication.id, narrowed.key) if publication and not by_department else None
        rows = frozen.get(key) if key else None
        if rows is None:
            rows = tuple(_part_of_period(session, period, publication, narrowed, version_ids, smallest))
            if not by_department:
                rows = _together(rows)
            if key:
                if len(frozen) >= _MOST_FROZEN:
                    frozen.clear()
                frozen[key] = rows
        found.append(PeriodRows(period, publication, rows))
    return found


def _together(rows: Iterable[Row]) -> tuple[Row, ...]:
    """All departments added up, with `department_id` 0."""
    sums: dict[tuple[int, str], list[Sums]] = defaultdict(list)
    for row in rows:
        sums[row.version_id, row.channel].append(row.sums)
    return tuple(Row(0, version_id, channel, total(each)) for (version_id, channel), each in sums.items())


def _part_of_period(
    session: Session,
    period: Period,
    publication: PublicationView | None,
    narrowed: Filter,
    version_ids: frozenset[int],
    smallest: int,
) -> Iterable[Row]:
    if period.kind == "day":
        whole = whole_rows(session, [period], smallest=smallest, department_ids=narrowed.department_ids)[0]
        for row in whole.rows:
            if _matches(row, narrowed, version_ids):
                yield row
        return
    found = parts_of_departments(
        session,
        period,
        department_ids=narrowed.department_ids,
        smallest=smallest,
        publication=publication,
        dimensions=BY_CHANNEL if narrowed.channel is not None else BY_VERSION,
    )
    for parts in found.values():
        for detail in parts.rows:
            if _matches(detail, narrowed, version_ids):
                sums = detail.sums if _may_be_told(detail, narrowed, parts.told) else hide(detail.sums)
                yield Row(detail.department_id, detail.version_id, detail.channel, sums)


def _matches(row: Row | Detail, narrowed: Filter, version_ids: frozenset[int]) -> bool:
    return narrowed.channel in (None, row.channel) and (narrowed.questionnaire is None or row.version_id in version_ids)


def _may_be_told(row: Detail, narrowed: Filter, told: dict[Dimension, frozenset[Hashable]]) -> bool:
    """A channel within a questionnaire is a part of a part, and of those nothing is told."""
    if narrowed.channel is not None:
        return narrowed.questionnaire is None and row.channel in told["channel"]
    return row.version_id in told["version_id"]
