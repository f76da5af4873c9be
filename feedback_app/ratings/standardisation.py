"""What a department's share would be if it had the same mix of procedure fields as all departments. Pure.

A department that handles mostly what people are unhappy with anywhere looks worse than it is. Direct standardisation
weighs its share in each field by the field's part of all departments' answers.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt
from typing import Final

from feedback_app.kit.statistics import Z_95, Interval, wilson

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
    """One department's `counts` (field id to satisfied and rated) in the common `mix` (field id to its weight).

    Weights are whole numbers of any size, such as the responses of all departments in a field.

    None where fields with at least `least_answers` answers cover less than `least_covered` of the mix. The interval
    joins the score intervals of the fields by squaring and adding their distances, as Newcombe's interval of a
    difference does (G. Y. Zou, A. Donner, Statistics in Medicine 27, 2008, 1693-1702); with one field it is Wilson's.
    Unlike one from the variance alone it does not vanish where everybody in a field was satisfied.
    """
    known = _known({field: rated for field, (_, rated) in counts.items()}, mix, least_answers)
    covering = sum(mix[field] for field in known)
    covered = Fraction(covering, sum(mix.values())) if covering else Fraction(0)
    if not covered or covered < least_covered:
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
        left_out=frozenset(field for field, weight in mix.items() if weight).difference(known),
    )


def coverage(rated: Mapping[int, int], mix: Mapping[int, int], *, least_answers: int = LEAST_ANSWERS) -> Fraction:
    """The part of the common `mix` in which a department has enough answers; `rated` are answers by field id.

    Nought for a mix of nothing.
    """
    covering = sum(mix[field] for field in _known(rated, mix, least_answers))
    return Fraction(covering, sum(mix.values())) if covering else Fraction(0)


def _known(rated: Mapping[int, int], mix: Mapping[int, int], least_answers: int) -> list[int]:
    """The fields of the mix with enough answers to go by, in the order of their ids."""
    return sorted(field for field, weight in mix.items() if weight and rated.get(field, 0) >= max(1, least_answers))
