"""Forms of batches: issuing one, printing, spoiling and restoring forms, closing and reopening."""

from typing import Final

from flask_babel import lazy_gettext as _
from flask_babel import lazy_pgettext
from wtforms import BooleanField, IntegerField, RadioField, SelectField, StringField, SubmitField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, ValidationError

from feedback_app.kit.forms import Form
from feedback_app.paper.forms.keying import STAGES
from feedback_app.paper.operations import LONGEST_REASON, MOST_FORMS

SIZES: Final = (
    SelectChoice("A4", _("A4, mỗi tờ một phiếu")),
    SelectChoice("A5", _("A5, hai phiếu trên một tờ A4 ngang")),
)
SPOILED: Final = (
    ("", _("Chọn lý do")),
    ("In lỗi", _("In lỗi")),
    ("Rách, ướt hoặc không đọc được", _("Rách, ướt hoặc không đọc được")),
    ("Trả lại để trống", _("Trả lại để trống")),
    ("Hồ sơ đã trả lời bằng cách khác", _("Hồ sơ đã trả lời bằng cách khác")),
    ("Lý do khác", _("Lý do khác")),
)
_OTHER: Final = "Lý do khác"
_FIRST: Final = {"autofocus": True}
_TOO_LONG: Final = _("Xin viết ngắn hơn.")


class IssueForm(Form):
    """A new batch; the view fills the lists."""

    version = SelectField(_("Mẫu phiếu"), validators=[InputRequired(_("Xin chọn mẫu phiếu."))], render_kw=_FIRST)
    department = SelectField(
        _("Cơ quan, đơn vị được đánh giá"), validators=[InputRequired(_("Xin chọn cơ quan, đơn vị."))]
    )
    place = SelectField(_("Điểm phát phiếu"))
    stage = SelectField(_("Thời điểm lấy ý kiến"), choices=[SelectChoice(value, label) for value, label in STAGES])
    answered_on = StringField(
        _("Ngày người dân trả lời"),
        description=_("Nếu cả tập được trả lời trong một ngày. Để trống thì khi nhập mỗi phiếu ghi ngày riêng."),
        render_kw={"inputmode": "numeric", "autocomplete": "off"},
    )
    size = RadioField(
        _("Khổ giấy"), choices=list(SIZES), default="A4", validators=[InputRequired(_("Xin chọn khổ giấy."))]
    )
    coded = BooleanField(_("Có dòng để ghi mã hồ sơ"))
    count = IntegerField(
        _("Số phiếu cần in"),
        description=_("Từ 1 đến %(most)s. Mỗi phiếu có một số riêng, không dùng lại.", most=MOST_FORMS),
        validators=[
            InputRequired(_("Xin nhập số phiếu cần in.")),
            NumberRange(1, MOST_FORMS, _("Mỗi tập có từ 1 đến %(most)s phiếu.", most=MOST_FORMS)),
        ],
        render_kw={"inputmode": "numeric", "min": 1, "max": MOST_FORMS},
    )
    submit = SubmitField(_("Tạo tập phiếu"))


class PrintForm(Form):
    """Which numbers to print; both empty is the whole batch."""

    first = StringField(_("Từ số"), render_kw={"inputmode": "numeric", "autocomplete": "off"})
    last = StringField(_("Đến số"), render_kw={"inputmode": "numeric", "autocomplete": "off"})
    submit = SubmitField(_("Tạo tệp in"))


class SpoilForm(Form):
    number = StringField(
        lazy_pgettext("printed on the form", "Số phiếu"),
        description=_("In ở đầu phiếu, 8 chữ số."),
        validators=[InputRequired(_("Xin nhập số phiếu, in ở đầu phiếu."))],
        render_kw={"inputmode": "numeric", "autocomplete": "off", "autofocus": True},
    )
    reason = SelectField(
        _("Lý do"),
        choices=[SelectChoice(value, label) for value, label in SPOILED],
        validators=[InputRequired(_("Xin chọn lý do."))],
    )
    words = StringField(_("Nói rõ thêm"), validators=[Length(max=LONGEST_REASON - 100, message=_TOO_LONG)])
    again = BooleanField(_("In phiếu mới, mang số mới, thay phiếu này"))
    submit = SubmitField(_("Ghi là phiếu hỏng"))

    def validate_words(self, field: StringField) -> None:
        """The last reason of the list says nothing by itself."""
        if self.reason.data == _OTHER and not (field.data or "").strip():
            raise ValidationError(_("Xin nói rõ lý do."))

    @property
    def said(self) -> str:
        return ": ".join(part for part in (self.reason.data, (self.words.data or "").strip()) if part)


class ReasonForm(Form):
    """What takes one reason in words; the page names it."""

    reason = StringField(
        _("Lý do"),
        validators=[InputRequired(_("Xin ghi rõ lý do.")), Length(max=LONGEST_REASON, message=_TOO_LONG)],
        render_kw=_FIRST,
    )


class ReplaceForm(Form):
    """Only a token: the address says which form."""


class CloseForm(Form):
    """`missing` is how many forms the closer saw to be missing."""

    missing = IntegerField(_("Số phiếu chưa thu về"), render_kw={"readonly": True})
    confirmed = BooleanField(_("Tôi đã đối chiếu và xác nhận các phiếu này chưa thu về"))
    reason = StringField(_("Vì sao chưa thu về"), validators=[Length(max=LONGEST_REASON, message=_TOO_LONG)])
    submit = SubmitField(_("Đóng tập phiếu"))

    def validate_confirmed(self, field: BooleanField) -> None:
        if self.missing.data and not field.data:
            raise ValidationError(_("Xin đối chiếu với các phiếu trong tay rồi đánh dấu xác nhận."))

    def validate_reason(self, field: StringField) -> None:
        if self.missing.data and not (field.data or "").strip():
            raise ValidationError(_("Xin ghi vì sao các phiếu này chưa thu về."))
