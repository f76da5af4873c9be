import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from feedback_app.kit.text import fold, normalise, normalise_lines, slug, sort_key


def test_decomposed_letters_and_no_break_spaces_become_one_form():
    written = unicodedata.normalize("NFD", "Trung tâm một cửa liên\u00a0 thông ")

    assert normalise(written) == "Trung tâm một cửa liên thông"


@given(st.text())
@example("0\r\x1b\r0")
@example("e\x1b\u0301")
def test_the_normal_form_is_its_own_normal_form(text: str):
    assert normalise(normalise(text)) == normalise(text)


def test_what_cannot_be_stored_leaves_nothing_behind():
    assert normalise("0\r\x1b\r0") == "0 0"
    assert normalise("Đo\x00\u0302\u0300ng\x1fHới\ud800\x85") == "Đồng Hới"


def test_line_breaks_of_free_text_stay():
    assert normalise_lines(" Chờ  lâu\n\n nhưng\u00a0tử tế \n") == "Chờ lâu\n\nnhưng tử tế"


def test_searching_needs_no_accents():
    assert fold("Phường ĐỒNG SƠN") == "phuong dong son"
    assert slug("Văn phòng HĐND&UBND") == "van-phong-hdnd-ubnd"


@given(st.text(alphabet="aăâeêioôơuưyđbcĐÀẢÃÁẠ \u0300\u0301", max_size=20))
def test_searching_sees_composed_and_decomposed_letters_alike(text: str):
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))


@pytest.mark.parametrize(
    "ordered",
    [
        ["Phường Đồng Hới", "Phường Đồng Sơn", "Phường Đồng Thuận"],
        ["an", "ăn", "ân"],
        ["dông", "đông"],
        ["em", "êm"],
        ["on", "ôn", "ơn"],
        ["un", "ưn"],
        ["ma", "mà", "mả", "mã", "má", "mạ"],
        ["tuân thủ", "tuần chay"],
        ["Đông Sơn", "Đồng Hới"],
        ["Đồng", "Đồng Hới"],
        ["Quầy 1", "Quầy 2", "Quầy A"],
        ["Bảo Ninh", "Bắc Lý", "Đức Ninh"],
    ],
)
def test_the_order_of_a_vietnamese_dictionary(ordered: list[str]):
    assert sorted(reversed(ordered), key=sort_key) == ordered


def test_case_and_form_do_not_change_the_order():
    written = ["đồng sơn", unicodedata.normalize("NFD", "ĐỒNG HỚI"), "Đồng Thuận"]

    assert [fold(name) for name in sorted(written, key=sort_key)] == ["dong hoi", "dong son", "dong thuan"]


@given(st.lists(st.text(max_size=8), max_size=5))
def test_any_text_has_a_place_in_the_order(texts: list[str]):
    assert sorted(sorted(texts, key=sort_key), key=sort_key) == sorted(texts, key=sort_key)
