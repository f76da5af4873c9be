"""What the QR codes of a form say, and the code that proves it was printed here. Pure.

Without it any QR code in the world would be a form, and anybody could print answers under somebody else's numbers.
"""

import hmac
import re
from base64 import b32encode
from dataclasses import dataclass
from typing import Final, cast

from feedback_app.kit.errors import N_, Invalid
from feedback_app.paper.layout import Design, Size

_WRITTEN: Final = re.compile(
    r"MC1/(?P<size>A4|A5)\.(?P<rules>[1-9]\d{0,2})\.(?P<coded>[01])"
    r"/(?P<version>\d{1,9})/(?P<department>\d{1,9})/(?P<batch>\d{1,9})/(?P<number>\d{1,11})/(?P<page>[1-9]\d?)"
    r"/(?P<mac>[A-Z2-7]{6})"
)


class NotOurs(Invalid):
    """The code was not printed by this service."""


@dataclass(frozen=True, slots=True)
class FormCode:
    """`page` counts from 1."""

    version_id: int
    design: Design
    department_id: int
    batch_id: int
    number: int
    page: int


def write(code: FormCode, key: bytes) -> str:
    """The text of the QR code; only characters of its alphanumeric mode, which keeps it small."""
    design = code.design
    said = (
        f"MC1/{design.size}.{design.rules}.{int(design.coded)}"
        f"/{code.version_id}/{code.department_id}/{code.batch_id}/{code.number}/{code.page}"
    )
    return f"{said}/{_mac(said, key)}"


def read(text: str, key: bytes) -> FormCode:
    """What a QR code says. Raises NotOurs for what was not written with this key."""
    code = peek(text)
    said, _slash, mac = text.rpartition("/")
    if code is None or not hmac.compare_digest(mac, _mac(said, key)):
        raise NotOurs(N_("Mã trên trang này không phải của phiếu do hệ thống này in."))
    return code


def peek(text: str) -> FormCode | None:
    """What a QR code says, unproved: enough to read a page by, never to believe it. None for another kind of code."""
    found = _WRITTEN.fullmatch(text)
    if found is None:
        return None
    design = Design(cast(Size, found["size"]), int(found["rules"]), found["coded"] == "1")
    numbers = (int(found[name]) for name in ("department", "batch", "number", "page"))
    return FormCode(int(found["version"]), design, *numbers)


def make_key(secret: str) -> bytes:
    """The key of the codes, drawn from a secret by a label of its own."""
    return hmac.digest(secret.encode(), b"paper forms", "sha256")


def _mac(said: str, key: bytes) -> str:
    """30 bits of HMAC-SHA256 (RFC 2104): a guess is right once in a thousand million."""
    return b32encode(hmac.digest(key, said.encode(), "sha256")).decode()[:6]
