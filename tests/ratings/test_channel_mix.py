"""Shifts of the channels, against an independent library."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2, chi2_contingency

from feedback_app.ratings.channel_mix import chi_square_tail, shift

CHANNELS = ("kiosk", "qr", "web", "paper", "scan")
MIX = st.dictionaries(st.sampled_from(CHANNELS), st.integers(0, 50_000)).filter(lambda mix: sum(mix.values()) > 0)


@given(MIX, MIX)
def test_agrees_with_scipy(now: dict[str, int], before: dict[str, int]) -> None:
    found = shift(now, before)
    assert found is not None
    used = [channel for channel in CHANNELS if now.get(channel) or before.get(channel)]
    table = [[mix.get(channel, 0) for channel in used] for mix in (now, before)]
    theirs = chi2_contingency(table, correction=False).pvalue
    assert found.p_value == pytest.approx(theirs, rel=1e-6, abs=1e-290)


@given(st.floats(0, 1_000), st.integers(1, 8))
def test_tail_agrees_with_scipy(value: float, freedom: int) -> None:
    assert chi_square_tail(value, freedom) == pytest.approx(chi2.sf(value, freedom), rel=1e-9, abs=1e-300)


@given(MIX, MIX)
def test_distance_is_one_of_mixes(now: dict[str, int], before: dict[str, int]) -> None:
    there, back = shift(now, before), shift(before, now)
    assert there is not None
    assert back is not None
    assert 0 <= there.distance <= 1
    assert (there.distance, there.channel, there.points) == (back.distance, back.channel, -back.points)
    same = shift(now, {channel: 3 * count for channel, count in now.items()})
    assert same is not None
    assert (same.distance, same.notable) == (0, False)


def test_the_channel_that_moved_most_is_named() -> None:
    found = shift({"kiosk": 500, "qr": 300, "paper": 200}, {"kiosk": 700, "qr": 250, "paper": 50})
    assert found is not None
    assert (found.distance, found.channel, found.points) == (Fraction(1, 5), "kiosk", Decimal(-20))
    assert found.notable


@pytest.mark.parametrize(
    ("now", "before", "notable"),
    [
        ({"kiosk": 850, "qr": 150}, {"kiosk": 1000}, True),
        ({"kiosk": 851, "qr": 149}, {"kiosk": 1000}, False),  # large enough a sample, too small a shift
        ({"kiosk": 10, "qr": 5}, {"kiosk": 13, "qr": 3}, False),  # a large shift that chance can explain
        ({"kiosk": 40}, {"paper": 40}, True),
    ],
)
def test_notable_is_large_and_beyond_chance(now: dict[str, int], before: dict[str, int], notable: bool) -> None:
    found = shift(now, before)
    assert found is not None
    assert found.notable == notable


@pytest.mark.parametrize(("now", "before"), [({}, {"kiosk": 5}), ({"kiosk": 5}, {"kiosk": 0}), ({}, {})])
def test_no_shift_without_answers(now: dict[str, int], before: dict[str, int]) -> None:
    assert shift(now, before) is None
