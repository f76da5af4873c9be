"""Two shares compared, against published tables and an independent library."""

from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, chi2_contingency, fisher_exact

from feedback_app.ratings.comparison import Proportion, compare, difference_interval, fisher, pooled


def proportions(most: int) -> st.SearchStrategy[Proportion]:
    return st.integers(1, most).flatmap(lambda n: st.builds(Proportion, st.integers(0, n), st.just(n)))


def table(now: Proportion, before: Proportion) -> list[list[int]]:
    return [[now.successes, now.failures], [before.successes, before.failures]]


@given(proportions(1_000_000), proportions(1_000_000))
def test_pooled_agrees_with_the_chi_square_of_the_table(now: Proportion, before: Proportion) -> None:
    if 0 in (now.successes + before.successes, now.failures + before.failures):
        assert pooled(now, before) == 1
    else:
        theirs = chi2_contingency(table(now, before), correction=False).pvalue
        assert pooled(now, before) == pytest.approx(theirs, rel=1e-6, abs=1e-300)


@given(proportions(400), proportions(400))
def test_fisher_agrees_with_scipy(now: Proportion, before: Proportion) -> None:
    theirs = fisher_exact(table(now, before)).pvalue
    assert fisher(now, before) == pytest.approx(theirs, rel=1e-6, abs=1e-290)


@given(proportions(60), proportions(2_000_000))
def test_fisher_of_few_against_many(now: Proportion, before: Proportion) -> None:
    assert fisher(now, before) == pytest.approx(fisher_exact(table(now, before)).pvalue, rel=1e-5, abs=1e-290)


def test_lady_tasting_tea() -> None:
    """Three of four cups told right: 34 of 70 tables are no more probable (R. A. Fisher, The Design of Experiments)."""
    assert fisher(Proportion(3, 4), Proportion(1, 4)) == pytest.approx(34 / 70)


@pytest.mark.parametrize(
    ("now", "before", "low", "high"),
    [
        # R. G. Newcombe, Statistics in Medicine 17, 1998, 873-890, table II, method 10.
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((0, 10), (0, 10), -0.2775, 0.2775),
        ((10, 10), (0, 20), 0.6791, 1.0),
        ((10, 10), (0, 10), 0.6075, 1.0),
    ],
)
def test_published_intervals(now: tuple[int, int], before: tuple[int, int], low: float, high: float) -> None:
    interval = difference_interval(Proportion(*now), Proportion(*before))
    assert (round(interval.low, 4), round(interval.high, 4)) == (low, high)


@given(proportions(100_000), proportions(100_000))
def test_difference_interval_from_the_score_intervals_of_another_library(now: Proportion, before: Proportion) -> None:
    one, other = (binomtest(each.successes, each.trials).proportion_ci(method="wilson") for each in (now, before))
    interval = difference_interval(now, before)
    difference = now.share - before.share
    assert interval.low == pytest.approx(
        difference - sqrt((now.share - one.low) ** 2 + (other.high - before.share) ** 2), abs=1e-9
    )
    assert interval.high == pytest.approx(
        difference + sqrt((one.high - now.share) ** 2 + (before.share - other.low) ** 2), abs=1e-9
    )
    assert -1 - 1e-12 <= interval.low <= difference <= interval.high <= 1 + 1e-12


@given(proportions(5_000), proportions(5_000))
def test_turning_it_round_turns_the_interval_and_nothing_else(now: Proportion, before: Proportion) -> None:
    there, back = compare(now, before), compare(before, now)
    assert there.p_value == pytest.approx(back.p_value, rel=1e-6)
    assert (there.interval.low, there.interval.high) == pytest.approx((-back.interval.high, -back.interval.low))
    assert (there.exact, there.clear) == (back.exact, back.clear)


@pytest.mark.parametrize(
    ("now", "before", "exact"),
    [
        ((30, 40), (30, 40), False),
        ((35, 40), (35, 40), False),  # five dissatisfied are expected in each
        ((36, 40), (35, 40), True),
        ((40, 40), (40, 40), True),
        ((9, 10), (900_000, 1_000_000), True),
    ],
)
def test_small_expected_counts_are_judged_exactly(now: tuple[int, int], before: tuple[int, int], exact: bool) -> None:
    judged = compare(Proportion(*now), Proportion(*before))
    assert judged.exact == exact
    assert judged.p_value == (fisher if exact else pooled)(Proportion(*now), Proportion(*before))


def test_clear_differences_need_no_gap_between_the_intervals() -> None:
    """83,0 % and 88,0 % of 600: each interval reaches into the other, and the difference is beyond chance."""
    judged = compare(Proportion(528, 600), Proportion(498, 600))
    assert judged.p_value == pytest.approx(0.0138, abs=5e-4)
    assert judged.interval.low > 0
    assert judged.clear


@given(proportions(500), proportions(500))
def test_a_clear_difference_never_stands_beside_an_interval_that_holds_none(
    now: Proportion, before: Proportion
) -> None:
    judged = compare(now, before)
    assert not (judged.clear and judged.interval.holds(0))


@pytest.mark.parametrize(("successes", "trials"), [(0, 0), (1, 0), (-1, 5), (6, 5)])
def test_refuses_what_is_no_share(successes: int, trials: int) -> None:
    with pytest.raises(ValueError, match="of"):
        Proportion(successes, trials)
