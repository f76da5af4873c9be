"""Versions of officers' quarters: the newest ones as they are stored, and the next one beside them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback_app.appraisal import queries
from feedback_app.appraisal.models import Contest, OfficerAppraisal, OfficerPoints
from feedback_app.ratings.periods import Period
from feedback_app.ratings.schemes import Points, Scheme
from feedback_app.staff.queries import Member


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest version of an officer's quarter, and the newest one that was imported."""

    row: OfficerAppraisal
    counted: Mapping[int, Points]
    imported: OfficerAppraisal
    imported_counted: Mapping[int, Points]


def newest_versions(session: Session, *, officer_id: int | None = None) -> dict[tuple[int, object], Newest]:
    """By officer and first day of the quarter."""
    query = select(OfficerAppraisal).order_by(OfficerAppraisal.version)
    corrections = select(Contest.officer_id, Contest.starts_on, Contest.corrected_version)
    if officer_id is not None:
        query = query.where(OfficerAppraisal.officer_id == officer_id)
        corrections = corrections.where(Contest.officer_id == officer_id)
    rows = session.scalars(query).all()
    counted = queries.counted_points(session, [row.id for row in rows])
    corrected = {tuple(each) for each in session.execute(corrections)}
    found: dict[tuple[int, object], Newest] = {}
    for row in rows:
        key = row.officer_id, row.starts_on
        imported = found[key].imported if (*key, row.version) in corrected else row
        found[key] = Newest(row, counted[row.id], imported, counted[imported.id])
    return found


def put_version(
    session: Session,
    *,
    officer_id: int,
    quarter: Period,
    version: int,
    department_id: int,
    scheme: str,
    counted: Mapping[int, Points],
    by: Member,
    now: datetime,
) -> None:
    """Store a version of an officer's quarter with its sums by index, made by `by`."""
    row = OfficerAppraisal(
        officer_id=officer_id,
        starts_on=quarter.starts_on,
        version=version,
        department_id=department_id,
        scheme=scheme,
        made_by=by.id,
        made_at=now,
    )
    session.add(row)
    session.flush()
    session.add_all(
        OfficerPoints(appraisal_id=row.id, index_number=number, points=each.points, scored=each.scored)
        for number, each in counted.items()
    )
    session.flush()


def possible(scheme: Scheme, counted: Points) -> bool:
    """Whether so many dossiers can have that sum under the scheme."""
    return 0 <= counted.points <= scheme.index_rules.most * counted.scored
