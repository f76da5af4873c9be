"""How rules and reasons are called where people read them, and what was left out as rows of a list."""

from collections.abc import Mapping
from typing import Final

from flask import Flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from feedback_app.kit.i18n import locale
from feedback_app.kit.numbers import format_count

RULE_LABELS: Final = {
    "burst": lazy_gettext("Dồn dập trong vài phút"),
    "after_hours": lazy_gettext("Nhập phiếu ngoài giờ làm việc"),
    "identical": lazy_gettext("Nhiều phiếu giống hệt liền nhau"),
    "pace": lazy_gettext("Nhập phiếu nhanh quá mức"),
    "divergence": lazy_gettext("Phiếu giấy khác hẳn ki-ốt"),
    "surplus": lazy_gettext("Số lượt đánh giá nhiều hơn số hồ sơ"),
    "trapped": lazy_gettext("Phiếu có điền ô mà người không thấy"),
}

REASON_LABELS: Final = {
    "repeated": lazy_gettext("Một người trả lời nhiều lần"),
    "not_citizen": lazy_gettext("Không phải người dân trả lời"),
    "keying": lazy_gettext("Nhập sai hoặc nhập trùng phiếu"),
    "device": lazy_gettext("Thiết bị lỗi hoặc chạm thử"),
    "pressured": lazy_gettext("Người trả lời bị ép hoặc bị mớm câu trả lời"),
    "other": lazy_gettext("Lý do khác"),
}


def init_app(app: Flask) -> None:
    app.jinja_env.filters.update(
        review_rule=lambda rule: str(RULE_LABELS.get(rule, rule)),
        exclusion_reason=lambda reason: str(REASON_LABELS[reason]),
        left_out_rows=left_out_rows,
    )


def left_out_rows(counts: Mapping[str, int]) -> list[tuple[str, str]]:
    """What a figure leaves out, for the component `facts`."""
    return [(term, format_count(count, locale())) for term, count in left_out_terms(counts)]


def left_out_terms(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """What a figure leaves out, in words: rapid touches always, exclusions by reason where there are any.

    `counts` is what ratings.queries.left_out gives.
    """
    return [
        (_("Lần chạm lặp lại quá nhanh trên cùng một thiết bị (không tính)"), counts.get("rapid", 0)),
        *(
            (_("Phiếu đã loại, hai người duyệt (không tính): %(reason)s", reason=label), counts[reason])
            for reason, label in REASON_LABELS.items()
            if counts.get(reason)
        ),
    ]
