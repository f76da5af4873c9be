"""Shares for a common mix of fields."""

from fractions import Fraction

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from feedback_app.kit.statistics import wilson
from feedback_app.ratings.standardisation import coverage, standardise

RATED = st.integers(5, 5_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(st.lists(st.tuples(RATED, st.integers(1, 100_000)), min_size=1, max_size=12))
def test_agrees_with_weighted_averages(fields: list[tuple[tuple[int, int], int]]) -> None:
    counts = {key: counted for key, (counted, _) in enumerate(fields)}
    found = standardise(counts, {key: weight for key, (_, weight) in enumerate(fields)})
    assert found is not None
    weights = numpy.array([weight for _, weight in fields], dtype=float)
    rated = numpy.array([n for (_, n), _ in fields], dtype=float)
    own = numpy.array([satisfied for (satisfied, _), _ in fields], dtype=float) / rated
    share = numpy.average(own, weights=weights)
    weights /= weights.sum()
    assert float(found.share) == pytest.approx(share)
    assert found.variance == pytest.approx((weights**2 * own * (1 - own) / rated).sum())
    theirs = [binomtest(satisfied, n).proportion_ci(method="wilson") for (satisfied, n), _ in fields]
    low = share - numpy.sqrt(((weights * (own - [each.low for each in theirs])) ** 2).sum())
    high = share + numpy.sqrt(((weights * ([each.high for each in theirs] - own)) ** 2).sum())
    assert (found.interval.low, found.interval.high) == pytest.approx((low, high), abs=1e-9)
    assert 0 <= found.interval.low <= found.share <= found.interval.high <= 1


@given(RATED)
def test_one_field_is_the_raw_share(counted: tuple[int, int]) -> None:
    found = standardise({7: counted}, {7: 3})
    assert found is not None
    assert found.share == Fraction(*counted)
    interval = wilson(*counted)
    assert (found.interval.low, found.interval.high) == pytest.approx((interval.low, interval.high))


@given(st.dictionaries(st.integers(1, 9), RATED, min_size=1), st.integers(2, 50))
def test_only_proportions_of_the_mix_matter(counts: dict[int, tuple[int, int]], factor: int) -> None:
    mix = {field: 10 + field for field in counts}
    assert standardise(counts, mix) == standardise(counts, {field: factor * part for field, part in mix.items()})


@given(st.dictionaries(st.integers(1, 9), RATED, min_size=1))
def test_its_own_mix_gives_its_own_share(counts: dict[int, tuple[int, int]]) -> None:
    found = standardise(counts, {field: rated for field, (_, rated) in counts.items()})
    assert found is not None
    assert found.share == Fraction(
        sum(satisfied for satisfied, _ in counts.values()), sum(rated for _, rated in counts.values())
    )


def test_harder_work_is_allowed_for() -> None:
    """Each is as good as the other in every field; one handles mostly the field that pleases nobody."""
    mix = {1: 500, 2: 500}
    easy = standardise({1: (720, 800), 2: (100, 200)}, mix)
    hard = standardise({1: (180, 200), 2: (400, 800)}, mix)
    assert easy is not None
    assert hard is not None
    assert easy.share == hard.share == Fraction(7, 10)


def test_fields_without_answers_are_left_out_and_said() -> None:
    mix = {1: 60, 2: 25, 3: 15, 4: 0}
    found = standardise({1: (90, 100), 2: (5, 10)}, mix)
    assert found is not None
    assert (found.covered, found.left_out) == (Fraction(85, 100), {3})
    assert found.share == (Fraction(60, 85) * Fraction(9, 10) + Fraction(25, 85) * Fraction(1, 2))
    # What the others never handle has no weight.
    assert standardise({1: (90, 100), 2: (5, 10), 4: (0, 70), 5: (0, 70)}, mix) == found


@pytest.mark.parametrize(("part", "known"), [(79, False), (80, True)])
def test_too_little_covered_gives_no_share(part: int, known: bool) -> None:
    assert (standardise({1: (50, 60)}, {1: part, 2: 100 - part}) is not None) == known


@pytest.mark.parametrize(("rated", "known"), [(4, False), (5, True)])
def test_a_handful_of_answers_carries_no_field(rated: int, known: bool) -> None:
    assert (standardise({1: (50, 60), 2: (rated, rated)}, {1: 70, 2: 30}) is not None) == known


@pytest.mark.parametrize(("counts", "mix"), [({}, {}), ({}, {1: 5}), ({1: (9, 10)}, {}), ({1: (9, 10)}, {1: 0})])
def test_nothing_to_go_by(counts: dict[int, tuple[int, int]], mix: dict[int, int]) -> None:
    assert standardise(counts, mix) is None


def test_everybody_satisfied_is_still_unsure() -> None:
    found = standardise({1: (20, 20), 2: (20, 20)}, {1: 1, 2: 1})
    assert found is not None
    assert (found.share, found.variance, found.interval.high) == (1, 0, 1)
    assert found.interval.low < 0.9


@given(st.dictionaries(st.integers(1, 9), st.integers(0, 60)), st.dictionaries(st.integers(1, 9), st.integers(0, 60)))
def test_a_share_rests_on_as_much_as_is_covered(rated: dict[int, int], mix: dict[int, int]) -> None:
    found = standardise({field: (n // 2, n) for field, n in rated.items()}, mix, least_covered=Fraction(0))
    assert coverage(rated, mix) == (found.covered if found else 0)
