"""Numbers of forms as they are printed and typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.paper.serials import BadSerial, grouped, parse_serial, serial


def test_a_number_has_a_check_figure_and_is_printed_in_groups() -> None:
    assert (serial(572), grouped(572)) == ("00005724", "0000 5724")
    assert grouped(123_456_789).replace(" ", "") == serial(123_456_789)


@given(st.integers(0, 10**11 - 1))
def test_what_is_printed_is_read_again(number: int) -> None:
    assert parse_serial(serial(number)) == parse_serial(f" {grouped(number)}.") == number


@given(st.integers(0, 9_999_999), st.integers(0, 7), st.integers(1, 9))
def test_one_wrong_figure_is_found(number: int, place: int, more: int) -> None:
    written = serial(number)
    wrong = f"{written[:place]}{(int(written[place]) + more) % 10}{written[place + 1 :]}"
    with pytest.raises(BadSerial):
        parse_serial(wrong)


@given(st.integers(0, 9_999_999), st.integers(0, 6))
def test_neighbours_that_changed_places_are_found(number: int, place: int) -> None:
    written = serial(number)
    wrong = written[:place] + written[place + 1] + written[place] + written[place + 2 :]
    if wrong != written:
        with pytest.raises(BadSerial):
            parse_serial(wrong)


@pytest.mark.parametrize("text", ["", "0", "1234567", "abcdefgh", "١٢٣٤٥٦٧٨", "1" * 40])
def test_other_things_are_refused(text: str) -> None:
    with pytest.raises(BadSerial):
        parse_serial(text)
