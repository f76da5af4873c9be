"""Who may draft, check, return, publish and appraise, and why somebody may not. Operations ask, and pages beforehand.

Results for which officials answer (TT 01/2018/TT-VPCP, Điều 15.4) go out over two persons: whoever checks is not who
drafted, and where the timetable drafted, whoever publishes is not who checked. Both answer for the whole office,
because a publication is of all its departments: who answers for one of them does not sign for the others. Whoever made
another's account or set its password is no second person for it (`staff.queries.independent`). Months serve
management and may go out by the timetable; a restatement never does. Points that a department gave itself are appraised
by another person from outside.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final, Literal

from sqlalchemy.orm import Session

from feedback_app.kit.clock import local_day
from feedback_app.kit.errors import N_, Conflict, NotAllowed, Refused
from feedback_app.ratings.periods import Kind
from feedback_app.ratings.queries.published import PublicationView
from feedback_app.staff.queries import DEPENDENCE, Member, independent, is_outside

Step = Literal["draft", "check", "return", "publish"]
ROLES: Final = ("manager", "administrator")


class MayNotSign(NotAllowed):
    """The account is no manager's, or answers for a part of the office alone."""


class SamePerson(NotAllowed):
    """The second signature must be another person's."""


class KnownPassword(SamePerson):
    """One of the two has lately made the other's account or set its password, and could have signed for both."""


class NotIndependent(NotAllowed):
    """Who appraises is another person than who assessed, by their accounts' makers too, and stands outside.

    `why` is what the audit trail calls it: `own_department`, `same_person` or `known_password`.
    """

    def __init__(self, message: str, *, why: str, **values: Any) -> None:
        super().__init__(message, **values)
        self.why = why


class WrongState(Conflict):
    """The draft is not at this step: somebody was faster, or the step before it is missing."""


def needed(kind: Kind, *, publish_months: bool, restatement: bool) -> bool:
    """Whether this publication takes two persons."""
    return restatement or kind != "month" or not publish_months


def refusal(
    session: Session, step: Step, draft: PublicationView | None, member: Member, *, now: datetime
) -> Refused | None:
    """Why `member` may not take this step with the draft as it stands; None if they may. Drafting needs no draft."""
    if member.role not in ROLES or member.department_id is not None:
        return MayNotSign(
            N_("Chỉ người quản lý toàn hệ thống mới lập, kiểm tra và công bố được, vì số liệu là của mọi đơn vị.")
        )
    if step == "draft":
        if draft is not None and draft.state == "checked":
            return WrongState(N_("Bản nháp đã kiểm tra xong. Muốn lập lại thì trả lại bản nháp ấy trước."))
        return None
    if draft is None:
        return WrongState(N_("Kỳ này chưa có bản nháp."))
    if step == "check":
        return _refusal_to_check(session, draft, member, now)
    if step == "return":
        allowed = draft.state in ("draft", "checked")
        return None if allowed else WrongState(N_("Bản nháp này đã được trả lại hoặc đã công bố."))
    return _refusal_to_publish(session, draft, member, now)


def refusal_to_appraise(
    session: Session, department_id: int, assessors: Collection[int], member: Member, *, now: datetime
) -> NotIndependent | None:
    """Why `member` may not appraise points that `assessors` (ids) gave the department; None if they may."""
    if not is_outside(session, member, department_id=department_id, day=local_day(now)):
        return NotIndependent(
            N_(
                "Người thẩm định phải ở ngoài đơn vị, kể cả đơn vị cấp trên và cấp dưới của đơn vị, và khác người tự"
                " chấm."
            ),
            why="own_department",
        )
    if member.id in assessors:
        return NotIndependent(N_("Bạn đã chấm thay đơn vị: người khác phải thẩm định."), why="same_person")
    if not all(independent(session, each, member.id, now=now) for each in assessors):
        return NotIndependent(
            N_(
                "Trong %(days)s ngày qua, bạn đã mở tài khoản hay đặt mật khẩu cho người tự chấm, hoặc ngược lại, nên"
                " hai tài khoản chưa được tính là hai người. Hãy để người khác ở ngoài đơn vị thẩm định."
            ),
            why="known_password",
            days=DEPENDENCE.days,
        )
    return None


def _refusal_to_check(session: Session, draft: PublicationView, member: Member, now: datetime) -> Refused | None:
    if draft.state == "returned":
        return WrongState(N_("Bản nháp đã bị trả lại. Cần lập lại trước khi kiểm tra."))
    if draft.state != "draft":
        return WrongState(N_("Bản nháp này đã được người khác kiểm tra."))
    if draft.drafted_by == member.id:
        return SamePerson(N_("Bạn đã lập bản nháp này: người khác phải kiểm tra."))
    if draft.drafted_by is not None and not independent(session, draft.drafted_by, member.id, now=now):
        return KnownPassword(
            N_(
                "Trong %(days)s ngày qua, bạn đã mở tài khoản hay đặt mật khẩu cho người lập bản nháp, hoặc ngược lại,"
                " nên hai tài khoản chưa được tính là hai người. Hãy để người quản lý toàn hệ thống khác kiểm tra,"
                " người mà người lập không mở tài khoản hay đặt mật khẩu cho."
            ),
            days=DEPENDENCE.days,
        )
    return None


def _refusal_to_publish(session: Session, draft: PublicationView, member: Member, now: datetime) -> Refused | None:
    if draft.state == "published":
        return WrongState(N_("Kỳ này vừa được công bố."))
    if draft.state != "checked":
        return WrongState(N_("Bản nháp chưa được người thứ hai kiểm tra nên chưa công bố được."))
    if draft.drafted_by is None and draft.checked_by == member.id:
        return SamePerson(N_("Hệ thống lập bản nháp này và bạn đã kiểm tra: người khác phải công bố, để đủ hai người."))
    if (
        draft.drafted_by is None
        and draft.checked_by is not None
        and not independent(session, draft.checked_by, member.id, now=now)
    ):
        return KnownPassword(
            N_(
                "Trong %(days)s ngày qua, bạn đã mở tài khoản hay đặt mật khẩu cho người kiểm tra, hoặc ngược lại, nên"
                " hai tài khoản chưa được tính là hai người. Hãy để người quản lý toàn hệ thống khác công bố, người mà"
                " người kiểm tra không mở tài khoản hay đặt mật khẩu cho."
            ),
            days=DEPENDENCE.days,
        )
    return None
