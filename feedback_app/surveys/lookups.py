"""Codes by which somebody finds out later what became of their response. Pure."""

import re
from hashlib import sha256
from typing import Final

# Without 0 O, 1 I L. The kiosk picks ten at random: 31^10 codes, of which nobody finds one by trying.
ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_CODE: Final = re.compile(f"[{ALPHABET}]{{10}}")


def read_code(written: object) -> str | None:
    """The code in what somebody typed or a kiosk sent, without the spaces and dashes it is printed with, or None."""
    if not isinstance(written, str) or len(written) > 40:
        return None
    code = re.sub(r"[\s.\-–]", "", written).upper()
    return code if _CODE.fullmatch(code) else None


def lookup_digest(code: str) -> bytes:
    """All that is kept of a code."""
    return sha256(code.encode()).digest()
