"""What a department's share would be if it had the same mix of procedure fields as all departments. Pure.

A department that handles mostly what people are unhappy with anywhere looks worse than it is. Direct standardisation
weighs its share in each field by the field's part of all departments' answers.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt
from typing import Final

from feedback_app.ratings.statistics import Z_95, Interval, wilson

# Below this part of the common mix the share would stand for too little of what is compared.
LEAST_COVERED: Final = Fraction(4, 5)

# A field with fewer answers counts as one without: a handful of people must not carry a whole field's weight.
LEAST_ANSWERS: Final = 5


@dataclass(frozen=True, slots=True)
class Standardised:
    """A share for the common mix, as exact fractions of one.

    `covered` is the part of the mix in which the department has answers; the weights of those fields are scaled up to
    one, so what lies outside says nothing either way. `left_out` are the fields outside. `variance` is that of the
    share, each field's p (1 - p) / n by the square of its weight.
    """

    share: Fraction
    interval: Interval
    variance: float
    covered: Fraction
    left_out: frozenset[int]


def standardise(
    counts: Mapping[int, tuple[int, int]],
    mix: Mapping[int, int],
    *,
    least_covered: Fraction = LEAST_COVERED,
    least_answers: int = LEAST_ANSWERS,
    z: float = Z_95,
) -> Standardised | None:
    """One department's `counts` (field id to satisfied and rated) in the common `mix` (field id to all rated answers).

    None where fields with at least `least_answers` answers cover less than `least_covered` of the mix. The interval
    joins the score intervals of the fields by squaring and adding their distances, as Newcombe's interval of a
    difference does (G. Y. Zou, A. Donner, Statistics in Medicine 27, 2008, 1693-1702); with one field it is Wilson's.
    Unlike one from the variance alone it does not vanish where everybody in a field was satisfied.
    """
    weighed = {field for field, weight in mix.items() if weight}
    known = sorted(field for field in weighed if counts.get(field, (0, 0))[1] >= max(1, least_answers))
    covering = sum(mix[field] for field in known)
    if not covering:
        return None
    covered = Fraction(covering, sum(mix[field] for field in weighed))
    if covered < least_covered:
        return None
    share, variance, below, above = Fraction(0), 0.0, 0.0, 0.0
    for field in known:
        satisfied, rated = counts[field]
        weight, own, interval = Fraction(mix[field], covering), Fraction(satisfied, rated), wilson(satisfied, rated, z)
        share += weight * own
        variance += float(weight**2 * own * (1 - own) / rated)
        below += (float(weight) * (float(own) - interval.low)) ** 2
        above += (float(weight) * (interval.high - float(own))) ** 2
    return Standardised(
        share=share,
        interval=Interval(max(0.0, float(share) - sqrt(below)), min(1.0, float(share) + sqrt(above))),
        variance=variance,
        covered=covered,
        left_out=frozenset(weighed.difference(known)),
    )
