"""Forms of verification: a form keyed again, what stands on the paper where two keyings differ, a paper not found."""

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import BooleanField, RadioField, StringField, SubmitField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length, ValidationError

from feedback_app.kit.forms import Form
from feedback_app.kit.i18n import text_in
from feedback_app.paper.forms.keying import PREFIX, FormOnPaper, question_field
from feedback_app.paper.operations import LONGEST_REASON
from feedback_app.surveys.versions import QuestionView, VersionView


class VerifiedForm(FormOnPaper):
    """Base of the forms made here: the form is named by its number, in the address."""

    response_id = None


class SecondKeying(VerifiedForm):
    """Base of a second keying, which nobody can take back: that nothing stands on the paper has to be said."""

    blank = BooleanField(_("Tờ phiếu để trống, không đánh dấu ở câu nào"))

    def validate_blank(self, field: BooleanField) -> None:
        if not field.data and not any(each.data for each in self if each.name.startswith(PREFIX)):
            raise ValidationError(gettext("Phiếu chưa có câu trả lời nào. Nếu tờ phiếu để trống, xin đánh dấu vào ô."))


class MissingForm(Form):
    reason = StringField(
        _("Đã tìm ở đâu, vì sao không có"),
        validators=[
            InputRequired(_("Xin cho biết đã tìm ở đâu, hoặc vì sao không có phiếu.")),
            Length(max=LONGEST_REASON, message=_("Xin viết ngắn hơn.")),
        ],
        render_kw={"autofocus": True},
    )
    submit = SubmitField(_("Ghi là không tìm thấy phiếu"))


def boxed(version: VersionView, keys: Collection[str] | None = None) -> VersionView:
    """The version with its questions that have boxes alone, or with some of them. Each may be blank, as on paper."""
    return replace(
        version,
        questions=tuple(
            replace(question, required=False)
            for question in version.questions
            if question.kind != "text" and (keys is None or question.key in keys)
        ),
    )


def second_form(version: VersionView) -> Any:
    """The form of a second keying; `version` is `boxed`."""
    fields = {PREFIX + question.key: question_field(question) for question in version.questions}
    return type("SecondForm", (SecondKeying,), fields)()


def settling_form(version: VersionView) -> Any:
    """What stands on the paper, of the questions of `version`, which is `boxed`; keys choose as on every other page."""
    fields = {PREFIX + question.key: _settled_field(question) for question in version.questions}
    return type("SettlingForm", (VerifiedForm,), fields)()


def _settled_field(question: QuestionView) -> Any:
    if question.kind == "several":
        return question_field(question)
    return RadioField(
        text_in(question.text, question.text_en),
        choices=[
            *(SelectChoice(choice.key, text_in(choice.text, choice.text_en)) for choice in question.choices),
            SelectChoice("", _("Bỏ trống")),
        ],
        validators=[_chosen],
        validate_choice=False,
    )


def _chosen(_form: Any, field: Any) -> None:
    """Blank is an answer here, and has to be given like any other."""
    if not field.raw_data or field.data not in {choice.value for choice in field.choices}:
        raise ValidationError(gettext("Xin nhập điều ghi trên phiếu, hoặc chọn bỏ trống."))
