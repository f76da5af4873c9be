"""Slips that invite to rate one dossier at one stage: codes read from a list line by line, and the sheets. Pure."""

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import segno
import typst

from feedback_app.kit.errors import N_, Invalid
from feedback_app.tokens.codes import BadCode, Codes, Token, normal_form
from feedback_app.tokens.commands import Stage

MOST_SLIPS: Final = 500
# A slip is in Vietnamese, whatever language its printer reads.
STAGES_ON_PAPER: Final[Mapping[Stage, str]] = {
    "received": "Khi nộp hồ sơ",
    "supplement": "Khi được yêu cầu bổ sung hồ sơ",
    "refused": "Khi bị từ chối hồ sơ",
    "returned": "Khi nhận kết quả",
}
_HERE: Final = Path(__file__).parent
_FONTS: Final = _HERE.parent / "static" / "fonts" / "ttf"


class BadLine(Invalid):
    """A line of a list is no code, or repeats another."""


@dataclass(frozen=True, slots=True)
class Slip:
    """`code` is printed so that the slip reaches its dossier; `url` holds the token in its place."""

    code: str
    url: str


def read_list(text: str, stage: Stage, codes: Codes) -> tuple[list[tuple[str, Token]], list[BadLine]]:
    """Codes in normal form with their tokens, one a line, and what is wrong with the others."""
    read: dict[Token, tuple[str, int]] = {}
    wrong = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            token = codes.token(line, stage)
        except BadCode:
            wrong.append(BadLine(N_("Dòng %(line)s: không đúng dạng mã hồ sơ."), line=number))
            continue
        if token in read:
            wrong.append(BadLine(N_("Dòng %(line)s: trùng với dòng %(first)s."), line=number, first=read[token][1]))
            continue
        read[token] = (normal_form(line), number)
    return [(code, token) for token, (code, _number) in read.items()], wrong


def sheets(
    slips: Sequence[Slip],
    *,
    single: bool,
    office: str,
    place: str,
    stage: str,
    address: str,
    until: str,
    demonstration: bool,
) -> bytes:
    """The slips as PDF: four on each sheet of A4, or, if `single`, one on each page of A6."""
    given = {
        "single": single,
        "office": office,
        "place": place,
        "stage": stage,
        "address": address.partition("://")[2],
        "until": until,
        "demonstration": demonstration,
        "slips": [{"code": slip.code, "svg": _drawing(slip.url)} for slip in slips],
    }
    return typst.compile(
        _HERE / "slip.typ",
        font_paths=[_FONTS],
        ignore_system_fonts=True,
        sys_inputs={"given": json.dumps(given)},
    )


def _drawing(url: str) -> str:
    written = io.BytesIO()
    # Which of the eight masks is best takes four fifths of the time of a long list; readers know all of them.
    segno.make(url, error="m", micro=False, mask=3, boost_error=False).save(
        written, kind="svg", scale=4, border=2, xmldecl=False
    )
    return written.getvalue().decode()
