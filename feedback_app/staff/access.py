"""Who is asking, and what they may see: the only module of this slice that other slices' routes need."""

from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Any, Final, TypeVar, cast

from flask import Flask, abort, g, make_response, redirect, request, url_for
from flask import session as cookie
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_login import (  # type: ignore[import-untyped]
    LoginManager,
    UserMixin,
    current_user,
    login_user,
    logout_user,
)
from sqlalchemy.orm import Session

from feedback_app.departments import queries as departments
from feedback_app.kit import clock
from feedback_app.kit.db import db
from feedback_app.kit.errors import N_, NotAllowed
from feedback_app.kit.keys import key_rejected, shown_key
from feedback_app.staff import operations, queries
from feedback_app.staff.queries import KeyHolder, Member

View = TypeVar("View", bound=Callable[..., Any])

# Each role may do all that the roles before it may.
ROLES: Final = ("staff", "manager", "administrator")


OWN_ACCOUNT: Final = "/tai-khoan"
# Each role sees the work of its own and of the roles before it. The pages belong to slices above this one.
NAVIGATION: Final = (
    ("manager", "/quan-ly/tong-quan", _("Tổng quan")),
    ("staff", "/nhap-phieu", _("Nhập phiếu")),
    ("staff", "/tap-phieu", _("Tập phiếu")),
    ("staff", "/nhap-lai", _("Nhập lại")),
    ("staff", "/doi-chieu", _("Đối chiếu")),
    ("staff", "/quet-phieu", _("Quét phiếu")),
    ("staff", "/duyet-quet", _("Duyệt quét")),
    ("staff", "/giay-moi", _("Phiếu mời")),
    ("manager", "/quan-ly", _("Kết quả theo đơn vị")),
    ("manager", "/quan-ly/cham-diem", _("Chấm điểm")),
    ("manager", "/quan-ly/cong-bo", _("Các lần công bố")),
    ("manager", "/quan-ly/xuat", _("Xuất nhiều kỳ")),
    ("manager", "/quan-ly/bat-thuong", _("Phiếu bất thường")),
    ("manager", "/quan-ly/phieu-trai-nhau", _("Phiếu trái nhau")),
    ("manager", "/quan-ly/chat-luong-nhap", _("Chất lượng nhập phiếu")),
    ("manager", "/quan-ly/gop-y", _("Góp ý")),
    ("manager", "/quan-ly/chat-luong-quet", _("Chất lượng quét")),
    ("manager", "/quan-ly/ki-ot", _("Ki-ốt")),
    ("manager", "/quan-ly/bai-viet", _("Bài viết")),
    ("manager", "/quan-ly/ho-so", _("Số hồ sơ")),
    ("manager", "/quan-ly/phan-anh", _("Phản ánh, kiến nghị")),
    ("manager", "/quan-ly/diem-can-bo", _("Điểm của cán bộ")),
    ("manager", "/quan-ly/khieu-nai-diem", _("Khiếu nại điểm")),
    ("administrator", "/quan-ly/tai-khoan", _("Tài khoản")),
    ("administrator", "/quan-ly/nhat-ky", _("Nhật ký")),
    ("staff", "/toi/danh-gia", _("Điểm của tôi")),
    ("staff", OWN_ACCOUNT, _("Mật khẩu")),
)
# Points of single officers: who looks after accounts does not thereby see them, so these are not offered further up.
MANAGERS_ALONE: Final = frozenset({"/quan-ly/diem-can-bo", "/quan-ly/khieu-nai-diem"})


class RoleTooLow(NotAllowed):
    """Signed in, but this page is for a higher role."""


class PasswordNotOwn(NotAllowed):
    """Signed in with a password somebody else set: it has to be changed before anything else."""


class OutsideScope(NotAllowed):
    """Signed in, but the department is not one this account answers for."""


class Identity(UserMixin):  # type: ignore[misc]
    """What Flask-Login keeps. Its id carries the session key, so that a new password ends older sessions."""

    def __init__(self, member: Member, session_key: str) -> None:
        self.member = member
        self.session_key = session_key

    def get_id(self) -> str:
        return f"{self.member.id}.{self.session_key}"


login_manager = LoginManager()


def init_app(app: Flask) -> None:
    """Tell Flask-Login about `app`.

    Its own init_app would also read the session after every request, for a remember-me cookie this
    service does not have: each response, static files too, would then vary by cookie, and every page
    rendered would load the account.
    """
    login_manager.session_protection = None
    app.login_manager = login_manager  # type: ignore[attr-defined]
    app.context_processor(staff_page)


@login_manager.user_loader  # type: ignore[untyped-decorator]
def load_identity(written: str) -> Identity | None:
    """The identity a cookie names, if it still holds."""
    member_id, _, session_key = written.partition(".")
    member = queries.member_of_session(db.session(), member_id=int(member_id), session_key=session_key)
    return None if member is None else Identity(member, session_key)


def requires(role: str, *, given_password: bool = False) -> Callable[[View], View]:
    """Open a view only to accounts of `role` or a higher one.

    Visitors are sent to sign in and come back afterwards; callers that asked for JSON get 401, as a
    redirect would hand them a page. Who signed in with a password that somebody else set is sent to change it, except
    where `given_password` lets them in. Raises RoleTooLow for accounts of a lower role, PasswordNotOwn for callers
    that asked for JSON before they changed it.
    """
    needed = ROLES.index(role)

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            member = signed_in()
            if member is None:
                if wants_json():
                    abort(401)
                back = request.full_path.removesuffix("?") if request.method == "GET" else None
                return redirect(url_for("staff.sign_in", next=back))
            if member.password_set_by_other and not given_password:
                if wants_json():
                    raise PasswordNotOwn(N_("Mật khẩu này do người khác đặt. Hãy đổi mật khẩu trước."))
                return redirect(url_for("staff.own_account"))
            if ROLES.index(member.role) < needed:
                raise RoleTooLow(N_("Tài khoản của bạn không có quyền mở trang này."))
            g.staff_member = member
            response = make_response(view(*args, **kwargs))
            # Office computers are shared: Back must show nothing once its reader has signed out.
            response.headers.setdefault("Cache-Control", "no-store")
            return response

        guarded.audience = role  # type: ignore[attr-defined]
        return cast(View, guarded)

    return decorate


def requires_key(view: View) -> View:
    """Open a view only to other systems that send a key in use: `Authorization: Bearer …`; others get 401."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        holder = operations.use_key(db.session(), now=clock.now(), token=shown_key())
        if holder is None:
            db.session.rollback()
            return key_rejected(gettext("Thiếu khóa API, hoặc khóa không đúng hay đã bị thu hồi."))
        db.session.commit()  # that the key was used holds even if what it brought is refused
        g.key_holder = holder
        return view(*args, **kwargs)

    guarded.audience = "key"  # type: ignore[attr-defined]
    return cast(View, guarded)


def current_key() -> KeyHolder:
    """Whose key this request carries; only for views behind `requires_key`."""
    holder: KeyHolder = g.key_holder
    return holder


def staff_page() -> dict[str, object]:
    """What the staff layout shows of its reader; public pages get nothing and thus load no account."""
    member: Member | None = g.get("staff_member")
    if member is None:
        return {}
    reach = ROLES.index(member.role)
    # The page's own address is the longest one that begins its path: /quan-ly also begins /quan-ly/tai-khoan.
    here = max((path for _role, path, _label in NAVIGATION if _begins(path)), key=len, default=None)
    return {
        "account": {"name": member.display_name, "sign_out_url": url_for("staff.sign_out")},
        "staff_nav": [
            {"url": path, "label": label, "current": path == here}
            for role, path, label in NAVIGATION
            if ROLES.index(role) <= reach
            and (path not in MANAGERS_ALONE or member.role == "manager")
            and (path == OWN_ACCOUNT or not member.password_set_by_other)
        ],
    }


def _begins(path: str) -> bool:
    return request.path == path or request.path.startswith(f"{path}/")


def signed_in() -> Member | None:
    """The account behind this request, or None for a visitor."""
    return current_user.member if current_user.is_authenticated else None


def is_at_least(role: str) -> bool:
    """Whether the reader is signed in with `role` or a higher one; for public addresses that show some readers more."""
    member = signed_in()
    if member is None or member.password_set_by_other:
        return False
    return ROLES.index(member.role) >= ROLES.index(role)


def current_member() -> Member:
    """The account behind this request; only for views behind `requires`."""
    return signed_in() or abort(401)


def scope(session: Session, member: Member, day: date) -> frozenset[int] | None:
    """Ids of the departments `member` answers for on a day; None is the whole service."""
    if member.department_id is None:
        return None
    return departments.within(session, department_id=member.department_id, day=day)


def check_scope(session: Session, member: Member, department_id: int | None, day: date) -> None:
    """Raise OutsideScope unless `member` answers for the department (None: whole service) on a day."""
    allowed = scope(session, member, day)
    if allowed is not None and department_id not in allowed:
        raise OutsideScope(N_("Cơ quan, đơn vị này nằm ngoài phạm vi tài khoản của bạn."))


def wants_json() -> bool:
    """Whether the caller is a script that asked for JSON rather than a person at a page."""
    return (
        request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json" or request.is_json
    )


def start_session(member: Member, session_key: str) -> None:
    """Sign this browser in under a fresh session: nothing a visitor was made to carry in survives."""
    cookie.clear()
    login_user(Identity(member, session_key))


def end_session() -> None:
    """Sign this browser out."""
    logout_user()
    cookie.clear()
