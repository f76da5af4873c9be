"""Figures of periods. `table` is the one source of a department's figure for pages, managers and exports."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Final, cast

from sqlalchemy.orm import Session

from feedback_app.departments import queries as departments
from feedback_app.departments.queries import DepartmentView
from feedback_app.kit.revisions import Kept
from feedback_app.kit.text import sort_key
from feedback_app.ratings.bands import Band, bands
from feedback_app.ratings.channel_mix import Shift, shift
from feedback_app.ratings.figures import SCHEME, Change, Figure, change, total
from feedback_app.ratings.periods import Period, previous
from feedback_app.ratings.queries.parts import DepartmentParts, Dimension, Filter, period_rows, rows_of_periods
from feedback_app.ratings.queries.published import PublicationView
from feedback_app.ratings.queries.tallies import Row, first_day, held_publications
from feedback_app.ratings.trends import Asked, Break, Measured, breaks, changed, counted_from
from feedback_app.surveys import queries as surveys
from feedback_app.surveys.versions import VersionView

if TYPE_CHECKING:
    from config import Minima

CHANNELS = ("kiosk", "qr", "web", "paper", "scan")


@dataclass(frozen=True, slots=True)
class RatingRow:
    """A department in a period: its figure, the one before, and the answers by channel, which add up to it.

    `breaks` says why the two periods are not compared: the answers were asked for in different versions, or one of the
    periods was counted in part alone. The change is shown all the same, but never called clear.
    """

    department: DepartmentView | None
    figure: Figure
    before: Figure
    channels: tuple[tuple[str, int], ...]
    channels_before: tuple[tuple[str, int], ...]
    breaks: tuple[Break, ...]

    @property
    def change(self) -> Change | None:
        return change(self.figure, self.before)

    @property
    def clear(self) -> bool:
        """Whether there is a change that may be called one of the service."""
        return not self.breaks and self.change is not None and self.change.clear

    @property
    def shift(self) -> Shift | None:
        """Of the channels since the period before."""
        return shift(dict(self.channels), dict(self.channels_before))


@dataclass(frozen=True, slots=True)
class RatingTable:
    """Every department that has an answer in the period or the one before, and all of them together.

    `before` is the period right before unless another one was asked for. `counted_from` and `before_counted_from` are
    the day that counting began, where that lies within the period: then it is part of a period.

    `bands` are ranks by department id among those with at least `minimum_ranked` answers; none for a single one.
    """

    period: Period
    before: Period
    publication: PublicationView | None
    minimum: int
    minimum_ranked: int
    rows: tuple[RatingRow, ...]
    bands: dict[int, Band]
    together: RatingRow
    counted_from: date | None
    before_counted_from: date | None


# Making the rows of thousands of departments takes longer than a reader should wait; the smaller tables are made anew.
KEPT_FROM: Final = 50
_tables: Kept[RatingTable] = Kept("ratings", "departments", most=16)
# Two published periods are held against each other alike whatever is counted meanwhile.
_published_tables: Kept[RatingTable] = Kept("departments", most=16)


def table(
    session: Session,
    period: Period,
    *,
    minima: "Minima",
    narrowed: Filter | None = None,
    versions: dict[int, VersionView] | None = None,
    against: Period | None = None,
) -> RatingTable:
    """Departments by period, in Vietnamese order of their names, with the period before (or `against`) beside it.

    A department stands in it when it has answers in either period, or when people can rate it somewhere. `versions`
    are those of surveys.published_versions, for callers that have them already.
    """
    narrowed = narrowed or Filter()
    periods = period, against or previous(period)

    def make() -> RatingTable:
        known = surveys.published_versions(session) if versions is None else versions
        return _table(session, periods, minima, narrowed, known)

    # A draft changes without the figures around it: it is checked, or sent back.
    draft = narrowed.publication is not None and narrowed.publication.published_at is None
    if draft or (narrowed.department_ids is not None and len(narrowed.department_ids) < KEPT_FROM):
        return make()
    key = (periods, minima, narrowed.key)
    published = held_publications(session, periods, narrowed.publication)
    if len(published) < len(periods):
        return _tables.find(session, key, make)
    ids = tuple(sorted(each.id for each in published.values()))
    return _published_tables.find(session, (key, ids, first_day(session)), make)


def _table(
    session: Session,
    periods: tuple[Period, Period],
    minima: "Minima",
    narrowed: Filter,
    versions: dict[int, VersionView],
) -> RatingTable:
    period = periods[0]
    now, before = rows_of_periods(session, periods, narrowed, smallest=minima.cell)
    least, least_before = (each.publication.minimum if each.publication else minima.score for each in (now, before))
    by_now, by_before = _by_department(now.rows), _by_department(before.rows)
    rated = {*by_now, *by_before}
    first = first_day(session)
    parts = counted_from(period, first), counted_from(before.period, first)
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
            part=any(parts),
        )
        for key in rated | {key for key in asked if names[key].lived_in(period.starts_on, period.ends_on)}
    ]
    return RatingTable(
        period=period,
        before=before.period,
        publication=now.publication,
        minimum=least,
        minimum_ranked=minima.ranked,
        bands=rank_bands(rows, minimum=minima.ranked),
        rows=tuple(sorted(rows, key=lambda row: sort_key(row.department.name) if row.department else ())),
        together=rating_row(
            None,
            now.rows,
            before.rows,
            minimum=least,
            minimum_before=least_before,
            versions=versions,
            part=any(parts),
        ),
        counted_from=parts[0],
        before_counted_from=parts[1],
    )


def rating_row(
    department: DepartmentView | None,
    now: Sequence[Row],
    before: Sequence[Row],
    *,
    minimum: int,
    minimum_before: int,
    versions: dict[int, VersionView],
    part: bool,
) -> RatingRow:
    """Add up rows of one department (or of all, None) into figures; each period keeps its own minimum.

    `part` tells that one of the periods was counted in part alone.
    """
    unlike = {
        Break.QUESTIONNAIRE: changed(asked_in(before, versions), asked_in(now, versions)),
        Break.PART: part,
    }
    return RatingRow(
        department=department,
        figure=figure_of(now, minimum=minimum, versions=versions),
        before=figure_of(before, minimum=minimum_before, versions=versions),
        channels=channels_of(now),
        channels_before=channels_of(before),
        breaks=tuple(kind for kind, holds in unlike.items() if holds),
    )


def rank_bands(rows: Sequence[RatingRow], *, minimum: int) -> dict[int, Band]:
    """By department id, of rows with at least `minimum` answers; one alone has nobody to be ranked with."""
    intervals = {
        row.department.id: row.figure.interval
        for row in rows
        if row.department and row.figure.interval and row.figure.sums.rated >= minimum
    }
    return bands(intervals) if len(intervals) > 1 else {}


def asked_in(rows: Sequence[Row], versions: dict[int, VersionView]) -> frozenset[Asked]:
    """The questionnaire versions in which the overall question was answered."""
    ids = {row.version_id for row in rows if row.sums.rated or row.sums.withheld}
    return frozenset(Asked(versions[each].code, versions[each].number) for each in ids)


def channels_of(rows: Sequence[Row]) -> tuple[tuple[str, int], ...]:
    """Responses by channel, channels without any left out."""
    found: dict[str, int] = defaultdict(int)
    for row in rows:
        found[row.channel] += row.sums.responses
    return tuple((channel, found[channel]) for channel in CHANNELS if found[channel])


def figure_of(rows: Sequence[Row], *, minimum: int, versions: dict[int, VersionView]) -> Figure:
    """One figure from rows of any departments, versions and channels."""
    scales = {
        tuple((choice.outcome, choice.points) for choice in versions[each].overall.choices)
        for each in {row.version_id for row in rows if row.sums.rated}
    }
    return Figure(total(row.sums for row in rows), minimum, one_scale=len(scales) == 1)


def figure(session: Session, *, department_code: str, period: Period, minima: "Minima") -> Figure:
    """One department's figure for a period, published where it is; raises DepartmentNotFound."""
    department = departments.department(session, code=department_code)
    rows = period_rows(session, period, Filter(frozenset({department.id})), smallest=minima.cell)
    least = rows.publication.minimum if rows.publication else minima.score
    return figure_of(rows.rows, minimum=least, versions=surveys.published_versions(session))


@dataclass(frozen=True, slots=True)
class VersionFigure:
    """A department's figure within one questionnaire version."""

    version: VersionView
    figure: Figure
    channels: tuple[tuple[str, int], ...]


def by_version(parts: DepartmentParts, *, minimum: int, versions: dict[int, VersionView]) -> list[VersionFigure]:
    """Figures for each questionnaire version that `parts` hold, by code and number."""
    found = []
    for part, sums in parts.parts("version_id"):
        version = versions[cast(int, part)]
        rows = [
            Row(row.department_id, version.id, row.channel, row.sums) for row in parts.rows if row.version_id == part
        ]
        found.append(VersionFigure(version, Figure(sums, minimum, one_scale=True), channels_of(rows)))
    return sorted(found, key=lambda each: (each.version.code, each.version.number))


@dataclass(frozen=True, slots=True)
class PartFigure:
    """A department's figure within one part: a channel, a field's id, a stage; None where it is not known."""

    part: str | int | None
    figure: Figure


def by_part(parts: DepartmentParts, dimension: Dimension, *, minimum: int) -> list[PartFigure]:
    """Figures of the parts of one dimension, the one with most answers first, what is not known last.

    Empty where nothing is known of the dimension. Means are left out: parts may mix scales.
    """
    found = [
        PartFigure(cast("str | int | None", part), Figure(sums, minimum, one_scale=False))
        for part, sums in parts.parts(dimension)
        if sums.responses
    ]
    if all(each.part is None for each in found):
        return []
    return sorted(found, key=lambda each: (each.part is None, -each.figure.sums.responses, str(each.part)))


@dataclass(frozen=True, slots=True)
class HistoryPoint:
    """One period in a row of periods of the same kind.

    `breaks` says why it is not joined to the point before; `shift` how the channels moved since then; `counted_from`
    when counting began, where that lies within the period.
    """

    period: Period
    figure: Figure
    published: bool
    provisional: bool
    breaks: tuple[Break, ...]
    shift: Shift | None
    counted_from: date | None


_histories: Kept[list[HistoryPoint]] = Kept("ratings", most=32)


def history(
    session: Session,
    periods: Sequence[Period],
    *,
    today: date,
    minima: "Minima",
    department_id: int | None = None,
    narrowed: Filter | None = None,
    versions: dict[int, VersionView] | None = None,
) -> list[HistoryPoint]:
    """Figures of several periods, in the order given; `versions` as in `table`."""
    narrowed = narrowed or Filter()
    if department_id is not None:
        narrowed = replace(narrowed, department_ids=frozenset({department_id}))

    def make() -> list[HistoryPoint]:
        known = surveys.published_versions(session) if versions is None else versions
        return _history(session, periods, today, minima, department_id, narrowed, known)

    if narrowed.department_ids is not None or narrowed.publication is not None:
        return make()
    return _histories.find(session, (tuple(periods), today, minima, narrowed.key), make)


def _history(
    session: Session,
    periods: Sequence[Period],
    today: date,
    minima: "Minima",
    department_id: int | None,
    narrowed: Filter,
    versions: dict[int, VersionView],
) -> list[HistoryPoint]:
    read = rows_of_periods(session, periods, narrowed, smallest=minima.cell, by_department=False)
    first = first_day(session)
    parts = [counted_from(each.period, first) for each in read]
    broken = breaks(
        [
            Measured(
                kind=each.period.kind,
                asked=asked_in(each.rows, versions),
                scheme=each.publication.scheme if each.publication else SCHEME,
                department_id=department_id,
                part=part is not None,
            )
            for each, part in zip(read, parts, strict=True)
        ]
    )
    mixes = [dict(channels_of(each.rows)) for each in read]
    return [
        HistoryPoint(
            each.period,
            figure_of(
                each.rows, minimum=each.publication.minimum if each.publication else minima.score, versions=versions
            ),
            published=each.publication is not None,
            provisional=not each.period.ended(today),
            breaks=because,
            shift=shift(mix, mix_before),
            counted_from=part,
        )
        for each, because, mix, mix_before, part in zip(read, broken, mixes, [{}, *mixes], parts, strict=False)
    ]


def _by_department(rows: Sequence[Row]) -> dict[int, list[Row]]:
    grouped: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        grouped[row.department_id].append(row)
    return grouped
