"""The CSRF token of a form that anybody may send: bound to a cookie of its own, with no session to open, sign and pack.

A signed double submit. The cookie holds a random secret; the form carries what only this service can make of it (a
keyed digest). Another site can neither read a visitor's cookie nor set one: over HTTPS the prefix `__Host-` leaves that
to this very host. Flask-WTF's token in the session gives as much and costs many times the work; it stays for whoever
has a session: staff, kiosks and voters.
"""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from typing import Final

from flask import Flask, Request, Response

FIELD: Final = "csrf_token"
_SECRET: Final = re.compile(r"[A-Za-z0-9_-]{22}")


@dataclass(frozen=True, slots=True)
class Visitor:
    """`secret` belongs in this visitor's cookie alone, `token` in the forms shown to them."""

    secret: str
    token: str


class VisitorTokens:
    """Makes and checks the tokens of one application."""

    def __init__(self, secret_key: str, *, secure_cookies: bool) -> None:
        self._key = hmac.digest(secret_key.encode(), b"visitor tokens", "sha256")
        self._secure = secure_cookies
        self._cookie = "__Host-khach" if secure_cookies else "khach"

    def visitor(self, request: Request) -> Visitor:
        """The one whose cookie came along, else a new one."""
        secret = request.cookies.get(self._cookie, "")
        if not _SECRET.fullmatch(secret):
            secret = secrets.token_urlsafe(16)
        return Visitor(secret, hashlib.blake2b(secret.encode(), key=self._key, digest_size=32).hexdigest())

    def is_own(self, request: Request, visitor: Visitor) -> bool:
        """Whether the form that was sent is one shown to this visitor."""
        return hmac.compare_digest(request.form.get(FIELD, "").encode(), visitor.token.encode())

    def remember(self, visitor: Visitor, response: Response) -> None:
        """Give the visitor their cookie; it ends with the browser's session."""
        response.set_cookie(self._cookie, visitor.secret, secure=self._secure, httponly=True, samesite="Lax")


def init_app(app: Flask, *, secure_cookies: bool) -> None:
    app.extensions["visitor_tokens"] = VisitorTokens(app.config["SECRET_KEY"], secure_cookies=secure_cookies)
