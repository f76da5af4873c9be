"""The typeface of the forms: what is embedded in the PDF, and how wide texts are in it. Pure."""

from functools import cache, lru_cache
from pathlib import Path
from typing import Final

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

POINT: Final = 25.4 / 72
# Of the size. Capitals with two marks reach as high as this (the rare Ẳ a little higher), a g and a dot below so low.
ASCENT: Final = 1.0
DESCENT: Final = 0.27
X_HEIGHT: Final = 0.53
LEADING: Final = 1.4
# As often as it takes to find a width to the tenth of a millimetre.
_HALVINGS: Final = 11
_FONTS: Final = Path(__file__).parent.parent / "static" / "fonts" / "ttf"


def font_file(*, bold: bool) -> Path:
    return _FONTS / f"BeVietnamPro-{'Bold' if bold else 'Regular'}.ttf"


@cache
def face(*, bold: bool) -> str:
    """The name ReportLab knows the face by."""
    file = font_file(bold=bold)
    pdfmetrics.registerFont(TTFont(file.stem, str(file)))
    return file.stem


def width(text: str, size: float, *, bold: bool = False) -> float:
    """Millimetres of a line at `size` points."""
    points: float = pdfmetrics.stringWidth(text, face(bold=bold), size)
    return points * POINT


def line(size: float) -> float:
    """Millimetres from one baseline to the next."""
    return size * LEADING * POINT


# The same few lines are set again and again while a page is filled.
@lru_cache(maxsize=4096)
def wrap(text: str, room: float, size: float, *, bold: bool = False) -> tuple[str, ...]:
    """`text` in lines no wider than `room` millimetres; a word that is too long for a line alone is cut."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if width(longer, size, bold=bold) <= room:
            lines[-1:] = [longer]
            continue
        *cut, rest = _cut(word, room, size, bold=bold)
        lines += [*cut, rest]
    return tuple(lines)


@lru_cache(maxsize=4096)
def balance(text: str, room: float, size: float, *, bold: bool = False) -> tuple[str, ...]:
    """As `wrap`, in as many lines but as narrow ones as can be, so that no last line holds a word alone."""
    lines = wrap(text, room, size, bold=bold)
    enough, too_narrow = room, 0.0
    for _halving in range(_HALVINGS):
        middle = (enough + too_narrow) / 2
        if len(wrap(text, middle, size, bold=bold)) <= len(lines):
            enough = middle
        else:
            too_narrow = middle
    return wrap(text, enough, size, bold=bold)


def shorten(text: str, room: float, size: float, *, bold: bool = False) -> str:
    """`text` in one line; where it is too long, it ends in dots."""
    if len(wrap(text, room, size, bold=bold)) <= 1:
        return text
    return wrap(text, room - width("…", size, bold=bold), size, bold=bold)[0] + "…"


def missing_letters(text: str) -> str:
    """What of `text` the typeface cannot write, each once."""
    known = pdfmetrics.getFont(face(bold=False)).face.charToGlyph
    return "".join(dict.fromkeys(letter for letter in text if ord(letter) not in known))


def _cut(word: str, room: float, size: float, *, bold: bool) -> list[str]:
    pieces = [""]
    for letter in word:
        if pieces[-1] and width(pieces[-1] + letter, size, bold=bold) > room:
            pieces.append("")
        pieces[-1] += letter
    return pieces
