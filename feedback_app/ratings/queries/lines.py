"""Every department of a period by channel: what open data and exports of many periods are made of."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from feedback_app.departments.queries import DepartmentView
from feedback_app.ratings.figures import Change, Figure
from feedback_app.ratings.periods import Period
from feedback_app.ratings.queries.parts import Filter, channel_rows
from feedback_app.ratings.queries.period_figures import CHANNELS, figure_of, table
from feedback_app.ratings.queries.published import PublicationView
from feedback_app.ratings.queries.tallies import Row
from feedback_app.ratings.trends import Break
from feedback_app.surveys import queries as surveys
from feedback_app.surveys.versions import VersionView

if TYPE_CHECKING:
    from config import Minima


@dataclass(frozen=True, slots=True)
class Line:
    """A department (None: all together) through one channel (None: all of them); only these have a change."""

    department: DepartmentView | None
    channel: str | None
    figure: Figure
    change: Change | None
    breaks: tuple[Break, ...] = ()

    @property
    def clear(self) -> bool:
        """As that of a RatingRow."""
        return not self.breaks and self.change is not None and self.change.clear


@dataclass(frozen=True, slots=True)
class PeriodLines:
    """`counted_from` as in a RatingTable."""

    period: Period
    publication: PublicationView | None
    minimum: int
    lines: tuple[Line, ...]
    counted_from: date | None = None


def period_lines(
    session: Session,
    period: Period,
    *,
    minima: "Minima",
    department_ids: frozenset[int] | None = None,
    versions: dict[int, VersionView] | None = None,
) -> PeriodLines:
    """The rows of `table` in its order, all together last, each followed by its channels that have responses.

    A channel's figure is that of `table` narrowed to it, read once for all channels.
    """
    versions = surveys.published_versions(session) if versions is None else versions
    read = table(session, period, minima=minima, narrowed=Filter(department_ids), versions=versions)
    by_channel: dict[tuple[int | None, str], list[Row]] = defaultdict(list)
    for row in channel_rows(session, period, department_ids, smallest=minima.cell):
        by_channel[row.department_id, row.channel].append(row)
        by_channel[None, row.channel].append(row)
    lines = []
    for each in (*read.rows, read.together):
        lines.append(Line(each.department, None, each.figure, each.change, each.breaks))
        whose = each.department.id if each.department else None
        lines += [
            Line(
                each.department,
                channel,
                figure_of(by_channel[whose, channel], minimum=read.minimum, versions=versions),
                None,
            )
            for channel in CHANNELS
            if (whose, channel) in by_channel
        ]
    return PeriodLines(period, read.publication, read.minimum, tuple(lines), read.counted_from)
