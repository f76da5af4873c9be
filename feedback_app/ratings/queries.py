"""Ratings as they are read. `table` is the one source of a department's figure for pages, managers and exports.

A period that is published is read from its newest publication and never again from the days; any other is summed from
the daily tallies, provisional until its end.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import and_, func, select
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
    PublishedTally,
    ReportedRating,
)
from feedback_app.ratings.periods import Kind, Period, previous
from feedback_app.surveys import queries as surveys
from feedback_app.surveys.versions import VersionView

SUMS = tuple(field.name for field in fields(Sums))
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
    """Which publication a figure was read from; numbers above 1 are restatements."""

    id: int
    number: int
    published_at: datetime
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


def period_rows(session: Session, period: Period, narrowed: Filter | None = None) -> PeriodRows:
    """The sums of a period at their finest grain."""
    narrowed = narrowed or Filter()
    publication = _newest_publication(session, period)
    tally: type[DailyTally] | type[PublishedTally]
    if publication is not None:
        tally = PublishedTally
        chosen = PublishedTally.publication_id == publication.id
    else:
        tally = DailyTally
        chosen = and_(DailyTally.day >= period.starts_on, DailyTally.day < period.ends_on)
    query = (
        select(
            tally.department_id,
            tally.version_id,
            tally.channel,
            *(func.sum(getattr(tally, name)) for name in SUMS),
        )
        .where(chosen)
        .group_by(tally.department_id, tally.version_id, tally.channel)
    )
    if narrowed.department_ids is not None:
        query = query.where(tally.department_id.in_(narrowed.department_ids))
    if narrowed.channel is not None:
        query = query.where(tally.channel == narrowed.channel)
    if narrowed.questionnaire is not None:
        query = query.where(tally.version_id.in_(_version_ids(session, narrowed.questionnaire)))
    rows = tuple(Row(row[0], row[1], row[2], Sums(*map(int, row[3:]))) for row in session.execute(query))
    return PeriodRows(period, publication, rows)


def table(session: Session, period: Period, *, minimum: int, narrowed: Filter | None = None) -> RatingTable:
    """Departments by period, in Vietnamese order of their names, with the period before beside it."""
    now = period_rows(session, period, narrowed)
    before = period_rows(session, previous(period), narrowed)
    if now.publication is not None:
        minimum = now.publication.minimum
    versions = surveys.published_versions(session)
    by_now, by_before = _by_department(now.rows), _by_department(before.rows)
    names = departments.departments(session, ids=[*by_now, *by_before], on=period.last_day)
    rows = [
        rating_row(names[key], by_now.get(key, ()), by_before.get(key, ()), minimum=minimum, versions=versions)
        for key in {*by_now, *by_before}
    ]
    return RatingTable(
        period=period,
        before=before.period,
        publication=now.publication,
        minimum=minimum,
        rows=tuple(sorted(rows, key=lambda row: sort_key(row.department.name) if row.department else ())),
        together=rating_row(None, now.rows, before.rows, minimum=minimum, versions=versions),
    )


def rating_row(
    department: DepartmentView | None,
    now: Sequence[Row],
    before: Sequence[Row],
    *,
    minimum: int,
    versions: dict[int, VersionView],
) -> RatingRow:
    """Add up rows of one department (or of all, None) into figures."""
    channels: dict[str, int] = defaultdict(int)
    for row in now:
        channels[row.channel] += row.sums.responses
    return RatingRow(
        department=department,
        figure=figure_of(now, minimum=minimum, versions=versions),
        before=figure_of(before, minimum=minimum, versions=versions),
        channels=tuple((channel, channels[channel]) for channel in CHANNELS if channels[channel]),
    )


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


def by_version(session: Session, rows: Sequence[Row], *, minimum: int) -> list[VersionFigure]:
    """Figures for each questionnaire version that `rows` hold, by code and number."""
    versions = surveys.published_versions(session)
    grouped: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        grouped[row.version_id].append(row)
    found = []
    for version_id, members in grouped.items():
        together = rating_row(None, members, (), minimum=minimum, versions=versions)
        found.append(VersionFigure(versions[version_id], together.figure, together.channels))
    return sorted(found, key=lambda each: (each.version.code, each.version.number))


def choice_counts(session: Session, period: Period, *, department_ids: Collection[int]) -> dict[int, int]:
    """How often each choice was picked, by choice id, in countable responses of these departments."""
    rows = session.execute(
        select(DailyChoiceTally.choice_id, func.sum(DailyChoiceTally.picked))
        .where(
            DailyChoiceTally.department_id.in_(department_ids),
            DailyChoiceTally.day >= period.starts_on,
            DailyChoiceTally.day < period.ends_on,
        )
        .group_by(DailyChoiceTally.choice_id)
    )
    return {choice_id: int(picked) for choice_id, picked in rows}


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
) -> list[HistoryPoint]:
    """Figures of several periods of one kind, in the order given: two statements whatever their number."""
    if not periods:
        return []
    narrowed = narrowed or Filter()
    if department_id is not None:
        narrowed = Filter(frozenset({department_id}), narrowed.channel, narrowed.questionnaire)
    versions = surveys.published_versions(session)
    found = []
    for period in periods:
        read = period_rows(session, period, narrowed)
        least = read.publication.minimum if read.publication else minimum
        found.append(
            HistoryPoint(
                period,
                figure_of(read.rows, minimum=least, versions=versions),
                published=read.publication is not None,
                provisional=not period.ended(today),
            )
        )
    return found


def since_publication(session: Session, period: Period) -> int:
    """How many countable responses a published period holds more (or, negative, fewer) than when it was published."""
    publication = _newest_publication(session, period)
    if publication is None:
        return 0
    counted = session.scalar(
        select(func.coalesce(func.sum(DailyTally.responses), 0)).where(
            DailyTally.day >= period.starts_on, DailyTally.day < period.ends_on
        )
    )
    frozen = session.scalar(
        select(func.coalesce(func.sum(PublishedTally.responses), 0)).where(
            PublishedTally.publication_id == publication.id
        )
    )
    return int(counted or 0) - int(frozen or 0)


def publications(session: Session, period: Period) -> list[PublicationView]:
    """Every publication of a period, the first one first."""
    rows = session.scalars(
        select(Publication)
        .where(Publication.period_kind == period.kind, Publication.starts_on == period.starts_on)
        .order_by(Publication.number)
    )
    return [_view(row) for row in rows]


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


def _newest_publication(session: Session, period: Period) -> PublicationView | None:
    row = session.scalar(
        select(Publication)
        .where(Publication.period_kind == period.kind, Publication.starts_on == period.starts_on)
        .order_by(Publication.number.desc())
        .limit(1)
    )
    return _view(row) if row is not None else None


def _view(row: Publication) -> PublicationView:
    return PublicationView(row.id, row.number, row.published_at, row.reason, row.scheme, row.minimum_responses)


def _version_ids(session: Session, questionnaire: str) -> list[int]:
    return [each.id for each in surveys.published_versions(session).values() if each.code == questionnaire]


def _by_department(rows: Sequence[Row]) -> dict[int, list[Row]]:
    grouped: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        grouped[row.department_id].append(row)
    return grouped
