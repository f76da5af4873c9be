"""The code on a printed slip leads to the form for its own dossier and stage: read off the page, module by module."""

import re
from collections.abc import Iterator, Sequence

import pypdfium2
import pytest
import segno
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app.surveys.forms import STAGES
from feedback_app.tokens.commands import Stage
from tests.staff.people import add_person, post, sign_in
from tests.surveys.halls import hidden, make_hall
from tests.tokens.making import code, token

PAPER = "http://localhost:8000"
MM = 72 / 25.4
SCALE = 4  # pixels a point, some ten a module
# What slip.typ draws: a slip this wide, the code this wide in its middle, with a quiet zone of so many modules.
SLIP, CODE, QUIET = 105 * MM * SCALE, 46 * MM * SCALE, 2


class Scan:
    """One page as a camera sees it."""

    def __init__(self, page: pypdfium2.PdfPage) -> None:
        self.text = page.get_textpage().get_text_range()
        bitmap = page.render(scale=SCALE, grayscale=True)
        self.width, self.height, self._stride = bitmap.width, bitmap.height, bitmap.stride
        self._pixels = bytes(bitmap.buffer)

    def is_dark(self, x: float, y: float) -> bool:
        return self._pixels[int(y) * self._stride + int(x)] < 128

    def places(self, address: str) -> list[tuple[int, int]]:
        """Column and row of each slip whose code holds just this address."""
        modules = [[bool(each) for each in row] for row in matrix(address)]
        size = CODE / (len(modules) + 2 * QUIET)
        found = []
        for column in range(round(self.width / SLIP)):
            left = column * SLIP + (SLIP - CODE) / 2
            tops = (
                top
                for top in range(self.height - int(CODE))
                if all(
                    self.is_dark(left + (x + QUIET + 0.5) * size, top + (y + QUIET + 0.5) * size) is module
                    for y, row in enumerate(modules)
                    for x, module in enumerate(row)
                )
            )
            found += sorted({(column, int(top / (148.5 * MM * SCALE))) for top in tops})
        return found


def matrix(address: str) -> Sequence[Sequence[int]]:
    made: Sequence[Sequence[int]] = segno.make(address, error="m", micro=False, mask=3, boost_error=False).matrix
    return made


def scans(pdf: bytes) -> Iterator[Scan]:
    document = pypdfium2.PdfDocument(pdf)
    for page in document:
        yield Scan(page)
    document.close()


def address(number: int, stage: Stage) -> str:
    return f"{PAPER}/khao-sat/mot-cua?hs={token(number, stage).written}&kenh=qr"


def printed(owner: FlaskClient, numbers: Sequence[int], stage: Stage, layout: str) -> list[Scan]:
    codes = "\n".join(code(number) for number in numbers)
    made = post(owner, "/giay-moi", {"place": "mot-cua", "stage": stage, "layout": layout, "codes": codes})
    assert made.mimetype == "application/pdf"
    return list(scans(made.data))


@pytest.fixture
def owner(app: Flask, session: Session) -> FlaskClient:
    add_person(session, "owner", "staff", make_hall(session).centre)
    return sign_in(app, "owner")


@pytest.mark.parametrize("stage", STAGES)
def test_the_code_of_one_slip_opens_the_form_for_its_dossier_and_stage(
    owner: FlaskClient, client: FlaskClient, stage: Stage
) -> None:
    (scan,) = printed(owner, [7], stage, "single")
    assert scan.places(address(7, stage)) == [(0, 0)]
    assert scan.places(address(8, stage)) == []
    assert code(7) in scan.text
    form = client.get(address(7, stage).removeprefix(PAPER)).text
    assert "Phiếu cho hồ sơ trên giấy hẹn" in form
    assert token(7, stage).written in hidden(form).values()


def test_on_a_sheet_each_code_stands_on_the_slip_of_its_own_dossier(owner: FlaskClient) -> None:
    first, second = printed(owner, range(1, 6), "returned", "sheet")
    assert [first.places(address(number, "returned")) for number in range(1, 6)] == [
        [(0, 0)],
        [(1, 0)],
        [(0, 1)],
        [(1, 1)],
        [],
    ]
    assert second.places(address(5, "returned")) == [(0, 0)]
    assert re.findall(r"Hồ sơ: (\S+)", first.text) == [code(number) for number in range(1, 5)]
    assert re.findall(r"Hồ sơ: (\S+)", second.text) == [code(5)]
