"""What people say to a case. Words are checked by the operations, which keep them in the audit trail."""

from flask_babel import lazy_gettext as _
from wtforms import RadioField, TextAreaField
from wtforms.fields import SelectChoice

from feedback_app.exclusions.labels import REASON_LABELS
from feedback_app.kit.forms import Form

_SHORT = {"rows": 3}


class CaseForm(Form):
    """Base of the forms below: several stand on one page, and every POST's token was checked before its view began."""

    class Meta:
        csrf = False


class KeepForm(CaseForm):
    note = TextAreaField(
        _("Vì sao giữ lại"),
        description=_("Ví dụ: ngày trả thẻ căn cước, sảnh đông thật."),
        render_kw=_SHORT,
    )


class ExclusionForm(CaseForm):
    reason = RadioField(
        _("Lý do loại"),
        choices=[SelectChoice(code, label) for code, label in REASON_LABELS.items()],
        validate_choice=False,
    )
    words = TextAreaField(
        _("Căn cứ của đề nghị"),
        description=_("Điều đã kiểm tra, ai xác nhận. Không ghi tên hay số giấy tờ của người dân."),
        render_kw=_SHORT,
    )


class ReturnForm(CaseForm):
    words = TextAreaField(_("Vì sao tính lại các phiếu này"), render_kw=_SHORT)


class DecisionForm(CaseForm):
    answer = TextAreaField(_("Ý kiến của người thứ hai"), description=_("Bắt buộc khi từ chối."), render_kw=_SHORT)
