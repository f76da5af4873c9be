"""Ranks no finer than the figures are: a department stands anywhere between the best and the worst rank that its
interval leaves open. Pure.

Single ranks of institutions tell less than they seem to (H. Goldstein, D. J. Spiegelhalter, Journal of the Royal
Statistical Society A 159, 1996, 385-443).
"""

from bisect import bisect_left, bisect_right
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from feedback_app.kit.statistics import Interval

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Band:
    """Ranks from `best` to `worst`, 1 being the highest share."""

    best: int
    worst: int

    def __str__(self) -> str:
        """`2` or `1–3`."""
        return f"{self.best}" if self.best == self.worst else f"{self.best}–{self.worst}"


def bands(intervals: Mapping[Key, Interval]) -> dict[Key, Band]:
    """The band of each: behind all whose interval lies wholly above its own, before all that lie wholly below.

    Two that overlap share at least two ranks: the bands never put one before the other.
    """
    lows = sorted(each.low for each in intervals.values())
    highs = sorted(each.high for each in intervals.values())
    return {
        key: Band(best=1 + len(lows) - bisect_right(lows, own.high), worst=len(highs) - bisect_left(highs, own.low))
        for key, own in intervals.items()
    }
