"""The phone's form, read into `SubmitResponse`; and a reviewer's form."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from flask import request
from flask_babel import lazy_gettext as _
from werkzeug.datastructures import MultiDict
from wtforms import SelectField, StringField, SubmitField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, ValidationError

from feedback_app.departments.queries import FieldView, ProcedureView, Spot
from feedback_app.kit.errors import N_, Invalid, Refused
from feedback_app.kit.forms import Form
from feedback_app.surveys.commands import Channel, SubmitResponse
from feedback_app.surveys.labels import STAGE_LABELS
from feedback_app.surveys.versions import VersionView, examine
from feedback_app.tokens.codes import BadCode, Codes, Token
from feedback_app.tokens.commands import STAGES, Stage

# Looks to a machine like something to fill in; no person sees it (form.html).
TRAP: Final = "website"
_VERSION = re.compile(r"[0-9]{1,9}")


class NotOffered(Invalid):
    """A choice that the form does not have."""


class LapsedForm(Invalid):
    """A form without its visitor's token: the cookie is gone, or another site sent it."""

    def __init__(self) -> None:
        super().__init__(N_("Phiên làm việc đã hết hạn. Xin bấm gửi lần nữa; những gì Ông/Bà đã điền vẫn còn ở đây."))


class LapsedSlip(Invalid):
    """The address of a slip that was not issued, or no longer holds."""

    def __init__(self) -> None:
        super().__init__(
            N_("Phiếu mời này không còn hiệu lực hoặc địa chỉ chưa đúng. Ông/Bà vẫn có thể góp ý bằng phiếu dưới đây.")
        )


class OutdatedForm(Invalid):
    """A form of a version that this door does not ask, or of none."""

    def __init__(self) -> None:
        super().__init__(
            N_(
                "Mẫu phiếu của nơi này đã thay đổi. Những gì Ông/Bà đã điền mà mẫu mới vẫn hỏi được giữ lại; "
                "xin xem lại rồi bấm gửi."
            )
        )


@dataclass(frozen=True, slots=True)
class Offer:
    """A procedure field to choose from and those of its procedures that are; `settled` where the counter names it."""

    field: FieldView
    procedures: tuple[ProcedureView, ...]
    settled: bool = False


@dataclass(frozen=True, slots=True)
class OpenedSlip:
    """A slip that holds where it was opened: its token, and the stage for which it was issued."""

    token: Token
    stage: Stage


@dataclass(frozen=True, slots=True)
class Envelope:
    """What a form carries beside its answers, which are read by the rules of their version.

    `response_id` was made when the form was opened, None when it did not come back whole; `version_id` was answered and
    may no longer be the newest, 0 when it did not come back whole. `stage` and `about`, a field or a procedure, are as
    they came, and so are `dossier`, a code that was typed, and `slip`, the token of a printed one.
    """

    response_id: UUID | None
    version_id: int
    channel: Channel
    stage: str
    about: str
    dossier: str
    slip: str


def read_envelope(form: MultiDict[str, str]) -> Envelope:
    """The envelope of a form sent by a browser. Nothing in it is refused here."""
    try:
        response_id = UUID(form.get("response", ""))
    except ValueError:
        response_id = None
    version = form.get("version", "")
    return Envelope(
        response_id=response_id,
        version_id=int(version) if _VERSION.fullmatch(version) else 0,
        channel="qr" if form.get("channel") == "qr" else "web",
        stage=form.get("stage", ""),
        about=form.get("field", ""),
        dossier=form.get("dossier", ""),
        slip=form.get("slip", ""),
    )


@dataclass(slots=True)
class Filled:
    """A form as it came: what was chosen and typed, by question key, and what is wrong with it, if anything.

    `about` is "7" for a field and "p12" for a procedure. `notice` is what keeps the form as a whole from being taken;
    its answers may then be perfectly right.
    """

    answers: dict[str, tuple[str, ...]] = field(default_factory=dict)
    comments: dict[str, str] = field(default_factory=dict)
    stage: str = ""
    about: str = ""
    dossier: str = ""
    errors: dict[str, Refused] = field(default_factory=dict)
    notice: Refused | None = None


def read_form(
    form: MultiDict[str, str],
    envelope: Envelope,
    version: VersionView,
    spot: Spot,
    offers: Sequence[Offer],
    *,
    codes: Codes,
    slip: OpenedSlip | None,
    new_id: UUID,
    now: datetime,
) -> tuple[SubmitResponse, Filled]:
    """The command a filled form makes, valid if `Filled.errors` is empty.

    `offers` are the fields and procedures to choose; with a `slip` its dossier and its stage hold, whatever the form
    says; `new_id` stands in when the form's own id was lost on the way.
    """
    filled = Filled(stage=envelope.stage, about=envelope.about, dossier=envelope.dossier)
    for question in version.questions:
        given = form.getlist(f"q-{question.key}")
        if question.kind == "text":
            filled.comments[question.key] = given[0] if given else ""
        elif given:
            filled.answers[question.key] = tuple(given)
    stage = slip.stage if slip else next((each for each in STAGES if each == filled.stage), None)
    chosen = _offered(offers).get(filled.about)
    field_id, procedure_id = chosen or (None, None)
    command = SubmitResponse(
        id=envelope.response_id or new_id,
        version_id=version.id,
        channel=envelope.channel,
        receiving_department_id=spot.receiving_department_id,
        rated_department_id=spot.rated_department_id,
        answers=filled.answers,
        comments=filled.comments,
        answered_at=now,
        sealed=True,
        place_id=spot.place_id,
        counter_id=spot.counter_id,
        field_id=spot.field_id or field_id,
        procedure_id=procedure_id,
        stage=stage,
        token=slip.token if slip else _token(envelope, stage, codes, filled),
        trapped=bool(form.get(TRAP, "").strip()),
    )
    filled.errors.update(examine(version, command)[1])
    if filled.stage and stage is None:
        filled.errors["stage"] = NotOffered(N_("Xin chọn một giai đoạn có trong danh sách."), field="stage")
    if filled.about and chosen is None:
        filled.errors["field"] = NotOffered(N_("Xin chọn một lĩnh vực hoặc thủ tục có trong danh sách."), field="field")
    return command, filled


def _token(envelope: Envelope, stage: Stage | None, codes: Codes, filled: Filled) -> Token | None:
    """What stands for the dossier whose code was typed, if any was."""
    if not envelope.dossier.strip():
        return None
    try:
        return codes.token(envelope.dossier, stage)
    except BadCode as error:
        filled.errors["dossier"] = error
        return None


def _offered(offers: Sequence[Offer]) -> dict[str, tuple[int, int | None]]:
    """Field and procedure by the value that the form has for them."""
    fields = {str(each.field.id): (each.field.id, None) for each in offers if not each.settled}
    return fields | {f"p{own.id}": (own.field_id, own.id) for each in offers for own in each.procedures}


class SlipForm(Form):
    """Which dossiers get a slip; the view fills the list of places."""

    place = SelectField(_("Điểm phục vụ"), validators=[InputRequired(_("Xin chọn điểm phục vụ."))])
    stage = SelectField(
        _("Bước của hồ sơ"),
        choices=[SelectChoice(value, label) for value, label in STAGE_LABELS.items()],
        default="returned",
    )
    codes = TextAreaField(
        _("Mã hồ sơ"),
        description=_("Mỗi dòng một mã, nhiều nhất 500 dòng. Mã chỉ được in lên phiếu, không được lưu."),
        validators=[InputRequired(_("Xin nhập ít nhất một mã hồ sơ."))],
        render_kw={"rows": 8, "autocomplete": "off", "spellcheck": "false"},
    )
    layout = SelectField(
        _("Khổ in"),
        choices=[
            SelectChoice("sheet", _("Bốn phiếu trên một tờ A4, cắt theo đường chấm")),
            SelectChoice("single", _("Mỗi phiếu một trang A6")),
        ],
        default="sheet",
    )
    submit = SubmitField(_("Tạo tệp PDF để in"))


# Data rather than text of the page: a reason goes into the trail in the words in which it was given.
REFUSALS: Final = (
    ("", _("Chọn lý do")),
    ("Nêu tên hoặc chi tiết để nhận ra một người", _("Nêu tên hoặc chi tiết để nhận ra một người")),
    ("Lời lẽ xúc phạm", _("Lời lẽ xúc phạm")),
    ("Quảng cáo, nội dung rác", _("Quảng cáo, nội dung rác")),
    ("Không liên quan đến việc giải quyết hồ sơ", _("Không liên quan đến việc giải quyết hồ sơ")),
    ("Lý do khác", _("Lý do khác")),
)
OTHER_REFUSAL: Final = "Lý do khác"


class ReviewForm(Form):
    """One comment under review: the text to show, or why it is not shown."""

    text = TextAreaField(
        _("Nội dung cho hiện"),
        description=_(
            "Đã che sẵn những gì nhận ra được. Che thêm tên người, địa chỉ nếu cần; không viết lại ý của người dân."
        ),
        render_kw={"autofocus": True, "rows": 6, "lang": "vi"},
    )
    reason = SelectField(
        _("Lý do không cho hiện"),
        choices=[SelectChoice(value, label) for value, label in REFUSALS],
        default="",
        render_kw={"accesskey": "l"},
    )
    words = StringField(_("Nói rõ thêm"))

    @property
    def refuses(self) -> bool:
        """Which of the two buttons was pressed."""
        return request.form.get("decision") == "refuse"

    @property
    def said(self) -> str:
        """The whole reason; "another reason" alone says nothing."""
        words = (self.words.data or "").strip()
        if self.reason.data == OTHER_REFUSAL:
            return words
        return ": ".join(part for part in (self.reason.data, words) if part)

    def validate_reason(self, field: SelectField) -> None:
        """Enter in the field of the reason presses the first button: a reason must not clear the comment."""
        if not self.refuses and (field.data or (self.words.data or "").strip()):
            raise ValidationError(_("Đã có lý do không cho hiện: hãy bấm “Không cho hiện”, hoặc xóa lý do rồi duyệt."))
