"""What may be shown of how people answered, so that nobody learns what a few of them said. Pure.

How many answered is no secret and is always shown. What they answered is shown of groups of at least `smallest` people
only, and in such a way that no sum or difference of shown figures leaves a smaller group:

- In time, answers are added up in blocks of whole months that hold at least `smallest` answers each. A period adds up
  the blocks that lie in it (`shown_months`). Any sum of shown periods is then a sum of whole blocks.
- Totals over departments add up what is shown of each, never more.
- Parts of a department (channels, questionnaires, fields, procedures, stages) are shown for quarters and what is made
  of quarters. The parts that are too small stand together with others, unnamed (`standing`).

The parts of one quarter and its months are margins of one table. Two margins, added and subtracted, leave a group of
its cells exactly when the group is all that runs, in the graph of the cells that hold answers, from some rows to
columns that touch other rows too (a cut; D. Gusfield, A graph theoretic approach to statistical data security, SIAM
J. Computing 17, 1988): `_cuts_out` looks at all of these for every two margins. All margins together leave a group
exactly when it adds up to nothing in every table whose margins are all zero: `_tell_of_a_cell` looks at every cell in
one such table drawn at random, where a group that is safe adds up to nothing once in 2^61 times.
"""

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import combinations, compress
from random import Random
from typing import Final

# Goes into every publication: other rules get another number.
RULES: Final = "blocks-and-margins/1"

MONTHS: Final = range(1, 13)
Months = frozenset[int]

# More parts than this on both sides of a pair of margins are joined before they are compared: 2^10 sets at most.
_MOST_COMPARED: Final = 10
_PRIME: Final = 2**61 - 1


def _spans() -> Iterator[Months]:
    """Every period of a year that is shown, in the order in which periods may take their share of the answers.

    By their end; of those that end together quarter and year, which the law asks for, come before the others.
    """
    for last in MONTHS:
        for length in (3, 12, 6, 9, 1):
            first = last - length + 1
            if last % length == 0 and (length != 9 or last == 9):
                yield frozenset(range(first, last + 1))


SPANS: Final = tuple(_spans())


def shown_months(rated: Mapping[int, int], smallest: int) -> dict[Months, Months]:
    """For each period of a year, as its set of months, the months whose answers it may add up.

    `rated` are the answers by month (1 to 12) as far as known. Months without answers are always among the shown ones.
    """
    if not any(0 < count < smallest for count in rated.values()):
        return {span: span for span in SPANS}
    answered = frozenset(month for month, count in rated.items() if count)
    known: list[Months] = []
    found = {}
    for span in SPANS:
        rest = (span & answered).difference(*known)
        if sum(rated[month] for month in rest) >= smallest:
            known.append(rest)
        found[span] = (span - answered).union(*(block for block in known if block <= span))
    return found


def quarter_blocks(rated: Mapping[int, int], quarter: Months, smallest: int) -> list[Months] | None:
    """The blocks of months a quarter is made of; None when it is not shown whole, and then its parts are not either."""
    shown = shown_months({month: rated.get(month, 0) for month in quarter}, smallest)
    if any(rated.get(month, 0) for month in quarter - shown[quarter]):
        return None
    single = [frozenset({month}) for month in quarter if rated.get(month, 0) and shown[frozenset({month})]]
    rest = quarter.difference(*single)
    return [*single, rest] if any(rated.get(month, 0) for month in rest) else single


@dataclass(frozen=True, slots=True)
class Group:
    """`rated` answers of one month of a quarter that agree in every dimension; `parts` names in what, in order."""

    month: int
    parts: tuple[Hashable, ...]
    rated: int


class Standing:
    """`standing`, found out once for the same groups: of a large department it takes most of a second.

    What was found is known by a digest of what it was found from, so nothing has to be forgotten when a count changes.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._known: dict[bytes, list[frozenset[Hashable]] | None] = {}

    def __call__(self, groups: Sequence[Group], quarter: Months, smallest: int) -> list[frozenset[Hashable]] | None:
        """As `standing`."""
        asked = repr((groups, sorted(quarter), smallest)).encode()
        key = blake2b(asked, digest_size=32).digest()
        if key in self._known:
            return self._known[key]
        found = standing(groups, quarter, smallest)
        if len(self._known) >= self._most:
            self._known.pop(next(iter(self._known)))
        self._known[key] = found
        return found


def standing(groups: Iterable[Group], quarter: Months, smallest: int) -> list[frozenset[Hashable]] | None:
    """For each dimension of `groups` the parts whose answers may be shown by themselves in this quarter.

    None when the quarter is not shown whole. Dimensions given first keep more of their parts.
    """
    given = [group for group in groups if group.rated]
    by_month: dict[int, int] = defaultdict(int)
    for group in given:
        by_month[group.month] += group.rated
    blocks = quarter_blocks(by_month, quarter, smallest)
    if blocks is None:
        return None
    block_of = {month: number for number, block in enumerate(blocks) for month in block}
    sizes = [group.rated for group in given]
    margins: list[Sequence[Hashable]] = [[block_of[group.month] for group in given]]
    found = []
    for dimension in range(len(given[0].parts) if given else 0):
        cells = [(block_of[group.month], group.month, *group.parts[: dimension + 1]) for group in given]
        alone, margin = _alone([group.parts[dimension] for group in given], cells, sizes, margins, smallest)
        margins.append(margin)
        found.append(alone)
    return found


@dataclass(frozen=True, slots=True)
class _Joined:
    """The part that all parts too small to stand alone make together."""


def _alone(
    parts: Sequence[Hashable],
    cells: Sequence[tuple[Hashable, ...]],
    sizes: Sequence[int],
    margins: Sequence[Sequence[Hashable]],
    smallest: int,
) -> tuple[frozenset[Hashable], Sequence[Hashable]]:
    """The parts that may stand alone beside `margins`, and the margin of them and the joined rest.

    `parts` and `cells` name the part and the cell of each group of `sizes`.
    """
    totals = _totals(parts, sizes)
    by_size = sorted(totals, key=lambda part: (totals[part], str(part)))
    joined = 0
    while joined < len(by_size) and totals[by_size[joined]] < smallest:
        joined += 1

    def joining(count: int) -> Sequence[Hashable]:
        rest = frozenset(by_size[:count])
        return [_Joined() if part in rest else part for part in parts]

    def safe(count: int) -> bool:
        margin = joining(count)
        small = 0 < sum(totals[part] for part in by_size[:count]) < smallest
        return (
            not small
            and not any(_cuts_out(margin, other, sizes, smallest) for other in margins)
            and (len(margins) == 1 or not _tell_of_a_cell([*margins, margin], cells, sizes, smallest))
        )

    # Where a margin is safe, so is every one that joins more of its parts: of a hundred procedures seven are tried.
    if not safe(joined):
        most = len(by_size)
        while joined + 1 < most:
            middle = (joined + most) // 2
            if safe(middle):
                most = middle
            else:
                joined = middle
        joined = most
    return frozenset(by_size[joined:]), joining(joined)


def _cuts_out(left: Sequence[Hashable], right: Sequence[Hashable], sizes: Sequence[int], smallest: int) -> bool:
    """Whether sums and differences of two margins leave a group of fewer than `smallest`.

    `left` and `right` name the part of each group of `sizes`. Every part holds at least `smallest`.
    """
    if len(set(left)) < len(set(right)):
        left, right = right, left
    # What lies in one part of the other margin wholly (a procedure in its field) can always be taken away from it; few
    # parts are left then that have to be compared, however many there are.
    touches = _touches(left, right)
    outside = [len(touches[part]) > 1 for part in left]
    left = list(compress(left, outside))
    right = list(compress(right, outside))
    sizes = list(compress(sizes, outside))
    if any(size < smallest for size in _totals(right, sizes).values()):
        return True
    if len(set(left)) > len(set(right)):
        left, right = right, left
    rows = _totals(left, sizes)
    columns = _totals(right, sizes)
    if len(rows) > _MOST_COMPARED:
        return True
    touches = _touches(right, left)
    for count in range(1, len(rows) + 1):
        for chosen in combinations(rows, count):
            inside = set(chosen)
            within = sum(size for column, size in columns.items() if touches[column] <= inside)
            if 0 < sum(rows[row] for row in chosen) - within < smallest:
                return True
    return False


def _touches(of: Sequence[Hashable], others: Sequence[Hashable]) -> dict[Hashable, set[Hashable]]:
    touches: dict[Hashable, set[Hashable]] = defaultdict(set)
    for part, other in zip(of, others, strict=True):
        touches[part].add(other)
    return touches


def _tell_of_a_cell(
    margins: Sequence[Sequence[Hashable]],
    cells: Sequence[tuple[Hashable, ...]],
    sizes: Sequence[int],
    smallest: int,
) -> bool:
    """Whether all margins together tell of a cell, in any of the dimensions, of fewer than `smallest`."""
    table = _without_margins(margins)
    columns = [_numbered(column) for column in reversed(list(zip(*cells, strict=True)))]

    def told(places: Sequence[int], first: int) -> bool:
        """Whether what `places` make together, or a cell of it by columns from `first` on, is told."""
        if sum(sizes[place] for place in places) < smallest and sum(table[place] for place in places) % _PRIME == 0:
            return True
        # A group that stands alone is the same cell however much finer one looks.
        if len(places) == 1:
            return False
        for number in range(first, len(columns)):
            column = columns[number]
            found: dict[int, list[int]] = {}
            for place in places:
                found.setdefault(column[place], []).append(place)
            if len(found) > 1 and any(told(inside, number + 1) for inside in found.values()):
                return True
        return False

    return told(range(len(cells)), 0)


def _numbered(column: Sequence[Hashable]) -> list[int]:
    numbers: dict[Hashable, int] = {}
    return [numbers.setdefault(part, len(numbers)) for part in column]


def _without_margins(margins: Sequence[Sequence[Hashable]]) -> list[int]:
    """One value for each group, modulo _PRIME: drawn at random among those that add up to zero over every part.

    Values are drawn freely, and what stands in the margins then is taken off by the one combination of parts, each
    group with a random weight of its own, that takes it off; with random weights there is one.
    """
    count = len(margins[0])
    numbers: dict[tuple[int, Hashable], int] = {}
    parts = [
        [numbers.setdefault((place, part), len(numbers)) for place, part in enumerate(of)]
        for of in zip(*margins, strict=True)
    ]
    rng = Random(count)  # noqa: S311  # the same answers must give the same page; nothing here is secret
    drawn = [rng.randrange(_PRIME) for _ in range(count)]
    weights = [rng.randrange(1, _PRIME) for _ in range(count)]
    system = [[0] * (len(numbers) + 1) for _ in numbers]
    for of, value, weight in zip(parts, drawn, weights, strict=True):
        for part in of:
            row = system[part]
            row[-1] += value
            for other in of:
                row[other] += weight
    share = _solved(system)
    return [
        (value - weight * sum(share[part] for part in of)) % _PRIME
        for of, value, weight in zip(parts, drawn, weights, strict=True)
    ]


def _solved(system: list[list[int]]) -> list[int]:
    """A solution modulo _PRIME of equations of which some may follow from others; unknowns left free are zero."""
    pivots: dict[int, list[int]] = {}
    for given in system:
        row = [value % _PRIME for value in given]
        for lead, known in pivots.items():
            if row[lead]:
                factor = row[lead]
                row = [(value - factor * other) % _PRIME for value, other in zip(row, known, strict=True)]
        first = next((place for place, value in enumerate(row[:-1]) if value), None)
        if first is not None:
            inverse = pow(row[first], -1, _PRIME)
            pivots[first] = [value * inverse % _PRIME for value in row]
    found = [0] * len(system)
    # A row holds nothing at the leads found before it, so the last one is settled first.
    for lead, row in reversed(pivots.items()):
        found[lead] = (row[-1] - sum(value * other for value, other in zip(row, found, strict=False))) % _PRIME
    return found


def _totals(parts: Sequence[Hashable], sizes: Sequence[int]) -> dict[Hashable, int]:
    totals: dict[Hashable, int] = defaultdict(int)
    for part, size in zip(parts, sizes, strict=True):
        totals[part] += size
    return totals


def withheld(rated: Mapping[int, int], span: Collection[int], smallest: int) -> Months:
    """The months of a period with answers that it must not add up; `rated` is all of the year that is known."""
    shown = shown_months(rated, smallest)[frozenset(span)]
    return frozenset(month for month in span if month not in shown and rated.get(month, 0))
