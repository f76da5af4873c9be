"""What arrives at the doors, read into `SubmitResponse`: the phone's form, the kiosk's JSON; and a reviewer's form."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, get_args
from uuid import UUID

from flask import request
from flask_babel import lazy_gettext as _
from werkzeug.datastructures import MultiDict
from wtforms import SelectField, StringField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import ValidationError

from feedback_app.departments.queries import FieldView, ProcedureView, Spot
from feedback_app.kit.errors import N_, Invalid, Refused
from feedback_app.kit.forms import Form
from feedback_app.surveys.commands import Channel, Stage, SubmitResponse
from feedback_app.surveys.versions import VersionView, examine

STAGES: Final[tuple[Stage, ...]] = get_args(Stage)
OLDEST: Final = timedelta(hours=24)
_KEY = re.compile(r"[a-z0-9-]{1,80}")
_MOST_KEYS = 100
_VERSION = re.compile(r"[0-9]{1,9}")


class BadDelivery(Invalid):
    """A kiosk sent something that is no delivery; `field` names the part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One delivery of a kiosk. `age` is how long ago the first touch was by the kiosk's monotonic clock, 0 to 24 h."""

    version_id: int
    revision: int
    sealed: bool
    age: timedelta
    device_id: UUID | None
    answers: Mapping[str, tuple[str, ...]]
    comments: Mapping[str, str]

    def command(self, response_id: UUID, spot: Spot, *, now: datetime) -> SubmitResponse:
        """The answer of somebody who stood at `spot`. The device's own calendar has no say in when that was."""
        return SubmitResponse(
            id=response_id,
            version_id=self.version_id,
            channel="kiosk",
            receiving_department_id=spot.receiving_department_id,
            rated_department_id=spot.rated_department_id,
            answers=self.answers,
            comments=self.comments,
            answered_at=now - self.age,
            sealed=self.sealed,
            revision=self.revision,
            place_id=spot.place_id,
            counter_id=spot.counter_id,
            field_id=spot.field_id,
            device_id=self.device_id,
        )


def read_delivery(document: Any) -> Delivery:
    """A delivery from a kiosk's parsed JSON; raises BadDelivery.

    {"version": 3, "revision": 1, "sealed": false, "age_ms": 250, "device": "…",
     "answers": {"overall": ["satisfied"]}, "comments": {"comment": "…"}}
    """
    if not isinstance(document, dict):
        raise BadDelivery(N_("Nội dung gửi lên không phải là một phiếu."), field="body")
    sealed = document.get("sealed")
    if not isinstance(sealed, bool):
        raise BadDelivery(N_("Phiếu không ghi đã điền xong hay chưa."), field="sealed")
    return Delivery(
        version_id=_number(document, "version", 1, 2**31 - 1),
        revision=_number(document, "revision", 1, 32_000),
        sealed=sealed,
        age=min(OLDEST, timedelta(milliseconds=_number(document, "age_ms", 0, 10**15))),
        device_id=_device(document.get("device")),
        answers={key: _keys(key, value) for key, value in _part(document, "answers").items()},
        comments={key: _written(key, value) for key, value in _part(document, "comments").items()},
    )


def _number(document: Mapping[str, Any], name: str, low: int, high: int) -> int:
    value = document.get(name)
    if type(value) is not int or not low <= value <= high:
        raise BadDelivery(N_("Mục “%(name)s” phải là số nguyên hợp lệ."), field=name, name=name)
    return value


def _device(value: Any) -> UUID | None:
    if value is None:
        return None
    try:
        return UUID(value)
    except (ValueError, AttributeError, TypeError) as error:
        raise BadDelivery(N_("Mã thiết bị không hợp lệ."), field="device") from error


def _part(document: Mapping[str, Any], name: str) -> dict[str, Any]:
    value = document.get(name, {})
    if not isinstance(value, dict) or len(value) > _MOST_KEYS or not all(_KEY.fullmatch(key) for key in value):
        raise BadDelivery(N_("Các câu trả lời không đọc được."), field=name)
    return value


def _keys(question: str, value: Any) -> tuple[str, ...]:
    if (
        not isinstance(value, list)
        or len(value) > _MOST_KEYS
        or not all(isinstance(key, str) and _KEY.fullmatch(key) for key in value)
    ):
        raise BadDelivery(N_("Câu trả lời không đọc được."), field=question)
    return tuple(value)


def _written(question: str, value: Any) -> str:
    if not isinstance(value, str):
        raise BadDelivery(N_("Ý kiến phải là chữ."), field=question)
    return value


class LapsedForm(Invalid):
    """A form without its visitor's token: the cookie is gone, or another site sent it."""

    def __init__(self) -> None:
        super().__init__(N_("Phiên làm việc đã hết hạn. Xin bấm gửi lần nữa; những gì Ông/Bà đã điền vẫn còn ở đây."))


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
class Envelope:
    """What a form carries beside its answers, which are read by the rules of their version.

    `response_id` was made when the form was opened, None when it did not come back whole; `version_id` was answered and
    may no longer be the newest, 0 when it did not come back whole. `stage` and `about`, a field or a procedure, are as
    they came.
    """

    response_id: UUID | None
    version_id: int
    channel: Channel
    stage: str
    about: str


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
    errors: dict[str, Refused] = field(default_factory=dict)
    notice: Refused | None = None


def read_form(
    form: MultiDict[str, str],
    envelope: Envelope,
    version: VersionView,
    spot: Spot,
    offers: Sequence[Offer],
    *,
    new_id: UUID,
    now: datetime,
) -> tuple[SubmitResponse, Filled]:
    """The command a filled form makes, valid if `Filled.errors` is empty.

    `offers` are the fields and procedures to choose; `new_id` stands in when the form's own id was lost on the way.
    """
    filled = Filled(stage=envelope.stage, about=envelope.about)
    for question in version.questions:
        given = form.getlist(f"q-{question.key}")
        if question.kind == "text":
            filled.comments[question.key] = given[0] if given else ""
        elif given:
            filled.answers[question.key] = tuple(given)
    stage = next((each for each in STAGES if each == filled.stage), None)
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
    )
    filled.errors.update(examine(version, command)[1])
    if filled.stage and stage is None:
        filled.errors["stage"] = BadDelivery(N_("Xin chọn một giai đoạn có trong danh sách."), field="stage")
    if filled.about and chosen is None:
        filled.errors["field"] = BadDelivery(
            N_("Xin chọn một lĩnh vực hoặc thủ tục có trong danh sách."), field="field"
        )
    return command, filled


def _offered(offers: Sequence[Offer]) -> dict[str, tuple[int, int | None]]:
    """Field and procedure by the value that the form has for them."""
    fields = {str(each.field.id): (each.field.id, None) for each in offers if not each.settled}
    return fields | {f"p{own.id}": (own.field_id, own.id) for each in offers for own in each.procedures}


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
