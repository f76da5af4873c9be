"""Workbooks too long for memory, written as their rows come, on as many sheets as they need."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import IO, Final

import xlsxwriter

Cell = str | int | Decimal | None

# What Excel opens, the line of headings among them.
MOST_LINES: Final = 1_048_576


def write_workbook(file: IO[bytes], headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    """`rows` below `headings`, which stay in sight; decimals are shown with one place, text is never a formula."""
    # xlsxwriter takes some 130 µs for a row of 28 columns however it is called; its own memory does not grow.
    workbook = xlsxwriter.Workbook(
        file,
        {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False},
    )
    bold = workbook.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    one_place = workbook.add_format({"num_format": "0.0"})

    def sheet() -> xlsxwriter.worksheet.Worksheet:
        page = workbook.add_worksheet()
        page.set_column(0, len(headings) - 1, 14)
        page.freeze_panes(1, 0)
        for column, heading in enumerate(headings):
            page.write_string(0, column, heading, bold)
        return page

    page, line = sheet(), 1
    for cells in rows:
        if line == MOST_LINES:
            page, line = sheet(), 1
        for column, cell in enumerate(cells):
            if isinstance(cell, str):
                # Between these marks xlsxwriter would take the text for XML of its own; behind a blank it does not.
                page.write_string(line, column, f" {cell}" if cell.startswith("<r>") else cell)
            elif isinstance(cell, Decimal):
                page.write_number(line, column, float(cell), one_place)
            elif cell is not None:
                page.write_number(line, column, cell)
        line += 1
    workbook.close()
