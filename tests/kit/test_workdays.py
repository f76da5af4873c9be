"""Working days, counted backwards, and holidays."""

from datetime import date

import pytest

from feedback_app.kit.workdays import is_holiday, workdays_before


@pytest.mark.parametrize(
    ("day", "count", "first"),
    [
        (date(2026, 5, 13), 1, date(2026, 5, 12)),
        (date(2026, 5, 11), 1, date(2026, 5, 8)),  # Monday: Friday was the last one
        (date(2026, 5, 9), 1, date(2026, 5, 8)),
        (date(2026, 5, 4), 1, date(2026, 4, 29)),  # over a weekend and two holidays
        (date(2026, 5, 13), 7, date(2026, 5, 4)),
        (date(2026, 9, 3), 1, date(2026, 9, 1)),
    ],
)
def test_weekends_and_fixed_holidays_do_not_count(day: date, count: int, first: date) -> None:
    assert workdays_before(day, count) == first


def test_other_days_off_are_handed_in() -> None:
    assert workdays_before(date(2026, 5, 13), 2, days_off=[date(2026, 5, 12)]) == date(2026, 5, 8)


def test_holidays_are_those_of_every_year_and_those_of_one() -> None:
    tet = date(2027, 2, 5)
    assert is_holiday(date(2031, 9, 2))
    assert not is_holiday(tet)
    assert is_holiday(tet, {tet})
    assert not is_holiday(date(2028, 2, 5), {tet})
