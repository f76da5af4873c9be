"""Which moments belong to which period, and the codes that name periods."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.kit.clock import local_day
from feedback_app.ratings.periods import (
    MONTHS,
    PUBLISHED_KINDS,
    Kind,
    NotAPeriod,
    Period,
    begun_between,
    ended_between,
    last,
    parse,
    period_of,
    previous,
)
from tests.factories import local

DAYS = st.dates(date(1900, 1, 1), date(2100, 12, 31))
KINDS = st.sampled_from(["day", *PUBLISHED_KINDS])


def test_third_quarter_of_2023() -> None:
    quarter = parse("2023-Q3")
    assert (quarter.starts_on, quarter.last_day, quarter.ends_on) == (
        date(2023, 7, 1),
        date(2023, 9, 30),
        date(2023, 10, 1),
    )
    assert quarter.holds(local_day(local(2023, 9, 30, 23, 59, 59)))
    assert not quarter.holds(local_day(local(2023, 10, 1, 0, 0, 0)))
    assert quarter.holds(local_day(local(2023, 7, 1, 0, 0, 0)))
    assert not quarter.holds(local_day(local(2023, 6, 30, 23, 59, 59)))


def test_days_are_those_of_vietnam() -> None:
    assert local_day(datetime(2023, 9, 30, 16, 59, 59, tzinfo=UTC)) == date(2023, 9, 30)
    assert local_day(datetime(2023, 9, 30, 17, 0, 0, tzinfo=UTC)) == date(2023, 10, 1)
    first, after = parse("2023-Q3").moments
    assert (first.astimezone(UTC), after.astimezone(UTC)) == (
        datetime(2023, 6, 30, 17, tzinfo=UTC),
        datetime(2023, 9, 30, 17, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("code", "first", "last_day", "before"),
    [
        ("2026-10-05", date(2026, 10, 5), date(2026, 10, 5), "2026-10-04"),
        ("2026-01", date(2026, 1, 1), date(2026, 1, 31), "2025-12"),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29), "2024-01"),
        ("2026-Q1", date(2026, 1, 1), date(2026, 3, 31), "2025-Q4"),
        ("2026-Q4", date(2026, 10, 1), date(2026, 12, 31), "2026-Q3"),
        ("2026-H1", date(2026, 1, 1), date(2026, 6, 30), "2025-H2"),
        ("2026-H2", date(2026, 7, 1), date(2026, 12, 31), "2026-H1"),
        ("2023-9M", date(2023, 1, 1), date(2023, 9, 30), "2022-9M"),
        ("2026", date(2026, 1, 1), date(2026, 12, 31), "2025"),
    ],
)
def test_codes(code: str, first: date, last_day: date, before: str) -> None:
    period = parse(code)
    assert (period.code, period.starts_on, period.last_day) == (code, first, last_day)
    assert previous(period).code == before


@pytest.mark.parametrize(
    "code",
    [
        "",
        "2026-Q5",
        "2026-Q0",
        "2026-H3",
        "2026-13",
        "2026-00",
        "2026-02-30",
        "2026-9",
        "0001",
        "9999",
        "٢٠٢٦",
        "2026 ",
    ],
)
def test_refuses_other_codes(code: str) -> None:
    with pytest.raises(NotAPeriod):
        parse(code)


def test_only_nine_months_are_part_of_a_year() -> None:
    assert [kind for kind in PUBLISHED_KINDS if period_of(kind, date(2026, 2, 1)).part_of_year] == ["nine_months"]


@given(KINDS, DAYS)
def test_codes_go_round_and_periods_join(kind: Kind, day: date) -> None:
    period = period_of(kind, day)
    assert parse(period.code) == period
    before = previous(period)
    if kind == "nine_months":
        assert before.starts_on.year == period.starts_on.year - 1
    else:
        assert period.holds(day)
        assert before.ends_on == period.starts_on
        assert period_of(kind, period.starts_on - timedelta(days=1)) == before


@given(st.sampled_from(PUBLISHED_KINDS), DAYS)
def test_months_add_up(kind: Kind, day: date) -> None:
    period = period_of(kind, day)
    months = begun_between("month", period.starts_on, period.last_day)
    assert len(months) == MONTHS[kind]
    assert sum((month.ends_on - month.starts_on).days for month in months) == (period.ends_on - period.starts_on).days


def test_ended_from_the_first_answer_on() -> None:
    first, today = date(2025, 11, 15), date(2026, 10, 1)
    assert [p.code for p in ended_between("quarter", first, today)] == ["2025-Q4", "2026-Q1", "2026-Q2", "2026-Q3"]
    assert [p.code for p in ended_between("year", first, today)] == ["2025"]
    # The nine months of 2025 were over before anything was answered.
    assert [p.code for p in ended_between("nine_months", first, today)] == ["2026-9M"]
    assert ended_between("month", today, today) == []


def test_last_counts_back() -> None:
    assert [p.code for p in last(3, parse("2026-Q1"))] == ["2025-Q3", "2025-Q4", "2026-Q1"]


def test_ends_at_midnight() -> None:
    month = Period(date(2026, 9, 1), date(2026, 10, 1), "month")
    assert not month.ended(date(2026, 9, 30))
    assert month.ended(date(2026, 10, 1))
