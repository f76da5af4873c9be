"""Who may key a form again or settle it. Operations ask before they act, pages before they offer."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Session

from feedback_app.kit.clock import local_day
from feedback_app.kit.errors import N_, NotAllowed
from feedback_app.staff import queries as staff
from feedback_app.staff.queries import DEPENDENCE, Member


class OwnKeying(NotAllowed):
    """Nobody verifies a form they keyed themselves, at first or again."""


class OwnDepartment(NotAllowed):
    """Nobody verifies answers about the department they work for."""


class KnownPassword(NotAllowed):
    """One has lately made the account of the other or set its password, and could have acted as both."""


def refusal(
    session: Session,
    member: Member,
    *,
    department_id: int,
    keyers: Collection[int],
    now: datetime,
    insiders_allowed: bool = False,
) -> NotAllowed | None:
    """Why a member may not verify a form about a department that `keyers` keyed; None if they may.

    With `insiders_allowed` people of the department may, where nobody else could; the other rules hold for them too.
    """
    if member.id in keyers:
        return OwnKeying(N_("Chính bạn đã nhập phiếu này nên không kiểm tra được nó. Phải là một người khác."))
    if not insiders_allowed and not staff.is_outside(session, member, department_id=department_id, day=local_day(now)):
        return OwnDepartment(
            N_(
                "Người của đơn vị được đánh giá, của đơn vị cấp trên hay cấp dưới không nhập lại và không đối chiếu"
                " phiếu về đơn vị ấy. Phải là người ở ngoài đơn vị."
            )
        )
    if any(not staff.independent(session, keyer, member.id, now=now) for keyer in keyers):
        return KnownPassword(
            N_(
                "Trong %(days)s ngày qua, bạn đã mở tài khoản hay đặt mật khẩu cho người nhập phiếu này, hoặc ngược"
                " lại, nên hai tài khoản chưa được tính là hai người. Phải là một người khác."
            ),
            days=DEPENDENCE.days,
        )
    return None


def others_who_may(session: Session, *, department_id: int, keyers: Collection[int], now: datetime) -> int:
    """How many open accounts stand outside the department and may verify a form these people keyed."""
    members = [each.member for each in staff.accounts(session, scope=None) if each.active]
    return sum(
        refusal(session, member, department_id=department_id, keyers=keyers, now=now) is None for member in members
    )
