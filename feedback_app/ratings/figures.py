"""From exact sums to figures with their base and their uncertainty. Pure; rounding happens at display.

The satisfied share is `satisfied / rated`: answers to the overall question whose level the questionnaire version maps
to "satisfied", of all answers to that question. Neutral answers stay in the base. It is not the share of QĐ 766/QĐ-TTg,
which counts silence as satisfied, and never stands under the same label as an on-time rate.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from operator import attrgetter
from typing import Final, Literal

from feedback_app.kit.numbers import percent_of, round_percent
from feedback_app.kit.statistics import Interval, wilson
from feedback_app.ratings.comparison import Comparison, Proportion, compare

SCHEME: Final = "satisfied-share/1"
MEASURE: Final = "satisfied-share"

# Decimal places of every computed percentage, wherever it is shown or exported: one number, one look.
PLACES: Final = 1

# Most figures are of a few dozen answers, so that the same pairs of counts come again and again; some 10 MB when full.
REMEMBERED_PAIRS: Final = 16_384

State = Literal["no_data", "withheld", "too_few", "shown"]


@dataclass(frozen=True, slots=True)
class Sums:
    """Whole numbers of answers, added over months, channels, versions or departments; their meaning is Counts'.

    `withheld` answers to the overall question are in none of OUTCOMES: shown, they would tell what a few people said.
    """

    responses: int = 0
    partial: int = 0
    assisted: int = 0
    rapid: int = 0
    rated: int = 0
    satisfied: int = 0
    neutral: int = 0
    not_satisfied: int = 0
    scored: int = 0
    points: int = 0
    withheld: int = 0


_EACH = attrgetter(*(field.name for field in fields(Sums)))
# What tallies store; how much is withheld depends on what else is shown.
SUMS: Final = tuple(field.name for field in fields(Sums) if field.name != "withheld")
# Those of them that say how people answered; the others say how many did.
OUTCOMES: Final = ("rated", "satisfied", "neutral", "not_satisfied", "scored", "points")


def total(sums: Iterable[Sums]) -> Sums:
    """The sum of sums; empty for none."""
    columns = zip(*map(_EACH, sums), strict=True)
    return Sums(*map(sum, columns))


@dataclass(frozen=True, slots=True)
class Figure:
    """A satisfied share with all it rests on.

    `mean` is exact mean points and stands only where all answers come from one scale. Below `minimum` answers the
    state is `too_few` and no share may be shown; where enough were given but may not be told it is `withheld`.
    """

    sums: Sums
    minimum: int
    one_scale: bool

    @property
    def state(self) -> State:
        answers = self.sums.rated + self.sums.withheld
        if answers == 0:
            return "no_data"
        if answers < self.minimum:
            return "too_few"
        return "shown" if self.sums.rated >= self.minimum else "withheld"

    @property
    def n(self) -> int:
        """The answers to the overall question: those the share rests on, or all of them where no share is shown."""
        return self.sums.rated if self.state == "shown" else self.sums.rated + self.sums.withheld

    @property
    def interval(self) -> Interval | None:
        """Wilson, 95 %."""
        return wilson(self.sums.satisfied, self.sums.rated) if self.state == "shown" else None

    @property
    def share(self) -> Decimal | None:
        """Exact fraction of one; None unless it may be shown."""
        return Decimal(self.sums.satisfied) / Decimal(self.sums.rated) if self.state == "shown" else None

    @property
    def percent(self) -> Decimal | None:
        """The share as it is shown, rounded once."""
        return percents(self.sums.satisfied, self.sums.rated)[0] if self.state == "shown" else None

    @property
    def bounds(self) -> tuple[Decimal, Decimal] | None:
        """The interval in percent as it is shown."""
        return percents(self.sums.satisfied, self.sums.rated)[1:] if self.state == "shown" else None

    def bounds_among(self, population: int) -> tuple[Decimal, Decimal] | None:
        """The interval, in percent as shown, for just those `population` people who could answer in this period.

        None where no share is shown, where fewer than CORRECTED_FROM of them answered and nothing is corrected, and
        where more answered than there were. Nothing is compared by it: those who come next are not among them.
        """
        if self.state != "shown":
            return None
        interval = wilson(self.sums.satisfied, self.sums.rated, population=population)
        return bounds_of(interval) if interval.corrected else None

    @property
    def mean(self) -> Decimal | None:
        if self.state != "shown" or not self.one_scale or self.sums.scored == 0:
            return None
        return Decimal(self.sums.points) / Decimal(self.sums.scored)


def bounds_of(interval: Interval) -> tuple[Decimal, Decimal]:
    """An interval of a share, in percent as it is shown."""
    return round_percent(Decimal(interval.low) * 100, PLACES), round_percent(Decimal(interval.high) * 100, PLACES)


@lru_cache(maxsize=REMEMBERED_PAIRS)
def percents(satisfied: int, rated: int) -> tuple[Decimal, Decimal, Decimal]:
    """The share of so many answers and the bounds of its interval, in percent as they are shown.

    For who knows that they may be shown; a Figure does. Raises ValueError where there is no share.
    """
    low, high = bounds_of(wilson(satisfied, rated))
    return percent_of(satisfied, rated, PLACES), low, high


@dataclass(frozen=True, slots=True)
class Change:
    """Percentage points from the figure before, and how they are judged."""

    points: Decimal
    comparison: Comparison

    @property
    def clear(self) -> bool:
        """Whether chance alone hardly explains it."""
        return self.comparison.clear

    @property
    def shown(self) -> Decimal:
        """The difference of the exact shares, rounded once; not the difference of two rounded ones, never minus 0."""
        return _round_points(self.points)

    @property
    def bounds(self) -> tuple[Decimal, Decimal]:
        """The 95 % interval of the difference, in percentage points as they are shown."""
        interval = self.comparison.interval
        return _round_points(Decimal(interval.low) * 100), _round_points(Decimal(interval.high) * 100)


def change(now: Figure, before: Figure) -> Change | None:
    """None unless both figures may be shown."""
    if now.share is None or before.share is None:
        return None
    return Change(
        (now.share - before.share) * 100,
        compare(
            Proportion(now.sums.satisfied, now.sums.rated),
            Proportion(before.sums.satisfied, before.sums.rated),
        ),
    )


def _round_points(exact: Decimal) -> Decimal:
    rounded = exact.quantize(Decimal(1).scaleb(-PLACES), rounding=ROUND_HALF_UP)
    return rounded if rounded else abs(rounded)
