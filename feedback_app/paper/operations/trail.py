"""Lines of the desk in the audit trail."""

import re
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from feedback_app.kit.errors import NotAllowed
from feedback_app.paper.models import PaperBatch
from feedback_app.staff.operations import record
from feedback_app.staff.queries import Member


def record_about(
    session: Session,
    batch: PaperBatch,
    member: Member,
    now: datetime,
    action: str,
    *,
    subject: str | None = None,
    reason: str | None = None,
    details: Mapping[str, str | int | None] | None = None,
) -> None:
    """Write down what somebody did with a batch, or with a `subject` that belongs to it."""
    record(
        session,
        now=now,
        actor_id=member.id,
        action=action,
        subject=subject or f"batch:{batch.id}",
        department_id=batch.department_id,
        reason=reason,
        details=dict(details or {}),
    )


def record_refusal(
    session: Session,
    *,
    now: datetime,
    actor_id: int,
    attempt: str,
    refused: NotAllowed,
    subject: str,
    department_id: int | None,
) -> None:
    """Write down that `attempt` (the name of a page) on `subject` was refused, and by which rule."""
    why = re.sub(r"(?<!^)(?=[A-Z])", "_", type(refused).__name__).lower()
    record(
        session,
        now=now,
        actor_id=actor_id,
        action="paper.attempt_refused",
        subject=subject,
        department_id=department_id,
        details={"attempt": attempt, "why": why},
    )
