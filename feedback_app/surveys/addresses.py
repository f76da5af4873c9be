"""Addresses that lead to the form from outside the service."""

from flask import url_for

from feedback_app.kit.web import settings
from feedback_app.tokens.codes import Token


def slip_address(place: str, token: Token, counter: str | None = None) -> str:
    """What the code on a slip holds: the form of a place for one dossier at one stage, by its token alone."""
    path = url_for("surveys.form", place=place, counter=counter, hs=token.written, kenh="qr")
    return f"{settings().public_url}{path}"
