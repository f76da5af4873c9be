import unicodedata
from datetime import date

import pytest

from feedback_app.kit.sheets import BadCell, BadSheet, Row, read_sheet

HEADINGS = {"ma": "code", "ten": "name"}


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_any_delimiter_with_or_without_byte_order_mark(delimiter: str, mark: bytes):
    content = mark + f"ma{delimiter}ten\r\na1{delimiter}Đồng Sơn\r\n".encode()
    sheet = read_sheet("x.csv", content, HEADINGS)

    assert sheet.headings == {"code", "name"}
    assert [(row.line, dict(row.cells)) for row in sheet.rows] == [
        ("x.csv, dòng 2", {"code": "a1", "name": "Đồng Sơn"})
    ]


@pytest.mark.parametrize("titles", ["Mã,Tên", "MA , TEN", "code,name", unicodedata.normalize("NFD", "Mã,Tên")])
def test_headings_with_marks_without_or_in_english(titles: str):
    assert read_sheet("x.csv", f"{titles}\na,b\n".encode(), HEADINGS).headings == {"code", "name"}


def test_cells_are_brought_to_one_form_and_empty_lines_skipped():
    content = "ma,ten\n\n,\na," + unicodedata.normalize("NFD", "liên\u00a0 thông") + "\n"
    (row,) = read_sheet("x.csv", content.encode(), HEADINGS).rows

    assert row.text("name") == "liên thông"
    assert row.line == "x.csv, dòng 4"


def test_a_line_too_long_is_named_and_the_others_are_read():
    sheet = read_sheet("x.csv", b"ma,ten\na,b,c\nd,e\n", HEADINGS)

    assert [row.text("code") for row in sheet.rows] == ["d"]
    assert [(error.line, "nhiều ô hơn" in str(error)) for error in sheet.problems] == [("x.csv, dòng 2", True)]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "không có dòng nào"),
        ("ma,ten\n".encode("utf-16"), "UTF-8"),
        (b"ma,ten\na,\xd0\xf4ng\n", "UTF-8"),
        (b"ma,mau\n", "Không hiểu cột “mau”"),
        ("ma,Mã\n".encode(), "trùng tên"),
        (b'ma,ten\na,"b"c\n', "dấu ngoặc kép"),
    ],
)
def test_what_cannot_be_read_as_a_sheet_says_why(content: bytes, reason: str):
    with pytest.raises(BadSheet, match=reason):
        read_sheet("x.csv", content, HEADINGS)


def row(**cells: str) -> Row:
    return Row(line="x.csv, dòng 2", cells=cells)


@pytest.mark.parametrize("written", ["01/07/2025", "1/7/2025", "2025-07-01"])
def test_days_as_people_and_machines_write_them(written: str):
    assert row(day=written).day("day") == date(2025, 7, 1)


@pytest.mark.parametrize("written", ["31/02/2025", "7/2025", "hôm nay", "01-07-2025"])
def test_a_day_that_is_none_is_refused_with_its_words(written: str):
    with pytest.raises(BadCell, match=written) as caught:
        row(day=written).day("day")
    assert (caught.value.field, caught.value.line) == ("day", "x.csv, dòng 2")


def test_an_empty_cell_is_refused_only_where_it_is_needed():
    assert row(day="").maybe_day("day") is None
    assert row(name="").maybe("name") is None
    assert row().maybe_count("count") is None
    with pytest.raises(BadCell, match="còn trống"):
        row(name="").text("name")


def test_counts_in_vietnamese_notation():
    assert row(count="3.760").maybe_count("count") == 3760
    for wrong in ("99,4", "-1", "nhiều"):
        with pytest.raises(BadCell, match=wrong):
            row(count=wrong).maybe_count("count")


def test_words_of_a_list_and_codes():
    words = {"phuong": "ward", "xa": "commune"}

    assert [row(kind=word).one_of("kind", words) for word in ("Phường", "XÃ", "ward")] == ["ward", "commune", "ward"]
    with pytest.raises(BadCell, match="quận"):
        row(kind="quận").one_of("kind", words)
    assert row(fields="ho-tich | dat-dai;xay-dung").codes("fields") == ("ho-tich", "dat-dai", "xay-dung")
