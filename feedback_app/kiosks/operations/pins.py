"""The PIN that opens the hidden menu of a kiosk. The device checks it by itself, so that it opens without network."""

import re
import secrets
from hashlib import pbkdf2_hmac
from typing import Final

from feedback_app.kiosks.commands import Pin
from feedback_app.kit.errors import N_, Invalid

# About a second on a slow tablet. It keeps an onlooker's guesses slow; who can read the device's storage will find four
# digits at any pace, and needs the key that lies beside them more than the PIN.
ITERATIONS: Final = 200_000
_PIN = re.compile(r"[0-9]{4,8}")


class BadPin(Invalid):
    """A PIN is four to eight digits."""


def hash_pin(pin: str) -> Pin:
    """What is kept of a PIN and handed to its device. Raises BadPin."""
    if not _PIN.fullmatch(pin):
        raise BadPin(N_("PIN gồm 4 đến 8 chữ số."), field="pin")
    salt = secrets.token_bytes(16)
    return Pin(salt=salt, hash=pbkdf2_hmac("sha256", pin.encode(), salt, ITERATIONS), iterations=ITERATIONS)
