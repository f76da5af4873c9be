"""Where the marks of a chart stand, as plain numbers, so that templates only write them down.

The charts are SVG drawn on the server. Horizontal positions are percentages of the drawing's width and vertical ones
are in em: a chart then fits a phone and a wall screen alike and its text grows with the reader's text size instead of
with the drawing. Shares are percentages from 0 to 100; ``None`` means that there is no figure, which is not 0.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from feedback_app.kit.numbers import percent_of

Share = Decimal | float


@dataclass(frozen=True)
class Bar:
    """One row of a bar chart: a share with its interval, both in percent, and the answers ``n`` it rests on."""

    label: str
    value: Share | None
    low: Share | None = None
    high: Share | None = None
    n: int | None = None
    note: str = ""
    url: str = ""


@dataclass(frozen=True)
class Segment:
    """One part of a whole: an exact count and a tone that the style sheet knows.

    Tones: ``good``, ``neutral``, ``bad`` for satisfaction; ``a`` to ``e`` for parts without a rank such as channels.
    """

    label: str
    count: int
    tone: str


@dataclass(frozen=True)
class Point:
    """One period of a history.

    ``part`` marks a period shorter than its neighbours (nine months among years), ``reported`` a figure taken over from
    a report instead of counted here. ``broken`` says in words why the point must not be joined to the one before it.
    """

    label: str
    value: Share | None
    low: Share | None = None
    high: Share | None = None
    n: int | None = None
    part: bool = False
    reported: bool = False
    broken: str = ""


@dataclass(frozen=True)
class PlacedSegment:
    """A segment with its start and width (percent of the bar) and its share in percent."""

    segment: Segment
    start: float
    width: float
    share: Decimal


@dataclass(frozen=True)
class PlacedPoint:
    """A point with its column (percent of the width) and heights (em below the top of the plot)."""

    point: Point
    centre: float
    left: float
    width: float
    top: float | None
    high: float | None
    low: float | None


@dataclass(frozen=True)
class Link:
    """A line between two neighbouring points that were measured the same way."""

    x1: float
    y1: float
    x2: float
    y2: float


@dataclass(frozen=True)
class Gap:
    """Where a row of points is broken, halfway between two (percent of the width), with the letter that names it."""

    letter: str
    x: float
    point: Point


def place_segments(segments: Sequence[Segment], places: int = 1) -> list[PlacedSegment]:
    """Lay segments side by side over the whole width; empty when nothing was counted, segments of 0 left out.

    Shares are rounded to `places`, never up to all or down to none.
    """
    total = sum(segment.count for segment in segments)
    placed: list[PlacedSegment] = []
    before = 0
    for segment in segments:
        if segment.count:
            placed.append(
                PlacedSegment(
                    segment=segment,
                    start=_round(100 * before / total),
                    width=_round(100 * segment.count / total),
                    share=percent_of(segment.count, total, places),
                )
            )
        before += segment.count
    return placed


def place_points(points: Sequence[Point], height: float) -> list[PlacedPoint]:
    """Spread points over the width in equal columns of a plot that is ``height`` em high, 0 % at its foot."""
    slot = 100 / len(points) if points else 0.0
    # Few columns would become walls; a column is never wider than 9 % of the drawing.
    width = min(slot * 0.56, 9.0)
    return [
        PlacedPoint(
            point=point,
            centre=_round(slot * (index + 0.5)),
            left=_round(slot * (index + 0.5) - width / 2),
            width=_round(width),
            top=_depth(point.value, height),
            high=_depth(point.high, height),
            low=_depth(point.low, height),
        )
        for index, point in enumerate(points)
    ]


def links(placed: Sequence[PlacedPoint]) -> list[Link]:
    """Join neighbours that both have a figure and are of one kind; a line across a change of method would lie."""
    joined: list[Link] = []
    for left, right in zip(placed, placed[1:], strict=False):
        same_kind = (left.point.part, left.point.reported) == (right.point.part, right.point.reported)
        if same_kind and not right.point.broken and left.top is not None and right.top is not None:
            joined.append(Link(left.centre, left.top, right.centre, right.top))
    return joined


def gaps(points: Sequence[Point]) -> list[Gap]:
    """The breaks of a row of points, lettered from `a` on; a first point has nothing before it to be broken from."""
    slot = 100 / len(points) if points else 0.0
    places = [place for place, point in enumerate(points) if place and point.broken]
    return [Gap(chr(ord("a") + number), _round(slot * place), points[place]) for number, place in enumerate(places)]


def _depth(share: Share | None, height: float) -> float | None:
    return None if share is None else _round(height * (1 - float(share) / 100))


def _round(position: float) -> float:
    return round(position, 2)
