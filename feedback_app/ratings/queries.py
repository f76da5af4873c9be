"""Ratings as they are read. `table` is the one source of a department's figure for pages, managers and exports.

A period that is published is read from its newest publication and never again from the days; any other is summed from
the daily tallies, provisional until its end. However many periods are asked for, two statements read them, or one
where all are published and known.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, func, literal, select, tuple_, union_all
from sqlalchemy.orm import Session

from feedback_app.departments import queries as departments
from feedback_app.departments.queries import DepartmentView
from feedback_app.kit.errors import N_, NotFound
from feedback_app.kit.text import sort_key
from feedback_app.ratings.figures import Change, Figure, Sums, change, total
from feedback_app.ratings.models import (
    DailyChoiceTally,
    DailyTally,
    Publication,
    PublishedChoiceTally,
    PublishedTally,
    RatingRevision,
    ReportedRating,
)
from feedback_app.ratings.periods import Kind, Period, previous
from feedback_app.surveys import queries as surveys
from feedback_app.surveys.versions import ChoiceView, QuestionView, VersionView

SUMS = tuple(field.name for field in fields(Sums))
_REVISION = select(RatingRevision.number)
CHANNELS = ("kiosk", "qr", "web", "paper", "scan")


class RatingNotFound(NotFound):
    """There is no such reported rating or figure."""


@dataclass(frozen=True, slots=True)
class Row:
    """One department's sums in one version and channel; the grain that everything else is added up from."""

    department_id: int
    version_id: int
    channel: str
    sums: Sums


@dataclass(frozen=True, slots=True)
class PublicationView:
    """Which publication a figure was read from; numbers above 1 are restatements.

    `published_by` is a staff member's id; None is the timetable, or a terminal.
    """

    id: int
    period: Period
    number: int
    published_at: datetime
    published_by: int | None
    reason: str | None
    scheme: str
    minimum: int


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


@dataclass(frozen=True, slots=True)
class RatingRow:
    """A department in a period: its figure, the one before, and the answers by channel, which add up to it."""

    department: DepartmentView | None
    figure: Figure
    before: Figure
    channels: tuple[tuple[str, int], ...]

    @property
    def change(self) -> Change | None:
        return change(self.figure, self.before)


@dataclass(frozen=True, slots=True)
class RatingTable:
    """Every department that has an answer in the period or the one before, and all of them together."""

    period: Period
    before: Period
    publication: PublicationView | None
    minimum: int
    rows: tuple[RatingRow, ...]
    together: RatingRow


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


def table(
    session: Session,
    period: Period,
    *,
    minimum: int,
    narrowed: Filter | None = None,
    versions: dict[int, VersionView] | None = None,
) -> RatingTable:
    """Departments by period, in Vietnamese order of their names, with the period before beside it.

    A department stands in it when it has answers in either period, or when people can rate it somewhere. `versions`
    are those of surveys.published_versions, for callers that have them already.
    """
    narrowed = narrowed or Filter()
    now, before = rows_of_periods(session, [period, previous(period)], narrowed)
    least, least_before = (each.publication.minimum if each.publication else minimum for each in (now, before))
    versions = surveys.published_versions(session) if versions is None else versions
    by_now, by_before = _by_department(now.rows), _by_department(before.rows)
    rated = {*by_now, *by_before}
    asked = {place.rated_department_id for place in departments.places(session, on=period.last_day)}
    if narrowed.department_ids is not None:
        asked &= narrowed.department_ids
    names = departments.departments(session, ids=rated | asked, on=period.last_day)
    rows = [
        rating_row(
            names[key],
            by_now.get(key, ()),
            by_before.get(key, ()),
            minimum=least,
            minimum_before=least_before,
            versions=versions,
        )
        for key in rated | {key for key in asked if names[key].lived_in(period.starts_on, period.ends_on)}
    ]
    return RatingTable(
        period=period,
        before=before.period,
        publication=now.publication,
        minimum=least,
        rows=tuple(sorted(rows, key=lambda row: sort_key(row.department.name) if row.department else ())),
        together=rating_row(None, now.rows, before.rows, minimum=least, minimum_before=least_before, versions=versions),
    )


def rating_row(
    department: DepartmentView | None,
    now: Sequence[Row],
    before: Sequence[Row],
    *,
    minimum: int,
    minimum_before: int,
    versions: dict[int, VersionView],
) -> RatingRow:
    """Add up rows of one department (or of all, None) into figures; each period keeps its own minimum."""
    return RatingRow(
        department=department,
        figure=figure_of(now, minimum=minimum, versions=versions),
        before=figure_of(before, minimum=minimum_before, versions=versions),
        channels=channels_of(now),
    )


def channels_of(rows: Sequence[Row]) -> tuple[tuple[str, int], ...]:
    """Responses by channel, channels without any left out."""
    found: dict[str, int] = defaultdict(int)
    for row in rows:
        found[row.channel] += row.sums.responses
    return tuple((channel, found[channel]) for channel in CHANNELS if found[channel])


def figure_of(rows: Sequence[Row], *, minimum: int, versions: dict[int, VersionView]) -> Figure:
    """One figure from rows of any departments, versions and channels."""
    scales = {
        tuple((choice.outcome, choice.points) for choice in versions[row.version_id].overall.choices)
        for row in rows
        if row.sums.rated
    }
    return Figure(total(row.sums for row in rows), minimum, one_scale=len(scales) == 1)


@dataclass(frozen=True, slots=True)
class VersionFigure:
    """A department's figure within one questionnaire version."""

    version: VersionView
    figure: Figure
    channels: tuple[tuple[str, int], ...]


def by_version(rows: Sequence[Row], *, minimum: int, versions: dict[int, VersionView]) -> list[VersionFigure]:
    """Figures for each questionnaire version that `rows` hold, by code and number."""
    grouped: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        grouped[row.version_id].append(row)
    found = [
        VersionFigure(
            versions[version_id], figure_of(members, minimum=minimum, versions=versions), channels_of(members)
        )
        for version_id, members in grouped.items()
    ]
    return sorted(found, key=lambda each: (each.version.code, each.version.number))


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


@dataclass(frozen=True, slots=True)
class QuestionCounts:
    """How often each choice of a question was picked (choice id to count) and what the counts are shares of.

    Of a question with one choice the base is those who answered it. Of one with several it is the responses that were
    asked it, so shares add up to more than 100 % where people pick more than one.
    """

    question: QuestionView
    base: int
    picked: tuple[tuple[ChoiceView, int], ...]


def distribution(
    session: Session, read: PeriodRows, *, version: VersionView, department_id: int
) -> list[QuestionCounts]:
    """Every question with choices of one version, in its order, as this department's people answered it in `read`."""
    counts = choice_counts(session, read, department_id=department_id)
    sums = total(row.sums for row in read.rows if row.version_id == version.id and row.department_id == department_id)
    found = []
    for question in version.questions:
        picked = tuple((choice, counts.get(choice.id, 0)) for choice in question.choices)
        if not picked:
            continue
        if question.kind == "single":
            base = sum(count for _, count in picked)
        elif question.shown_for:
            base = sum(int(getattr(sums, outcome)) for outcome in question.shown_for)
        else:
            base = sums.responses
        found.append(QuestionCounts(question, base, picked))
    return found


@dataclass(frozen=True, slots=True)
class HistoryPoint:
    """One period in a row of periods of the same kind."""

    period: Period
    figure: Figure
    published: bool
    provisional: bool


def history(
    session: Session,
    periods: Sequence[Period],
    *,
    today: date,
    minimum: int,
    department_id: int | None = None,
    narrowed: Filter | None = None,
    versions: dict[int, VersionView] | None = None,
) -> list[HistoryPoint]:
    """Figures of several periods, in the order given; `versions` as in `table`."""
    narrowed = narrowed or Filter()
    if department_id is not None:
        narrowed = replace(narrowed, department_ids=frozenset({department_id}))
    versions = surveys.published_versions(session) if versions is None else versions
    return [
        HistoryPoint(
            read.period,
            figure_of(read.rows, minimum=read.publication.minimum if read.publication else minimum, versions=versions),
            published=read.publication is not None,
            provisional=not read.period.ended(today),
        )
        for read in rows_of_periods(session, periods, narrowed, by_department=False)
    ]


def revision(session: Session) -> int:
    """A number that stands while no tally, publication or reported rating changes."""
    return session.scalar(_REVISION) or 0


def since_publication(session: Session, publication: PublicationView) -> int:
    """How many more countable responses the period's days hold than were published; negative for fewer."""
    counted = (
        select(func.coalesce(func.sum(DailyTally.responses), 0))
        .where(DailyTally.day >= publication.period.starts_on, DailyTally.day < publication.period.ends_on)
        .scalar_subquery()
    )
    frozen = (
        select(func.coalesce(func.sum(PublishedTally.responses), 0))
        .where(PublishedTally.publication_id == publication.id)
        .scalar_subquery()
    )
    return int(session.scalar(select(counted - frozen)) or 0)


def publications(session: Session, period: Period) -> list[PublicationView]:
    """Every publication of a period, the first one first."""
    rows = session.scalars(
        select(Publication)
        .where(Publication.period_kind == period.kind, Publication.starts_on == period.starts_on)
        .order_by(Publication.number)
    )
    return [_view(row) for row in rows]


def all_publications(session: Session, *, limit: int) -> list[PublicationView]:
    """The latest publications and restatements of any period, newest first."""
    rows = session.scalars(
        select(Publication).order_by(Publication.published_at.desc(), Publication.id.desc()).limit(limit)
    )
    return [_view(row) for row in rows]


def newest_publications(session: Session, periods: Sequence[Period]) -> dict[Period, PublicationView]:
    """The publication that holds, for each of these periods that was published."""
    keys = [(period.kind, period.starts_on) for period in periods]
    rows = session.scalars(
        select(Publication)
        .where(tuple_(Publication.period_kind, Publication.starts_on).in_(keys))
        .order_by(Publication.number)
    )
    return {view.period: view for view in map(_view, rows)}


def first_day(session: Session) -> date | None:
    """The first day that was counted; None while there is none."""
    return session.scalar(select(func.min(DailyTally.day)))


def newest_published(session: Session, kind: Kind) -> Period | None:
    """The latest period of a kind that was published."""
    row = session.execute(
        select(Publication.starts_on, Publication.ends_on)
        .where(Publication.period_kind == kind)
        .order_by(Publication.starts_on.desc())
        .limit(1)
    ).first()
    return Period(row.starts_on, row.ends_on, kind) if row else None


@dataclass(frozen=True, slots=True)
class ReportedRatingView:
    """A rating somebody published before the system; `written` is what they printed, `measure` what it may mean."""

    department_id: int
    period: Period
    percent: Decimal
    written: str
    measure: str
    source: str

    @property
    def decimals(self) -> int:
        """How many decimal places they printed, as far as the number tells."""
        return max(0, -int(self.percent.normalize().as_tuple().exponent))


def reported_ratings(session: Session, *, department_id: int | None = None) -> list[ReportedRatingView]:
    """In order of time."""
    query = select(ReportedRating).order_by(ReportedRating.starts_on, ReportedRating.ends_on)
    if department_id is not None:
        query = query.where(ReportedRating.department_id == department_id)
    return [
        ReportedRatingView(
            row.department_id,
            Period(row.starts_on, row.ends_on, row.period_kind),  # type: ignore[arg-type]  # kinds are stored as in periods
            row.percent,
            row.written,
            row.measure,
            row.source,
        )
        for row in session.scalars(query)
    ]


def reported_rating(session: Session, *, department_code: str, period: Period) -> ReportedRatingView:
    """The reported rating of one department and period; raises RatingNotFound."""
    department = departments.department(session, code=department_code)
    for rating in reported_ratings(session, department_id=department.id):
        if rating.period == period:
            return rating
    raise RatingNotFound(N_("Không có số liệu báo cáo của kỳ này."))


def figure(session: Session, *, department_code: str, period: Period, minimum: int) -> Figure:
    """One department's figure for a period, published where it is; raises DepartmentNotFound."""
    department = departments.department(session, code=department_code)
    rows = period_rows(session, period, Filter(frozenset({department.id})))
    least = rows.publication.minimum if rows.publication else minimum
    return figure_of(rows.rows, minimum=least, versions=surveys.published_versions(session))


def _view(row: Publication) -> PublicationView:
    return PublicationView(
        id=row.id,
        period=Period(row.starts_on, row.ends_on, row.period_kind),  # type: ignore[arg-type]  # the database allows these kinds alone
        number=row.number,
        published_at=row.published_at,
        published_by=row.published_by,
        reason=row.reason,
        scheme=row.scheme,
        minimum=row.minimum_responses,
    )


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


def _by_department(rows: Sequence[Row]) -> dict[int, list[Row]]:
    grouped: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        grouped[row.department_id].append(row)
    return grouped
