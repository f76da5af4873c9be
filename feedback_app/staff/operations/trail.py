"""The audit trail: who did what, when, and why."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from feedback_app.staff.models import AuditEvent


def record(
    session: Session,
    *,
    now: datetime,
    actor_id: int | None,
    action: str,
    subject: str,
    department_id: int | None = None,
    reason: str | None = None,
    details: dict[str, Any] | None = None,
) -> None:
    """Write one line into the audit trail, in the transaction of what it tells about.

    `action` is `<slice>.<what happened>` (`staff.signed_in`, `paper.undone`), `subject` is `<kind>:<id>`
    (`response:0190…`). No personal data of citizens, no passwords and no free text of theirs in `details`.
    """
    session.add(
        AuditEvent(
            at=now,
            actor_id=actor_id,
            action=action,
            subject=subject,
            department_id=department_id,
            reason=reason,
            details=details or {},
        )
    )
