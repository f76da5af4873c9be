"""Ratings that others published before the system did, as they printed them."""

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback_app.departments import queries as departments
from feedback_app.kit.errors import N_, NotFound
from feedback_app.ratings.models import ReportedRating
from feedback_app.ratings.periods import Period


class RatingNotFound(NotFound):
    """There is no such reported rating or figure."""


@dataclass(frozen=True, slots=True)
class ReportedRatingView:
    """A rating somebody published before the system; `written` is what they printed, `measure` what it may mean."""

    department_id: int
    period: Period
    percent: Decimal
    written: str
    measure: str
    source: str

    @property
    def decimals(self) -> int:
        """How many decimal places they printed, as far as the number tells."""
        return max(0, -int(self.percent.normalize().as_tuple().exponent))


def reported_ratings(session: Session, *, department_id: int | None = None) -> list[ReportedRatingView]:
    """In order of time."""
    query = select(ReportedRating).order_by(ReportedRating.starts_on, ReportedRating.ends_on)
    if department_id is not None:
        query = query.where(ReportedRating.department_id == department_id)
    return [
        ReportedRatingView(
            row.department_id,
            Period(row.starts_on, row.ends_on, row.period_kind),  # type: ignore[arg-type]  # kinds are stored as in periods
            row.percent,
            row.written,
            row.measure,
            row.source,
        )
        for row in session.scalars(query)
    ]


def reported_rating(session: Session, *, department_code: str, period: Period) -> ReportedRatingView:
    """The reported rating of one department and period; raises RatingNotFound."""
    department = departments.department(session, code=department_code)
    for rating in reported_ratings(session, department_id=department.id):
        if rating.period == period:
            return rating
    raise RatingNotFound(N_("Không có số liệu báo cáo của kỳ này."))
