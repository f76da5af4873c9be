"""An officer's points and class from exact sums (TT 01/2018/TT-VPCP, Điều 15). Pure.

An index of fewer dossiers than the minimum is left out, and then there is no class at all: the text lets an index
without enough data go uncounted (Điều 15.4) and lowers no threshold for it, so a class of fewer indices would hold
against a person what nobody knows. Nor is its sum told: of one dossier it would be what one citizen answered, which
is kept from the officer too (NĐ 61/2018/NĐ-CP, Điều 27.3).

A year (Điều 15.4: "hàng năm") is its quarters' whole numbers added up, then brought to the scale once. All dossiers
count, also those of a quarter that had too few of them; but a sum from which such a quarter's could be taken by
subtraction is not told.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from feedback_app.ratings.schemes import Points
from feedback_app.ratings.schemes.indices import Grade, Index, IndexResult, IndexRules, IndexScore, average


@dataclass(frozen=True, slots=True)
class OfficerFigure:
    """The indices of an officer's scale, each scored or left out, and what follows from them.

    `total` is the sum of the rounded indices that have enough dossiers, None where none has; `grade` is None unless
    every index has.
    """

    result: IndexResult

    @property
    def total(self) -> Decimal | None:
        return self.result.total

    @property
    def left_out(self) -> tuple[Index, ...]:
        return self.result.left_out

    @property
    def grade(self) -> Grade | None:
        return None if self.left_out else self.result.grade

    @property
    def scores(self) -> tuple[IndexScore, ...]:
        return self.result.scores


def evaluate(rules: IndexRules, counted: Mapping[int, Points], *, minimum: int) -> OfficerFigure:
    """Sums by the number of the index, brought to the scale of officers; `minimum` is in dossiers, at least 1."""
    scale = rules.scales["officer"]
    return OfficerFigure(
        IndexResult(
            scale=scale,
            scores=tuple(
                _score(rules, index, counted.get(index.number, Points(0, 0)), minimum)
                for index in rules.indices
                if index.number in scale.indices
            ),
            maximum=rules.maximum(scale),
            most=rules.most,
        )
    )


def evaluate_year(rules: IndexRules, quarters: Sequence[Mapping[int, Points]], *, minimum: int) -> OfficerFigure:
    """A year from the sums of its quarters by the number of the index, all under the same rules.

    Where the dossiers of an index in quarters below `minimum` are together fewer than it, the score has no `numerator`:
    less the sums of the other quarters, which are told, it would be the sum of those few. The rounded value is told.
    """
    figure = evaluate(rules, add_up(quarters), minimum=minimum)
    scores = tuple(
        replace(score, numerator=None) if 0 < _untold(quarters, score.index.number, minimum) < minimum else score
        for score in figure.scores
    )
    return OfficerFigure(replace(figure.result, scores=scores))


def add_up(quarters: Iterable[Mapping[int, Points]]) -> dict[int, Points]:
    """Points and dossiers by the number of the index, exact; an index a quarter does not name adds nothing."""
    sums: dict[int, Points] = {}
    for counted in quarters:
        for number, each in counted.items():
            before = sums.get(number, Points(0, 0))
            sums[number] = Points(before.points + each.points, before.scored + each.scored)
    return sums


def _untold(quarters: Iterable[Mapping[int, Points]], number: int, minimum: int) -> int:
    """How many dossiers stand in quarters that have too few of them to tell their sum."""
    counted = (quarter.get(number, Points(0, 0)).scored for quarter in quarters)
    return sum(scored for scored in counted if scored < minimum)


def _score(rules: IndexRules, index: Index, counted: Points, minimum: int) -> IndexScore:
    if counted.scored < minimum:
        return IndexScore(index=index, state="too_few" if counted.scored else "no_data", denominator=counted.scored)
    return IndexScore(
        index=index,
        state="scored",
        value=average(counted, rules.decimals),
        numerator=counted.points,
        denominator=counted.scored,
    )
