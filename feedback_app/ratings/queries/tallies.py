"""Tallies as they are read, the sums behind every figure, without what must not be told of a few people's answers.

A period that is published is read from its newest publication and never again from the months; any other is summed from
the monthly tallies, provisional until its end. However many periods are asked for, a few statements read them, or one
where all are published and known.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from weakref import WeakKeyDictionary

from sqlalchemy import (
    ColumnElement,
    Engine,
    Integer,
    Select,
    and_,
    cast,
    false,
    func,
    literal,
    not_,
    select,
    true,
    tuple_,
    union_all,
)
from sqlalchemy.orm import Session

from feedback_app.ratings import disclosure
from feedback_app.ratings.figures import OUTCOMES, SUMS, Sums
from feedback_app.ratings.models import DailyTally, MonthlyTally, PublishedTally, RatingRevision, WithheldMonth
from feedback_app.ratings.periods import Period
from feedback_app.ratings.queries.published import PublicationView, newest_publications

_REVISION = select(RatingRevision.number)
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
MOST_FROZEN: Final = 2000
Frozen = dict[tuple[int, frozenset[int] | None, bool], tuple[Row, ...]]
_frozen: WeakKeyDictionary[Engine, Frozen] = WeakKeyDictionary()


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
        _sums(tally, literal(place, Integer), tells, by_department).where(*_within(tally, department_ids), *when)
        for place, period in live
        for tally, tells, when in [_source(period, held)]
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
    if len(frozen) + len(unread) > MOST_FROZEN:
        frozen.clear()
    for publication_id in unread:
        frozen[publication_id, department_ids, by_department] = known[publication_id] = tuple(read[-publication_id])
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
    if not periods:
        return {}
    years = {period.starts_on.year for period in periods}
    by_year: dict[tuple[int, int], dict[int, int]] = defaultdict(dict)
    for department_id, month, rated in session.execute(_uneven_years(years, smallest, department_ids)):
        by_year[department_id, month.year][month.month] = int(rated)
    return {
        period: frozenset(
            (department_id, date(year, month, 1))
            for (department_id, year), rated in by_year.items()
            if year == period.starts_on.year
            for month in disclosure.withheld(rated, months_of(period), smallest)
        )
        for period in periods
    }


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
        select(WithheldMonth.department_id, WithheldMonth.month).where(WithheldMonth.publication_id == publication.id)
    )
    return frozenset((row[0], row[1]) for row in rows)


def _uneven_years(
    years: Collection[int], smallest: int, department_ids: frozenset[int] | None
) -> Select[int, date, int]:
    """Answers by department and month, of the departments and years that have a month with too few to be shown."""
    months = (
        select(
            MonthlyTally.department_id,
            MonthlyTally.month,
            func.sum(MonthlyTally.rated).label("rated"),
        )
        .where(MonthlyTally.month >= date(min(years), 1, 1), MonthlyTally.month < date(max(years) + 1, 1, 1))
        .where(*_within(MonthlyTally, department_ids))
        .group_by(MonthlyTally.department_id, MonthlyTally.month)
        .cte("months")
    )
    year = func.extract("year", months.c.month)
    small = select(months.c.department_id, year).where(months.c.rated > 0, months.c.rated < smallest)
    return select(months.c.department_id, months.c.month, months.c.rated).where(
        tuple_(months.c.department_id, year).in_(small)
    )


def months_of(period: Period) -> frozenset[int]:
    """The months of the year that make up a period; a day makes up none."""
    return frozenset(range(period.starts_on.month, period.last_day.month + 1)) if period.kind != "day" else frozenset()


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


def revision(session: Session) -> int:
    """A number that stands while no tally, publication or reported rating changes."""
    return session.scalar(_REVISION) or 0


def _source(
    period: Period, held: Mapping[Period, Months]
) -> tuple[type[DailyTally] | type[MonthlyTally], ColumnElement[bool], tuple[ColumnElement[bool], ...]]:
    """Where a period that is not published is read, the condition under which outcomes are told, its rows."""
    if period.kind == "day":
        return DailyTally, false(), (DailyTally.day == period.starts_on,)
    within = (MonthlyTally.month >= period.starts_on, MonthlyTally.month < period.ends_on)
    pairs = held[period]
    told = not_(tuple_(MonthlyTally.department_id, MonthlyTally.month).in_(sorted(pairs))) if pairs else true()
    return MonthlyTally, told, within


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
    """The finest grain kept: one department's month by version, channel, field (None: not known) and stage.

    Nothing of it may be shown before `parts` has said what stands alone. `picked` is by choice id.
    """

    department_id: int
    month: int
    version_id: int
    channel: str
    field_id: int | None
    stage: str | None
    sums: Sums
    picked: Mapping[int, int]


def details(
    session: Session, period: Period, publication: PublicationView | None, department_ids: frozenset[int] | None
) -> list[Detail]:
    """Every row of a period of whole months; frozen where it is published."""
    tally: type[MonthlyTally] | type[PublishedTally]
    which: tuple[ColumnElement[bool], ...]
    if publication is None:
        tally = MonthlyTally
        which = (MonthlyTally.month >= period.starts_on, MonthlyTally.month < period.ends_on)
    else:
        tally = PublishedTally
        which = (PublishedTally.publication_id == publication.id,)
    query: Select[*tuple[Any, ...]] = select(
        tally.department_id,
        cast(func.extract("month", tally.month), Integer),
        tally.version_id,
        tally.channel,
        func.nullif(tally.field_id, 0),
        func.nullif(tally.stage, ""),
        tally.choice_ids,
        tally.picked,
        *(getattr(tally, name) for name in SUMS),
    ).where(*which, *_within(tally, department_ids))
    found = []
    for department_id, month, version_id, channel, field_id, stage, choice_ids, picked, *counts in session.execute(
        query
    ):
        picks = dict(zip(choice_ids, picked, strict=True))
        found.append(Detail(department_id, month, version_id, channel, field_id, stage, Sums(*counts), picks))
    return found
