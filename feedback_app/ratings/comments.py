"""Which cleared comments may be read: decided month by month with the same sums as the figures.

A comment names its month, so the month is the cell that counts, whatever longer period is read: by asking for a quarter
and its months in turn nobody learns more than from one of them. Below `minima.cell` responses in the month its comments
are not shown; below `minima.score` answers to the overall question no outcome stands beside them.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from feedback_app.ratings.figures import Sums, total
from feedback_app.ratings.periods import Period, begun_between
from feedback_app.ratings.queries.parts import Filter, rows_of_periods
from feedback_app.surveys import queries as surveys
from feedback_app.surveys.queries import ClearedComment

if TYPE_CHECKING:
    from config import Minima


@dataclass(frozen=True, slots=True)
class CommentPage:
    """One page of comments, in no order within a month; `another` says that there is a next one."""

    comments: list[ClearedComment]
    number: int
    another: bool


def cleared_comments(
    session: Session,
    period: Period,
    *,
    department_ids: frozenset[int] | None,
    minima: "Minima",
    question: str | None = None,
    outcome: str | None = None,
    search: str = "",
    page: int = 1,
    page_size: int = 20,
) -> CommentPage:
    """Cleared comments about these departments (None: all) in a period of whole months, newest month first.

    `question` is a question's key, `outcome` that of the overall answer; `page` begins with 1.
    """
    cells = _cells(session, period, department_ids, smallest=minima.cell)
    found = surveys.cleared_comments(
        session,
        cells=_with(cells, responses=minima.cell),
        rated_cells=_with(cells, responses=minima.cell, rated=minima.score),
        question=question,
        outcome=outcome,
        search=search,
        offset=(page - 1) * page_size,
        limit=page_size + 1,
    )
    return CommentPage(found[:page_size], page, len(found) > page_size)


def _cells(
    session: Session, period: Period, department_ids: frozenset[int] | None, *, smallest: int
) -> dict[tuple[int, date], Sums]:
    """Sums by department and first day of the month."""
    months = begun_between("month", period.starts_on, period.last_day)
    gathered: dict[tuple[int, date], list[Sums]] = defaultdict(list)
    for read in rows_of_periods(session, months, Filter(department_ids), smallest=smallest):
        for row in read.rows:
            gathered[row.department_id, read.period.starts_on].append(row.sums)
    return {cell: total(sums) for cell, sums in gathered.items()}


def _with(cells: dict[tuple[int, date], Sums], *, responses: int, rated: int = 0) -> Collection[tuple[int, date]]:
    return {cell for cell, sums in cells.items() if sums.responses >= responses and sums.rated >= rated}
