"""What lies behind a department's change: which questions were answered worse than before, which reasons were given.

Read from distributions, hence only where these may be told. It names what moved together, not what caused it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

from feedback_app.kit.numbers import percent_of
from feedback_app.ratings.comparison import Comparison, Proportion, compare
from feedback_app.ratings.figures import PLACES
from feedback_app.ratings.queries import DepartmentParts, QuestionCounts, distribution
from feedback_app.surveys.versions import ChoiceView, QuestionView, VersionView

NAMED: Final = 3

# Smaller changes of a part of the answers are not worth anybody's time, whatever they come from.
NOTABLE: Final = 0.01


@dataclass(frozen=True, slots=True)
class Worsened:
    """A question with a notably larger part of its answers in the lower half of its scale than before."""

    question: QuestionView
    now: Proportion
    before: Proportion
    comparison: Comparison

    @property
    def percent(self) -> Decimal:
        return percent_of(self.now.successes, self.now.trials, PLACES)

    @property
    def percent_before(self) -> Decimal:
        return percent_of(self.before.successes, self.before.trials, PLACES)


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason and how many of those asked for one picked it."""

    choice: ChoiceView
    picked: int
    asked: int


@dataclass(frozen=True, slots=True)
class Drivers:
    """At most NAMED of each: what worsened most first, what was picked most first."""

    worsened: tuple[Worsened, ...]
    reasons: tuple[Reason, ...]


def drivers(
    now: DepartmentParts,
    before: DepartmentParts,
    *,
    versions: Mapping[int, VersionView],
    minimum: int,
    minimum_before: int,
) -> Drivers:
    """From one department's parts in two periods; questions with fewer answers than a share needs are left out.

    Questions are held against themselves in the same version alone: in other words they are other questions.
    """
    worsened: list[Worsened] = []
    reasons: list[Reason] = []
    for version_id in sorted({row.version_id for row in now.rows}):
        version = versions[version_id]
        earlier = {each.question.id: each for each in distribution(before, version, minimum=minimum_before)}
        for asked in distribution(now, version, minimum=minimum):
            if asked.asks_why and asked.shares_told:
                reasons += [Reason(choice, picked, asked.base) for choice, picked in asked.picked if picked]
            elif asked.question.id in earlier:
                worsened += _worsened(asked, earlier[asked.question.id])
    return Drivers(
        tuple(sorted(worsened, key=lambda each: each.before.share - each.now.share)[:NAMED]),
        tuple(sorted(reasons, key=lambda each: -Fraction(each.picked, each.asked))[:NAMED]),
    )


def _worsened(now: QuestionCounts, before: QuestionCounts) -> Iterator[Worsened]:
    # The overall question is the change itself.
    if now.question.overall or now.question.kind != "single":
        return
    low, low_before = _lower_half(now), _lower_half(before)
    if not low or not low_before or low.trials < now.minimum or low_before.trials < before.minimum:
        return
    if low.share - low_before.share >= NOTABLE:
        yield Worsened(now.question, low, low_before, compare(low, low_before))


def _lower_half(counts: QuestionCounts) -> Proportion | None:
    """Answers below the middle of the scale, of those on it; None for a question without one, or without answers."""
    placed = [(choice.points, picked) for choice, picked in counts.picked if choice.points is not None]
    answers = sum(picked for _, picked in placed)
    if not answers:
        return None
    doubled_middle = min(points for points, _ in placed) + max(points for points, _ in placed)
    return Proportion(sum(picked for points, picked in placed if 2 * points < doubled_middle), answers)
