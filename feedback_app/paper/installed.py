"""The key of the running application's forms, made once from its settings."""

from flask import Flask, current_app

from feedback_app.paper.form_codes import make_key


def init_app(app: Flask, *, secret: str) -> None:
    app.extensions["paper.key"] = make_key(secret)


def form_key() -> bytes:
    """What proves that a form was printed here."""
    key: bytes = current_app.extensions["paper.key"]
    return key
