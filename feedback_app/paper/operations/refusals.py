"""Attempts that break the separation of duties. They are refused, and kept: the caller commits before it answers."""

from datetime import datetime

from sqlalchemy.orm import Session

from feedback_app.kit.errors import NotAllowed
from feedback_app.staff.operations import record
from feedback_app.staff.queries import Member


def record_refusal(
    session: Session,
    refused: NotAllowed,
    *,
    now: datetime,
    member: Member,
    attempt: str,
    why: str,
    subject: str,
    department_id: int | None,
) -> None:
    """Write into the audit trail what somebody tried (`attempt`) and which rule kept them from it (`why`).

    `reason` of the line is what they were told, in Vietnamese.
    """
    record(
        session,
        now=now,
        actor_id=member.id,
        action="paper.attempt_refused",
        subject=subject,
        department_id=department_id,
        reason=str(refused),
        details={"attempt": attempt, "why": why},
    )
