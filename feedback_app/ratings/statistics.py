"""How sure a share is. Pure."""

from dataclasses import dataclass
from math import sqrt
from typing import Final

# Two-sided 95 % of the normal distribution.
Z_95: Final = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Interval:
    """Bounds as fractions of one."""

    low: float
    high: float

    def overlaps(self, other: "Interval") -> bool:
        return self.low <= other.high and other.low <= self.high


def wilson(successes: int, trials: int, z: float = Z_95) -> Interval:
    """Score interval for a share of `successes` in `trials` (E. B. Wilson, JASA 22, 1927, 209-212).

    Unlike the textbook interval it stays within 0 and 1 and keeps its promise for small samples and for shares near
    the ends, where satisfaction mostly lies. Raises ValueError unless 0 <= successes <= trials and trials > 0.
    """
    if trials <= 0 or not 0 <= successes <= trials:
        raise ValueError(f"{successes} of {trials}")
    share = successes / trials
    spread = z * z / trials
    centre = (share + spread / 2) / (1 + spread)
    margin = z / (1 + spread) * sqrt(share * (1 - share) / trials + spread / (4 * trials))
    # At the ends one bound is the end itself; floating point may miss it by an ulp.
    return Interval(
        0.0 if successes == 0 else max(0.0, centre - margin),
        1.0 if successes == trials else min(1.0, centre + margin),
    )
