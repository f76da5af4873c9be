"""What people do against the usual course of a paper is done with a reason."""

from typing import Final

from feedback_app.kit.errors import N_, Invalid
from feedback_app.kit.text import normalise

LONGEST_REASON: Final = 300
# Reasons a form is spoiled for that no person typed; they stand among those people did.
RETURNED_BLANK: Final = N_("Phiếu thu về để trống, không có dấu nào")
NOTHING_READABLE: Final = N_("Phiếu thu về không đọc được câu trả lời nào")
ANSWERED_BEFORE: Final = N_("Hồ sơ ghi trên phiếu đã có câu trả lời ở bước này")
# Nobody saw an answer on these: a better scan may.
CAME_BACK_EMPTY: Final = (RETURNED_BLANK, NOTHING_READABLE)


class ReasonMissing(Invalid):
    """There is no reason, or it is too long."""


def given_reason(written: str, *, field: str = "reason") -> str:
    """The reason that somebody wrote in `field`, as it is kept. Raises ReasonMissing."""
    said = normalise(written)
    if not said:
        raise ReasonMissing(N_("Xin ghi rõ lý do."), field=field)
    if len(said) > LONGEST_REASON:
        raise ReasonMissing(N_("Lý do dài quá %(limit)s ký tự. Xin rút gọn lại."), field=field, limit=LONGEST_REASON)
    return said
