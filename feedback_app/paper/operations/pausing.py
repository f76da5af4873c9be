"""Stops accepting fields of a department unseen once too many of those looked at by lot were wrong. Nothing here
commits."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback_app.kit.clock import local_day
from feedback_app.kit.errors import N_, Conflict, NotAllowed
from feedback_app.kit.locks import lock
from feedback_app.paper import queries
from feedback_app.paper.models import PaperPause
from feedback_app.paper.operations.reasons import given_reason
from feedback_app.staff import queries as staff
from feedback_app.staff.operations import record
from feedback_app.staff.queries import Member


class NotPaused(Conflict):
    """The pause is over, or there was none."""


class PausedOwn(NotAllowed):
    """Nobody ends a pause about their own department, or one above or below it. The attempt is in the trail by then:
    the caller commits first."""


@dataclass(frozen=True, slots=True)
class PauseRule:
    """More than `per_mille` wrong among at least `base` fields looked at since the last pause begins another."""

    per_mille: int
    base: int


def pause_if_wrong(session: Session, department_id: int, *, rule: PauseRule, now: datetime) -> bool:
    """Begin a pause where the rule says so; whether it did."""
    lock(session, "paper pauses", department_id)
    if queries.is_paused(session, department_id):
        return False
    quality = queries.quality(session, department_ids=[department_id], since=None).get(department_id)
    if quality is None or quality.looked_at < rule.base or quality.wrong * 1000 <= rule.per_mille * quality.looked_at:
        return False
    session.add(PaperPause(department_id=department_id, began_at=now, errors=quality.wrong, base=quality.looked_at))
    record(
        session,
        now=now,
        actor_id=None,
        action="paper.acceptance_paused",
        subject=f"department:{department_id}",
        department_id=department_id,
        details={"wrong": quality.wrong, "looked_at": quality.looked_at},
    )
    session.flush()
    return True


def end_pause(session: Session, department_id: int, *, reason: str, member: Member, now: datetime) -> None:
    """Accept fields of a department unseen again. Raises NotPaused, PausedOwn and ReasonMissing."""
    lock(session, "paper pauses", department_id)
    pause = session.scalar(
        select(PaperPause)
        .where(PaperPause.department_id == department_id, PaperPause.ended_at.is_(None))
        .with_for_update()
    )
    if pause is None:
        raise NotPaused(N_("Đơn vị này không bị tạm dừng."))
    if not staff.is_outside(session, member, department_id=department_id, day=local_day(now)):
        _record(session, department_id, member, action="paper.pause_end_denied", now=now)
        raise PausedOwn(N_("Chỉ người quản lý ở ngoài đơn vị được đánh giá mới cho nhận tự động lại được."))
    said = given_reason(reason)
    pause.ended_at, pause.ended_by, pause.reason = now, member.id, said
    _record(session, department_id, member, action="paper.pause_ended", now=now, reason=said)
    session.flush()


def _record(
    session: Session, department_id: int, member: Member, *, action: str, now: datetime, reason: str | None = None
) -> None:
    record(
        session,
        now=now,
        actor_id=member.id,
        action=action,
        subject=f"department:{department_id}",
        department_id=department_id,
        reason=reason,
    )
