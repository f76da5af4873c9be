"""Who may close a case, answer a proposal about it, or settle deliveries that contradict each other.

Operations ask before they act, pages before they offer.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback_app.exclusions.models import CaseResponse
from feedback_app.kit.clock import local_day
from feedback_app.kit.errors import N_, NotAllowed
from feedback_app.staff.queries import DEPENDENCE, Member, independent, is_outside
from feedback_app.surveys import queries as surveys


class SamePerson(NotAllowed):
    """A proposal is answered by another account than the one that made it."""


class KnownPassword(SamePerson):
    """One of the two has lately made the other's account or set its password, and could have acted as both."""


class OwnDepartment(NotAllowed):
    """Nobody clears or excludes answers about the department they work for."""


class OwnKeying(NotAllowed):
    """Nobody judges forms they keyed themselves."""


# What the audit trail calls each of them.
WHY: Final[dict[type[NotAllowed], str]] = {
    SamePerson: "same_person",
    KnownPassword: "known_password",
    OwnDepartment: "own_department",
    OwnKeying: "own_keying",
}


def refusal(
    session: Session, case_id: int, department_id: int, member: Member, *, proposed_by: int | None, now: datetime
) -> NotAllowed | None:
    """Why a member may not close a case about a department, or answer what `proposed_by` proposed; None if they may."""
    if proposed_by == member.id:
        return SamePerson(
            N_("Bạn là người đề nghị; cần một người khác, ở ngoài đơn vị được đánh giá, đồng ý hoặc từ chối.")
        )
    held = session.scalars(select(CaseResponse.response_id).where(CaseResponse.case_id == case_id)).all()
    keyed = surveys.keyed_any(session, held, keyer_id=member.id)
    if refused := involved(session, {department_id}, member, keyed=keyed, now=now):
        return refused
    if proposed_by is not None and not independent(session, proposed_by, member.id, now=now):
        return KnownPassword(
            N_(
                "Trong %(days)s ngày qua, bạn đã mở tài khoản hay đặt mật khẩu cho người đề nghị, hoặc ngược lại, nên"
                " hai tài khoản chưa được tính là hai người. Hãy để người quản lý khác ở ngoài đơn vị được đánh giá"
                " quyết định."
            ),
            days=DEPENDENCE.days,
        )
    return None


def involved(
    session: Session, department_ids: Collection[int], member: Member, *, keyed: bool, now: datetime
) -> NotAllowed | None:
    """Why a member may not judge answers about these departments, of which they `keyed` some; None if they may."""
    day = local_day(now)
    if not all(is_outside(session, member, department_id=each, day=day) for each in department_ids):
        return OwnDepartment(
            N_(
                "Người của đơn vị được đánh giá, của đơn vị cấp trên hay cấp dưới không quyết định được vụ việc này."
                " Hãy để người quản lý ở ngoài đơn vị ấy, hoặc quản trị viên không thuộc đơn vị nào, xem xét."
            )
        )
    if keyed:
        return OwnKeying(
            N_("Trong vụ việc này có phiếu do chính bạn nhập. Hãy để người khác ở ngoài đơn vị được đánh giá xem xét.")
        )
    return None
