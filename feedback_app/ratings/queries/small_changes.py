"""Where a restatement tells what a few people answered: whoever subtracts the publication before it learns that.

Counted is what the two publications tell of a department, month by month: a month that one of them withholds comes or
goes as a whole. Published sums add up to those of departments, so no total tells of fewer.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Final

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from feedback_app.ratings.models import PublishedTally, WithheldMonth
from feedback_app.ratings.queries.changes import KEY, Conditions, Tally, unlike
from feedback_app.ratings.queries.published import PublicationView

_OUTCOMES: Final = ("satisfied", "neutral", "not_satisfied")


@dataclass(frozen=True, slots=True)
class SmallChange:
    """A department of which two publications differ by `answers` alone, fewer than may be told; came and went together.

    Where none of them answered the overall question these are responses.
    """

    department_id: int
    answers: int


@dataclass(slots=True)
class _Cell:
    """What came (positive) and went in one row of the tallies, by outcome and by choice; `silent` gave no outcome."""

    outcomes: Counter[str]
    picked: Counter[int]

    @property
    def answers(self) -> int:
        """At least so many answers to the overall question came or went."""
        return sum(abs(self.outcomes[name]) for name in _OUTCOMES)

    @property
    def responses(self) -> int:
        """At least so many responses did: each picks a choice at most once."""
        moved = self.picked.values()
        by_choice = max(0, *moved) - min(0, *moved) if moved else 0
        return max(sum(map(abs, self.outcomes.values())), by_choice)


def small_changes(session: Session, old: PublicationView, new: PublicationView) -> tuple[SmallChange, ...]:
    """The departments of which `new`, restating `old`, tells apart fewer answers than its own `small_cell`."""
    rows = unlike(*_told(old), *_told(new))
    cells: dict[int, dict[tuple[object, ...], _Cell]] = defaultdict(
        lambda: defaultdict(lambda: _Cell(Counter(), Counter()))
    )
    for row in session.execute(select(rows)):
        cell = cells[row.department_id][tuple(getattr(row, name) for name in KEY)]
        for name in _OUTCOMES:
            cell.outcomes[name] += row.sign * getattr(row, name)
        cell.outcomes["silent"] += row.sign * (row.responses - row.rated)
        for choice, picked in zip(row.choice_ids, row.picked, strict=True):
            cell.picked[choice] += row.sign * picked
    found = []
    for department_id, own in sorted(cells.items()):
        moved = sum(cell.answers for cell in own.values()) or sum(cell.responses for cell in own.values())
        if 0 < moved < new.small_cell:
            found.append(SmallChange(department_id, moved))
    return tuple(found)


def _told(publication: PublicationView) -> tuple[Tally, Conditions]:
    held = exists().where(
        WithheldMonth.publication_id == PublishedTally.publication_id,
        WithheldMonth.department_id == PublishedTally.department_id,
        WithheldMonth.month == PublishedTally.month,
    )
    return PublishedTally, (PublishedTally.publication_id == publication.id, ~held)
