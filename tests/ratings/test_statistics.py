"""Wilson's interval against values worked out by hand, and what must hold for all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.ratings.statistics import wilson


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
