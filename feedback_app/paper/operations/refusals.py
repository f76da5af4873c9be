"""What somebody was not allowed to do at the desk stays in the audit trail."""

import re
from datetime import datetime

from sqlalchemy.orm import Session

from feedback_app.kit.errors import NotAllowed
from feedback_app.staff.operations import record


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
