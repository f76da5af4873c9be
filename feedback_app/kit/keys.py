"""Keys that programs and devices show (`Authorization: Bearer …`), and what requests with them are counted under."""

from hashlib import sha256
from typing import Final

from flask import Response, request
from flask_limiter.util import get_remote_address

from feedback_app.kit.problems import problem
from feedback_app.kit.security import limiter

# A hall behind one address may hold some revoked devices, each of which asks a few times a minute.
REJECTED: Final = "120/minute"


def shown_key() -> str:
    """The key of this request, empty where there is none."""
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    return key.strip() if scheme.lower() == "bearer" else ""


def by_key() -> str:
    """What accepted requests are counted under, so that nobody uses up the share of another behind the same address.

    Whoever invents keys begins anew with each; `key_rejected` counts those.
    """
    shown = shown_key()
    return sha256(shown.encode()).hexdigest() if shown else get_remote_address()


def key_rejected(message: str) -> tuple[Response, int, dict[str, str]]:
    """401 for a key that is none, counted by address whatever it was; 429 for too many. Good keys are not held up."""
    _count_rejected()
    return problem(401, [("Authorization", message)]), 401, {"WWW-Authenticate": "Bearer"}


@limiter.limit(REJECTED)
def _count_rejected() -> None:
    """Raises 429."""
