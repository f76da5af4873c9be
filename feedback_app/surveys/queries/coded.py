"""How many responses came with a dossier code."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from feedback_app.surveys.models import Response
from feedback_app.surveys.queries.counting import countable


@dataclass(frozen=True, slots=True)
class Coded:
    """Of responses that count: those whose dossier the office named, and those with a code that nobody vouches for."""

    verified: int
    unverified: int


def coded(
    session: Session, *, first: date, before: date, department_ids: Collection[int] | None = None
) -> dict[int, Coded]:
    """By rated department; one that has none is absent."""
    query = (
        select(
            Response.rated_department_id,
            func.count().filter(Response.verification == "verified"),
            func.count().filter(Response.verification == "unverified"),
        )
        .where(
            countable(),
            Response.verification.is_not(None),
            Response.answered_on >= first,
            Response.answered_on < before,
        )
        .group_by(Response.rated_department_id)
    )
    if department_ids is not None:
        query = query.where(Response.rated_department_id.in_(department_ids))
    return {row[0]: Coded(row[1], row[2]) for row in session.execute(query)}
