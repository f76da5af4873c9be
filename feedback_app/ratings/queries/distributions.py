"""How people answered each question of a questionnaire version, choice by choice."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from feedback_app.ratings.figures import total
from feedback_app.ratings.queries.parts import DepartmentParts
from feedback_app.ratings.queries.tallies import Detail
from feedback_app.surveys.versions import ChoiceView, QuestionView, VersionView


@dataclass(frozen=True, slots=True)
class QuestionCounts:
    """How often each choice of a question was picked (choice id to count) and what the counts are shares of.

    Of a question with one choice the base is those who answered it. Of one with several it is the responses that were
    asked it, so shares add up to more than 100 % where people pick more than one.
    """

    question: QuestionView
    base: int
    picked: tuple[tuple[ChoiceView, int], ...]
    minimum: int

    @property
    def shares_told(self) -> bool:
        """Whether the counts may be put as shares of the base: from as many answers on as any other share."""
        return self.base >= self.minimum

    @property
    def asks_why(self) -> bool:
        """Whether it asks those who were not satisfied for their reasons."""
        return self.question.kind == "several" and "not_satisfied" in self.question.shown_for

    def most_picked_first(self) -> "QuestionCounts":
        """The same counts; choices picked as often keep their order."""
        return replace(self, picked=tuple(sorted(self.picked, key=lambda each: -each[1])))


def distribution(parts: DepartmentParts, version: VersionView, *, minimum: int) -> list[QuestionCounts]:
    """Every question with choices of one version, in its order, as a department's people answered it.

    `minimum` is from how many answers to the overall question on a version is told of, and from how many to a question
    on its shares are. A question that only a few answered in some quarter is left out. Counts of a choice are told
    however small they are: what is protected are the answers of a small group, not a small number in a large one.
    """
    rated = sum(row.sums.rated for row in parts.rows if row.version_id == version.id)
    if version.id not in parts.told["version_id"] or rated < minimum:
        return []
    found = []
    for question in version.questions:
        quarters = [_counts(question, rows) for rows in parts.quarters_of(version.id)]
        if not question.choices or any(0 < base < parts.smallest for base, _ in quarters):
            continue
        picked = tuple((choice, sum(counts.get(choice.id, 0) for _, counts in quarters)) for choice in question.choices)
        found.append(QuestionCounts(question, sum(base for base, _ in quarters), picked, minimum))
    return found


def _counts(question: QuestionView, rows: Sequence[Detail]) -> tuple[int, dict[int, int]]:
    """The base of a question and how often each of its choices was picked in `rows`."""
    counts = {choice.id: sum(row.picked.get(choice.id, 0) for row in rows) for choice in question.choices}
    sums = total(row.sums for row in rows)
    if question.kind == "single":
        return sum(counts.values()), counts
    if question.shown_for:
        return sum(int(getattr(sums, outcome)) for outcome in question.shown_for), counts
    return sums.responses, counts
