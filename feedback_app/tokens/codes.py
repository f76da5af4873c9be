"""Codes of dossiers as people write them, and the token that a code and a stage make. Pure.

A code is compared in one normal form and never taken apart: what its parts mean is the one-stop system's business.
"""

import hmac
import re
import unicodedata
from base64 import b32decode, b32encode
from collections.abc import Collection
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from feedback_app.kit.errors import N_, Invalid
from feedback_app.tokens.commands import USUAL_STAGE, Stage

LONGEST_CODE: Final = 64
_TOKEN_BYTES: Final = 16
_WRITTEN: Final = re.compile("[a-z2-7]{26}")
_DASHES: Final = re.compile("[\u00ad\u02d7\u058a\u2010-\u2015\u2043\u207b\u208b\u2212\u2796\ufe58\ufe63\uff0d]")
_UNSEEN: Final = re.compile("[\\s\u200b-\u200f\u2060\ufeff]+")


class BadCode(Invalid):
    """What was given is no dossier code of the format in use; its message never repeats it."""

    def __init__(self) -> None:
        super().__init__(
            N_(
                "Mã hồ sơ không đúng dạng ghi trên giấy hẹn, ví dụ 000.00.00.H50-251128-0001. "
                "Xin xem lại, hoặc để trống ô này."
            ),
            field="dossier",
        )


@dataclass(frozen=True, slots=True)
class Token:
    """128 bits that stand for one dossier at one stage; nobody without the key can tell for which."""

    value: bytes = field(repr=False)

    @classmethod
    def read(cls, written: str) -> "Token | None":
        """The token of an address or a form; None for what is none. Each has one spelling only."""
        if not _WRITTEN.fullmatch(written):
            return None
        token = cls(b32decode(f"{written.upper()}======"))
        return token if token.written == written else None

    @property
    def written(self) -> str:
        """26 letters and digits, fit for an address."""
        return b32encode(self.value).decode().rstrip("=").lower()

    @property
    def digest(self) -> bytes:
        """What is stored in its place: who reads the database cannot answer with it."""
        return sha256(self.value).digest()

    def issued_digest(self, stage: Stage, department_id: int) -> bytes:
        """What is stored of a token that a department's office named at a stage: whoever has the token can find out
        for which of a few departments and stages that was, and nobody can tell it from the row."""
        return sha256(self.value + f"{stage}/{department_id}".encode()).digest()


@dataclass(frozen=True, slots=True)
class Naming:
    """A dossier that an office names, at a stage, and the departments for whose answers it does so."""

    token: Token
    stage: Stage
    department_ids: Collection[int]

    @property
    def digests(self) -> tuple[bytes, ...]:
        return tuple(self.token.issued_digest(self.stage, each) for each in self.department_ids)


class Codes:
    """Makes tokens with the key of one service.

    The token is HMAC-SHA256 (RFC 2104) of stage and code under a key drawn from `secret` by a label of its own,
    cut to 128 bits. Codes can be counted through; without the key that leads nowhere.
    """

    def __init__(self, secret: str, pattern: str) -> None:
        self._key = hmac.digest(secret.encode(), b"dossier tokens", "sha256")
        self._pattern = re.compile(pattern)

    def token(self, code: str, stage: Stage | None) -> Token:
        """The token of a code as it was typed; without a stage that of USUAL_STAGE. Raises BadCode."""
        normal = normal_form(code)
        if len(normal) > LONGEST_CODE or not self._pattern.fullmatch(normal):
            raise BadCode
        # People leave the dots out: two codes that differ in nothing else are one.
        said = f"{stage or USUAL_STAGE}\n{normal.replace('.', '')}".encode()
        return Token(hmac.digest(self._key, said, "sha256")[:_TOKEN_BYTES])


def normal_form(code: str) -> str:
    """Upper case, no white space, one kind of dash: however a code was typed or copied, it is the same code."""
    plain = _DASHES.sub("-", _UNSEEN.sub("", unicodedata.normalize("NFKC", _DASHES.sub("-", code))))
    return unicodedata.normalize("NFC", plain.upper())
