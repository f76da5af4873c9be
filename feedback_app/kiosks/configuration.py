"""What a kiosk works with: its questions, every text in both languages, waiting times and what it may offer.

An enrolled device pulls it and keeps it, so that it also starts without network; a page that is not enrolled
carries it.
"""

import hashlib
import json
from base64 import b64encode
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from flask_babel import force_locale, gettext

from feedback_app.departments.queries import Spot
from feedback_app.kiosks.commands import DeviceSettings, Pin
from feedback_app.kiosks.queries import DeviceView
from feedback_app.kit import i18n
from feedback_app.surveys.versions import VersionView
from feedback_app.tokens.commands import Stage

if TYPE_CHECKING:
    from config import Settings

# Unsent answers above ALARM are an alarm; a device stops asking at MOST rather than lose any. About 600 bytes each.
ALARM: Final = 200
MOST: Final = 20_000
REPORT_SECONDS: Final = 60


def device_configuration(
    device: DeviceView, spot: Spot, version: VersionView, settings: "Settings", *, demonstration: bool
) -> dict[str, Any]:
    """The configuration of an enrolled device, without `now` and without `settings`, the number it has itself."""
    return _configuration(
        spot,
        version,
        settings,
        device_id=device.id,
        name=device.name,
        assignment=device.assignment.id,
        stage=device.assignment.position.stage,
        offered=device.settings,
        pin=device.pin,
        demonstration=demonstration,
    )


def page_configuration(
    spot: Spot, version: VersionView, settings: "Settings", *, url: str, demonstration: bool, now: datetime
) -> dict[str, Any]:
    """The configuration of a page that is not enrolled; it delivers to `url`."""
    return {
        **_configuration(
            spot,
            version,
            settings,
            device_id=None,
            name=spot.place_name,
            assignment=None,
            stage=None,
            offered=DeviceSettings(),
            pin=None,
            demonstration=demonstration,
        ),
        "settings": 0,
        "url": url,
        "now": in_milliseconds(now),
    }


def digest(configuration: dict[str, Any]) -> bytes:
    """Equal for equal configurations."""
    return hashlib.sha256(json.dumps(configuration, sort_keys=True).encode()).digest()


def in_milliseconds(moment: datetime) -> int:
    """Milliseconds since the epoch, as browsers count."""
    return int(moment.timestamp() * 1000)


def _configuration(
    spot: Spot,
    version: VersionView,
    settings: "Settings",
    *,
    device_id: UUID | None,
    name: str,
    assignment: int | None,
    stage: Stage | None,
    offered: DeviceSettings,
    pin: Pin | None,
    demonstration: bool,
) -> dict[str, Any]:
    texts = {}
    for language in i18n.LANGUAGES:
        with force_locale(language):
            texts[language] = _texts(spot, version, settings)
    return {
        "device": None if device_id is None else str(device_id),
        "name": name,
        "assignment": assignment,
        "version": version.id,
        "questions": [
            {
                "key": question.key,
                "kind": question.kind,
                "overall": question.overall,
                "shown_for": list(question.shown_for),
                "hint": question.hint is not None,
                "choices": [{"key": choice.key, "outcome": choice.outcome} for choice in question.choices],
            }
            for question in version.questions
        ],
        "texts": texts,
        "seconds": {
            "idle": settings.kiosk.idle_after_rating,
            "typing": settings.kiosk.idle_while_typing,
            "countdown": settings.kiosk.countdown,
            "thanks": settings.kiosk.thanks,
        },
        "alarm": ALARM,
        "most": MOST,
        "report_seconds": REPORT_SECONDS,
        "pin": None
        if pin is None
        else {
            "salt": b64encode(pin.salt).decode(),
            "iterations": pin.iterations,
            "hash": b64encode(pin.hash).decode(),
        },
        "stage": stage,
        "dossiers": {"asked": offered.dossiers_asked, "pattern": settings.dossier_code_pattern},
        "keyboard": offered.keyboard,
        "printer": offered.printer,
        "called": offered.called,
        "handover": offered.handover,
        # Kept with the answer by the same key that brings it, so not on a page that anybody opens.
        "lookup": device_id is not None,
        "assisted": offered.assisted,
        "demonstration": demonstration,
    }


def _texts(spot: Spot, version: VersionView, settings: "Settings") -> dict[str, str]:
    """Texts of the kiosk by key, in the language in force. A text without English is given in Vietnamese."""
    office = settings.office
    say = i18n.text_in
    texts = {
        "title": gettext("Đánh giá sự phục vụ"),
        "office": say(office.name, office.name_en),
        "place": say(spot.place_name, spot.place_name_en),
        "start-hint": gettext("Chạm vào một khuôn mặt. Không ghi tên người đánh giá."),
        "language": gettext("Ngôn ngữ"),
        "display": gettext("Cách hiển thị"),
        "large": gettext("Chữ lớn"),
        "contrast": gettext("Tương phản cao"),
        "choose": gettext("Chọn mức này"),
        "continue": gettext("Tiếp tục"),
        "skip": gettext("Bỏ qua"),
        "send": gettext("Gửi góp ý"),
        "thanks": gettext("Cảm ơn Ông/Bà đã đánh giá"),
        "thanks-hint": gettext("Ý kiến đã được ghi nhận."),
        "thanks-sending": gettext("Ý kiến đang được gửi."),
        "thanks-before": gettext(
            "Hồ sơ này đã có câu trả lời ở bước này và câu trả lời ấy vẫn được tính, nên lần này không được ghi thêm."
        ),
        "next-person": gettext("Mời người tiếp theo"),
        "idle-title": gettext("Ông/Bà còn ở đây không?"),
        "idle-before": gettext("Màn hình sẽ trở về ban đầu sau"),
        "idle-unit": gettext("giây"),
        "more-time": gettext("Tôi cần thêm thời gian"),
        "unsent": gettext("Phiếu đang chờ gửi"),
        "demonstration": gettext("Dữ liệu trình diễn – không phải số liệu thật"),
        **_offered_texts(),
    }
    if spot.counter_name:
        texts["place"] += f" – {say(spot.counter_name, spot.counter_name_en)}"
    for question in version.questions:
        texts[f"q-{question.key}"] = say(question.text, question.text_en)
        texts[f"h-{question.key}"] = say(question.hint or "", question.hint_en)
        for choice in question.choices:
            texts[f"c-{question.key}-{choice.key}"] = say(choice.text, choice.text_en)
    return texts


def _offered_texts() -> dict[str, str]:
    """What a kiosk says where its settings offer more than the questions, and where it cannot go on."""
    return {
        "not-durable": gettext("Dành cho cán bộ: trình duyệt không cho lưu, phiếu chưa gửi sẽ mất khi tắt máy."),
        "full": gettext("Xin lỗi Ông/Bà, ki-ốt tạm chưa nhận thêm đánh giá"),
        "full-hint": gettext("Xin Ông/Bà đánh giá tại bàn hướng dẫn hoặc trên điện thoại."),
        "full-staff": gettext("Dành cho cán bộ: bộ nhớ phiếu chờ đã đầy. Hãy nối mạng hoặc xuất phiếu ra tệp."),
        "read": gettext("Đọc to"),
        "assisted": gettext("Có người giúp"),
        "invitation": gettext("Mời người vừa nhận kết quả"),
        "dossier": gettext("Mã hồ sơ (không bắt buộc)"),
        "dossier-taken": gettext("Đã nhận mã hồ sơ."),
        "dossier-wrong": gettext("Mã chưa đúng. Ông/Bà vẫn đánh giá được."),
        "handover": gettext("Viết tiếp trên điện thoại"),
        "handover-title": gettext("Quét mã để viết tiếp trên điện thoại"),
        "handover-hint": gettext("Đánh giá đã chọn được giữ nguyên. Mã chỉ dùng được trong ít phút."),
        "handover-done": gettext("Tôi đã quét xong"),
        "handover-failed": gettext("Chưa tạo được mã. Ông/Bà có thể viết ngay tại đây."),
        "lookup": gettext("Lấy mã tra cứu"),
        "lookup-hint": gettext("Mã tra cứu phiếu của Ông/Bà, chỉ hiện một lần:"),
        "print": gettext("In mã"),
        "keyboard": gettext("Bàn phím"),
        "key-shift": gettext("Chữ hoa"),
        "key-back": gettext("Xóa chữ cuối"),
        "key-done": gettext("Xong"),
        "key-space": gettext("Dấu cách"),
        "key-signs": gettext("Số và dấu câu"),
        "key-letters": gettext("Chữ cái"),
        "key-acute": gettext("Dấu sắc"),
        "key-grave": gettext("Dấu huyền"),
        "key-hook": gettext("Dấu hỏi"),
        "key-tilde": gettext("Dấu ngã"),
        "key-dot": gettext("Dấu nặng"),
    }
