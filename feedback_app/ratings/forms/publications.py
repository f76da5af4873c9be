"""The steps of a publication: a draft with its reason, and what the next person does with it."""

from flask_babel import lazy_gettext
from wtforms import BooleanField, HiddenField, SubmitField, TextAreaField

from feedback_app.kit.forms import Form
from feedback_app.ratings import operations


class DraftForm(Form):
    """Why a published period is restated; a first draft needs no reason."""

    reason = TextAreaField(
        lazy_gettext("Lý do đính chính"),
        description=lazy_gettext("Sẽ được công khai cùng số liệu."),
        render_kw={"rows": 3, "maxlength": operations.LONGEST_REASON},
    )
    submit = SubmitField(lazy_gettext("Lập bản nháp"))


class StepForm(Form):
    """One step with the draft that was seen, named by its id; a reason where it is returned.

    `few_agreed` is asked of who checks a restatement that tells a few answers apart.
    """

    draft = HiddenField()
    few_agreed = BooleanField(
        lazy_gettext("Tôi biết đính chính này cho thấy câu trả lời của vài người, và việc đính chính vẫn đáng làm")
    )
    reason = TextAreaField(
        lazy_gettext("Vì sao trả lại"), render_kw={"rows": 3, "maxlength": operations.LONGEST_REASON}
    )

    @property
    def draft_id(self) -> int:
        """0 for what is no id, which no draft has."""
        written = self.draft.data or ""
        return int(written) if written.isascii() and written.isdigit() and len(written) < 10 else 0
