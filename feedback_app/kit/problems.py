"""Errors as programs read them: problem details (RFC 9457), with every fault by the field it is about."""

from collections.abc import Sequence
from typing import Final

from flask import Response, json
from flask_babel import gettext

from feedback_app.kit.errors import N_

_TITLES: Final = {
    400: N_("Không đọc được nội dung gửi lên."),
    401: N_("Cần khóa để dùng địa chỉ này."),
    403: N_("Không được phép."),
    404: N_("Không có gì ở địa chỉ này."),
    405: N_("Địa chỉ này không dùng theo cách đó."),
    409: N_("Nội dung trái với dữ liệu đã lưu."),
    410: N_("Nội dung ở địa chỉ này đã hết hạn."),
    413: N_("Nội dung gửi lên quá lớn."),
    415: N_("Nội dung gửi lên phải là JSON và được khai là application/json."),
    422: N_("Nội dung gửi lên chưa đúng."),
    429: N_("Bạn gửi quá nhanh. Hãy đợi một phút rồi thử lại."),
    500: N_("Hệ thống đang gặp trục trặc. Hãy thử lại sau ít phút."),
}


def problem(status: int, faults: Sequence[tuple[str, str]] = ()) -> Response:
    """An `application/problem+json` answer. `faults` are (field, message); without any the title says what there is."""
    title = str(gettext(_TITLES.get(status, _TITLES[500 if status >= 500 else 400])))
    content = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "errors": [{"field": field, "message": message} for field, message in faults or [("", title)]],
    }
    return Response(json.dumps(content), status, content_type="application/problem+json")
