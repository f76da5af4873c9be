"""Whether two shares differ by more than chance, and by how much. Pure."""

from dataclasses import dataclass
from math import erfc, sqrt
from typing import Final

from feedback_app.kit.statistics import Z_95, Interval, wilson

# Two-sided; the interval of the difference is 95 % accordingly.
SIGNIFICANT: Final = 0.05

# The normal approximation is trusted while each of the four counts is expected to be at least this
# (W. G. Cochran, Biometrics 10, 1954, 417-451); below it the exact test takes over.
LEAST_EXPECTED: Final = 5

# Two tables of the same probability may come out an ulp apart.
_AS_PROBABLE: Final = 1 + 1e-7


@dataclass(frozen=True, slots=True)
class Proportion:
    """`successes` of `trials`; raises ValueError unless 0 <= successes <= trials and trials > 0."""

    successes: int
    trials: int

    def __post_init__(self) -> None:
        if self.trials <= 0 or not 0 <= self.successes <= self.trials:
            raise ValueError(f"{self.successes} of {self.trials}")

    @property
    def share(self) -> float:
        return self.successes / self.trials

    @property
    def failures(self) -> int:
        return self.trials - self.successes


@dataclass(frozen=True, slots=True)
class Comparison:
    """The difference `now - before`: `interval` in fractions of one, `p_value` two-sided.

    `exact` tells that the counts were too small for the normal approximation.
    """

    interval: Interval
    p_value: float
    exact: bool

    @property
    def clear(self) -> bool:
        """Whether test and interval both say that there is a difference; near the edge they may part."""
        return self.p_value < SIGNIFICANT and not self.interval.holds(0)


def compare(now: Proportion, before: Proportion) -> Comparison:
    """Two shares of different people."""
    exact = _least_expected(now, before) < LEAST_EXPECTED
    p_value = fisher(now, before) if exact else pooled(now, before)
    return Comparison(difference_interval(now, before), p_value, exact)


def pooled(now: Proportion, before: Proportion) -> float:
    """Two-sided p value of the z test with one pooled share, without a correction for continuity.

    Its square is the chi-square of the two-by-two table. 1 where all answered the same, as nothing can differ then.
    """
    share = (now.successes + before.successes) / (now.trials + before.trials)
    if share in (0, 1):
        return 1.0
    deviation = sqrt(share * (1 - share) * (1 / now.trials + 1 / before.trials))
    return erfc(abs(now.share - before.share) / deviation / sqrt(2))


def fisher(now: Proportion, before: Proportion) -> float:
    """Two-sided p value of R. A. Fisher's exact test: all tables with these margins that are no more probable."""
    successes = now.successes + before.successes
    low, high = max(0, successes - before.trials), min(now.trials, successes)

    def step(first: int) -> float:
        """How much more probable `first + 1` successes among `now` are than `first`."""
        return (now.trials - first) * (successes - first) / ((first + 1) * (before.trials - successes + first + 1))

    # Weights relative to the most probable table: far from it they fade to 0 instead of overflowing.
    top = (now.trials + 1) * (successes + 1) // (now.trials + before.trials + 2)
    weights = {top: 1.0}
    for first in range(top, high):
        weights[first + 1] = weights[first] * step(first)
    for first in range(top - 1, low - 1, -1):
        weights[first] = weights[first + 1] / step(first)
    limit = weights[now.successes] * _AS_PROBABLE
    return min(1.0, sum(weight for weight in weights.values() if weight <= limit) / sum(weights.values()))


def difference_interval(now: Proportion, before: Proportion, z: float = Z_95) -> Interval:
    """Interval of the difference of two shares from the score interval of each, squared and added.

    R. G. Newcombe, Statistics in Medicine 17, 1998, 873-890, method 10. Stays within -1 and 1.
    """
    of_now, of_before = wilson(now.successes, now.trials, z), wilson(before.successes, before.trials, z)
    difference = now.share - before.share
    return Interval(
        difference - sqrt((now.share - of_now.low) ** 2 + (of_before.high - before.share) ** 2),
        difference + sqrt((of_now.high - now.share) ** 2 + (before.share - of_before.low) ** 2),
    )


def _least_expected(now: Proportion, before: Proportion) -> float:
    """The smallest of the four counts that one common share would lead to expect."""
    successes, failures = now.successes + before.successes, now.failures + before.failures
    return min(successes, failures) * min(now.trials, before.trials) / (now.trials + before.trials)
