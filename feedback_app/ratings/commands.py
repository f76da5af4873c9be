"""What others ask of ratings."""

from dataclasses import dataclass
from decimal import Decimal

from feedback_app.ratings.periods import Period


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRating:
    """A rating from before the system, to be kept exactly as somebody published it."""

    department_id: int
    period: Period
    percent: Decimal
    written: str
    measure: str
    source: str
