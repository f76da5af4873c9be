"""The lint of a form finds"""

from collections.abc import Callable
from dataclasses import replace

import pytest

from feedback_app.paper.layout import Design, Layout, Marker, Page, Rect, Rule, Text, lay_out
from feedback_app.paper.lint import NotPrintable, check_printable, lint
from tests.paper.printed import question, version

VERSION = version(
    question("chung", "Đánh giá chung", ["Hài lòng", "Bình thường", "Không hài lòng"], overall=True),
    question("ly-do", "Vì sao?", ["Xa", "Chậm", "Đắt", "Ồn"], kind="several"),
    question("y-kien", "Ý kiến khác", [], kind="text"),
)
GOOD = lay_out(VERSION, Design("A4", coded=True))


def _page(change: Callable[[Page], Page]) -> Layout:
    return replace(GOOD, pages=(change(GOOD.pages[0]),))


def _first_box(rect: Callable[[Rect], Rect]) -> Callable[[Page], Page]:
    return lambda page: replace(page, boxes=(replace(page.boxes[0], rect=rect(page.boxes[0].rect)), *page.boxes[1:]))


def _with_text(x: float, y: float, said: str = "Chữ") -> Callable[[Page], Page]:
    return lambda page: replace(page, texts=(*page.texts, Text(x, y, said, 11)))


def _box(place: int) -> Rect:
    return GOOD.pages[0].boxes[place].rect


def _marker(place: int) -> Rect:
    return GOOD.pages[0].markers[place].rect


PLANTED: dict[str, tuple[Callable[[Page], Page], str | None, str]] = {
    "a box too small": (_first_box(lambda rect: replace(rect, w=3.5)), "chung", "cạnh ô"),
    "a box too large": (_first_box(lambda rect: replace(rect, h=6)), "chung", "cạnh ô"),
    "a box beside a box": (_first_box(lambda _rect: replace(_box(1), x=_box(1).x - 7.5)), "chung", "ô cách ô"),
    "text beside a box": (_with_text(_box(0).right + 2, _box(0).bottom, "n"), "chung", "“n” cách ô"),
    "text over a box": (_with_text(_box(0).x + 1, _box(0).bottom - 1, "n"), "chung", "“n” cách ô"),
    "a line beside a box": (
        lambda page: replace(page, rules=(*page.rules, Rule(_box(0).x, _box(0).bottom + 2, 9))), "chung", "dòng kẻ"
    ),
    "a label near the next box": (
        _with_text(_box(1).x - 3.5 - 2.2, _box(1).bottom - 1, "n"), "chung", "cách ô tiếp theo chưa đủ 4 mm",
    ),
    "text near a marker": (_with_text(_marker(0).right + 1, 16, "n"), None, "cách dấu định vị"),
    "text near a code": (
        _with_text(GOOD.pages[0].codes[1].right + 2, GOOD.pages[0].codes[1].bottom, "n"), None, "cách mã QR",
    ),
    "text over text": (_with_text(GOOD.pages[0].texts[0].x + 1, GOOD.pages[0].texts[0].y + 1), None, "đè lên"),
    "text where one writes": (_with_text(40, GOOD.pages[0].comments["y-kien"].y + 8), "y-kien", "chỗ ghi tay"),
    "text over the line for the dossier code": (_with_text(110, GOOD.pages[0].rules[0].y), None, "mã hồ sơ"),
    "text beyond the margin": (_with_text(204, 100), None, "ra ngoài vùng in được"),
    "a box beyond the paper": (_first_box(lambda rect: replace(rect, x=-2)), "chung", "ra ngoài vùng in được"),
    "a box outside its row": (_first_box(lambda rect: replace(rect, y=rect.y + 100)), "chung", "ngoài hàng của câu"),
    "rows over each other": (
        lambda page: replace(page, rows={**page.rows, "ly-do": page.rows["chung"]}), "ly-do", "chồng lên câu “chung”",
    ),
    "a row over a code": (
        lambda page: replace(page, rows={**page.rows, "y-kien": Rect(12, 200, 186, 80)}), "y-kien", "chồng lên mã QR",
    ),
    "a missing marker": (lambda page: replace(page, markers=page.markers[:3]), None, "dấu định vị"),
    "a marker of another size": (
        lambda page: replace(page, markers=(Marker(0, Rect(11, 11, 9, 9)), *page.markers[1:])), None, "không đúng cỡ",
    ),
    "a small code": (
        lambda page: replace(page, codes=(replace(page.codes[0], w=10, h=10), page.codes[1])), None, "mã QR quá nhỏ",
    ),
    "a single code": (lambda page: replace(page, codes=page.codes[:1]), None, "hai mã QR"),
    "codes near each other": (
        lambda page: replace(page, codes=(page.codes[0], replace(page.codes[0], x=100))), None, "quá gần nhau",
    ),
    "a single number": (lambda page: replace(page, serials=page.serials[:1]), None, "số phiếu"),
    "a choice without a box": (lambda page: replace(page, boxes=page.boxes[1:]), "chung", "số ô"),
    "a letter that the typeface lacks": (_with_text(100, 250, "☒"), None, "ký tự ☒"),
}  # fmt: skip


@pytest.mark.parametrize("planted", PLANTED)
def test_every_planted_fault(planted: str) -> None:
    change, field, words = PLANTED[planted]
    faults = lint(_page(change))
    assert [fault for fault in faults if words in fault.words and fault.field == field], [str(each) for each in faults]


def test_nothing_where_nothing_is_wrong() -> None:
    assert lint(GOOD) == []
    check_printable(GOOD)


def test_a_question_on_two_pages() -> None:
    twice = replace(GOOD, pages=GOOD.pages * 2)
    assert {fault.words for fault in lint(twice)} >= {"bị chia ra nhiều trang", "số ô không khớp với số lựa chọn"}


def test_a_question_longer_than_a_page_which_is_then_refused_by_name() -> None:
    long = version(
        question("chung", "Đánh giá chung", ["Có", "Không"], overall=True),
        question("dai", "Rất dài", [f"Lựa chọn thứ {place} " + "dài " * 40 for place in range(20)], kind="several"),
    )
    with pytest.raises(NotPrintable, match="dai") as refused:
        check_printable(lay_out(long, Design("A5")))
    assert refused.value.field == "size"
    assert "chung" not in str(refused.value)
