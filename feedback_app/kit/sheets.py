"""Sheets as officials save them: XLSX, or CSV with three delimiters; headings with or without marks.

Of a workbook only what it shows is read: formulas are never evaluated, the value the spreadsheet stored stands.
"""

import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final, TypeVar

from openpyxl import load_workbook

from feedback_app.kit.documents import LARGEST_COUNT, YEARS, BadDocument, NotUtf8, read_text
from feedback_app.kit.errors import N_, Invalid
from feedback_app.kit.numbers import NotANumber, parse_count
from feedback_app.kit.text import fold, normalise

Command = TypeVar("Command")

# A year of one office, by day and field, is some ten thousand lines.
MOST_ROWS: Final = 20_000
MOST_COLUMNS: Final = 100
# What a workbook may unpack to: a few kilobytes of a hostile one could otherwise fill the memory.
MOST_UNPACKED: Final = 32 * 1024 * 1024

_ZIP: Final = b"PK\x03\x04"
# Excel 97 and every workbook with a password are of this older kind of file.
_COMPOUND: Final = b"\xd0\xcf\x11\xe0"
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
_BEGINS_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
_DELIMITERS = (",", ";", "\t")
_ISO_DAY = re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})")
_VIETNAMESE_DAY = re.compile(r"(?P<day>\d{1,2})/(?P<month>\d{1,2})/(?P<year>\d{4})")


class BadSheet(Invalid):
    """A file that cannot be read as a sheet at all."""


class BadCell(Invalid):
    """A cell that cannot be taken for what it should be; `field` is the heading, `line` where it stands."""

    def __init__(self, message: str, *, line: str, number: int = 0, field: str | None = None, **values: object) -> None:
        super().__init__(message, field=field, **values)
        self.line = line
        self.number = number


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One line: cells by heading, in normal form. `line` says where it stands, for messages; `number` is its own."""

    line: str
    number: int = 0
    cells: Mapping[str, str]
    written: Mapping[str, str] = field(default_factory=dict)

    def text(self, heading: str) -> str:
        """What the cell says. Raises BadCell if it is empty."""
        found = self.cells.get(heading, "")
        if not found:
            raise self._bad(N_("Ô “%(heading)s” còn trống."), heading)
        return found

    def maybe(self, heading: str) -> str | None:
        return self.cells.get(heading) or None

    def day(self, heading: str) -> date:
        """A day written `01/07/2025` or `2025-07-01`, in one of the YEARS. Raises BadCell."""
        found = self.text(heading)
        match = _VIETNAMESE_DAY.fullmatch(found) or _ISO_DAY.fullmatch(found)
        try:
            day = date(**{part: int(number) for part, number in match.groupdict().items()})  # type: ignore[union-attr]
        except (AttributeError, ValueError):
            day = date.min
        if day.year not in YEARS:
            raise self._bad(N_("Ô “%(heading)s” ghi “%(cell)s”; cần một ngày có thật, như 01/07/2025."), heading)
        return day

    def maybe_day(self, heading: str) -> date | None:
        return self.day(heading) if self.maybe(heading) else None

    def count(self, heading: str) -> int:
        """As `maybe_count` where a number is needed: nothing written is not nought. Raises BadCell."""
        found = self.maybe_count(heading)
        if found is None:
            raise self._bad(N_("Ô “%(heading)s” còn trống; nếu không có thì ghi 0."), heading)
        return found

    def maybe_count(self, heading: str) -> int | None:
        """A whole number that can be stored, `3.760` or `3760`, not below 0. Raises BadCell."""
        found = self.maybe(heading)
        if found is None:
            return None
        try:
            count = parse_count(found)
        except NotANumber:
            count = -1
        if not 0 <= count <= LARGEST_COUNT:
            raise self._bad(N_("Ô “%(heading)s” ghi “%(cell)s”; cần một số đếm, như 3.760 hoặc 3760."), heading)
        return count

    def one_of(self, heading: str, words: Mapping[str, str]) -> str:
        """The value a word stands for; `words` maps folded Vietnamese words to values, also allowed."""
        found = self.text(heading)
        if found.lower() in words.values():
            return found.lower()
        if fold(found) not in words:
            raise self._bad(
                N_("Ô “%(heading)s” ghi “%(cell)s” là giá trị chưa biết. Ghi một trong: %(known)s."),
                heading,
                known=", ".join(words.values()),
            )
        return words[fold(found)]

    def codes(self, heading: str) -> tuple[str, ...]:
        """Codes parted by white space, bars, commas or semicolons."""
        return tuple(re.findall(r"[^\s|,;]+", self.cells.get(heading, "")))

    def _bad(self, message: str, heading: str, **values: object) -> BadCell:
        return BadCell(
            message,
            line=self.line,
            number=self.number,
            field=heading,
            heading=self.written.get(heading, heading),
            cell=self.cells.get(heading, ""),
            **values,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """The headings found, the lines that hold anything, and the lines that do not fit the headings."""

    headings: frozenset[str]
    rows: tuple[Row, ...]
    problems: tuple[BadCell, ...]

    def read(self, command: Callable[[Row], Command]) -> tuple[list[Command], list[BadCell]]:
        """What `command` makes of each line, and every line that does not fit or that it refuses with BadCell."""
        commands: list[Command] = []
        problems = list(self.problems)
        for row in self.rows:
            try:
                commands.append(command(row))
            except BadCell as problem:
                problems.append(problem)
        return commands, problems


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportReport:
    """How many lines added, changed or only repeated something. With any line rejected nothing was entered.

    `rejected` holds (where, why) in Vietnamese, every one there is.
    """

    added: int = 0
    unchanged: int = 0
    changed: int = 0
    rejected: tuple[tuple[str, str], ...] = ()


def read_sheet(
    name: str, content: bytes, headings: Mapping[str, str], *, required: frozenset[str] = frozenset()
) -> Sheet:
    """An XLSX file, or a CSV file in UTF-8 with or without a byte order mark; which of them the content tells.

    `headings` maps what may stand in the first line (folded, `_` between words) to the names rows are asked
    for; these names may stand there as well. Raises BadSheet, also where one of the `required` names is absent.
    """
    lines = [(number, cells) for number, cells in _cells(content) if any(cells)]
    if not lines:
        raise BadSheet(N_("Tệp không có dòng nào."))
    if len(lines) - 1 > MOST_ROWS:
        raise BadSheet(N_("Tệp có quá %(most)s dòng. Hãy chia thành nhiều tệp."), most=MOST_ROWS)
    titles = lines[0][1]
    known = _known(titles, headings)
    names = [heading for heading in known if heading]
    if len(names) != len(set(names)):
        raise BadSheet(N_("Dòng tiêu đề có hai cột trùng tên."))
    if not required <= set(names):
        missing = ", ".join(title for title, heading in headings.items() if heading in required - set(names))
        raise BadSheet(N_("Thiếu cột %(missing)s."), missing=missing)
    written = {heading: cell for heading, cell in zip(known, titles, strict=True) if heading}
    rows: list[Row] = []
    problems: list[BadCell] = []
    for number, cells in lines[1:]:
        line = f"{name}, dòng {number}"
        if any(cells[len(known) :]):
            problems.append(
                BadCell(
                    N_("Có nhiều ô hơn dòng tiêu đề; ô có dấu phân cách phải đặt trong dấu ngoặc kép."),
                    line=line,
                    number=number,
                )
            )
            continue
        by_heading = {heading: cell for heading, cell in zip(known, cells, strict=False) if heading}
        rows.append(Row(line=line, number=number, cells=by_heading, written=written))
    return Sheet(headings=frozenset(names), rows=tuple(rows), problems=tuple(problems))


def plain_text(text: str) -> str:
    """For a cell of a file we write: an apostrophe in front of what a spreadsheet would take for a formula."""
    return f"'{text}" if text.startswith(_BEGINS_FORMULA) else text


def _cells(content: bytes) -> list[tuple[int, list[str]]]:
    """Every record with the number of its last line, cells in normal form."""
    if content.startswith(_ZIP):
        return _workbook_cells(content)
    if content.startswith(_COMPOUND):
        if _ENCRYPTED in content:
            raise BadSheet(N_("Tệp có mật khẩu. Hãy bỏ mật khẩu rồi lưu lại."))
        raise BadSheet(N_("Tệp ở dạng .xls cũ. Trong Excel, chọn Lưu thành, kiểu “Excel Workbook (.xlsx)”."))
    return _csv_cells(content)


def _workbook_cells(content: bytes) -> list[tuple[int, list[str]]]:
    """As `_cells`, of the one worksheet that holds anything. Raises BadSheet."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            # Unpacking stops at the size that is stated here, so a false one gains nothing.
            if sum(part.file_size for part in packed.infolist()) > MOST_UNPACKED:
                raise BadSheet(N_("Tệp quá lớn sau khi giải nén. Hãy chia thành nhiều tệp."))
        # Read-only: row by row, without the styles and drawings of each cell; links to other files are not followed.
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        filled = [(page.title, lines) for page in book.worksheets if (lines := list(_page_cells(page)))]
    except BadSheet:
        raise
    except Exception:
        # A damaged or foreign file fails wherever its fault stands: in the archive, its XML, a style, a number.
        raise BadSheet(N_("Không đọc được tệp này như một tệp Excel (.xlsx). Hãy mở bằng Excel rồi lưu lại.")) from None
    if len(filled) > 1:
        names = ", ".join(normalise(title) for title, _ in filled)
        raise BadSheet(N_("Tệp có nhiều trang tính có dữ liệu (%(names)s). Hãy chỉ giữ lại một trang."), names=names)
    return filled[0][1] if filled else []


def _page_cells(page: Any) -> Iterator[tuple[int, list[str]]]:
    """The rows of a worksheet that hold anything. Raises BadSheet if they are too many."""
    page.reset_dimensions()  # what the file says of its own size may be wrong
    count = 0
    for number, values in enumerate(page.iter_rows(values_only=True, max_col=MOST_COLUMNS), start=1):
        cells = [_written(value) for value in values]
        while cells and not cells[-1]:
            cells.pop()
        if not cells:
            continue
        count += 1
        if count > MOST_ROWS + 1:
            raise BadSheet(N_("Tệp có quá %(most)s dòng. Hãy chia thành nhiều tệp."), most=MOST_ROWS)
        yield number, cells


def _written(value: object) -> str:
    """A cell of a workbook as it would stand in a Vietnamese CSV file."""
    if value is None:
        return ""
    if isinstance(value, datetime | date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value).replace(".", ",")
    return normalise(str(value))


def _csv_cells(content: bytes) -> list[tuple[int, list[str]]]:
    try:
        text = read_text(content)
    except NotUtf8:
        raise BadSheet(N_("Tệp không ở bảng mã UTF-8. Trong Excel, chọn Lưu thành, kiểu “CSV UTF-8”.")) from None
    except BadDocument as error:
        raise BadSheet(error.message, field=None, **error.values) from None
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(_DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        return [(reader.line_num, [normalise(cell) for cell in cells]) for cells in reader]
    except csv.Error:
        raise BadSheet(N_("Dòng %(number)s có dấu ngoặc kép đặt sai hoặc ký tự lạ."), number=reader.line_num) from None


def read_commands(
    name: str,
    content: bytes,
    headings: Mapping[str, str],
    command: Callable[[Row], Command],
    *,
    required: frozenset[str],
) -> tuple[list[Command], list[tuple[str, str]]]:
    """A file as what `command` makes of its lines, and (where, why) for the file or every line that cannot be read."""
    try:
        sheet = read_sheet(name, content, headings, required=required)
    except BadSheet as error:
        return [], [(name, str(error))]
    commands, unread = sheet.read(command)
    return commands, [(error.line, str(error)) for error in unread]


def _known(titles: list[str], headings: Mapping[str, str]) -> list[str | None]:
    """The names of the columns, None for one without a heading. Raises BadSheet naming every unknown one."""
    names = {title: re.sub(r"[^a-z0-9]+", "_", fold(title)).strip("_") for title in titles}
    unknown = [title for title in titles if title and names[title] not in {*headings, *headings.values()}]
    if unknown:
        raise BadSheet(N_("Không hiểu cột %(headings)s."), headings=", ".join(f"“{title}”" for title in unknown))
    return [headings.get(names[title], names[title]) if title else None for title in titles]
