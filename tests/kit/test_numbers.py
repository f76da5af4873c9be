from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from feedback_app.kit.numbers import (
    NotANumber,
    format_count,
    format_decimal,
    format_percent,
    format_percent_value,
    parse_count,
    parse_decimal,
    percent_of,
)


@pytest.mark.parametrize(
    ("written", "number"),
    [("3.760", 3760), ("4578", 4578), ("2282", 2282), ("6.243.886", 6_243_886), (" 281\u00a0", 281), ("0", 0)],
)
def test_counts_as_vietnamese_pages_print_them(written: str, number: int):
    assert parse_count(written) == number


@pytest.mark.parametrize(
    "written", ["", "37.60", "3.7600", "3,760", "99,4", "0.760", "12 34", "50 %", "ba", "٣", "1" * 5000]
)
def test_what_is_no_count_or_could_be_two_is_refused(written: str):
    with pytest.raises(NotANumber):
        parse_count(written)


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("99,4 %", "99.4"),
        ("99.94%", "99.94"),
        ("55.3%", "55.3"),
        ("89,15\u00a0%", "89.15"),
        ("1.234,5", "1234.5"),
        ("3.760", "3760"),
        ("0.760", "0.760"),
        ("-0,5", "-0.5"),
    ],
)
def test_decimals_with_comma_or_dot(written: str, number: str):
    assert parse_decimal(written) == Decimal(number)


@pytest.mark.parametrize("written", ["", "%", "1,234.5", "99,4,1", "9 9", "99.94%%"])
def test_what_is_no_decimal_is_refused(written: str):
    with pytest.raises(NotANumber):
        parse_decimal(written)


@given(st.integers(min_value=0, max_value=10**12))
def test_a_count_is_read_back_as_it_was_written(number: int):
    assert parse_count(format_count(number)) == number


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=2))
def test_a_decimal_is_read_back_as_it_was_written(number: Decimal):
    assert parse_decimal(format_decimal(number, 2)) == number


@pytest.mark.parametrize(
    ("part", "whole", "places", "percent"),
    [
        (3740, 3760, 2, "99.47"),
        (3740, 3760, 1, "99.5"),
        (6154, 6158, 2, "99.94"),
        (6154, 6158, 1, "99.9"),
        (566, 568, 2, "99.65"),
        (566, 568, 1, "99.6"),
        (568, 568, 1, "100"),
        (9999, 10_000, 1, "99.9"),
        (9999, 10_000, 0, "99"),
        (1, 10_000, 1, "0.1"),
        (0, 10_000, 1, "0"),
        (221_154, 256_133, 2, "86.34"),
        (1, 8, 0, "13"),
    ],
)
def test_percentages_are_rounded_half_up_once(part: int, whole: int, places: int, percent: str):
    assert percent_of(part, whole, places) == Decimal(percent)


def test_nothing_of_nothing_has_no_percentage():
    with pytest.raises(ZeroDivisionError):
        percent_of(0, 0, 1)


@given(st.integers(0, 10**9), st.integers(1, 10**9), st.integers(0, 4))
def test_all_and_none_are_printed_only_of_all_and_none(part: int, whole: int, places: int):
    assume(part <= whole)
    percent = percent_of(part, whole, places)

    assert 0 <= percent <= 100
    assert (percent == 100) == (part == whole)
    assert (percent == 0) == (part == 0)
    assert abs(percent - Decimal(part) * 100 / whole) <= Decimal(1).scaleb(-places)


def test_percentages_are_written_in_the_language_of_the_reader():
    assert format_percent(3740, 3760) == "99,47\u00a0%"
    assert format_percent(3740, 3760, locale="en") == "99.47%"
    assert format_decimal(Decimal("-0.04"), 1) == "0,0"
    assert format_count(6_243_886, "en") == "6,243,886"


def test_shortening_a_share_never_makes_it_all():
    assert format_percent_value(Decimal("99.99"), 1) == "99,9\u00a0%"
    assert format_percent_value(Decimal("0.01"), 1) == "0,1\u00a0%"
    assert format_percent_value(Decimal(100), 1) == "100,0\u00a0%"
