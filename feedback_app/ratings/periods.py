"""Periods of the Vietnamese calendar, half-open: the first day is in, `ends_on` is the first day after. Pure.

Quarter and year are the periods of responsibility (TT 01/2018/TT-VPCP, Điều 15.4); month, half-year and nine months
serve management. Days are those of Asia/Ho_Chi_Minh.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

Kind = Literal["day", "month", "quarter", "half_year", "nine_months", "year"]

MONTHS: Final[dict[Kind, int]] = {"month": 1, "quarter": 3, "half_year": 6, "nine_months": 9, "year": 12}
PUBLISHED_KINDS: Final[tuple[Kind, ...]] = ("month", "quarter", "half_year", "nine_months", "year")
_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
_CODE = re.compile(
    # Years of four figures that begin with 1 or 2: the period before is then always a date Python knows.
    r"(?P<year>[12]\d{3})(?:-(?:Q(?P<quarter>[1-4])|H(?P<half>[12])|(?P<nine>9M)|(?P<month>\d\d)(?:-(?P<day>\d\d))?))?",
    re.ASCII,
)


class NotAPeriod(ValueError):
    """The code names no period."""


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """`[starts_on, ends_on)` in whole local days."""

    starts_on: date
    ends_on: date
    kind: Kind

    @property
    def code(self) -> str:
        """`2026-10-05`, `2026-10`, `2026-Q3`, `2026-H1`, `2026-9M` or `2026`: for URLs and files."""
        year, month = self.starts_on.year, self.starts_on.month
        return {
            "day": self.starts_on.isoformat(),
            "month": f"{year}-{month:02}",
            "quarter": f"{year}-Q{(month + 2) // 3}",
            "half_year": f"{year}-H{(month + 5) // 6}",
            "nine_months": f"{year}-9M",
            "year": f"{year}",
        }[self.kind]

    @property
    def part_of_year(self) -> bool:
        """Nine months never stand in line with full years unmarked."""
        return self.kind == "nine_months"

    @property
    def last_day(self) -> date:
        return self.ends_on - timedelta(days=1)

    @property
    def moments(self) -> tuple[datetime, datetime]:
        """First moment in and first moment after, aware."""
        midnight = datetime.min.time()
        return datetime.combine(self.starts_on, midnight, _ZONE), datetime.combine(self.ends_on, midnight, _ZONE)

    def holds(self, day: date) -> bool:
        return self.starts_on <= day < self.ends_on

    def ended(self, today: date) -> bool:
        """Whether all its days are over on local day `today`."""
        return self.ends_on <= today


def period_of(kind: Kind, day: date) -> Period:
    """The period of `kind` that `day` falls in. Days from October on are in no nine months: the year's are given."""
    if kind == "day":
        return Period(day, day + timedelta(days=1), kind)
    length = MONTHS[kind]
    first_month = 1 if kind == "nine_months" else (day.month - 1) // length * length + 1
    return _of_months(kind, day.year, first_month)


def previous(period: Period) -> Period:
    """The period of the same kind before; for nine months those of the year before."""
    if period.kind in ("nine_months", "year"):
        return _of_months(period.kind, period.starts_on.year - 1, 1)
    return period_of(period.kind, period.starts_on - timedelta(days=1))


def last(count: int, until: Period) -> list[Period]:
    """`count` periods of the kind of `until` in order of time, the last of them `until`."""
    found = [until]
    while len(found) < count:
        found.append(previous(found[-1]))
    return found[::-1]


def parse(code: str) -> Period:
    """The period a code names; raises NotAPeriod."""
    match = _CODE.fullmatch(code)
    if match is None:
        raise NotAPeriod(code)
    try:
        return _from_match(match)
    except ValueError as error:
        raise NotAPeriod(code) from error


def begun_between(kind: Kind, first: date, today: date) -> list[Period]:
    """Every period of `kind` that holds a day from `first` to `today`, both included, oldest first."""
    found = []
    period = period_of(kind, first)
    while period.starts_on <= today:
        # Nine months are over in September: a service that began in October has none in its first year.
        if period.ends_on > first:
            found.append(period)
        period = _next(period)
    return found


def ended_between(kind: Kind, first: date, today: date) -> list[Period]:
    """Those of `begun_between` that are over on `today`."""
    return [period for period in begun_between(kind, first, today) if period.ended(today)]


def _next(period: Period) -> Period:
    if period.kind == "nine_months":
        return _of_months(period.kind, period.starts_on.year + 1, 1)
    return period_of(period.kind, period.ends_on)


def _from_match(match: re.Match[str]) -> Period:
    year = int(match["year"])
    if match["quarter"]:
        return _of_months("quarter", year, int(match["quarter"]) * 3 - 2)
    if match["half"]:
        return _of_months("half_year", year, int(match["half"]) * 6 - 5)
    if match["nine"]:
        return _of_months("nine_months", year, 1)
    if match["day"]:
        return period_of("day", date(year, int(match["month"]), int(match["day"])))
    if match["month"]:
        return _of_months("month", year, int(match["month"]))
    return _of_months("year", year, 1)


def _of_months(kind: Kind, year: int, month: int) -> Period:
    after = year * 12 + month - 1 + MONTHS[kind]
    return Period(date(year, month, 1), date(after // 12, after % 12 + 1, 1), kind)
