"""What the charts show: figures turned into marks. Pure; where the marks stand is kit.charts' matter."""

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from feedback_app.kit.charts import Bar, Point, Segment
from feedback_app.ratings.labels import break_reasons, channel_name, short_period_name
from feedback_app.ratings.queries import HistoryPoint, RatingRow, ReportedRatingView

CHANNEL_TONES: Final = {"kiosk": "a", "qr": "b", "web": "c", "paper": "d", "scan": "e"}


def bars(rows: Iterable[RatingRow], *, name: Callable[[RatingRow], str], url: Callable[[RatingRow], str]) -> list[Bar]:
    """One bar a department; its length and whisker are the numbers of the table, not unrounded ones."""
    return [
        Bar(
            label=name(row),
            value=row.figure.percent,
            low=row.figure.bounds[0] if row.figure.bounds else None,
            high=row.figure.bounds[1] if row.figure.bounds else None,
            n=row.figure.n,
            url=url(row),
        )
        for row in rows
    ]


def channel_parts(channels: Sequence[tuple[str, int]]) -> list[Segment]:
    """The parts of all responses."""
    return [Segment(channel_name(channel), count, CHANNEL_TONES[channel]) for channel, count in channels]


def computed_points(points: Iterable[HistoryPoint]) -> list[Point]:
    """A row of periods; one that is not over yet, or was counted in part, is marked so."""
    return [
        Point(
            label=short_period_name(point.period),
            value=point.figure.percent,
            low=point.figure.bounds[0] if point.figure.bounds else None,
            high=point.figure.bounds[1] if point.figure.bounds else None,
            n=point.figure.n,
            part=point.provisional or point.period.part_of_year or point.counted_from is not None,
            broken=break_reasons(point.breaks),
        )
        for point in points
    ]


def reported_points(ratings: Iterable[ReportedRatingView]) -> list[Point]:
    """What others published: no number of answers, no interval, and never joined with what is computed here."""
    return [
        Point(
            label=short_period_name(rating.period),
            value=rating.percent,
            part=rating.period.part_of_year,
            reported=True,
        )
        for rating in ratings
    ]
