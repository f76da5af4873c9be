"""Printed forms"""

import io
import re
import unicodedata
from typing import Any

import cv2
import numpy as np
import pypdfium2
import pytest
import zxingcpp
from numpy.typing import NDArray

from feedback_app.paper.form_codes import FormCode, read
from feedback_app.paper.layout import Design, Rect, Text, lay_out
from feedback_app.paper.markers import MODULES, light_modules
from feedback_app.paper.printing import Heading, fit_heading, impose, sheet_size
from feedback_app.paper.serials import grouped
from feedback_app.paper.typeface import ASCENT, DESCENT, POINT, width
from tests.paper.printed import DESIGNS, HEADING, KEY, PER_MM, code_of, pdf_of, rendered, shipped, texts_of

Image = NDArray[np.uint8]
NUMBERS = [1_240, 1_241, 1_242]


def _cut(image: Image, rect: Rect, x: float = 0) -> Image:
    """The place `rect` of the form that begins at `x` on the sheet."""
    left, right = (round((x + edge) * PER_MM) for edge in (rect.x, rect.right))
    return image[round(rect.y * PER_MM) : round(rect.bottom * PER_MM), left:right]


@pytest.mark.parametrize("design", DESIGNS, ids=str)
@pytest.mark.parametrize("version", shipped(), ids=lambda each: each.code)
def test_have_each_marker_and_both_codes_of_each_page_where_the_layout_says(version: Any, design: Design) -> None:
    layout = lay_out(version, design)
    numbers = NUMBERS[:1] if design.size == "A4" else NUMBERS[:2]
    images = rendered(pdf_of(layout, numbers))
    detector = cv2.aruco.ArucoDetector(cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50))
    for placed in impose(layout, numbers):
        page = layout.pages[placed.page - 1]
        form = _cut(images[placed.sheet], Rect(0, 0, page.width, page.height), placed.x)
        corners, ids, _rejected = detector.detectMarkers(form)
        found = {int(id): shape[0] / PER_MM for id, shape in zip(ids.ravel(), corners, strict=True)}
        assert set(found) == {0, 1, 2, 3}
        for marker in page.markers:
            rect = marker.rect
            wanted = [(rect.x, rect.y), (rect.right, rect.y), (rect.right, rect.bottom), (rect.x, rect.bottom)]
            assert np.abs(found[marker.id] - wanted).max() < 0.2, "upright, and its first corner at the top left"
        codes = zxingcpp.read_barcodes(form, formats=zxingcpp.BarcodeFormat.QRCode)
        assert {code.text for code in codes} == {code_of(layout, placed.number, placed.page)}
        tops = sorted((code.position.top_left.y / PER_MM, code.position.top_left.x / PER_MM) for code in codes)
        assert np.abs(np.array(tops) - [(rect.y, rect.x) for rect in page.codes]).max() < 0.5
        said = read(codes[0].text, KEY)
        assert said == FormCode(layout.version_id, design, 34, 56, placed.number, placed.page)


@pytest.mark.parametrize("design", [Design("A4"), Design("A5", coded=True)], ids=str)
def test_have_a_dark_outline_white_within_and_white_around_where_the_layout_has_a_box(design: Design) -> None:
    for version in shipped():
        layout = lay_out(version, design)
        images = rendered(pdf_of(layout, NUMBERS[:1]))
        for placed in impose(layout, NUMBERS[:1]):
            for box in layout.pages[placed.page - 1].boxes:
                rect = box.rect
                printed = _cut(images[placed.sheet], rect, placed.x)
                sides = (printed[:3].min(0), printed[-3:].min(0), printed[:, :3].min(1), printed[:, -3:].min(1))
                assert max(side.mean() for side in sides) < 150, box
                assert printed[4:-4, 4:-4].min() > 200, "nothing is marked already"
                around = _cut(
                    images[placed.sheet], Rect(rect.x - 2.9, rect.y - 2.9, rect.w + 5.8, rect.h + 5.8), placed.x
                )
                without = around.copy()
                edge = round(2.9 * PER_MM) - 1
                without[edge:-edge, edge:-edge] = 255
                assert without.min() > 200, f"{box} is clear"


@pytest.mark.parametrize("design", [Design("A4", coded=True), Design("A5")], ids=str)
def test_say_everything_in_vietnamese_that_can_be_copied(design: Design) -> None:
    for version in shipped():
        layout = lay_out(version, design)
        sheets = texts_of(pdf_of(layout, NUMBERS))
        said = _words(" ".join(sheets))
        assert said == unicodedata.normalize("NFC", said)
        for question in version.questions:
            assert _words(question.text) in said
            for choice in question.choices:
                assert all(word in said for word in choice.text.split())
        for page in layout.pages:
            assert all(_words(text.text) in said for text in page.texts)
        assert HEADING.office in said
        for number in NUMBERS:
            assert said.count(f"Số phiếu: {grouped(number)}") == 2 * len(layout.pages)


def test_of_a5_stand_two_beside_each_other_each_with_its_own_number() -> None:
    version = next(each for each in shipped() if each.code == "tt32")
    layout = lay_out(version, Design("A5"))
    placed = list(impose(layout, NUMBERS))
    assert [(each.number, each.sheet, each.x) for each in placed] == [(1240, 0, 0), (1241, 0, 149), (1242, 1, 0)]
    document = pypdfium2.PdfDocument(io.BytesIO(pdf_of(layout, NUMBERS)))
    sizes = [tuple(round(side * POINT, 1) for side in page.get_size()) for page in document]
    document.close()
    assert sizes == [sheet_size(layout.design)] * 2 == [(297, 210)] * 2
    first, last = rendered(pdf_of(layout, NUMBERS))
    middle = round(148.5 * PER_MM)
    assert first[:, middle - 1 : middle + 2].min() < 230, "a line to cut along"
    assert last[:, middle + 8 :].min() == 255, "the half without a form is empty"


def test_hold_the_typeface_once_however_many_they_are() -> None:
    layout = lay_out(shipped()[0], Design("A4"))
    few, many = pdf_of(layout, [1]), pdf_of(layout, list(range(1, 101)))
    assert few.count(b"/FontFile2") == many.count(b"/FontFile2") == 2
    assert (len(many) - len(few)) / 99 < 2_500, "bytes for a form"


def test_are_printed_at_their_true_size_on_one_side() -> None:
    pdf = pdf_of(lay_out(shipped()[0], Design("A4")), [1])
    assert re.search(rb"/PrintScaling\s*/None", pdf)
    assert re.search(rb"/Duplex\s*/Simplex", pdf)


def test_are_the_same_bytes_when_printed_again() -> None:
    layout = lay_out(shipped()[0], Design("A5"))
    assert pdf_of(layout, NUMBERS) == pdf_of(layout, NUMBERS)


@pytest.mark.parametrize(
    "names",
    [
        ["Ủy ban nhân dân xã"],
        ["Ủy ban nhân dân tỉnh " + "rất dài " * 8, "Sở " + "rất dài " * 12, "Quầy " + "dài " * 60, "Khi nhận kết quả"],
    ],
    ids=["short", "long"],
)
def test_keep_the_names_above_within_their_room(names: list[str]) -> None:
    for design in DESIGNS:
        room = lay_out(shipped()[0], design).pages[0].heading
        assert room is not None
        lines = fit_heading(names, room)
        assert all(_is_in(room, line) for line in lines)
        for name in names:
            assert any(line.text[:3] == name[:3] for line in lines), "none is lost for a long one"
        assert [line.bold for line in lines][0]


def test_name_an_office_once_that_is_the_department_too_and_say_when_they_are_for_show() -> None:
    heading = Heading(office="Phường A", department="Phường A", place=None, stage=None)
    assert heading.names == ["Phường A"]
    shown = Heading(office="Phường A", department="Phường A", demonstration=True)
    assert shown.names[0].startswith("BẢN TRÌNH DIỄN")


@pytest.mark.parametrize("id", range(4))
def test_have_markers_of_the_dictionary_that_the_reader_knows(id: int) -> None:
    known = cv2.aruco.generateImageMarker(cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50), id, MODULES)
    light = {(int(x), int(y)) for y, x in np.argwhere(known > 0)}
    assert set(light_modules(id)) == light


def _is_in(room: Rect, line: Text) -> bool:
    top, bottom = line.y - ASCENT * line.size * POINT, line.y + DESCENT * line.size * POINT
    right = line.x + width(line.text, line.size, bold=line.bold)
    return top >= room.y - 1e-6 and bottom <= room.bottom + 1e-6 and right <= room.right + 1e-6


def _words(text: str) -> str:
    return " ".join(text.split())
