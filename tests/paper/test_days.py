"""Days as keyers type them."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.paper.days import BadDay, issued_before, parse_day

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    "typed", ["21/11/2026", "21-11", "2111", " 21.11.26 ", "21112026", "211126", "2026-11-21", "21/11", "21 11"]
)
def test_many_ways_to_write_one_day(typed: str) -> None:
    assert parse_day(typed, today=TODAY) == date(2026, 11, 21)


def test_without_a_year_it_is_the_latest_such_day() -> None:
    assert parse_day("31-12", today=TODAY) == date(2025, 12, 31)
    assert parse_day("22-11", today=TODAY) == TODAY


@pytest.mark.parametrize("typed", ["", "hôm qua", "111", "32/1/2026", "29/2/2026", "23/11/2026", "1/1/1990", "211"])
def test_what_is_no_day_is_refused(typed: str) -> None:
    with pytest.raises(BadDay) as refused:
        parse_day(typed, today=TODAY)
    assert refused.value.field == "answered_on"


@given(st.integers(min_value=0, max_value=9000), st.sampled_from(["%d/%m/%Y", "%d-%m-%Y", "%d%m%Y", "%Y-%m-%d"]))
def test_every_day_of_the_past_reads_back(ago: int, shape: str) -> None:
    day = TODAY - timedelta(days=ago)
    assert parse_day(day.strftime(shape), today=TODAY) == day


def test_a_form_is_answered_on_the_local_day_its_batch_was_issued_or_later() -> None:
    half_past_midnight_in_vietnam = datetime(2026, 11, 21, 17, 30, tzinfo=UTC)
    assert issued_before(TODAY, half_past_midnight_in_vietnam)
    assert issued_before(TODAY + timedelta(days=1), half_past_midnight_in_vietnam)
    assert not issued_before(TODAY - timedelta(days=1), half_past_midnight_in_vietnam)
