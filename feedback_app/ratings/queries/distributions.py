"""How people answered each question of a questionnaire version, choice by choice."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from feedback_app.ratings.figures import total
from feedback_app.ratings.queries.tallies import PeriodRows, choice_counts
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


def distribution(
    session: Session, read: PeriodRows, *, version: VersionView, department_id: int
) -> list[QuestionCounts]:
    """Every question with choices of one version, in its order, as this department's people answered it in `read`."""
    counts = choice_counts(session, read, department_id=department_id)
    sums = total(row.sums for row in read.rows if row.version_id == version.id and row.department_id == department_id)
    found = []
    for question in version.questions:
        picked = tuple((choice, counts.get(choice.id, 0)) for choice in question.choices)
        if not picked:
            continue
        if question.kind == "single":
            base = sum(count for _, count in picked)
        elif question.shown_for:
            base = sum(int(getattr(sums, outcome)) for outcome in question.shown_for)
        else:
            base = sums.responses
        found.append(QuestionCounts(question, base, picked))
    return found
