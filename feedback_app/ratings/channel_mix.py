"""Whether answers came through other channels than before. Pure.

People at a kiosk and people who ask for a paper form are not the same people: where the mix moved, a change of the
share may be a change of who answers.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import erfc, exp, gamma, sqrt
from typing import Final

from feedback_app.ratings.comparison import SIGNIFICANT

# Of all answers, the part that would have to change channel to make one mix the other.
NOTABLE: Final = Fraction(15, 100)


@dataclass(frozen=True, slots=True)
class Shift:
    """How far the mix of channels moved.

    `distance` is the total variation distance, from 0 (the same mix) to 1 (no channel in common); `p_value` that of
    the chi-square test of the two mixes. `channel` moved most, by `points` percentage points.
    """

    distance: Fraction
    p_value: float
    channel: str
    points: Decimal

    @property
    def notable(self) -> bool:
        """Large and beyond chance: with many answers chance alone explains no small shift, with few a large one."""
        return self.distance >= NOTABLE and self.p_value < SIGNIFICANT


def shift(now: Mapping[str, int], before: Mapping[str, int]) -> Shift | None:
    """From the responses by channel of two periods; None where either has none."""
    total_now, total_before = sum(now.values()), sum(before.values())
    if not total_now or not total_before:
        return None
    channels = sorted(channel for channel in {*now, *before} if now.get(channel) or before.get(channel))
    moved = {
        channel: Fraction(now.get(channel, 0), total_now) - Fraction(before.get(channel, 0), total_before)
        for channel in channels
    }
    # sorted() above and max() here: of two that moved as far, always the same one is named.
    most = max(channels, key=lambda channel: abs(moved[channel]))
    chi_square = 0.0
    for channel in channels:
        answers = now.get(channel, 0) + before.get(channel, 0)
        # Both cells of the channel at once: (observed - expected)² / expected, with the expected ones cancelled.
        chi_square += float(moved[channel]) ** 2 / answers * total_now * total_before
    return Shift(
        distance=sum(map(abs, moved.values()), Fraction(0)) / 2,
        p_value=chi_square_tail(chi_square, len(channels) - 1),
        channel=most,
        points=Decimal(moved[most].numerator) * 100 / Decimal(moved[most].denominator),
    )


def chi_square_tail(value: float, freedom: int) -> float:
    """How probable a chi-square at least as large as `value` is with `freedom` degrees of freedom; 1 for none."""
    if freedom == 0:
        return 1.0
    half = value / 2
    tail, degrees = (erfc(sqrt(half)), 1) if freedom % 2 else (exp(-half), 2)
    while degrees < freedom:
        tail += half ** (degrees / 2) * exp(-half) / gamma(degrees / 2 + 1)
        degrees += 2
    return min(1.0, tail)
