"""How doors and stages are called where people read them."""

from typing import Final

from flask_babel import lazy_gettext as _

CHANNEL_LABELS: Final = {
    "kiosk": _("Ki-ốt"),
    "qr": _("Mã QR"),
    "web": _("Trang web"),
    "paper": _("Phiếu giấy"),
    "scan": _("Phiếu quét"),
}
STAGE_LABELS: Final = {
    "returned": _("Khi nhận kết quả"),
    "received": _("Khi nộp hồ sơ"),
    "supplement": _("Khi được yêu cầu bổ sung hồ sơ"),
    "refused": _("Khi bị từ chối hồ sơ"),
}
