"""Wilson's interval against values worked out by hand, and what must hold for all."""

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from feedback_app.kit.statistics import Z_95, Interval, wilson


@st.composite
def samples(draw: st.DrawFn) -> tuple[int, int]:
    trials = draw(st.integers(1, 2_000_000))
    return draw(st.integers(0, trials)), trials


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [
        (18, 20, 0.6990, 0.9721),
        (0, 10, 0.0, 0.2775),  # z² / (n + z²) = 3.8415 / 13.8415
        (10, 10, 0.7225, 1.0),
        (1, 1, 0.2065, 1.0),
        (81, 263, 0.2553, 0.3662),  # R. G. Newcombe, Statistics in Medicine 17, 1998, table I
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_known_values(successes: int, trials: int, low: float, high: float) -> None:
    interval = wilson(successes, trials)
    assert interval.low == pytest.approx(low, abs=5e-5)
    assert interval.high == pytest.approx(high, abs=5e-5)


@given(samples())
def test_stays_within_and_holds_the_share(sample: tuple[int, int]) -> None:
    successes, trials = sample
    interval = wilson(successes, trials)
    assert 0 <= interval.low <= successes / trials <= interval.high <= 1
    assert interval.low < interval.high


@given(samples())
def test_mirrors(sample: tuple[int, int]) -> None:
    successes, trials = sample
    interval, mirrored = wilson(successes, trials), wilson(trials - successes, trials)
    assert interval.low == pytest.approx(1 - mirrored.high)
    assert interval.high == pytest.approx(1 - mirrored.low)


@given(samples())
def test_more_answers_make_it_narrower(sample: tuple[int, int]) -> None:
    successes, trials = sample
    once, thrice = wilson(successes, trials), wilson(3 * successes, 3 * trials)
    assert thrice.high - thrice.low < once.high - once.low


@pytest.mark.parametrize(("successes", "trials"), [(0, 0), (1, 0), (-1, 5), (6, 5)])
def test_refuses_what_is_no_share(successes: int, trials: int) -> None:
    with pytest.raises(ValueError, match="of"):
        wilson(successes, trials)


@given(samples())
def test_agrees_with_scipy(sample: tuple[int, int]) -> None:
    theirs = binomtest(*sample).proportion_ci(method="wilson")
    ours = wilson(*sample)
    assert ours.low == pytest.approx(theirs.low, abs=1e-9)
    assert ours.high == pytest.approx(theirs.high, abs=1e-9)


@st.composite
def sampled(draw: st.DrawFn) -> tuple[int, int, int]:
    successes, trials = draw(samples())
    return successes, trials, draw(st.integers(trials, 20 * trials))


@given(sampled())
def test_finite_population_solves_its_own_score_equation(sample: tuple[int, int, int]) -> None:
    """The bounds are where the share stands z deviations away, the deviation being that without replacement."""
    successes, trials, population = sample
    interval = wilson(successes, trials, population=population)
    assert interval.corrected
    share, left = successes / trials, (population - trials) / max(1, population - 1)
    factor = Z_95**2 / trials * left
    # (share - bound)² = z² bound (1 - bound) / n · (N - n) / (N - 1)
    low, high = sorted(numpy.roots([1 + factor, -(2 * share + factor), share**2]).real)
    assert interval.low == pytest.approx(low, abs=1e-7)
    assert interval.high == pytest.approx(high, abs=1e-7)


@given(sampled())
def test_a_known_population_never_widens(sample: tuple[int, int, int]) -> None:
    successes, trials, population = sample
    plain, corrected = wilson(successes, trials), wilson(successes, trials, population=population)
    assert plain.low <= corrected.low + 1e-12
    assert corrected.high <= plain.high + 1e-12
    assert corrected.low <= successes / trials + 1e-12
    assert successes / trials <= corrected.high + 1e-12


def test_nothing_is_unsure_once_all_have_answered() -> None:
    assert wilson(45, 50, population=50) == Interval(0.9, 0.9, corrected=True)


@pytest.mark.parametrize(
    ("population", "corrected"),
    [(None, False), (2_001, False), (2_000, True), (101, True), (100, True), (99, False)],
)
def test_correction_is_told_and_begins_at_a_twentieth(population: int | None, corrected: bool) -> None:
    interval = wilson(90, 100, population=population)
    assert interval.corrected == corrected
    assert corrected or interval == wilson(90, 100)
