"""Nobody learns what a few people answered, whatever they add and subtract."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import combinations, product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedback_app.ratings.disclosure import SPANS, Group, Standing, quarter_blocks, shown_months, standing, withheld

SMALLEST = 5
QUARTER = frozenset({1, 2, 3})
CHANNELS, STAGES = ("kiosk", "web", "paper"), ("returned", "received", None)

counts = st.one_of(st.just(0), st.integers(1, 6), st.integers(1, 60))
years = st.lists(counts, min_size=12, max_size=12).map(lambda rated: dict(enumerate(rated, start=1)))
# Dense and sparse quarters: where cells are empty, sums come apart more easily.
quarters = st.dictionaries(
    st.tuples(st.sampled_from(sorted(QUARTER)), st.sampled_from(CHANNELS), st.sampled_from(STAGES)), counts
)


class Known:
    """What follows by adding and subtracting from vectors over the same cells: their span, kept as an echelon."""

    def __init__(self, vectors: Iterable[Sequence[int]]) -> None:
        self.pivots: list[tuple[int, list[Fraction]]] = []
        for vector in vectors:
            rest = self._reduced(vector)
            lead = next((place for place, value in enumerate(rest) if value), None)
            if lead is not None:
                self.pivots.append((lead, [value / rest[lead] for value in rest]))

    def tells(self, vector: Sequence[int]) -> bool:
        return not any(self._reduced(vector))

    def _reduced(self, vector: Sequence[int]) -> list[Fraction]:
        rest = [Fraction(value) for value in vector]
        for lead, row in self.pivots:
            if rest[lead]:
                factor = rest[lead]
                rest = [value - factor * other for value, other in zip(rest, row, strict=True)]
        return rest


def indicator(cells: Sequence[object], members: Iterable[object]) -> list[int]:
    inside = set(members)
    return [int(cell in inside) for cell in cells]


@pytest.mark.parametrize(
    ("rated", "period", "hidden"),
    [
        ({1: 40, 2: 40, 3: 40}, QUARTER, set()),
        # Feb alone is hidden, and March too, or the quarter would tell February.
        ({1: 40, 2: 2, 3: 30}, QUARTER, set()),
        ({1: 40, 2: 2, 3: 30}, {2}, {2}),
        ({1: 40, 2: 2, 3: 30}, {3}, {3}),
        # Two months are out already when the third turns out too small: the quarter stands without it.
        ({1: 40, 2: 30, 3: 2}, QUARTER, {3}),
        ({1: 40, 2: 30, 3: 2, 5: 3, 6: 9}, {1, 2, 3, 4, 5, 6}, {3}),
        ({1: 40, 2: 30, 3: 2, 4: 3}, {1, 2, 3, 4, 5, 6}, set()),
        # A department with three answers a month has quarters, no months.
        (dict.fromkeys(range(1, 13), 3), QUARTER, set()),
        (dict.fromkeys(range(1, 13), 3), {1}, {1}),
        ({1: 3}, set(range(1, 13)), {1}),
        ({}, QUARTER, set()),
    ],
)
def test_what_a_period_leaves_out(rated: dict[int, int], period: set[int], hidden: set[int]) -> None:
    assert withheld(rated, period, SMALLEST) == hidden


def test_every_period_of_a_year_has_its_turn() -> None:
    assert len(SPANS) == len(set(SPANS)) == 12 + 4 + 2 + 1 + 1


@given(years)
def test_no_sum_or_difference_of_periods_tells_of_a_few(rated: dict[int, int]) -> None:
    """Every set of months with too few answers, against every combination of what the periods show."""
    shown = shown_months(rated, SMALLEST)
    months = [month for month in rated if rated[month]]
    known = Known(indicator(months, told) for told in shown.values())
    for chosen in product((0, 1), repeat=min(len(months), 8)):
        group = [*chosen, *[0] * (len(months) - len(chosen))]
        size = sum(rated[month] for month, inside in zip(months, group, strict=True) if inside)
        assert not (0 < size < SMALLEST and known.tells(group))


@given(years)
def test_periods_lose_fewer_than_would_make_a_group(rated: dict[int, int]) -> None:
    shown = shown_months(rated, SMALLEST)
    for quarter in (frozenset(range(first, first + 3)) for first in (1, 4, 7, 10)):
        assert sum(rated[month] for month in quarter - shown[quarter]) < SMALLEST
    year = frozenset(rated)
    assert sum(rated[month] for month in year - shown[year]) < SMALLEST


@given(years)
def test_later_months_change_nothing_that_was_shown(rated: dict[int, int]) -> None:
    """A period decides by what had been answered at its end."""
    whole = shown_months(rated, SMALLEST)
    for span in SPANS:
        until = {month: count for month, count in rated.items() if month <= max(span)}
        empty = {month for month in span if not rated[month]}
        assert shown_months(until, SMALLEST)[span] | empty == whole[span] | empty


def groups_of(quarter: dict[tuple[int, str, str | None], int]) -> list[Group]:
    return [Group(month, (channel, stage), count) for (month, channel, stage), count in quarter.items() if count]


def test_a_part_too_small_stands_with_the_smallest_other() -> None:
    groups = [Group(1, ("kiosk",), 30), Group(1, ("paper",), 2), Group(1, ("web",), 12)]
    assert standing(groups, QUARTER, SMALLEST) == [{"kiosk"}]


def test_parts_that_are_large_enough_all_stand() -> None:
    groups = [Group(month, (channel,), 10) for month in (1, 2, 3) for channel in CHANNELS]
    assert standing(groups, QUARTER, SMALLEST) == [set(CHANNELS)]


def test_a_month_takes_no_part_apart() -> None:
    """January has 30 at the kiosk and 2 on paper, February 30 on paper alone: January less kiosk would be those 2."""
    groups = [Group(1, ("kiosk",), 30), Group(1, ("paper",), 2), Group(2, ("paper",), 30)]
    assert standing(groups, QUARTER, SMALLEST) == [set()]


def test_no_parts_of_a_quarter_that_is_not_whole() -> None:
    groups = [Group(1, ("kiosk",), 40), Group(2, ("kiosk",), 40), Group(3, ("web",), 2)]
    assert standing(groups, QUARTER, SMALLEST) is None


@given(st.lists(quarters, max_size=4))
def test_what_was_found_out_once_is_found_again(given: list[dict[tuple[int, str, str | None], int]]) -> None:
    known = Standing(most=3)
    for quarter in [*given, *given]:
        groups = groups_of(quarter)
        for smallest in (SMALLEST, 1):
            assert known(groups, QUARTER, smallest) == standing(groups, QUARTER, smallest)


@settings(max_examples=300)
@given(quarters)
def test_no_two_margins_tell_of_a_few(quarter: dict[tuple[int, str, str | None], int]) -> None:
    """Months with channels, months with stages, channels with stages: no small cell or set of cells follows."""
    groups = groups_of(quarter)
    alone = standing(groups, QUARTER, SMALLEST)
    if not groups or alone is None:
        return
    cells = [(group.month, *group.parts) for group in groups]
    sizes = [group.rated for group in groups]
    rated = {month: sum(size for cell, size in zip(cells, sizes, strict=True) if cell[0] == month) for month in QUARTER}
    blocks = quarter_blocks(rated, QUARTER, SMALLEST)
    assert blocks is not None
    whole = indicator(cells, cells)
    margins: list[list[Sequence[int]]] = [
        [whole, *(indicator(cells, [cell for cell in cells if cell[0] in block]) for block in blocks)],
        [whole, *(indicator(cells, [cell for cell in cells if cell[1] == part]) for part in alone[0])],
        [whole, *(indicator(cells, [cell for cell in cells if cell[2] == part]) for part in alone[1])],
    ]
    for left, right in ((0, 1), (0, 2), (1, 2)):
        known = Known([*margins[left], *margins[right]])
        for group in small_groups(sizes):
            assert not known.tells(group)


@settings(max_examples=300)
@given(quarters)
def test_nor_all_margins_together_of_a_cell(quarter: dict[tuple[int, str, str | None], int]) -> None:
    """All three margins at once, against every part, every month's part and every single cell."""
    groups = groups_of(quarter)
    alone = standing(groups, QUARTER, SMALLEST)
    if not groups or alone is None:
        return
    cells = [(group.month, *group.parts) for group in groups]
    sizes = [group.rated for group in groups]
    rated = {month: sum(size for cell, size in zip(cells, sizes, strict=True) if cell[0] == month) for month in QUARTER}
    blocks = quarter_blocks(rated, QUARTER, SMALLEST) or []
    known = Known(
        [
            indicator(cells, cells),
            *(indicator(cells, [cell for cell in cells if cell[0] in block]) for block in blocks),
            *(indicator(cells, [cell for cell in cells if cell[1] == part]) for part in alone[0]),
            *(indicator(cells, [cell for cell in cells if cell[2] == part]) for part in alone[1]),
        ]
    )
    for pattern in product((*QUARTER, "*"), (*CHANNELS, "*"), (*STAGES, "*")):
        inside = [all(want in ("*", has) for want, has in zip(pattern, cell, strict=True)) for cell in cells]
        size = sum(size for size, chosen in zip(sizes, inside, strict=True) if chosen)
        if 0 < size < SMALLEST:
            assert not known.tells([int(chosen) for chosen in inside])


@settings(max_examples=200)
@given(quarters)
def test_what_comes_after_a_dimension_changes_nothing_about_it(
    quarter: dict[tuple[int, str, str | None], int],
) -> None:
    """Standardised shares ask about fields without the stages that come after them."""
    groups = groups_of(quarter)
    without: dict[tuple[int, str], int] = {}
    for group in groups:
        key = group.month, str(group.parts[0])
        without[key] = without.get(key, 0) + group.rated
    alone = standing(groups, QUARTER, SMALLEST)
    first = standing(
        [Group(month, (channel,), rated) for (month, channel), rated in without.items()], QUARTER, SMALLEST
    )
    assert (first and first[:1]) == (alone and alone[:1])


PROCEDURES = {"birth": "civil", "marriage": "civil", "title": "land", "lease": "land", None: None}
FIELDS = ("civil", "land", None)
# A procedure belongs to one field; of a field alone the procedure is not known.
subjects = st.one_of(
    st.sampled_from([(field, procedure) for procedure, field in PROCEDURES.items()]),
    st.sampled_from([(field, None) for field in FIELDS]),
)
five = st.dictionaries(
    st.tuples(
        st.sampled_from(sorted(QUARTER)),
        st.sampled_from(CHANNELS),
        st.sampled_from(("short", "long")),
        subjects,
        st.sampled_from(STAGES),
    ),
    counts,
    max_size=30,
)


@settings(max_examples=300, deadline=None)
@given(five)
def test_nor_five_margins_with_procedures_within_fields(quarter: dict[Any, int]) -> None:
    """Every pair of margins against every small set of cells that a procedure and another part make, and all margins
    together against every cell in any of the dimensions, as far as the margins of one dimension fewer did not tell."""
    groups = [
        Group(month, (channel, version, *subject, stage), count)
        for (month, channel, version, subject, stage), count in quarter.items()
        if count
    ]
    alone = standing(groups, QUARTER, SMALLEST)
    if not groups or alone is None:
        return
    cells = [(group.month, *group.parts) for group in groups]
    sizes = [group.rated for group in groups]
    rated = {month: sum(size for cell, size in zip(cells, sizes, strict=True) if cell[0] == month) for month in QUARTER}
    margins: list[list[list[int]]] = [
        [[int(cell[0] in block) for cell in cells] for block in quarter_blocks(rated, QUARTER, SMALLEST) or []]
    ]
    for place, told in enumerate(alone, start=1):
        margins.append([[1] * len(cells)])
        margins[-1] += [[int(cell[place] == part) for cell in cells] for part in told]
    for left, right in combinations(margins, 2):
        known = Known([*left, *right])
        for group in small_groups(sizes):
            assert not known.tells(group)
    all_known = Known(vector for margin in margins for vector in margin)
    # The month's block is among the columns of a cell, and the cell of all dimensions is its group.
    for kept in (kept for count in range(1, 7) for kept in combinations(range(6), count)):
        found: dict[tuple[object, ...], list[int]] = {}
        for number, cell in enumerate(cells):
            found.setdefault(tuple(cell[place] for place in kept), []).append(number)
        for members in found.values():
            if sum(sizes[number] for number in members) < SMALLEST:
                inside = indicator(range(len(cells)), members)
                if all_known.tells(inside):
                    # Only what followed without the margin of its own last dimension, and so was never its doing.
                    fewer = [margin for place, margin in enumerate(margins) if place < max(kept)]
                    assert Known(vector for margin in fewer for vector in margin).tells(inside)


def test_where_nothing_more_can_be_safe_nothing_more_is_told() -> None:
    """Stages make a cell of what months and channels tell already: joining more and more must come to an end."""
    counted = {
        (1, 0, 1, 1, 1, "c"): 6,
        (3, 0, 0, 1, None, "c"): 60,
        (1, 1, 0, 2, 5, None): 3,
        (3, 1, 0, 0, 0, "b"): 2,
        (2, 0, 1, 0, 3, "c"): 2,
    }
    groups = [Group(month, parts, count) for (month, *parts), count in counted.items()]  # type: ignore[arg-type]
    found = standing([Group(each.month, tuple(each.parts), each.rated) for each in groups], QUARTER, SMALLEST)
    assert found is not None
    assert found[-1] == frozenset()


def test_procedures_within_many_fields_are_all_told() -> None:
    """More parts than can be compared one set after another, but each of a procedure's answers lies in one field."""
    groups = [
        Group(month, ("web", field, f"{field}-{number}"), 6)
        for month in sorted(QUARTER)
        for field in range(15)
        for number in range(4)
    ]
    found = standing(groups, QUARTER, SMALLEST)
    assert found is not None
    assert [len(parts) for parts in found] == [1, 15, 60]


def small_groups(sizes: Sequence[int]) -> Iterable[list[int]]:
    """Every set of cells with fewer than SMALLEST answers."""
    small = [place for place, size in enumerate(sizes) if size < SMALLEST]
    for chosen in product((0, 1), repeat=min(len(small), 9)):
        group = [0] * len(sizes)
        for place, inside in zip(small, chosen, strict=False):
            group[place] = inside
        if 0 < sum(size for size, inside in zip(sizes, group, strict=True) if inside) < SMALLEST:
            yield group
