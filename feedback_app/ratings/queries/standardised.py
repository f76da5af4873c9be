"""The share each department of a table would have with the mix of procedure fields that all departments have.

Two things go into it. The common mix is made of numbers of responses, which are always public. How a department was
rated in a field is read only of fields that stand alone in every quarter in which they have answers, the same fields of
which `DepartmentParts` tells: whoever adds and subtracts standardised shares holds nothing that page did not tell.

The mix is that of the whole service in the period, whoever reads, so that managers of a part see what everybody sees.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from hashlib import blake2b
from typing import Final, Literal, cast

from sqlalchemy import ColumnElement, Integer, func, select
from sqlalchemy import cast as cast_in_sql
from sqlalchemy.orm import Session

from feedback_app.kit.numbers import percent_of
from feedback_app.ratings.disclosure import Group, Months, standing
from feedback_app.ratings.figures import PLACES, bounds_of
from feedback_app.ratings.models import MonthlyTally, PublishedTally
from feedback_app.ratings.periods import Period
from feedback_app.ratings.queries.parts import DIMENSIONS, Filter
from feedback_app.ratings.queries.period_figures import RatingRow, RatingTable
from feedback_app.ratings.queries.published import PublicationView
from feedback_app.ratings.standardisation import LEAST_COVERED, Standardised, coverage, standardise

# Why a department has no standardised share: the period is no quarter nor made of quarters; the reader chose a channel
# or a questionnaire; the table lists too many departments; its own share is not shown either; no response of the period
# names a field; it has answers in too few of the fields; too few of its fields may be told.
WhyNot = Literal["period", "part", "long", "figure", "unnamed", "uncovered", "withheld"]

# What may be told of a department's quarter takes 5 to 21 ms to find out (decision 9), so a page that lists more
# departments goes without.
MOST_LISTED: Final = 200

# Dimensions are decided one after the other, so what comes after the field changes nothing about the fields.
_PLACE: Final = DIMENSIONS.index("field_id")
_QUARTERS: Final = tuple(frozenset(range(first, first + 3)) for first in (1, 4, 7, 10))

# What stands alone in a quarter follows from the numbers of answers alone: found out once in each process while they
# stand. Digests as keys, as the numbers themselves would fill memory.
MOST_REMEMBERED: Final = 20_000
_remembered: dict[bytes, frozenset[int | None]] = {}


@dataclass(frozen=True, slots=True)
class StandardisedShare:
    """A standardised share, or `why_not`.

    `covered` is the part of the common mix it rests on, None where unknown; `n` the answers it is made of: those that
    name a field which may be told and has enough of them.
    """

    found: Standardised | None
    why_not: WhyNot | None = None
    covered: Fraction | None = None
    n: int = 0

    @property
    def percent(self) -> Decimal | None:
        """The share as it is shown, rounded once."""
        return _percent(self.found.share) if self.found else None

    @property
    def bounds(self) -> tuple[Decimal, Decimal] | None:
        """Its 95 % interval in percent as it is shown."""
        return bounds_of(self.found.interval) if self.found else None

    @property
    def covered_percent(self) -> Decimal | None:
        return None if self.covered is None else _percent(self.covered)


@dataclass(frozen=True, slots=True)
class _Cell:
    """Answers of a department that agree in month, version, channel and field (None: not known), in any stage."""

    month: int
    version_id: int
    channel: str
    field_id: int | None
    rated: int
    satisfied: int


def standardised(
    session: Session,
    table: RatingTable,
    rows: Sequence[RatingRow],
    *,
    smallest: int,
    narrowed: Filter | None = None,
    most: int | None = None,
) -> dict[int, StandardisedShare]:
    """Of the departments in `rows` of `table`, by id, in two statements however many there are.

    `narrowed` is what the table was narrowed to; with more than `most` rows nothing is found out.
    """
    ids = {row.department.id: row for row in rows if row.department}
    why_not: WhyNot | None = None
    if table.period.kind in ("day", "month"):
        why_not = "period"
    elif narrowed is not None and narrowed.to_a_part:
        why_not = "part"
    elif most is not None and len(ids) > most:
        why_not = "long"
    if why_not:
        return dict.fromkeys(ids, StandardisedShare(None, why_not))
    shown = {department_id for department_id, row in ids.items() if row.figure.state == "shown"}
    mix = common_mix(session, table.period, table.publication)
    cells = _cells(session, table.period, table.publication, shown) if mix else {}
    least = table.publication.small_cell if table.publication else smallest
    return {
        department_id: _of_department(cells.get(department_id, []), mix, least)
        if department_id in shown
        else StandardisedShare(None, "figure")
        for department_id in ids
    }


def common_mix(session: Session, period: Period, publication: PublicationView | None) -> dict[int, int]:
    """Responses of all departments together by procedure field, without those that name none."""
    tally, within = _source(period, publication)
    rows = session.execute(
        select(tally.field_id, func.sum(tally.responses)).where(*within, tally.field_id != 0).group_by(tally.field_id)
    )
    return {field_id: responses for field_id, responses in rows if responses}


def told_fields(groups: Sequence[Group], *, smallest: int) -> frozenset[int | None]:
    """The fields with answers that stand alone in each quarter in which a department has any of them.

    The parts of `groups` are those of DIMENSIONS up to the field, which `DepartmentParts.told` decides alike.
    """
    given = [group for group in groups if group.rated]
    hidden: set[int | None] = set()
    for quarter in _QUARTERS:
        here = [group for group in given if group.month in quarter]
        if here:
            hidden |= _fields(here) - _alone(here, quarter, smallest)
    return _fields(given) - hidden


def _of_department(cells: Sequence[_Cell], mix: Mapping[int, int], smallest: int) -> StandardisedShare:
    if not mix:
        return StandardisedShare(None, "unnamed")
    counts: dict[int | None, tuple[int, int]] = {}
    for cell in cells:
        satisfied, rated = counts.get(cell.field_id, (0, 0))
        counts[cell.field_id] = (satisfied + cell.satisfied, rated + cell.rated)
    # How many answered is public, so this may be said of fields of which nothing else is told.
    covered = coverage({field: rated for field, (_, rated) in counts.items() if field is not None}, mix)
    if covered < LEAST_COVERED:
        return StandardisedShare(None, "uncovered", covered)
    told = told_fields(
        [Group(cell.month, (cell.channel, cell.version_id, cell.field_id), cell.rated) for cell in cells],
        smallest=smallest,
    )
    known = {field: counted for field, counted in counts.items() if field is not None and field in told}
    found = standardise(known, mix)
    if found is None:
        return StandardisedShare(None, "withheld", coverage({field: rated for field, (_, rated) in known.items()}, mix))
    n = sum(rated for field, (_, rated) in known.items() if field in mix and field not in found.left_out)
    return StandardisedShare(found, None, found.covered, n)


def _fields(groups: Iterable[Group]) -> frozenset[int | None]:
    return frozenset(cast("int | None", group.parts[_PLACE]) for group in groups)


def _alone(groups: Sequence[Group], quarter: Months, smallest: int) -> frozenset[int | None]:
    """The fields that stand alone in a quarter; none where the quarter is not shown whole."""
    said = sorted(repr((group.month, group.parts, group.rated)) for group in groups)
    key = blake2b(repr((sorted(quarter), smallest, said)).encode(), digest_size=16).digest()
    known = _remembered.get(key)
    if known is None:
        alone = standing(groups, quarter, smallest)
        known = frozenset(cast("frozenset[int | None]", alone[_PLACE])) if alone else frozenset()
        if len(_remembered) >= MOST_REMEMBERED:
            _remembered.clear()
        _remembered[key] = known
    return known


def _cells(
    session: Session, period: Period, publication: PublicationView | None, department_ids: Collection[int]
) -> dict[int, list[_Cell]]:
    tally, within = _source(period, publication)
    grain = (tally.department_id, tally.month, tally.version_id, tally.channel, tally.field_id)
    rows = session.execute(
        select(
            tally.department_id,
            cast_in_sql(func.extract("month", tally.month), Integer),
            tally.version_id,
            tally.channel,
            func.nullif(tally.field_id, 0),
            func.sum(tally.rated),
            func.sum(tally.satisfied),
        )
        .where(*within, tally.department_id.in_(sorted(department_ids)))
        .group_by(*grain)
        .order_by(*grain)
    )
    found: dict[int, list[_Cell]] = defaultdict(list)
    for department_id, *values in rows:
        found[department_id].append(_Cell(*values))
    return found


def _source(
    period: Period, publication: PublicationView | None
) -> tuple[type[MonthlyTally] | type[PublishedTally], tuple[ColumnElement[bool], ...]]:
    """Where a period of whole months is read: what was frozen, else the months as counted now."""
    if publication is not None:
        return PublishedTally, (PublishedTally.publication_id == publication.id,)
    return MonthlyTally, (MonthlyTally.month >= period.starts_on, MonthlyTally.month < period.ends_on)


def _percent(part: Fraction) -> Decimal:
    return percent_of(part.numerator, part.denominator, PLACES)
