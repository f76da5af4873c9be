"""The share each department of a table would have with the mix of procedure fields that all departments have.

Two things go into it. The common mix is made of numbers of responses, which are always public. How a department was
rated in a field is read only of fields that stand alone in every quarter in which they have answers, the same fields of
which `DepartmentParts` tells: whoever adds and subtracts standardised shares holds nothing that page did not tell.

The mix is that of the whole service in the period, whoever reads, so that managers of a part see what everybody sees.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final, Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from feedback_app.kit.numbers import percent_of
from feedback_app.kit.revisions import Kept
from feedback_app.ratings.figures import PLACES, bounds_of
from feedback_app.ratings.models import MonthlyTally, PublishedTally
from feedback_app.ratings.periods import Period
from feedback_app.ratings.queries.parts import BY_FIELD, DepartmentParts, Filter, parts_of_departments
from feedback_app.ratings.queries.period_figures import RatingRow, RatingTable
from feedback_app.ratings.queries.published import PublicationView
from feedback_app.ratings.standardisation import LEAST_COVERED, Standardised, coverage, standardise

# Why a department has no standardised share: the period is no quarter nor made of quarters; the reader chose a channel
# or a questionnaire; its own share is not shown either; no response of the period names a field; too few of
# its own do; it has answers in too few of the fields; too few of its fields may be told.
WhyNot = Literal["period", "part", "figure", "unnamed", "few_named", "uncovered", "withheld"]

# Of answers most of which name no field the rest says little: whoever names one may have come through another channel.
LEAST_NAMED: Final = Fraction(1, 2)


@dataclass(frozen=True, slots=True)
class StandardisedShare:
    """A standardised share, or `why_not`.

    `covered` is the part of the common mix it rests on, None where unknown; `n` the answers it is made of: those that
    name a field which may be told and has enough of them, and `satisfied` of them say they are.
    """

    found: Standardised | None
    why_not: WhyNot | None = None
    covered: Fraction | None = None
    n: int = 0
    satisfied: int = 0

    @property
    def percent(self) -> Decimal | None:
        """The share as it is shown, rounded once."""
        return _percent(self.found.share) if self.found else None

    @property
    def bounds(self) -> tuple[Decimal, Decimal] | None:
        """Its 95 % interval in percent as it is shown."""
        return bounds_of(self.found.interval) if self.found else None

    @property
    def unweighted_percent(self) -> Decimal | None:
        """The share of just these answers without the common mix, so that both speak of the same people."""
        return percent_of(self.satisfied, self.n, PLACES) if self.found else None

    @property
    def covered_percent(self) -> Decimal | None:
        return None if self.covered is None else _percent(self.covered)


def standardised(
    session: Session,
    table: RatingTable,
    rows: Sequence[RatingRow],
    *,
    smallest: int,
    narrowed: Filter | None = None,
) -> dict[int, StandardisedShare]:
    """Of the departments in `rows` of `table`, by id, in as many statements however many there are.

    `narrowed` is what the table was narrowed to.
    """
    ids = {row.department.id: row for row in rows if row.department}
    why_not: WhyNot | None = None
    if table.period.kind in ("day", "month"):
        why_not = "period"
    elif narrowed is not None and narrowed.to_a_part:
        why_not = "part"
    if why_not:
        return dict.fromkeys(ids, StandardisedShare(None, why_not))
    kept = _running if table.publication is None else _published
    key = table.period, table.publication and table.publication.id, smallest
    shares = kept.find(session, key, lambda: _Shares(common_mix(session, table.period, table.publication), {}))
    shown = frozenset(department_id for department_id, row in ids.items() if row.figure.state == "shown")
    if shares.mix and (missing := shown - shares.known.keys()):
        parts = parts_of_departments(
            session,
            table.period,
            department_ids=missing,
            smallest=smallest,
            publication=table.publication,
            dimensions=BY_FIELD,
        )
        shares.known.update({each: _of_department(parts[each], shares.mix) for each in missing})
    return {
        department_id: shares.known.get(department_id, StandardisedShare(None, "unnamed"))
        if department_id in shown
        else StandardisedShare(None, "figure")
        for department_id in ids
    }


@dataclass(frozen=True, slots=True)
class _Shares:
    """The common mix of a period, and the shares by department id as far as they were asked for."""

    mix: dict[int, int]
    known: dict[int, StandardisedShare]


_running: Kept[_Shares] = Kept("ratings", most=8)
_published: Kept[_Shares] = Kept(most=32)


def common_mix(session: Session, period: Period, publication: PublicationView | None) -> dict[int, int]:
    """Responses of all departments together by procedure field, without those that name none."""
    tally: type[MonthlyTally] | type[PublishedTally] = MonthlyTally if publication is None else PublishedTally
    within = (
        (MonthlyTally.month >= period.starts_on, MonthlyTally.month < period.ends_on)
        if publication is None
        else (PublishedTally.publication_id == publication.id,)
    )
    rows = session.execute(
        select(tally.field_id, func.sum(tally.responses)).where(*within, tally.field_id != 0).group_by(tally.field_id)
    )
    return {field_id: responses for field_id, responses in rows if responses}


def _of_department(parts: DepartmentParts, mix: Mapping[int, int]) -> StandardisedShare:
    counts: dict[int | None, tuple[int, int]] = {}
    for row in parts.rows:
        satisfied, rated = counts.get(row.field_id, (0, 0))
        counts[row.field_id] = (satisfied + row.sums.satisfied, rated + row.sums.rated)
    # How many answered is public, so these may be said of fields of which nothing else is told.
    rated = sum(rated for _, rated in counts.values())
    if rated * LEAST_NAMED > rated - counts.get(None, (0, 0))[1]:
        return StandardisedShare(None, "few_named")
    covered = coverage({field: rated for field, (_, rated) in counts.items() if field is not None}, mix)
    if covered < LEAST_COVERED:
        return StandardisedShare(None, "uncovered", covered)
    told = parts.told["field_id"]
    known = {field: counted for field, counted in counts.items() if field is not None and field in told}
    found = standardise(known, mix)
    if found is None:
        return StandardisedShare(None, "withheld", coverage({field: rated for field, (_, rated) in known.items()}, mix))
    used = [counted for field, counted in known.items() if field in mix and field not in found.left_out]
    satisfied, n = map(sum, zip(*used, strict=True))
    return StandardisedShare(found, None, found.covered, n, satisfied)


def _percent(part: Fraction) -> Decimal:
    return percent_of(part.numerator, part.denominator, PLACES)
