"""Forms of keying: the heading of a stack, one paper form of any questionnaire, and the reason for an undo."""

from collections.abc import Iterable
from typing import Any, Final

from flask_babel import lazy_gettext as _
from flask_babel import lazy_pgettext
from wtforms import (
    BooleanField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    SubmitField,
    TextAreaField,
)
from wtforms.fields import SelectChoice
from wtforms.validators import UUID, InputRequired, Length, Optional, StopValidation, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from feedback_app.kit.forms import Form
from feedback_app.kit.i18n import text_in
from feedback_app.paper.commands import Sitting
from feedback_app.paper.operations import LONGEST_REASON
from feedback_app.surveys.versions import LONGEST_COMMENT, QuestionView, VersionView

STAGES: Final = (
    ("", _("Không ghi")),
    ("received", _("Khi nộp hồ sơ")),
    ("supplement", _("Khi được yêu cầu bổ sung hồ sơ")),
    ("refused", _("Khi bị từ chối hồ sơ")),
    ("returned", _("Khi nhận kết quả")),
)
REASONS: Final = (
    ("", _("Chọn lý do")),
    ("Nhập nhầm câu trả lời", _("Nhập nhầm câu trả lời")),
    ("Nhập trùng phiếu", _("Nhập trùng phiếu")),
    ("Nhầm cơ quan, đơn vị hoặc ngày", _("Nhầm cơ quan, đơn vị hoặc ngày")),
    ("Phiếu giấy không hợp lệ", _("Phiếu giấy không hợp lệ")),
    ("Lý do khác", _("Lý do khác")),
)
OTHER_REASON: Final = "Lý do khác"
# Names of the questions' inputs begin so, as a question's key may be any word.
PREFIX: Final = "q-"
# Where the cursor stands when the page opens: these pages are worked by keyboard.
_FIRST: Final = {"autofocus": True}


def _select(pairs: Iterable[tuple[str, Any]]) -> list[SelectChoice]:
    return [SelectChoice(value, label) for value, label in pairs]


class SittingForm(Form):
    """What a stack of forms has in common; the view fills the lists."""

    department = SelectField(
        _("Cơ quan, đơn vị được đánh giá"),
        validators=[InputRequired(_("Xin chọn cơ quan, đơn vị."))],
        render_kw=_FIRST,
    )
    version = SelectField(_("Mẫu phiếu"), validators=[InputRequired(_("Xin chọn mẫu phiếu."))])
    answered_on = StringField(
        _("Ngày người dân trả lời"),
        description=_("Gõ như 21/11/2026, 21-11 hoặc 2111."),
        validators=[InputRequired(_("Xin nhập ngày ghi trên phiếu."))],
        render_kw={"inputmode": "numeric"},
    )
    field = SelectField(_("Lĩnh vực hoặc thủ tục"))
    stage = SelectField(_("Thời điểm lấy ý kiến"), choices=_select(STAGES))
    assisted = BooleanField(_("Phiếu được điền với sự trợ giúp của cán bộ"))
    coded = BooleanField(_("Phiếu có ghi mã hồ sơ"))
    submit = SubmitField(_("Bắt đầu nhập"))


class ChosenOrBlank:
    """A required question needs a choice or the word that it was left blank on the paper: nothing is no answer."""

    def __call__(self, _form: Any, field: Any) -> None:
        if not field.raw_data:
            field.errors = []
            raise StopValidation(_("Xin chọn một câu trả lời, hoặc “Bỏ trống” nếu trên phiếu để trống."))


class FormOnPaper(Form):
    """Base of the forms `paper_form` makes."""

    response_id = HiddenField(validators=[InputRequired(_("Phiếu thiếu mã.")), UUID(_("Mã phiếu không hợp lệ."))])
    submit = SubmitField(_("Lưu phiếu"))

    def answers(self, version: VersionView) -> dict[str, tuple[str, ...]]:
        """Keys of the choices picked, by question key; a question left blank is absent."""
        found: dict[str, tuple[str, ...]] = {}
        for question in version.questions:
            data = self[PREFIX + question.key].data
            if question.kind == "single" and data:
                found[question.key] = (data,)
            elif question.kind == "several" and data:
                found[question.key] = tuple(data)
        return found

    def comments(self, version: VersionView) -> dict[str, str]:
        """Free texts by question key."""
        return {
            question.key: text
            for question in version.questions
            if question.kind == "text" and (text := (self[PREFIX + question.key].data or "").strip())
        }


def paper_form(version: VersionView, sitting: Sitting) -> Any:
    """The form of one questionnaire version, with number, day and dossier code where the sitting's forms have them.
    Nothing is chosen in it until somebody chooses."""
    fields: dict[str, Any] = {PREFIX + question.key: question_field(question) for question in version.questions}
    if sitting.batch_id is not None:
        fields["number"] = StringField(
            lazy_pgettext("printed on the form", "Số phiếu"),
            description=_("In ở đầu phiếu. Gõ cả số hoặc vài chữ số cuối."),
            validators=[InputRequired(_("Xin nhập số phiếu, in ở đầu phiếu."))],
            render_kw={"inputmode": "numeric", "autocomplete": "off"},
        )
    if sitting.dated_each:
        fields["answered_on"] = StringField(
            _("Ngày người dân trả lời"),
            description=_("Gõ như 21/11/2026, 21-11 hoặc 2111."),
            validators=[InputRequired(_("Xin nhập ngày ghi trên phiếu."))],
            render_kw={"inputmode": "numeric", "autocomplete": "off"},
        )
    if sitting.coded:
        fields["dossier"] = _code_field(_("Phiếu không ghi mã thì để trống. Mã không được lưu cùng phiếu."))
    return type("PaperForm", (FormOnPaper,), fields)()


class UndoForm(Form):
    reason = SelectField(
        _("Lý do"),
        choices=_select(REASONS),
        validators=[InputRequired(_("Xin chọn lý do hoàn tác."))],
        render_kw=_FIRST,
    )
    words = StringField(_("Nói rõ thêm"), validators=[Length(max=LONGEST_REASON, message=_("Xin viết ngắn hơn."))])
    submit = SubmitField(_("Hoàn tác phiếu này"))

    def validate_words(self, field: Any) -> None:
        """The last reason of the list says nothing by itself."""
        if self.reason.data == OTHER_REASON and not (field.data or "").strip():
            raise ValidationError(_("Xin nói rõ lý do."))


def _code_field(hint: Any) -> Any:
    return StringField(_("Mã hồ sơ"), description=hint, render_kw={"autocomplete": "off", "spellcheck": "false"})


def question_field(question: QuestionView) -> Any:
    """The input of one question, with nothing chosen."""
    label = text_in(question.text, question.text_en)
    hint = text_in(question.hint or "", question.hint_en)
    choices = [SelectChoice(choice.key, text_in(choice.text, choice.text_en)) for choice in question.choices]
    if question.kind == "text":
        too_long = _("Ý kiến dài quá %(limit)s ký tự. Xin rút gọn lại.", limit=LONGEST_COMMENT)
        return TextAreaField(label, description=hint, validators=[Length(max=LONGEST_COMMENT, message=too_long)])
    if question.kind == "several":
        return SelectMultipleField(
            label,
            description=hint,
            choices=choices,
            validators=[Optional()],
            option_widget=CheckboxInput(),
            widget=ListWidget(prefix_label=False),
        )
    blank = [SelectChoice("", _("Bỏ trống"))]
    validators = [ChosenOrBlank(), Optional()] if question.required else [Optional()]
    return RadioField(label, description=hint, choices=choices + blank, validators=validators)
