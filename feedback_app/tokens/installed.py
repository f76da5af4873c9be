"""The codes of the running application, made once from its settings."""

from flask import Flask, current_app

from feedback_app.tokens.codes import Codes


def init_app(app: Flask, *, secret: str, pattern: str) -> None:
    app.extensions["tokens.codes"] = Codes(secret, pattern)


def codes() -> Codes:
    """What makes tokens of the codes that people type at the doors of this application."""
    made: Codes = current_app.extensions["tokens.codes"]
    return made
