import io
import unicodedata
import zipfile
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from openpyxl import Workbook

from feedback_app.kit import sheets
from feedback_app.kit.sheets import BadCell, BadSheet, Row, plain_text, read_sheet

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
        (b"ma,mau,la\n", "Không hiểu cột “mau”, “la”"),
        ("ma,Mã\n".encode(), "trùng tên"),
        (b'ma,ten\na,"b"c\n', "dấu ngoặc kép"),
    ],
)
def test_what_cannot_be_read_as_a_sheet_says_why(content: bytes, reason: str):
    with pytest.raises(BadSheet, match=reason):
        read_sheet("x.csv", content, HEADINGS)


def workbook(*lines: list[Any], change: Callable[[Workbook], None] = lambda _: None) -> bytes:
    book = Workbook()
    for cells in lines:
        book.active.append(cells)
    change(book)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def test_a_workbook_reads_as_the_same_sheet_saved_as_csv():
    lines = (["Mã", "Tên"], ["a1", "Đồng Sơn"], [], [3760, 3.5], [99.0, date(2026, 3, 2)], [" 3.760 ", True])
    found = read_sheet("x.xlsx", workbook(*lines), HEADINGS)

    assert [(row.number, row.cells["code"], row.cells["name"]) for row in found.rows] == [
        (2, "a1", "Đồng Sơn"),
        (4, "3760", "3,5"),
        (5, "99", "02/03/2026"),
        (6, "3.760", "True"),
    ]
    assert found.rows[0].line == "x.xlsx, dòng 2"


def test_a_formula_is_not_evaluated():
    """A spreadsheet stores the value it last showed; this one never showed any."""
    (only,) = read_sheet("x.xlsx", workbook(["ma", "ten"], ["a", "=1+1"]), HEADINGS).rows

    assert only.maybe("name") is None


def test_an_empty_second_page_does_no_harm_and_a_filled_one_is_refused():
    def empty(book: Workbook) -> None:
        book.create_sheet("Trống")

    def filled(book: Workbook) -> None:
        book.create_sheet("Quý 2").append(["ma", "ten"])

    assert read_sheet("x.xlsx", workbook(["ma", "ten"], ["a", "b"], change=empty), HEADINGS).rows
    with pytest.raises(BadSheet, match="Quý 2"):
        read_sheet("x.xlsx", workbook(["ma", "ten"], change=filled), HEADINGS)


def test_what_is_no_workbook_says_what_to_do(monkeypatch: pytest.MonkeyPatch):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("a.txt", "a")
    old = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512)
    good = workbook(["ma", "ten"], *(["a", "b"] for _ in range(9)))
    for content, reason in (
        (archive.getvalue(), "Không đọc được tệp này như một tệp Excel"),
        (good[:700], "Không đọc được tệp này như một tệp Excel"),
        (old, "dạng .xls cũ"),
        (old + "EncryptedPackage".encode("utf-16-le"), "mật khẩu"),
    ):
        with pytest.raises(BadSheet, match=reason):
            read_sheet("x", content, HEADINGS)
    monkeypatch.setattr(sheets, "MOST_ROWS", 8)
    for content in (good, b"ma,ten\n" + b"a,b\n" * 9):
        with pytest.raises(BadSheet, match="quá 8 dòng"):
            read_sheet("x", content, HEADINGS)
    monkeypatch.setattr(sheets, "MOST_UNPACKED", 1000)
    with pytest.raises(BadSheet, match="quá lớn sau khi giải nén"):
        read_sheet("x", good, HEADINGS)


def test_text_that_would_run_as_a_formula_is_quoted():
    assert [plain_text(text) for text in ("=1+1", "@a", "Đồng Sơn")] == ["'=1+1", "'@a", "Đồng Sơn"]


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
