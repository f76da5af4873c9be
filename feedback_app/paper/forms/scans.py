"""Forms of the scanning pages: a stack to upload, what a reviewer sees, and how a conflict is settled."""

from collections.abc import Sequence
from typing import Final

from flask_babel import lazy_gettext as _
from flask_wtf.file import FileRequired, MultipleFileField
from wtforms import HiddenField, RadioField, SelectField, StringField, SubmitField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from feedback_app.kit.forms import Form
from feedback_app.paper.operations import LONGEST_REASON
from feedback_app.paper.queries import ConflictView
from feedback_app.surveys.versions import LONGEST_COMMENT

DECISIONS: Final = {
    "same": _("Cùng một tờ phiếu quét hai lần: không tính thêm"),
    "corrected": _("Cùng một tờ phiếu, và bản quét đúng: sửa câu trả lời đã nhập theo bản quét"),
    "second": _("Một tờ phiếu khác (tờ phô tô): tính thêm, coi như phiếu không có số"),
    "counted": _("Tính phiếu này, dưới số của nó"),
    "discarded": _("Không tính tờ này"),
}
_OF_KEYED: Final = {"same": _("Cùng một tờ phiếu, và phần đã nhập đúng: giữ nguyên, không tính thêm")}
_OF_LATE_PAGE: Final = {
    "same": _("Trang của phiếu đã tính: giữ lại, không thêm câu trả lời"),
    "corrected": _("Trang của phiếu đã tính: thêm câu trả lời của trang này vào phiếu"),
}
_OF_UNDONE: Final = {
    "same": _("Chính là phiếu đang được tính dưới số này: không tính thêm"),
    "second": _("Một tờ phiếu khác (tờ phô tô): tính như phiếu không có số"),
}
_OF_MISSING_PAGE: Final = {"counted": _("Tính với những trang đã có; câu ở trang thiếu để trống")}


def choices(conflict: ConflictView, offered: Sequence[str]) -> list[SelectChoice]:
    """What is offered about a paper, in the words of what its number stands for now."""
    words = dict(DECISIONS)
    if conflict.why == "missing_page":
        words |= _OF_MISSING_PAGE
    if conflict.why == "undone":
        words |= _OF_UNDONE
    if conflict.is_keyed:
        words |= _OF_KEYED
    elif "corrected" in offered:
        words |= _OF_LATE_PAGE
    return [SelectChoice(value, words[value]) for value in offered]


# Stored as they are, like the reasons of an undo.
REFUSALS: Final = (
    ("", _("Chọn lý do")),
    ("Không đọc được chữ viết", _("Không đọc được chữ viết")),
    ("Không phải là ý kiến (gạch, ký, dấu)", _("Không phải là ý kiến (gạch, ký, dấu)")),
    ("Có thông tin riêng không tách ra được", _("Có thông tin riêng không tách ra được")),
)


class UploadForm(Form):
    files = MultipleFileField(
        _("Tệp quét"),
        description=_(
            "PDF, JPEG hoặc PNG; chọn nhiều tệp một lần được. Mỗi tệp không quá 100 MB và 500 trang, cả lần không quá"
            " 400 MB."
        ),
        validators=[FileRequired(_("Xin chọn ít nhất một tệp."))],
        render_kw={"accept": ".pdf,.jpg,.jpeg,.png,application/pdf,image/jpeg,image/png"},
    )
    answered_on = StringField(
        _("Ngày người dân trả lời"),
        description=_(
            "Gõ như 21/11/2026, 21-11 hoặc 2111. Để trống thì lấy ngày của tập phiếu, không có thì là hôm nay."
        ),
        validators=[Optional()],
        render_kw={"inputmode": "numeric"},
    )
    submit = SubmitField(_("Tải lên và đọc"))


class FieldForm(Form):
    """What a reviewer saw: a verdict, none when a choice was pressed; beside it come places of choices, from 0."""

    verdict = HiddenField()


class DossierForm(Form):
    dossier = StringField(
        _("Mã hồ sơ viết trên phiếu"),
        description=_("Mã không được lưu cùng phiếu; hình ảnh bị xóa ngay sau khi gõ."),
        render_kw={"autocomplete": "off", "spellcheck": "false", "autofocus": True},
    )


class WritingForm(Form):
    text = TextAreaField(
        _("Nội dung viết trên phiếu"),
        description=_(
            "Gõ đúng như viết; tên người, số điện thoại, địa chỉ thì thay bằng dấu ba chấm trong ngoặc: […]."
        ),
        validators=[Length(max=LONGEST_COMMENT, message=_("Xin viết ngắn hơn."))],
        render_kw={"rows": 5},
    )
    reason = SelectField(_("Hoặc không gõ, vì"), choices=[SelectChoice(value, label) for value, label in REFUSALS])


class ConflictForm(Form):
    decision = RadioField(_("Giải quyết"), validators=[InputRequired(_("Xin chọn một cách giải quyết."))])
    answered_on = StringField(_("Ngày người dân trả lời"), render_kw={"inputmode": "numeric"})
    reason = StringField(
        _("Lý do"),
        description=_("Bắt buộc khi không tính tờ này."),
        validators=[Length(max=LONGEST_REASON, message=_("Xin viết ngắn hơn."))],
    )


class PauseForm(Form):
    reason = StringField(
        _("Lý do cho nhận tự động lại"),
        description=_("Ví dụ: đã chỉnh máy quét và xem lại toàn bộ phiếu quét trong tuần."),
        validators=[
            InputRequired(_("Xin cho biết lý do.")),
            Length(max=LONGEST_REASON, message=_("Xin viết ngắn hơn.")),
        ],
    )
