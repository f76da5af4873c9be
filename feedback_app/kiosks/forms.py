"""What a kiosk sends, read into `SubmitResponse`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from feedback_app.departments.queries import Spot
from feedback_app.kit.errors import N_, Invalid
from feedback_app.surveys.commands import SubmitResponse

OLDEST: Final = timedelta(hours=24)
_KEY = re.compile(r"[a-z0-9-]{1,80}")
_MOST_KEYS = 100


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
