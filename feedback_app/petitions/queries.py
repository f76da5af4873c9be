"""Petitions as they are counted, and the list of single ones for those who answer for the department."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from feedback_app.petitions import figures
from feedback_app.petitions.figures import PetitionCounts
from feedback_app.petitions.models import Petition


@dataclass(frozen=True, kw_only=True, slots=True)
class PetitionView:
    """One petition: where its register has it, its days, and what scoring needs of it. No sender, no text."""

    reference: str
    source: str
    department_id: int
    received_on: date
    petition: figures.Petition
    demonstration: bool


def counts(session: Session, *, department_id: int, first: date, before: date, day: date) -> PetitionCounts | None:
    """Petitions about a department received from `first` until before `before`, as they stand on `day`.

    None where the register has none: whether there was none or nobody entered them, it cannot tell.
    """
    found = counts_by_department(session, first=first, before=before, day=day, department_ids={department_id})
    return found.get(department_id)


def counts_by_department(
    session: Session, *, first: date, before: date, day: date, department_ids: Collection[int] | None
) -> dict[int, PetitionCounts]:
    """As `counts`, of each of the departments (None: all) that the register names in these days."""
    found: dict[int, list[figures.Petition]] = defaultdict(list)
    for row in session.scalars(select(Petition).where(*_received(first, before, department_ids))):
        found[row.department_id].append(_figure(row))
    return {department_id: figures.count(petitions, day=day) for department_id, petitions in found.items()}


def petitions(
    session: Session,
    *,
    first: date,
    before: date,
    department_ids: Collection[int] | None,
    limit: int | None = None,
    offset: int = 0,
) -> list[PetitionView]:
    """Single petitions about the departments (None: all) received in these days, newest first; `limit` None: all."""
    rows = session.scalars(
        select(Petition)
        .where(*_received(first, before, department_ids))
        .order_by(Petition.received_on.desc(), Petition.source, Petition.reference)
        .limit(limit)
        .offset(offset)
    )
    return [
        PetitionView(
            reference=row.reference,
            source=row.source,
            department_id=row.department_id,
            received_on=row.received_on,
            petition=_figure(row),
            demonstration=row.demonstration,
        )
        for row in rows
    ]


def years(session: Session, *, department_ids: Collection[int] | None) -> list[int]:
    """The years in which petitions about the departments (None: all) were received, newest first."""
    year = func.extract("year", Petition.received_on)
    query = select(year).distinct()
    if department_ids is not None:
        query = query.where(Petition.department_id.in_(department_ids))
    return sorted((int(each) for each in session.scalars(query)), reverse=True)


def _received(first: date, before: date, department_ids: Collection[int] | None) -> list[ColumnElement[bool]]:
    conditions = [Petition.received_on >= first, Petition.received_on < before]
    return conditions if department_ids is None else [*conditions, Petition.department_id.in_(department_ids)]


def _figure(row: Petition) -> figures.Petition:
    return figures.Petition(
        due_on=row.due_on,
        answered_on=row.answered_on,
        verdict=row.verdict,  # type: ignore[arg-type]  # the database allows these verdicts alone
        about_conduct=row.about_conduct,
        prolonged=row.prolonged,
        contested=row.contested,
    )
