"""Codes of dossiers that exist nowhere, and the tokens the application under test makes of them."""

from config import USUAL_CODE_PATTERN
from feedback_app.tokens.codes import Codes, Naming, Token
from feedback_app.tokens.commands import Stage
from tests.conftest import environ_for

CODES = Codes(environ_for("", "")["SECRET_KEY"], USUAL_CODE_PATTERN)


def code(number: int) -> str:
    return f"000.00.00.H50-251128-{number:04d}"


def token(number: int, stage: Stage = "returned") -> Token:
    return CODES.token(code(number), stage)


def naming(number: int, *department_ids: int, stage: Stage = "returned") -> Naming:
    """The dossier as an office names it for departments."""
    return Naming(token(number, stage), stage, department_ids)
