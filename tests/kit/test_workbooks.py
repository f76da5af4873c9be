"""Workbooks written row by row: what a spreadsheet reads of them."""

import io
from decimal import Decimal

import openpyxl
import pytest

from feedback_app.kit import workbooks
from feedback_app.kit.sheets import read_sheet
from feedback_app.kit.workbooks import Cell, write_workbook


def written(rows: list[list[Cell]], headings: tuple[str, ...] = ("Mã", "Tỷ lệ")) -> bytes:
    file = io.BytesIO()
    write_workbook(file, headings, rows)
    return file.getvalue()


def pages(content: bytes) -> list[list[tuple[object, ...]]]:
    return [list(page.iter_rows(values_only=True)) for page in openpyxl.load_workbook(io.BytesIO(content)).worksheets]


def test_cells_keep_value_kind_and_look() -> None:
    content = written([["a", Decimal("91.0")], [None, 7], [0, None]])
    assert pages(content) == [[("Mã", "Tỷ lệ"), ("a", 91), (None, 7), (0, None)]]
    page = openpyxl.load_workbook(io.BytesIO(content)).active
    assert (page["B2"].number_format, page["B3"].number_format) == ("0.0", "General")
    assert (page["A1"].font.bold, page["A2"].font.bold, page.freeze_panes) == (True, False, "A2")


@pytest.mark.parametrize(
    "text",
    ["Phường “Số 1”", "a<b & c>d", "x <r>x</r>", "=1+1", " hai  đầu ", "dòng\ndòng", "😀"],
)
def test_text_is_read_as_it_was_written(text: str) -> None:
    assert pages(written([[text, None]]))[0][1][0] == text


def test_text_is_never_taken_for_markup() -> None:
    assert pages(written([["<r><t>x</t></r>", None]]))[0][1][0] == " <r><t>x</t></r>"


def test_no_rows_leave_the_headings() -> None:
    assert pages(written([])) == [[("Mã", "Tỷ lệ")]]


def test_more_rows_than_a_sheet_holds_go_on_to_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "MOST_LINES", 3)
    rows: list[list[Cell]] = [[number, None] for number in range(5)]
    heading = ("Mã", "Tỷ lệ")
    assert pages(written(rows)) == [
        [heading, (0, None), (1, None)],
        [heading, (2, None), (3, None)],
        [heading, (4, None)],
    ]
    assert len(pages(written(rows[:4]))) == 2


def test_our_own_reader_takes_it() -> None:
    content = written([["a", 1]], ("code", "count"))
    sheet = read_sheet("x.xlsx", content, {"code": "code", "count": "count"})
    assert [dict(row.cells) for row in sheet.rows] == [{"code": "a", "count": "1"}]
