"""What is printed to lead people to the form: the code as a drawing, and a sheet to hang up. Pure."""

import io
from pathlib import Path
from typing import Final

import segno
import typst

_HERE: Final = Path(__file__).parent
_FONTS: Final = _HERE.parent / "static" / "fonts" / "ttf"


def qr_svg(url: str) -> bytes:
    """The code for `url` as SVG, black on white with its quiet zone, so that it reads on any background."""
    written = io.BytesIO()
    segno.make(url, error="m", micro=False).save(written, kind="svg", scale=8, border=4, light="#fff", xmldecl=False)
    return written.getvalue()


def poster(*, url: str, place: str, office: str, parent: str, department: str) -> bytes:
    """An A4 sheet (PDF) with the code large enough to be read from two metres, and the address for those who type."""
    code = io.BytesIO()
    segno.make(url, error="q", micro=False).save(code, kind="svg", scale=8, border=2, xmldecl=False)
    return typst.compile(
        _HERE / "poster.typ",
        font_paths=[_FONTS],
        ignore_system_fonts=True,
        sys_inputs={
            "code": code.getvalue().decode(),
            "place": place,
            "office": office,
            "parent": parent,
            "department": department,
            "address": url.partition("://")[2].partition("?")[0],
        },
    )
