"""How states, alerts and stages are called where people read them."""

from datetime import timedelta
from typing import Final

from flask import Flask
from flask_babel import format_timedelta
from flask_babel import lazy_gettext as _

STATES: Final = {
    "serving": (_("đang phục vụ"), "good"),
    "nobody_served": (_("bật, chưa ai chạm"), ""),
    "untouched": (_("có người làm thủ tục mà không ai chạm"), "warn"),
    "silent": (_("im lặng trong giờ làm việc"), "bad"),
    "closed": (_("ngoài giờ làm việc"), ""),
    "revoked": (_("đã thu hồi"), ""),
}
ALERTS: Final = {
    "silent": _("im lặng trong giờ làm việc"),
    "unsent": _("nhiều phiếu chưa gửi"),
    "clock": _("đồng hồ lệch quá 5 phút"),
    "storage": _("bộ nhớ có thể bị trình duyệt xóa"),
}
STAGES: Final = {
    "received": _("Nộp hồ sơ"),
    "supplement": _("Bổ sung hồ sơ"),
    "refused": _("Bị từ chối hồ sơ"),
    "returned": _("Nhận kết quả"),
}
OUTCOMES: Final = {
    "stored": _("Phiếu mới"),
    "completed": _("Điền tiếp phiếu đã có"),
    "same": _("Đã có sẵn, giống hệt"),
    "superseded": _("Đã có bản mới hơn"),
    "conflict": _("Khác với phiếu đã chốt, giữ để xem xét"),
    "answered_before": _("Hồ sơ này đã có đánh giá"),
    "refused": _("Không nhận được"),
}


def init_app(app: Flask) -> None:
    app.jinja_env.filters.update(
        kiosk_alert=lambda kind: str(ALERTS[kind]),
        kiosk_stage=lambda stage: str(STAGES[stage]),
        duration=lambda spent: str(format_timedelta(abs(spent), threshold=1.5)),
        megabytes=lambda size: size / 1024 / 1024,
        kiosk_drifts=lambda offset: abs(offset) > timedelta(minutes=5),
    )
