"""Forms of sign-in and accounts."""

from flask_babel import lazy_gettext as _
from wtforms import PasswordField, SelectField, StringField, SubmitField
from wtforms.fields import SelectChoice
from wtforms.validators import EqualTo, InputRequired

from feedback_app.kit.forms import Form

ROLE_LABELS = {
    "staff": _("Nhân viên nhập phiếu"),
    "manager": _("Cán bộ quản lý"),
    "administrator": _("Quản trị viên"),
}


# User names are typed as they are, also on phones.
_AS_TYPED = {"autocapitalize": "none", "spellcheck": "false"}


class SignInForm(Form):
    username = StringField(
        _("Tên đăng nhập"), validators=[InputRequired(_("Xin nhập tên đăng nhập."))], render_kw=_AS_TYPED
    )
    password = PasswordField(_("Mật khẩu"), validators=[InputRequired(_("Xin nhập mật khẩu."))])
    submit = SubmitField(_("Đăng nhập"))


class PasswordForm(Form):
    current = PasswordField(_("Mật khẩu hiện tại"), validators=[InputRequired(_("Xin nhập mật khẩu hiện tại."))])
    new = PasswordField(_("Mật khẩu mới"), validators=[InputRequired(_("Xin nhập mật khẩu mới."))])
    again = PasswordField(
        _("Nhập lại mật khẩu mới"),
        validators=[
            InputRequired(_("Xin nhập lại mật khẩu mới.")),
            EqualTo("new", _("Hai lần nhập mật khẩu mới chưa giống nhau.")),
        ],
    )
    submit = SubmitField(_("Đổi mật khẩu"))


class RoleForm(Form):
    """Role and scope; the view offers the departments that may be given ('' is the whole service)."""

    role = SelectField(
        _("Vai trò"),
        choices=[SelectChoice(role, label) for role, label in ROLE_LABELS.items()],
        validators=[InputRequired(_("Xin chọn vai trò."))],
    )
    department = SelectField(_("Phạm vi"))
    submit = SubmitField(_("Lưu"))


class AccountForm(RoleForm):
    username = StringField(
        _("Tên đăng nhập"), validators=[InputRequired(_("Xin nhập tên đăng nhập."))], render_kw=_AS_TYPED
    )
    display_name = StringField(_("Họ và tên"), validators=[InputRequired(_("Xin nhập họ và tên."))])
    submit = SubmitField(_("Thêm tài khoản"))
