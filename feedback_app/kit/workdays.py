"""Days on which offices are open, to tell a silence from a weekend or a holiday. Pure."""

from collections.abc import Collection
from datetime import date, timedelta
from typing import Final

# The holidays with a fixed date (Bộ luật Lao động 2019, Điều 112), day and month; those of the lunar calendar, and days
# that are moved, are announced for each year and handed in.
HOLIDAYS: Final = frozenset({(1, 1), (30, 4), (1, 5), (2, 9)})
SATURDAY: Final = 5


def is_holiday(day: date, days_off: Collection[date] = ()) -> bool:
    """Whether everybody is off, whatever day of the week it is; `days_off` are those beside the fixed ones."""
    return (day.day, day.month) in HOLIDAYS or day in days_off


def workdays_before(day: date, count: int, *, days_off: Collection[date] = ()) -> date:
    """The first of the last `count` working days before `day`, which does not count itself.

    Saturdays do not count, though some offices open then: a silence of some days is then never told too early.
    """
    while count:
        day -= timedelta(days=1)
        if day.weekday() < SATURDAY and not is_holiday(day, days_off):
            count -= 1
    return day
