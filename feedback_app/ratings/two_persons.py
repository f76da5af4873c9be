"""Who may draft, check, return and publish, and why somebody may not. Operations ask, and pages, to say so beforehand.

Results for which officials answer (TT 01/2018/TT-VPCP, Điều 15.4) go out over two persons: whoever checks is not who
drafted, and where the timetable drafted, whoever publishes is not who checked. Both answer for the whole office,
because a publication is of all its departments: who answers for one of them does not sign for the others. Whoever made
another's account or set its password is no second person for it (`staff.queries.independent`). Months serve
management and may go out by the timetable; a restatement never does.
"""

from datetime import datetime
from typing import Final, Literal

from sqlalchemy.orm import Session

from feedback_app.kit.errors import N_, Conflict, NotAllowed, Refused
from feedback_app.ratings.periods import Kind
from feedback_app.ratings.queries.published import PublicationView
from feedback_app.staff.queries import DEPENDENCE, Member, independent

Step = Literal["draft", "check", "return", "publish"]
ROLES: Final = ("manager", "administrator")


class MayNotSign(NotAllowed):
    """The account is no manager's, or answers for a part of the office alone."""


class SamePerson(NotAllowed):
    """The second signature must be another person's."""


class KnownPassword(SamePerson):
    """One of the two has lately made the other's account or set its password, and could have signed for both."""


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
