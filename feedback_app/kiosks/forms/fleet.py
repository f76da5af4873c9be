"""Forms of the fleet's pages, and the file that a kiosk's menu exports."""

import json
from typing import Any, Final
from uuid import UUID

from flask_babel import lazy_gettext as _
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, PasswordField, SelectField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length, Regexp

from feedback_app.kiosks.commands import DeviceSettings, Position
from feedback_app.kiosks.forms.batches import Batch, read_items
from feedback_app.kiosks.forms.parts import identifier
from feedback_app.kiosks.labels import STAGES
from feedback_app.kit.errors import N_, Invalid
from feedback_app.kit.forms import Form

# What one request settles in some seconds (2.6 ms each); the page's script sends a larger file in parts.
MOST_AT_ONCE: Final = 2_500
# What a kiosk keeps at most (configuration.MOST), and room for those it keeps apart.
MOST_IN_A_FILE: Final = 25_000
LARGEST_FILE: Final = 32 * 1024 * 1024

_PIN_RULE: Final = Regexp(r"^[0-9]{4,8}$", message=_("PIN gồm 4 đến 8 chữ số."))
_PIN_HINT: Final = _("4 đến 8 chữ số; mở bảng chọn ẩn trên ki-ốt. Chỉ lưu dạng băm, không xem lại được.")
_NUMERIC: Final = {"inputmode": "numeric", "autocomplete": "off"}


class PositionForm(Form):
    """Where a device stands; the view offers the spots: "<place id>" or "<place id>-<counter id>"."""

    spot = SelectField(_("Nơi đặt"), validators=[InputRequired(_("Xin chọn nơi đặt."))])
    stage = SelectField(
        _("Giai đoạn hồ sơ"),
        description=_("Chỉ chọn khi người dân ở đây luôn đang ở một giai đoạn, như quầy trả kết quả."),
        choices=[SelectChoice("", _("Không phân biệt")), *(SelectChoice(key, name) for key, name in STAGES.items())],
    )

    @property
    def position(self) -> Position:
        place_id, _hyphen, counter_id = str(self.spot.data).partition("-")
        return Position(
            place_id=int(place_id),
            counter_id=int(counter_id) if counter_id else None,
            stage=self.stage.data or None,
        )


class EnrolForm(PositionForm):
    name = StringField(
        _("Tên ki-ốt"),
        description=_("Để phân biệt các máy với nhau, như “Sảnh tầng 1, cạnh cửa”."),
        validators=[InputRequired(_("Xin đặt tên cho ki-ốt.")), Length(max=80)],
    )
    pin = PasswordField(
        _("PIN"),
        description=_PIN_HINT,
        validators=[InputRequired(_("Xin đặt PIN.")), _PIN_RULE],
        render_kw=_NUMERIC,
    )


class SettingsForm(Form):
    name = StringField(_("Tên ki-ốt"), validators=[InputRequired(_("Xin đặt tên cho ki-ốt.")), Length(max=80)])
    keyboard = BooleanField(_("Có bàn phím trên màn hình để viết góp ý"))
    assisted = BooleanField(_("Có nút “cán bộ hỗ trợ” (phiếu được ghi riêng)"))
    handover = BooleanField(_("Cho viết tiếp trên điện thoại bằng mã QR"))
    dossiers_asked = BooleanField(_("Hỏi mã hồ sơ"))
    printer = BooleanField(_("Có máy in"))
    called = BooleanField(_("Chờ quầy gọi hồ sơ"))

    @property
    def settings(self) -> DeviceSettings:
        return DeviceSettings(
            keyboard=self.keyboard.data,
            printer=self.printer.data,
            called=self.called.data,
            handover=self.handover.data,
            assisted=self.assisted.data,
            dossiers_asked=self.dossiers_asked.data,
        )


class PinForm(Form):
    pin = PasswordField(
        _("PIN mới"),
        description=_PIN_HINT,
        validators=[InputRequired(_("Xin đặt PIN.")), _PIN_RULE],
        render_kw=_NUMERIC,
    )


class QueueFileForm(Form):
    file = FileField(
        _("Tệp phiếu xuất từ ki-ốt"),
        description=_(
            "Tệp JSON do bảng chọn ẩn của chính ki-ốt này xuất ra, không quá 32 MB. Nộp lại không bị đếm hai lần."
        ),
        validators=[FileRequired(_("Xin chọn tệp."))],
        render_kw={"accept": ".json,application/json"},
    )


class BadFile(Invalid):
    """A file is no export of this device."""


def read_export(content: bytes, *, device_id: UUID) -> Batch:
    """The answers in a file that this device exported, the oldest first; raises BadFile.

    {"device": uuid, "exported": ms by the device's clock, "items": [as in a batch]}
    """
    try:
        document: Any = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise BadFile(N_("Tệp không phải là JSON đọc được."), field="file") from error
    if not isinstance(document, dict):
        raise BadFile(N_("Tệp không phải do ki-ốt xuất ra."), field="file")
    try:
        named = identifier(document, "device")
        items = read_items(document, most=MOST_IN_A_FILE)
    except Invalid as error:
        raise BadFile(N_("Tệp không phải do ki-ốt xuất ra."), field="file") from error
    if len(items) > MOST_AT_ONCE:
        raise BadFile(
            N_(
                "Tệp có %(count)s phiếu; không có JavaScript thì mỗi lần nộp được nhiều nhất %(most)s phiếu. "
                "Hãy bật JavaScript cho trang này, tải lại trang rồi nộp lại: tệp sẽ được gửi lần lượt từng phần."
            ),
            field="file",
            count=len(items),
            most=MOST_AT_ONCE,
        )
    if named != device_id:
        raise BadFile(N_("Tệp này do một ki-ốt khác xuất ra. Hãy mở trang của ki-ốt ấy."), field="file")
    return Batch(uploaded=None, items=items)
