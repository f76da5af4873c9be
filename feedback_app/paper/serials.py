"""Numbers of forms as they are printed and typed: seven figures and a check figure. Pure.

The check figure is Damm's (H. M. Damm, Total anti-symmetrische Quasigruppen, Marburg 2004): it finds every single wrong
figure and every two neighbours that changed places.
"""

import re
from typing import Final

from feedback_app.kit.errors import N_, Invalid

_LENGTH: Final = 7
# A totally anti-symmetric quasigroup of order ten with a zero diagonal.
_TABLE: Final = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)


class BadSerial(Invalid):
    """What was typed or read is no number of a form."""


def serial(number: int) -> str:
    """The number of a form with its check figure, as files hold it: 12 is 00000125."""
    figures = f"{number:0{_LENGTH}d}"
    return f"{figures}{_check(figures)}"


def grouped(number: int) -> str:
    """The number as people read it: figures in groups of four."""
    written = serial(number)
    head = len(written) % 4
    return " ".join(part for part in (written[:head], *re.findall("....", written[head:])) if part)


def parse_serial(text: str) -> int:
    """The number of what somebody typed, with or without spaces, dots and dashes. Raises BadSerial."""
    figures = re.sub(r"[\s.\-]", "", text)
    if not (figures.isascii() and figures.isdigit() and _LENGTH < len(figures) <= 12):
        raise BadSerial(N_("Số phiếu gồm 8 chữ số, in ở đầu phiếu."), field="serial")
    if _check(figures[:-1]) != int(figures[-1]):
        raise BadSerial(N_("Số phiếu này không đúng: có chữ số gõ nhầm. Xin xem lại trên phiếu."), field="serial")
    return int(figures[:-1])


def _check(figures: str) -> int:
    interim = 0
    for figure in figures:
        interim = _TABLE[interim][int(figure)]
    return interim
