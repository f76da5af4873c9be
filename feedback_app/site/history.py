"""The periods before the chosen one, as pages show them."""

from datetime import date
from typing import TYPE_CHECKING, Final

from sqlalchemy.orm import Session

from feedback_app.ratings import queries as ratings
from feedback_app.ratings.forms import Reading
from feedback_app.ratings.periods import begun_between, last, period_of
from feedback_app.ratings.queries import Filter, HistoryPoint

if TYPE_CHECKING:
    from config import Minima

HISTORY: Final = 12


def history(
    session: Session, reading: Reading, *, today: date, minima: "Minima", narrowed: Filter, as_chosen: bool = False
) -> list[HistoryPoint]:
    """The last periods up to the chosen one from the first day counted on; months for months, quarters otherwise.

    `as_chosen` keeps half-years, nine months and years.
    """
    chosen = reading.selection.period
    until = chosen
    if chosen.kind == "day":
        until = period_of("month", chosen.starts_on)
    elif chosen.kind != "month" and not as_chosen:
        until = period_of("quarter", max(chosen.starts_on, min(chosen.last_day, today)))
    begun = set(begun_between(until.kind, reading.first_day, today)) if reading.first_day else set()
    return ratings.history(
        session,
        [period for period in last(HISTORY, until) if period in begun],
        today=today,
        minima=minima,
        narrowed=narrowed,
        versions=reading.versions,
    )
