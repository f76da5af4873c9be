"""How sure a share is. Pure."""

from dataclasses import dataclass
from math import inf, sqrt
from typing import Final

# Two-sided 95 % of the normal distribution.
Z_95: Final = 1.959963984540054

# Below this sampled part of a population the correction changes nothing worth saying (W. G. Cochran, Sampling
# Techniques, 3rd edition, 1977, section 2.6: it can be ignored where the sampling fraction does not exceed 5 %).
CORRECTED_FROM: Final = 0.05


@dataclass(frozen=True, slots=True)
class Interval:
    """Bounds as fractions of one; `corrected` says that a finite population made them narrower."""

    low: float
    high: float
    corrected: bool = False

    def overlaps(self, other: "Interval") -> bool:
        return self.low <= other.high and other.low <= self.high

    def holds(self, value: float) -> bool:
        return self.low <= value <= self.high


def wilson(successes: int, trials: int, z: float = Z_95, *, population: int | None = None) -> Interval:
    """Score interval for a share of `successes` in `trials` (E. B. Wilson, JASA 22, 1927, 209-212).

    Unlike the textbook interval it stays within 0 and 1 and keeps its promise for small samples and for shares near
    the ends, where satisfaction mostly lies.

    `population` is how many people could have answered. Where at least CORRECTED_FROM of them did, the variance is
    that of a sample drawn without replacement, (N - n) / (N - 1) of the usual one, and nothing is left unsure once
    all have answered. That speaks of those people alone: compare periods or departments, whose next visitors are
    others, without it. More answers than people means that something else was counted; then nothing is corrected.

    Raises ValueError unless 0 <= successes <= trials and trials > 0.
    """
    if trials <= 0 or not 0 <= successes <= trials:
        raise ValueError(f"{successes} of {trials}")
    corrected = population is not None and trials <= population and trials >= CORRECTED_FROM * population
    worth = _worth(trials, population) if corrected and population is not None else trials
    share = successes / trials
    spread = z * z / worth
    centre = (share + spread / 2) / (1 + spread)
    margin = z / (1 + spread) * sqrt(share * (1 - share) / worth + spread / (4 * worth))
    # At the ends one bound is the end itself; floating point may miss it by an ulp.
    return Interval(
        0.0 if successes == 0 else max(0.0, centre - margin),
        1.0 if successes == trials else min(1.0, centre + margin),
        corrected,
    )


def _worth(trials: int, population: int) -> float:
    """How many answers drawn with replacement would tell as much as these drawn without."""
    return inf if trials == population else trials * (population - 1) / (population - trials)
