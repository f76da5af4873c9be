"""Invented petitions about the same offices: one answers all in time, one nearly all, one lets them drag on."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from feedback_app.demo.office import CLOSED
from feedback_app.departments import queries as department_queries
from feedback_app.kit.clock import local_day
from feedback_app.petitions import operations as petitions
from feedback_app.petitions.commands import RegisterPetition
from feedback_app.petitions.figures import Verdict
from feedback_app.ratings.periods import Period, last, period_of

PETITION_SOURCE: Final = "Sổ phản ánh, kiến nghị (trình diễn)"
QUARTERS: Final = 5
# No law gives one time for all petitions; so many days the invented office allows itself.
DAYS_TO_ANSWER: Final = 15


@dataclass(frozen=True, kw_only=True, slots=True)
class Lodged:
    """A petition of every quarter, or of those whose `ages` (0: the running one) are named.

    `day` is the day of the quarter it came on, from 0; `took` how many days the answer took.
    """

    department: str
    day: int
    took: int
    verdict: Verdict = "unfounded"
    about_conduct: bool = False
    prolonged: bool = False
    contested: bool = False
    ages: tuple[int, ...] = tuple(range(QUARTERS))


_OFFICE: Final = "phuong-dong-hoi.van-phong"
_ECONOMY: Final = "phuong-dong-hoi.kinh-te"
_SLOW: Final = "phuong-dong-thuan.kinh-te"

# The index of petitions has each of its points: all in time (2), nine of ten (1), one that dragged on (0). The third
# ward has none at all, which a register cannot tell from petitions that nobody entered.
LODGED: Final = (
    Lodged(department=_OFFICE, day=3, took=5, verdict="upheld"),
    Lodged(department=_OFFICE, day=24, took=9, about_conduct=True),
    Lodged(department=_OFFICE, day=47, took=12, contested=True),
    *(Lodged(department=_ECONOMY, day=day, took=8) for day in (2, 8, 15, 21, 30, 36, 44)),
    Lodged(department=_ECONOMY, day=10, took=14, verdict="upheld", about_conduct=True),
    Lodged(department=_ECONOMY, day=18, took=11, verdict="malicious", about_conduct=True),
    Lodged(department=_ECONOMY, day=26, took=19, verdict="upheld", contested=True),
    Lodged(department=_SLOW, day=5, took=13),
    Lodged(department=_SLOW, day=12, took=38, verdict="upheld", about_conduct=True, prolonged=True, ages=(1, 3)),
)


def load_petitions(session: Session, now: datetime) -> None:
    """Petitions of the running quarter and the four before it, answered as far as the days since have gone."""
    today = local_day(now)
    opened = {view.code: view.opened_on for view in department_queries.all_departments(session)}
    rows = []
    for age, quarter in enumerate(reversed(last(QUARTERS, period_of("quarter", today)))):
        rows += [row for row in _of_quarter(quarter, age, today) if row.received_on >= opened[row.department]]
    done = petitions.import_petitions(session, rows, now=now, demonstration=True)
    if done.rejected:
        raise ValueError(done.rejected)


def _of_quarter(quarter: Period, age: int, today: date) -> Iterator[RegisterPetition]:
    for number, each in enumerate(LODGED, start=1):
        received = _open_day(quarter.starts_on + timedelta(days=each.day))
        if age not in each.ages or received > today:
            continue
        answered = received + timedelta(days=each.took)
        waits = answered > today
        yield RegisterPetition(
            reference=f"{quarter.code}/{number:02}",
            department=each.department,
            received_on=received,
            due_on=received + timedelta(days=DAYS_TO_ANSWER),
            answered_on=None if waits else answered,
            verdict="pending" if waits else each.verdict,
            about_conduct=each.about_conduct,
            prolonged=each.prolonged,
            contested=each.contested and not waits,
            source=PETITION_SOURCE,
            line=each.department,
        )


def _open_day(day: date) -> date:
    """The day itself or the next working one."""
    while day.weekday() > 4 or day in CLOSED:
        day += timedelta(days=1)
    return day
