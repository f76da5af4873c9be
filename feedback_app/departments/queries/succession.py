"""What departments came from and what became of them."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from feedback_app.departments.models import Succession
from feedback_app.departments.queries.tree import DepartmentView, departments
from feedback_app.kit.text import sort_key


@dataclass(frozen=True, kw_only=True, slots=True)
class SuccessionView:
    """One step from a department to what followed it; an abolished one has no successor.

    The predecessor has the name of its last day, the successor that of its first.
    """

    kind: str
    happened_on: date
    legal_basis: str
    predecessor: DepartmentView
    successor: DepartmentView | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Successions:
    """What a department came from and what became of it, oldest step first."""

    came_from: tuple[SuccessionView, ...]
    went_to: tuple[SuccessionView, ...]


def successions(session: Session, *, department_id: int) -> Successions:
    """Both directions of a department's history."""
    edges = session.scalars(
        select(Succession).where(
            or_(Succession.predecessor_id == department_id, Succession.successor_id == department_id)
        )
    ).all()
    steps: list[SuccessionView] = []
    for day in sorted({edge.happened_on for edge in edges}):
        of_day = [edge for edge in edges if edge.happened_on == day]
        before = departments(session, ids={edge.predecessor_id for edge in of_day}, on=day - timedelta(days=1))
        after = departments(session, ids={edge.successor_id for edge in of_day if edge.successor_id}, on=day)
        steps += [
            SuccessionView(
                kind=edge.kind,
                happened_on=day,
                legal_basis=edge.legal_basis,
                predecessor=before[edge.predecessor_id],
                successor=after[edge.successor_id] if edge.successor_id else None,
            )
            for edge in of_day
        ]
    steps.sort(
        key=lambda step: (
            step.happened_on,
            sort_key(step.predecessor.name),
            sort_key(step.successor.name if step.successor else ""),
        )
    )
    return Successions(
        came_from=tuple(step for step in steps if step.successor and step.successor.id == department_id),
        went_to=tuple(step for step in steps if step.predecessor.id == department_id),
    )
