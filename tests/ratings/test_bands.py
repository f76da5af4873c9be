"""Ranks say no more than intervals do."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.kit.statistics import Interval, wilson
from feedback_app.ratings.bands import Band, bands

SHARES = st.integers(100, 4_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
INTERVALS = st.dictionaries(st.integers(), SHARES.map(lambda counted: wilson(*counted)), max_size=15)


def test_a_ladder() -> None:
    found = bands(
        {
            "a": Interval(0.90, 0.95),
            "b": Interval(0.85, 0.91),
            "c": Interval(0.80, 0.86),
            "d": Interval(0.50, 0.60),
        }
    )
    # a and c are apart, b overlaps both.
    assert {key: str(band) for key, band in found.items()} == {"a": "1–2", "b": "1–3", "c": "2–3", "d": "4"}


def test_touching_is_overlapping() -> None:
    assert bands({"a": Interval(0.5, 0.6), "b": Interval(0.6, 0.7)}) == {"a": Band(1, 2), "b": Band(1, 2)}


@given(INTERVALS, st.randoms())
def test_order_of_the_departments_changes_nothing(intervals: dict[int, Interval], chance: object) -> None:
    keys = list(intervals)
    chance.shuffle(keys)  # type: ignore[attr-defined]
    assert bands({key: intervals[key] for key in keys}) == bands(intervals)


@given(INTERVALS)
def test_overlapping_departments_are_never_told_apart(intervals: dict[int, Interval]) -> None:
    found = bands(intervals)
    for one, other in permutations(intervals, 2):
        if intervals[one].overlaps(intervals[other]):
            shared = min(found[one].worst, found[other].worst) - max(found[one].best, found[other].best) + 1
            assert shared >= 2
        elif intervals[one].low > intervals[other].high:
            assert found[one].best < found[other].best
            assert found[one].worst < found[other].worst


@given(INTERVALS)
def test_every_rank_is_somebodys(intervals: dict[int, Interval]) -> None:
    found = bands(intervals).values()
    for rank in range(1, len(intervals) + 1):
        assert any(band.best <= rank <= band.worst for band in found)
    assert all(1 <= band.best <= band.worst <= len(intervals) for band in found)


@given(INTERVALS)
def test_the_order_of_the_shares_is_among_those_left_open(intervals: dict[int, Interval]) -> None:
    found = bands(intervals)
    by_middle = sorted(intervals, key=lambda key: -(intervals[key].low + intervals[key].high))
    for rank, key in enumerate(by_middle, start=1):
        assert found[key].best <= rank <= found[key].worst


@pytest.mark.parametrize("count", [0, 1])
def test_alone(count: int) -> None:
    assert bands({number: Interval(0.8, 0.9) for number in range(count)}) == {n: Band(1, 1) for n in range(count)}
