"""Tallies as they are read, the sums behind every figure.

A period that is published is read from its newest publication and never again from the days; any other is summed from
the daily tallies, provisional until its end. However many periods are asked for, two statements read them, or one
where all are published and known.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, func, literal, select, union_all
from sqlalchemy.orm import Session

from feedback_app.ratings.figures import SUMS, Sums
from feedback_app.ratings.models import (
    DailyChoiceTally,
    DailyTally,
    PublishedChoiceTally,
    PublishedTally,
    RatingRevision,
)
from feedback_app.ratings.periods import Period
from feedback_app.ratings.queries.published import PublicationView, newest_publications
from feedback_app.surveys import queries as surveys

_REVISION = select(RatingRevision.number)


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


@dataclass(frozen=True, slots=True)
class Filter:
    """What a reader narrows figures to; None is everything. `department_ids` also bounds what they may see."""

    department_ids: frozenset[int] | None = None
    channel: str | None = None
    questionnaire: str | None = None


# What was published never changes, so each process reads it once for each way it is narrowed. A publication that is
# withdrawn is found by nobody any more, and its id is never given to another one.
MOST_FROZEN = 2000
_frozen: dict[tuple[int, Filter, bool], tuple[Row, ...]] = {}


def period_rows(session: Session, period: Period, narrowed: Filter | None = None) -> PeriodRows:
    """The sums of a period at their finest grain."""
    return rows_of_periods(session, [period], narrowed)[0]


def rows_of_periods(
    session: Session, periods: Sequence[Period], narrowed: Filter | None = None, *, by_department: bool = True
) -> list[PeriodRows]:
    """The sums of several periods, in the order given, at their finest grain.

    Without `by_department` the database adds all departments up and `department_id` is 0.
    """
    narrowed = narrowed or Filter()
    published = newest_publications(session, periods)
    unread = [each.id for each in published.values() if (each.id, narrowed, by_department) not in _frozen]
    # The first column tells whose a row is: a period's place in the list, or minus the id of its publication.
    parts = [
        _sums(DailyTally, literal(place, Integer), by_department)
        .where(DailyTally.day >= period.starts_on, DailyTally.day < period.ends_on)
        .where(*_conditions(session, DailyTally, narrowed))
        for place, period in enumerate(periods)
        if period not in published
    ]
    if unread:
        parts.append(
            _sums(PublishedTally, -PublishedTally.publication_id, by_department)
            .where(PublishedTally.publication_id.in_(unread))
            .where(*_conditions(session, PublishedTally, narrowed))
            .group_by(PublishedTally.publication_id)
        )
    rows: dict[int, list[Row]] = defaultdict(list)
    if parts:
        for row in session.execute(union_all(*parts)):
            rows[row[0]].append(Row(row[1], row[2], row[3], Sums(*map(int, row[4:]))))
    if len(_frozen) + len(unread) > MOST_FROZEN:
        _frozen.clear()
    fresh = {publication_id: tuple(rows[-publication_id]) for publication_id in unread}
    found = []
    for place, period in enumerate(periods):
        publication = published.get(period)
        if publication is None:
            found.append(PeriodRows(period, None, tuple(rows[place])))
            continue
        key = (publication.id, narrowed, by_department)
        if publication.id in fresh:
            _frozen[key] = fresh[publication.id]
        found.append(PeriodRows(period, publication, _frozen[key]))
    return found


def choice_counts(session: Session, read: PeriodRows, *, department_id: int) -> dict[int, int]:
    """How often each choice was picked, by choice id, in the countable responses that `read` adds up: frozen where
    `read` is published."""
    query: Select[*tuple[Any, ...]]
    if read.publication is not None:
        query = (
            select(PublishedChoiceTally.choice_id, func.sum(PublishedChoiceTally.picked))
            .where(
                PublishedChoiceTally.publication_id == read.publication.id,
                PublishedChoiceTally.department_id == department_id,
            )
            .group_by(PublishedChoiceTally.choice_id)
        )
    else:
        query = (
            select(DailyChoiceTally.choice_id, func.sum(DailyChoiceTally.picked))
            .where(
                DailyChoiceTally.department_id == department_id,
                DailyChoiceTally.day >= read.period.starts_on,
                DailyChoiceTally.day < read.period.ends_on,
            )
            .group_by(DailyChoiceTally.choice_id)
        )
    return {choice_id: int(picked) for choice_id, picked in session.execute(query)}


def first_day(session: Session) -> date | None:
    """The first day that was counted; None while there is none."""
    return session.scalar(select(func.min(DailyTally.day)))


def revision(session: Session) -> int:
    """A number that stands while no tally, publication or reported rating changes."""
    return session.scalar(_REVISION) or 0


def _sums(
    tally: type[DailyTally] | type[PublishedTally], whose: ColumnElement[int], by_department: bool
) -> Select[*tuple[Any, ...]]:
    department = (tally.department_id,) if by_department else ()
    return select(
        whose,
        *(department or (literal(0, Integer),)),
        tally.version_id,
        tally.channel,
        *(func.sum(getattr(tally, name)) for name in SUMS),
    ).group_by(*department, tally.version_id, tally.channel)


def _conditions(
    session: Session, tally: type[DailyTally] | type[PublishedTally], narrowed: Filter
) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if narrowed.department_ids is not None:
        conditions.append(tally.department_id.in_(narrowed.department_ids))
    if narrowed.channel is not None:
        conditions.append(tally.channel == narrowed.channel)
    if narrowed.questionnaire is not None:
        conditions.append(tally.version_id.in_(_version_ids(session, narrowed.questionnaire)))
    return conditions


def _version_ids(session: Session, questionnaire: str) -> list[int]:
    return [each.id for each in surveys.published_versions(session).values() if each.code == questionnaire]
