"""Signing in and out, and one's own account."""

from typing import Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.exceptions import TooManyRequests
from werkzeug.wrappers import Response

from feedback_app.kit import clock, i18n
from feedback_app.kit.db import db
from feedback_app.kit.security import limiter
from feedback_app.kit.web import local_path, public
from feedback_app.staff import access, operations
from feedback_app.staff.access import current_member, requires
from feedback_app.staff.forms import PasswordForm, SignInForm
from feedback_app.staff.operations import BadPassword, SignedIn

blueprint = Blueprint("staff", __name__, template_folder="templates")

# Where each role's work is; these pages belong to slices above this one.
WORKPLACE: Final = {
    "staff": "/nhap-phieu",
    "manager": "/quan-ly/tong-quan",
    "administrator": "/quan-ly/tong-quan",
}


def _refused(response: Response) -> bool:
    return response.status_code != 302


@blueprint.route("/dang-nhap", methods=["GET", "POST"])
@public
# Only failures count: a whole office often shares one address and signs in at eight o'clock.
@limiter.limit("10/minute", methods=["POST"], deduct_when=_refused)
def sign_in() -> Response | str | tuple[str, int]:
    """Ask for user name and password, then go on to `next` or to the role's workplace."""
    form = SignInForm()
    if form.validate_on_submit():
        found = operations.sign_in(
            db.session(), now=clock.now(), username=form.username.data, password=form.password.data
        )
        db.session.commit()
        if isinstance(found, SignedIn):
            access.start_session(found.member, found.session_key)
            return redirect(local_path(request.args.get("next")) or WORKPLACE[found.member.role])
        if found.locked_until is None:
            message = _("Tên đăng nhập hoặc mật khẩu chưa đúng.")
        else:
            minutes = -(-int((found.locked_until - clock.now()).total_seconds()) // 60) or 1
            message = ngettext(
                "Sai quá nhiều lần. Hãy thử lại sau %(num)d phút.",
                "Sai quá nhiều lần. Hãy thử lại sau %(num)d phút.",
                minutes,
            )
        return render_template("staff/sign_in.html", form=form, message=message), 422
    if member := access.signed_in():
        return redirect(WORKPLACE[member.role])
    return render_template("staff/sign_in.html", form=form, message=None), 422 if form.errors else 200


@blueprint.errorhandler(TooManyRequests)
def too_many_tries(error: TooManyRequests) -> tuple[str, int]:
    """The address failed too often; say how long to wait, and keep the form."""
    message = _("Có quá nhiều lần đăng nhập sai từ mạng của bạn. Hãy đợi một phút rồi thử lại.")
    return render_template("staff/sign_in.html", form=SignInForm(), message=message), error.code


@blueprint.post("/dang-xuat")
@requires("staff", given_password=True)
def sign_out() -> Response:
    operations.sign_out(db.session(), now=clock.now(), member=current_member())
    db.session.commit()
    access.end_session()
    return redirect("/")


@blueprint.route("/tai-khoan", methods=["GET", "POST"])
@requires("staff", given_password=True)
@limiter.limit("10/minute", methods=["POST"])
def own_account() -> Response | str | tuple[str, int]:
    """One's own account: change the password. Other sessions of the account end, this one goes on.

    Who had to change it first goes on to the role's workplace.
    """
    form, member = PasswordForm(), current_member()
    if form.validate_on_submit():
        try:
            changed = operations.change_password(
                db.session(),
                now=clock.now(),
                member_id=member.id,
                current=form.current.data,
                new=form.new.data,
            )
        except BadPassword as error:
            db.session.rollback()
            form[error.field or "new"].errors = [i18n.say(error)]
        else:
            db.session.commit()
            access.start_session(changed.member, changed.session_key)
            flash(_("Đã đổi mật khẩu. Các phiên đăng nhập khác của tài khoản này đã kết thúc."), "success")
            return redirect(WORKPLACE[member.role] if member.password_set_by_other else url_for("staff.own_account"))
    return (
        render_template("staff/own_account.html", form=form, member=member),
        422 if form.errors else 200,
    )
