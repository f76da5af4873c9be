"""Settling two deliveries of one response that contradict each other. Nothing here commits.

It takes one person, who stands outside the departments that either of them rates, as keeping a case does. An attempt
that breaks this is written to the audit trail before it is refused, so a caller that turns the refusal into an answer
commits first.
"""

from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from feedback_app.exclusions.two_persons import WHY, involved
from feedback_app.kit.clock import local_midnight
from feedback_app.staff.operations import record
from feedback_app.staff.queries import Member
from feedback_app.surveys import operations as surveys
from feedback_app.surveys.commands import ConflictDecision

_ACTIONS: Final[dict[ConflictDecision, str]] = {
    "kept": "exclusions.conflict_kept",
    "replaced": "exclusions.conflict_replaced",
}


def settle_conflict(
    session: Session, conflict_id: int, *, now: datetime, member: Member, decision: ConflictDecision
) -> None:
    """Let the response that counts stay, or let the later delivery count in its place; what that does, surveys says.

    The trail tells who decided what about which department, and nothing of what was said. Raises ConflictNotFound,
    AlreadySettled, NothingToReplace, and OwnDepartment and OwnKeying, which are in the audit trail then.
    """
    held = surveys.hold_conflict(session, conflict_id, before=local_midnight(now))
    concerned = {held.department_id, held.later_department_id}
    refused = involved(session, concerned, member, keyed=member.id in held.keyer_ids, now=now)
    details = {"attempt": decision, "why": WHY[type(refused)]} if refused else None
    if refused is None:
        surveys.settle_conflict(session, conflict_id, decision=decision, settled_by=member.id, now=now)
    record(
        session,
        now=now,
        actor_id=member.id,
        action="exclusions.attempt_refused" if refused else _ACTIONS[decision],
        subject=f"conflict:{conflict_id}",
        department_id=held.department_id,
        details=details,
    )
    if refused is not None:
        raise refused
