"""The one place that reads the clock; everything else is handed the time."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def local_day(moment: datetime) -> date:
    """The calendar day of `moment` (aware) on a Vietnamese wall clock."""
    return moment.astimezone(VIETNAM).date()


def local_midnight(moment: datetime) -> datetime:
    """When the Vietnamese day of `moment` (aware) began."""
    return datetime.combine(local_day(moment), time(0), VIETNAM)
