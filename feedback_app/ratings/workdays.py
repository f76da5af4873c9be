"""Days on which offices are open, to tell a silence from a weekend. Pure."""

from collections.abc import Collection
from datetime import date, timedelta
from typing import Final

from feedback_app.ratings.anomalies import HOLIDAYS

SATURDAY: Final = 5


def workdays_before(day: date, count: int, *, days_off: Collection[date] = ()) -> date:
    """The first of the last `count` working days before `day`, which does not count itself.

    Saturdays do not count, though some offices open then: a silence of some days is then never told too early.
    `days_off` are holidays beside those with a fixed date.
    """
    while count:
        day -= timedelta(days=1)
        if day.weekday() < SATURDAY and (day.day, day.month) not in HOLIDAYS and day not in days_off:
            count -= 1
    return day
