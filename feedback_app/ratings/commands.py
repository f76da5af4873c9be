"""What others ask of ratings."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from feedback_app.ratings.periods import Kind, Period


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRating:
    """A rating from before the system, to be kept exactly as somebody published it."""

    department_id: int
    period: Period
    percent: Decimal
    written: str
    measure: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AskExport:
    """Every period of a kind that holds a day from `first_on` to `last_on`, for departments (None: all there are)."""

    asked_by: int
    kind: Kind
    first_on: date
    last_on: date
    format: Literal["csv", "xlsx"]
    department_ids: frozenset[int] | None
