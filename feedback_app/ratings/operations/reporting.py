"""Stores ratings that others published before the system did."""

from collections.abc import Sequence

from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from feedback_app.kit.revisions import raise_revision
from feedback_app.ratings.commands import ReportRating
from feedback_app.ratings.models import ReportedRating


def import_reported(session: Session, ratings: Sequence[ReportRating]) -> int:
    """Store reported ratings; one that is here already (same department, period, source) is replaced. Their number."""
    for rating in ratings:
        values = {"percent": rating.percent, "written": rating.written, "measure": rating.measure}
        session.execute(
            upsert(ReportedRating)
            .values(
                department_id=rating.department_id,
                period_kind=rating.period.kind,
                starts_on=rating.period.starts_on,
                ends_on=rating.period.ends_on,
                source=rating.source,
                **values,
            )
            .on_conflict_do_update(index_elements=["department_id", "period_kind", "starts_on", "source"], set_=values)
        )
    raise_revision(session, "ratings")
    return len(ratings)
