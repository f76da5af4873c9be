"""What a kiosk delivers, read item by item: one that cannot be read must not keep the others from being stored."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from feedback_app.departments.queries import Spot
from feedback_app.kiosks.forms.parts import clocks, flag, identifier, number, offset
from feedback_app.kiosks.touch_times import Clocks
from feedback_app.kit.errors import N_, Invalid
from feedback_app.surveys.commands import SubmitResponse
from feedback_app.surveys.lookups import read_code
from feedback_app.tokens.codes import Token
from feedback_app.tokens.commands import Stage

MOST_ITEMS: Final = 50
# In bytes: so many answers with a comment of 2,000 letters each, of three bytes, and room to spare.
LARGEST_BATCH: Final = 1024 * 1024
# Those of RFC 9562 that are random: kiosks make version 7, which keeps the order of touches; order is all it adds.
RANDOM_VERSIONS: Final = frozenset({4, 7})
_KEY = re.compile(r"[a-z0-9-]{1,80}")
_MOST_KEYS = 100
_LONGEST_CODE: Final = 200
_LARGEST_ID = 2**31 - 1


class BadDelivery(Invalid):
    """A kiosk sent something that is no delivery; `field` names the part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One delivery of one answer. `touched` is what the kiosk's clocks showed at the first touch, `known_ms` what it
    then knew of the server's clock minus its own; `assignment_id` is None on a page that is not enrolled. `dossier`
    is a code as it was typed, or the token that a call brought; `lookup` is the code on its citizen's slip."""

    id: UUID
    sequence: int
    assignment_id: int | None
    touched: Clocks
    known_ms: int | None
    version_id: int
    revision: int
    sealed: bool
    assisted: bool
    answers: Mapping[str, tuple[str, ...]]
    comments: Mapping[str, str]
    lookup: str | None
    dossier: str = field(default="", repr=False)

    def command(
        self,
        spot: Spot,
        *,
        stage: Stage | None,
        token: Token | None,
        device_id: UUID,
        assisted: bool,
        answered_at: datetime,
    ) -> SubmitResponse:
        """The answer of somebody who stood at `spot`, for a dossier at a stage, as far as it named one."""
        return SubmitResponse(
            id=self.id,
            version_id=self.version_id,
            channel="kiosk",
            receiving_department_id=spot.receiving_department_id,
            rated_department_id=spot.rated_department_id,
            answers=self.answers,
            comments=self.comments,
            answered_at=answered_at,
            sealed=self.sealed,
            revision=self.revision,
            place_id=spot.place_id,
            counter_id=spot.counter_id,
            field_id=spot.field_id,
            stage=stage,
            assisted=assisted,
            device_id=device_id,
            token=token,
        )


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An item at fault; `id` as it was sent, if it was sent at all."""

    id: str | None
    error: Invalid


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Items in the order of delivery; `uploaded` is what the kiosk's clocks showed as it sent them, None for a file."""

    uploaded: Clocks | None
    items: tuple[Item | Unreadable, ...]


def read_batch(document: Any) -> Batch:
    """A batch from a kiosk's parsed JSON, as docs/kiosks.md describes it; raises BadDelivery where it is none."""
    if not isinstance(document, dict):
        raise BadDelivery(N_("Nội dung gửi lên không phải là một lượt gửi của ki-ốt."), field="body")
    try:
        uploaded = clocks(document)
    except Invalid as error:
        raise BadDelivery(error.message, field=error.field, **error.values) from error
    return Batch(uploaded=uploaded, items=read_items(document, most=MOST_ITEMS))


def read_identifier(document: Any) -> UUID:
    """The id of a document that names one response; raises BadDelivery."""
    if not isinstance(document, dict):
        raise BadDelivery(N_("Nội dung gửi lên không phải là một phiếu."), field="body")
    return identifier(document, "id")


def read_items(document: Mapping[str, Any], *, most: int) -> tuple[Item | Unreadable, ...]:
    """Every item of a document with a list `items`; raises BadDelivery where there is no list, or too long a one."""
    items = document.get("items")
    if not isinstance(items, list) or len(items) > most:
        raise BadDelivery(N_("Mục “items” phải là danh sách không quá %(most)s phiếu."), field="items", most=most)
    return tuple(_item_or_fault(each) for each in items)


def _item_or_fault(document: Any) -> Item | Unreadable:
    try:
        return _item(document)
    except Invalid as error:
        named = document.get("id") if isinstance(document, dict) else None
        return Unreadable(named[:80] if isinstance(named, str) else None, error)


def _item(document: Any) -> Item:
    if not isinstance(document, dict):
        raise BadDelivery(N_("Nội dung gửi lên không phải là một phiếu."), field="body")
    return Item(
        id=_response_id(document),
        sequence=number(document, "sequence", 0, 2**53),
        assignment_id=None if document.get("assignment") is None else number(document, "assignment", 1, _LARGEST_ID),
        touched=clocks(document),
        known_ms=offset(document, "offset"),
        version_id=number(document, "version", 1, _LARGEST_ID),
        revision=number(document, "revision", 1, 32_000),
        sealed=flag(document, "sealed"),
        assisted=flag(document, "assisted", default=False),
        answers={key: _keys(key, value) for key, value in _part(document, "answers").items()},
        dossier=_dossier(document),
        comments={key: _written(key, value) for key, value in _part(document, "comments").items()},
        # An answer is worth more than the slip that goes with it.
        lookup=read_code(document.get("lookup")),
    )


def _response_id(document: Mapping[str, Any]) -> UUID:
    """Counted, copied or derived ids meet between devices, and the second answer under one would pass for the first."""
    found = identifier(document, "id")
    if found.version not in RANDOM_VERSIONS:
        raise BadDelivery(N_("Mã phiếu phải là UUID ngẫu nhiên: phiên bản 7 hoặc 4."), field="id")
    return found


def _dossier(document: Mapping[str, Any]) -> str:
    """What stands for a dossier, if it can be one at all."""
    given = document.get("dossier")
    return given if isinstance(given, str) and len(given) <= _LONGEST_CODE else ""


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
