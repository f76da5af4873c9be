"""What every kind of scheme reads from its file in the same way. Pure."""

from decimal import Decimal, InvalidOperation
from typing import NoReturn

from feedback_app.kit.documents import Part
from feedback_app.kit.errors import N_, Invalid


class BadScheme(Invalid):
    """The scheme states rules that cannot be followed, or that would change what was scored before."""


def refuse(part: Part) -> NoReturn:
    """Say which part of the file states an impossible rule."""
    raise BadScheme(N_("Mục “%(where)s” nêu quy tắc không dùng được."), where=part.where)


def in_both(part: Part) -> tuple[str, str]:
    """A text in Vietnamese and English."""
    return part.part("vi").text(), part.part("en").text()


def decimal(part: Part) -> Decimal:
    """A number with decimals, written as a text so that no digit is lost. Raises BadScheme."""
    try:
        return Decimal(part.text())
    except InvalidOperation:
        refuse(part)
