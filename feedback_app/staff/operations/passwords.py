"""Passwords: which are let in, how they are kept, and one made up by the machine.

They are kept as Argon2id hashes with the library's current parameters (RFC 9106, low-memory profile).
"""

import secrets
import unicodedata
from functools import cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from feedback_app.kit.errors import N_, Invalid

SHORTEST_PASSWORD: Final = 10
# Hashing reads the whole password, so an endless one would be a cheap way to keep the server busy.
LONGEST_PASSWORD: Final = 200

# Without 0 o, 1 l i: a generated password is read from a screen and typed by hand.
_READABLE = "abcdefghjkmnpqrstuvwxyz23456789"
_hasher = PasswordHasher()


class BadPassword(Invalid):
    """The new password is too easy, or the current one was typed wrong."""


def generate_password() -> str:
    """Sixteen readable characters in groups of four: 79 bits."""
    return "-".join("".join(secrets.choice(_READABLE) for _ in range(4)) for _ in range(4))


def check_password(password: str, *, username: str) -> None:
    """Raises BadPassword where it is too short, too long, or easy to guess."""
    typed = _typed(password)
    if not SHORTEST_PASSWORD <= len(typed) <= LONGEST_PASSWORD:
        raise BadPassword(
            N_("Mật khẩu cần từ %(shortest)s đến %(longest)s ký tự."),
            field="new",
            shortest=SHORTEST_PASSWORD,
            longest=LONGEST_PASSWORD,
        )
    if username in typed.lower() or len(set(typed)) < 4:
        raise BadPassword(
            N_("Mật khẩu quá dễ đoán: không chứa tên đăng nhập, không chỉ lặp lại vài ký tự."), field="new"
        )


def hash_password(password: str) -> str:
    """What is stored of it."""
    return _hasher.hash(_typed(password))


def matches(password_hash: str, password: str) -> bool:
    """Whether this is the password of the hash; an endless one is not even tried."""
    if len(password) > LONGEST_PASSWORD:
        return False
    try:
        return _hasher.verify(password_hash, _typed(password))
    except VerificationError:
        return False


def needs_rehash(password_hash: str) -> bool:
    """Whether it was made with parameters of another day."""
    return _hasher.check_needs_rehash(password_hash)


@cache
def nobodys_hash() -> str:
    """A hash no password is known for, with the parameters in use."""
    return hash_password(secrets.token_urlsafe())


def _typed(password: str) -> str:
    """One form for what different keyboards send for the same Vietnamese letters."""
    return unicodedata.normalize("NFC", password)
