"""Petitions as they are counted; nobody reads a single one here."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback_app.petitions import figures
from feedback_app.petitions.figures import PetitionCounts
from feedback_app.petitions.models import Petition


def counts(session: Session, *, department_id: int, first: date, before: date, day: date) -> PetitionCounts | None:
    """Petitions about a department received from `first` until before `before`, as they stand on `day`.

    None where the register has none: whether there was none or nobody entered them, it cannot tell.
    """
    rows = session.scalars(
        select(Petition).where(
            Petition.department_id == department_id, Petition.received_on >= first, Petition.received_on < before
        )
    )
    found = [
        figures.Petition(
            due_on=row.due_on,
            answered_on=row.answered_on,
            verdict=row.verdict,  # type: ignore[arg-type]  # the database allows these verdicts alone
            about_conduct=row.about_conduct,
            prolonged=row.prolonged,
            contested=row.contested,
        )
        for row in rows
    ]
    return figures.count(found, day=day) if found else None
