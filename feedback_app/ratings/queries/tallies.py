"""Tallies as they are read, the sums behind every figure, without what must not be told of a few people's answers.

A period that is published is read from its newest publication and never again from the months; any other is summed from
the monthly tallies, provisional until its end. However many periods are asked for, a few statements read them, or one
where all are published and known.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Final
from weakref import WeakKeyDictionary

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Date,
    Engine,
    Integer,
    Select,
    and_,
    cast,
    column,
    false,
    func,
    literal,
    not_,
    null,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import Session

from feedback_app.kit import revisions
from feedback_app.kit.revisions import Kept
from feedback_app.ratings import disclosure
from feedback_app.ratings.figures import OUTCOMES, SUMS, Sums
from feedback_app.ratings.models import DailyTally, MonthlyTally, PublishedTally, WithheldMonth
from feedback_app.ratings.periods import Period
from feedback_app.ratings.queries.published import PublicationView, newest_publications

Months = frozenset[tuple[int, date]]


@dataclass(frozen=True, slots=True)
class Row:
    """One department's sums in one version and channel; the grain that everything else is added up from."""

    department_id: int
    version_id: int
    channel: str
    sums: Sums


@dataclass(frozen=True, slots=True)
class PeriodRows:
    period: Period
    publication: PublicationView | None
    rows: tuple[Row, ...]


# What was published never changes, so each process reads it once for each way it is asked for. A publication that is
# withdrawn is found by nobody any more, and its id is never given to another one of the same database.
# A row takes some 400 bytes, and of thousands of departments a period has tens of thousands.
MOST_FROZEN_ROWS: Final = 150_000
Frozen = dict[tuple[int, frozenset[int] | None, bool], tuple[Row, ...]]
_frozen: WeakKeyDictionary[Engine, Frozen] = WeakKeyDictionary()

# What may not be told of the whole service takes the answers of every department and month to find out.
_uneven: Kept[dict[int, tuple[int, ...]]] = Kept("ratings", most=16)


def whole_rows(
    session: Session,
    periods: Sequence[Period],
    *,
    smallest: int,
    department_ids: frozenset[int] | None = None,
    by_department: bool = True,
    publication: PublicationView | None = None,
) -> list[PeriodRows]:
    """The sums of several periods, in the order given, over all channels and questionnaires.

    Without `by_department` the database adds all departments up and `department_id` is 0. Of a day only the numbers of
    responses are told: the answers of single days would take months apart. `publication` is as in `held_publications`.
    """
    published = held_publications(session, periods, publication)
    frozen = _frozen.setdefault(session.get_bind().engine, {})
    # Held here, because another thread may start the memory over meanwhile.
    known = {
        each.id: rows
        for each in published.values()
        if (rows := frozen.get((each.id, department_ids, by_department))) is not None
    }
    unread = [each.id for each in published.values() if each.id not in known]
    live = [(place, period) for place, period in enumerate(periods) if period not in published]
    held = withheld_months(session, [period for _, period in live if period.kind != "day"], smallest, department_ids)
    # The first column tells whose a row is: a period's place in the list, or minus the id of its publication.
    parts = [
        _live_sums(period, literal(place, Integer), held.get(period, frozenset()), by_department, department_ids)
        for place, period in live
    ]
    if unread:
        parts.append(
            _sums(PublishedTally, -PublishedTally.publication_id, WithheldMonth.month.is_(None), by_department)
            .outerjoin_from(PublishedTally, WithheldMonth, _is_withheld())
            .where(PublishedTally.publication_id.in_(unread), *_within(PublishedTally, department_ids))
            .group_by(PublishedTally.publication_id)
        )
    read: dict[int, list[Row]] = defaultdict(list)
    if parts:
        for row in session.execute(union_all(*parts)):
            read[row[0]].append(Row(row[1], row[2], row[3], Sums(*map(int, row[4:]))))
    for publication_id in unread:
        frozen[publication_id, department_ids, by_department] = known[publication_id] = tuple(read[-publication_id])
    if sum(map(len, frozen.values())) + len(frozen) > MOST_FROZEN_ROWS:
        frozen.clear()
    found = []
    for place, period in enumerate(periods):
        held_in = published.get(period)
        rows = known[held_in.id] if held_in else tuple(read[place])
        found.append(PeriodRows(period, held_in, rows))
    return found


def held_publications(
    session: Session, periods: Sequence[Period], chosen: PublicationView | None
) -> dict[Period, PublicationView]:
    """What each period is read from: its newest publication, or the one that was chosen of its period, even a draft."""
    return newest_publications(session, periods) | ({chosen.period: chosen} if chosen else {})


def withheld_months(
    session: Session, periods: Collection[Period], smallest: int, department_ids: frozenset[int] | None = None
) -> dict[Period, Months]:
    """The (department, first day of month) pairs whose answers these periods must not add up, as counted now."""
    found: dict[Period, Months] = {}
    for year in {period.starts_on.year for period in periods}:
        rated = _uneven_year(session, year, smallest, department_ids)
        for period in periods:
            if period.starts_on.year == year:
                span = months_of(period)
                found[period] = frozenset(
                    (department_id, date(year, month, 1))
                    for department_id, counts in rated.items()
                    for month in _withheld(counts, span, smallest)
                )
    return found


@lru_cache(maxsize=50_000)
def _withheld(rated: tuple[int, ...], span: frozenset[int], smallest: int) -> frozenset[int]:
    """`disclosure.withheld` of twelve months' answers; most departments' stand from one count to the next."""
    return disclosure.withheld({month: count for month, count in enumerate(rated, 1) if count}, span, smallest)


def held_months(
    session: Session,
    period: Period,
    publication: PublicationView | None,
    *,
    smallest: int,
    department_ids: frozenset[int] | None,
) -> Months:
    """`withheld_months` of one period; where it is published, those that were withheld then."""
    if publication is None:
        return withheld_months(session, [period], smallest, department_ids)[period]
    rows = session.execute(
        select(WithheldMonth.department_id, WithheldMonth.month).where(
            WithheldMonth.publication_id == publication.id,
            true() if department_ids is None else WithheldMonth.department_id.in_(department_ids),
        )
    )
    return frozenset((row[0], row[1]) for row in rows)


def _uneven_year(
    session: Session, year: int, smallest: int, department_ids: frozenset[int] | None
) -> dict[int, tuple[int, ...]]:
    """Answers by month, of the departments that have a month in this year with too few to be shown."""
    if department_ids is None:
        return _uneven.find(session, (year, smallest), lambda: _read_uneven_year(session, year, smallest, None))
    return _read_uneven_year(session, year, smallest, department_ids)


def _read_uneven_year(
    session: Session, year: int, smallest: int, department_ids: frozenset[int] | None
) -> dict[int, tuple[int, ...]]:
    months = (
        select(
            MonthlyTally.department_id,
            MonthlyTally.month,
            func.sum(MonthlyTally.rated).label("rated"),
        )
        .where(MonthlyTally.month >= date(year, 1, 1), MonthlyTally.month < date(year + 1, 1, 1))
        .where(*_within(MonthlyTally, department_ids))
        .group_by(MonthlyTally.department_id, MonthlyTally.month)
        .cte("months")
    )
    small = select(months.c.department_id).where(months.c.rated > 0, months.c.rated < smallest)
    found: dict[int, list[int]] = {}
    for department_id, month, rated in session.execute(
        select(months.c.department_id, months.c.month, months.c.rated).where(months.c.department_id.in_(small))
    ):
        found.setdefault(department_id, [0] * 12)[month.month - 1] = int(rated)
    return {department_id: tuple(counts) for department_id, counts in found.items()}


def months_of(period: Period) -> frozenset[int]:
    """The months of the year that make up a period; a day makes up none."""
    return frozenset(range(period.starts_on.month, period.last_day.month + 1)) if period.kind != "day" else frozenset()


def revision(session: Session) -> int:
    """A number that stands while no tally, publication or reported rating changes."""
    return revisions.revision(session, "ratings")


@dataclass(frozen=True, slots=True)
class DayCount:
    """How many responses a department's day brought in a field and stage (None: not known), never how they answered."""

    department_id: int
    day: date
    field_id: int | None
    stage: str | None
    responses: int


def day_counts(session: Session, period: Period) -> list[DayCount]:
    """The numbers of responses of every day of a period, as counted now."""
    rows = session.execute(
        select(
            DailyTally.department_id,
            DailyTally.day,
            func.nullif(DailyTally.field_id, 0),
            func.nullif(DailyTally.stage, ""),
            func.sum(DailyTally.responses),
        )
        .where(DailyTally.day >= period.starts_on, DailyTally.day < period.ends_on)
        .group_by(DailyTally.department_id, DailyTally.day, DailyTally.field_id, DailyTally.stage)
    )
    return [DayCount(*row) for row in rows]


def first_day(session: Session) -> date | None:
    """The first day that was counted; None while there is none."""
    return session.scalar(select(func.min(DailyTally.day)))


def _live_sums(
    period: Period, place: ColumnElement[int], held: Months, by_department: bool, department_ids: frozenset[int] | None
) -> Select[*tuple[Any, ...]]:
    """The sums of a period that is not published; outcomes without the (department, month) pairs that are `held`."""
    if period.kind == "day":
        return _sums(DailyTally, place, false(), by_department).where(
            DailyTally.day == period.starts_on, *_within(DailyTally, department_ids)
        )
    within = (
        MonthlyTally.month >= period.starts_on,
        MonthlyTally.month < period.ends_on,
        *_within(MonthlyTally, department_ids),
    )
    if not held:
        return _sums(MonthlyTally, place, true(), by_department).where(*within)
    # Two arrays however many pairs there are: of a whole province there are thousands for each period.
    pairs = sorted(held)
    each = (
        func.unnest(
            literal([department_id for department_id, _ in pairs], ARRAY(Integer)),
            literal([month for _, month in pairs], ARRAY(Date)),
        )
        .table_valued(column("department_id"), column("month"))
        .render_derived(f"held_{period.code.replace('-', '_').lower()}")
    )
    return (
        _sums(MonthlyTally, place, each.c.month.is_(None), by_department)
        .outerjoin_from(
            MonthlyTally,
            each,
            and_(MonthlyTally.department_id == each.c.department_id, MonthlyTally.month == each.c.month),
        )
        .where(*within)
    )


def _sums(
    tally: type[DailyTally] | type[MonthlyTally] | type[PublishedTally],
    whose: ColumnElement[int],
    told: ColumnElement[bool],
    by_department: bool,
) -> Select[*tuple[Any, ...]]:
    department = (tally.department_id,) if by_department else ()
    return select(
        whose,
        *(department or (literal(0, Integer),)),
        tally.version_id,
        tally.channel,
        *(
            func.coalesce(func.sum(getattr(tally, name)).filter(told), 0)
            if name in OUTCOMES
            else func.sum(getattr(tally, name))
            for name in SUMS
        ),
        func.coalesce(func.sum(tally.rated).filter(not_(told)), 0),
    ).group_by(*department, tally.version_id, tally.channel)


def _is_withheld() -> ColumnElement[bool]:
    return and_(
        WithheldMonth.publication_id == PublishedTally.publication_id,
        WithheldMonth.department_id == PublishedTally.department_id,
        WithheldMonth.month == PublishedTally.month,
    )


def _within(
    tally: type[DailyTally] | type[MonthlyTally] | type[PublishedTally], department_ids: frozenset[int] | None
) -> tuple[ColumnElement[bool], ...]:
    return () if department_ids is None else (tally.department_id.in_(department_ids),)


@dataclass(frozen=True, slots=True)
class Detail:
    """The finest grain kept: one department's month by version, channel, field, procedure and stage (None: not known).

    Nothing of it may be shown before `parts` has said what stands alone. `picked` is by choice id.
    """

    department_id: int
    month: int
    version_id: int
    channel: str
    field_id: int | None
    procedure_id: int | None
    stage: str | None
    sums: Sums
    picked: Mapping[int, int]


def details(
    session: Session,
    period: Period,
    publication: PublicationView | None,
    department_ids: frozenset[int] | None,
    *,
    dimensions: int = 5,
) -> list[Detail]:
    """Every row of a period of whole months in the same order each time; frozen where it is published.

    With fewer than 5 `dimensions` stages are added up, with fewer than 4 procedures too, with fewer than 3 fields too;
    these are then None, and `picked` is empty.
    """
    tally: type[MonthlyTally] | type[PublishedTally]
    which: tuple[ColumnElement[bool], ...]
    if publication is None:
        tally = MonthlyTally
        which = (MonthlyTally.month >= period.starts_on, MonthlyTally.month < period.ends_on)
    else:
        tally = PublishedTally
        which = (PublishedTally.publication_id == publication.id,)
    which = (*which, *_within(tally, department_ids))
    month = cast(func.extract("month", tally.month), Integer)
    whose = (tally.department_id, tally.month, tally.version_id, tally.channel)
    if dimensions < 5:
        about = (tally.field_id, tally.procedure_id)
        kept = max(dimensions - 2, 0)
        key = (*whose, *about[:kept])
        added_up: Select[*tuple[Any, ...]] = (
            select(
                tally.department_id,
                month,
                tally.version_id,
                tally.channel,
                *(func.nullif(each, 0) if place < kept else null() for place, each in enumerate(about)),
                *(cast(func.sum(getattr(tally, name)), BigInteger) for name in SUMS),
            )
            .where(*which)
            .group_by(*key)
            .order_by(*key)
        )
        return [
            Detail(department_id, number, version_id, channel, field_id, procedure_id, None, Sums(*counts), {})
            for department_id, number, version_id, channel, field_id, procedure_id, *counts in session.execute(added_up)
        ]
    query: Select[*tuple[Any, ...]] = (
        select(
            tally.department_id,
            month,
            tally.version_id,
            tally.channel,
            func.nullif(tally.field_id, 0),
            func.nullif(tally.procedure_id, 0),
            func.nullif(tally.stage, ""),
            tally.choice_ids,
            tally.picked,
            *(getattr(tally, name) for name in SUMS),
        )
        .where(*which)
        .order_by(*whose, tally.field_id, tally.procedure_id, tally.stage)
    )
    found = []
    for row in session.execute(query):
        department_id, number, version_id, channel, field_id, procedure_id, stage, choice_ids, picked, *counts = row
        picks = dict(zip(choice_ids, picked, strict=True))
        key_of = (department_id, number, version_id, channel, field_id, procedure_id, stage)
        found.append(Detail(*key_of, Sums(*counts), picks))
    return found
