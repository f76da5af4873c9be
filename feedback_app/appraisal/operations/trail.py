"""The lines of the audit trail about officers' points: who, whose and which period, never a figure or a reason."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from feedback_app.appraisal.queries import ContestView, OfficerView
from feedback_app.ratings.periods import Period
from feedback_app.staff.operations import record
from feedback_app.staff.queries import Member


def record_refusal(
    session: Session, member: Member, now: datetime, *, attempt: str, why: str, contest: ContestView | None = None
) -> None:
    """Of an attempt that is refused: what was tried and which rule stood in the way."""
    record(
        session,
        now=now,
        actor_id=member.id,
        action="appraisal.refused",
        subject=f"contest:{contest.id}" if contest else f"staff:{member.id}",
        department_id=contest.department_id if contest else member.department_id,
        details={"attempt": attempt, "why": why},
    )


def record_look(session: Session, member: Member, period: Period, seen: Sequence[OfficerView], now: datetime) -> None:
    """One line for each department, with the codes; own points are no look at somebody else's."""
    codes: dict[int, list[str]] = defaultdict(list)
    for officer in seen:
        if officer.member_id != member.id:
            codes[officer.department_id].append(officer.code)
    for department_id, looked_at in codes.items():
        record(
            session,
            now=now,
            actor_id=member.id,
            action="appraisal.viewed",
            subject=f"period:{period.code}",
            department_id=department_id,
            details={"officers": looked_at},
        )


def record_about(session: Session, contest: ContestView, member: Member, now: datetime, action: str) -> None:
    """Of what was done with a contest."""
    record(
        session,
        now=now,
        actor_id=member.id,
        action=action,
        subject=f"contest:{contest.id}",
        department_id=contest.department_id,
        details={"officer": contest.officer.code, "period": contest.quarter.code, "index": contest.index_number},
    )
