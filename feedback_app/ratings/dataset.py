"""Figures of whole periods as a data set: its columns, what each of them means, and the files made of it.

One list of columns heads the files and fills the dictionary that explains them. Nothing in a file depends on who asks
or when, so that its checksum can be published.
"""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache
from typing import IO, Final

from flask_babel import lazy_gettext as _

from feedback_app.kit.clock import VIETNAM
from feedback_app.kit.sheets import plain_text
from feedback_app.kit.workbooks import write_workbook
from feedback_app.ratings import figures
from feedback_app.ratings.figures import SCHEME
from feedback_app.ratings.queries import PeriodLines
from feedback_app.ratings.trends import Break

Cell = str | int | Decimal | None


@dataclass(frozen=True, slots=True)
class Column:
    """`key` names it for programs; the rest is for people, in their language. `law` is empty where none says it."""

    key: str
    title: object
    meaning: object
    unit: object = ""
    formula: object = ""
    law: object = ""

    @property
    def heading(self) -> str:
        """As the first line of a file has it: days and moments with their zone."""
        return self._zoned(self.key)

    @property
    def named(self) -> str:
        """The same in the reader's language."""
        return self._zoned(str(self.title))

    def _zoned(self, name: str) -> str:
        return f"{name} ({VIETNAM.key})" if self.key in ZONED else name


ZONED: Final = frozenset({"first_day", "last_day", "counted_from", "published_at"})
ALL_CHANNELS: Final = "all"
_RESPONSES: Final = _("phiếu")
_PERCENT: Final = _("phần trăm, một chữ số thập phân")
_POINTS: Final = _("điểm phần trăm, một chữ số thập phân")
_DECREE_27: Final = _("Nghị định 61/2018/NĐ-CP, Điều 27: sự hài lòng là thước đo; bảo mật thông tin người trả lời")
_CIRCULAR_15: Final = _("Thông tư 01/2018/TT-VPCP, Điều 15: kỳ đánh giá theo quý và năm")

COLUMNS: Final = (
    Column("period", _("Kỳ"), _("Mã của kỳ: 2026-Q3, 2026-10, 2026-H1, 2026-9M, 2026."), law=_CIRCULAR_15),
    Column("period_kind", _("Loại kỳ"), _("month, quarter, half_year, nine_months hoặc year.")),
    Column("first_day", _("Từ ngày"), _("Ngày đầu tiên của kỳ, theo giờ Việt Nam."), _("ngày")),
    Column("last_day", _("Đến hết ngày"), _("Ngày cuối cùng còn thuộc kỳ, theo giờ Việt Nam."), _("ngày")),
    Column(
        "counted_from",
        _("Có số liệu từ"),
        _("Ngày bắt đầu đếm, khi ngày ấy ở giữa kỳ: số liệu chỉ là của một phần kỳ. Trống: kỳ được đếm từ đầu."),
        _("ngày"),
    ),
    Column("status", _("Tình trạng"), _("published: đã công bố; provisional: tạm tính, còn thay đổi.")),
    Column("publication", _("Lần công bố"), _("1 là lần đầu; từ 2 trở đi là đính chính. Trống khi chưa công bố.")),
    Column("published_at", _("Công bố lúc"), _("Thời điểm công bố, có lệch giờ so với UTC."), _("thời điểm")),
    Column("department_code", _("Mã cơ quan, đơn vị"), _("Không đổi qua các lần đổi tên. Trống: tất cả cộng lại.")),
    Column("department_name", _("Tên trong kỳ"), _("Tên vào ngày cuối của kỳ. Trống: tất cả cộng lại.")),
    Column("channel", _("Kênh trả lời"), _("kiosk, qr, web, paper hoặc scan; all: mọi kênh cộng lại.")),
    Column(
        "state",
        _("Tình trạng số liệu"),
        _(
            "shown: nêu đủ; too_few: chưa đủ phiếu; withheld: không nêu, để bảo vệ người trả lời; no_data: chưa có "
            "phiếu. Khác shown thì các cột về nội dung trả lời để trống."
        ),
        law=_DECREE_27,
    ),
    Column(
        "responses",
        _("Tổng số phiếu"),
        _("Mọi phiếu được tính. Các kênh của một đơn vị cộng lại bằng dòng all của đơn vị đó."),
        _RESPONSES,
    ),
    Column("n", _("Phiếu có đánh giá chung"), _("Số phiếu mà tỷ lệ dựa vào; luôn nêu."), _RESPONSES),
    Column("satisfied", _("Phiếu hài lòng"), _("Tử số: chọn mức hài lòng hoặc rất hài lòng."), _RESPONSES),
    Column("neutral", _("Phiếu bình thường"), _("Không phải hài lòng, nhưng vẫn nằm trong mẫu số."), _RESPONSES),
    Column("not_satisfied", _("Phiếu không hài lòng"), _("Chọn mức không hài lòng."), _RESPONSES),
    Column(
        "withheld",
        _("Phiếu không nêu nội dung"),
        _("Phiếu có đánh giá chung không cộng vào tử số và mẫu số, vì cộng vào sẽ để lộ câu trả lời của vài người."),
        _RESPONSES,
        law=_DECREE_27,
    ),
    Column(
        "satisfied_percent",
        _("Tỷ lệ hài lòng"),
        _("Làm tròn một lần, nửa thì lên; chỉ ghi 100 hoặc 0 khi đúng là tất cả hoặc không ai."),
        _PERCENT,
        "satisfied ÷ (satisfied + neutral + not_satisfied) × 100",
        _DECREE_27,
    ),
    Column("interval_low", _("Cận dưới khoảng tin cậy"), _("Khoảng 95 % theo Wilson (1927)."), _PERCENT),
    Column("interval_high", _("Cận trên khoảng tin cậy"), _("Khoảng 95 % theo Wilson (1927)."), _PERCENT),
    Column(
        "change",
        _("Thay đổi so với kỳ trước"),
        _("Hiệu của hai tỷ lệ chưa làm tròn, với kỳ liền trước cùng loại. Chỉ có ở dòng all."),
        _POINTS,
    ),
    Column(
        "change_clear",
        _("Khác rõ so với kỳ trước"),
        _(
            "1: khác rõ (p dưới 0,05); 0: có thể chỉ do ngẫu nhiên, hoặc không so sánh được vì đổi mẫu phiếu hay vì "
            "một trong hai kỳ chỉ được đếm một phần."
        ),
    ),
    Column("reworded", _("Đổi mẫu phiếu"), _("1: hai kỳ dùng mẫu phiếu khác nhau, không so sánh được.")),
    Column("minimum", _("Số phiếu tối thiểu"), _("Dưới số này thì không nêu tỷ lệ."), _RESPONSES),
    Column("partial", _("Phiếu dở dang"), _("Bắt đầu rồi rời đi; vẫn tính câu đã trả lời."), _RESPONSES),
    Column("assisted", _("Phiếu có người trợ giúp"), _("Có người trợ giúp điền; vẫn tính."), _RESPONSES),
    Column("rapid", _("Chạm lặp quá nhanh"), _("Lần chạm lặp trên cùng một thiết bị; không tính."), _("lần")),
    Column("scheme", _("Cách tính, phiên bản"), _("Mã của công thức, thí dụ satisfied-share/1.")),
)


def rows(
    read: PeriodLines,
    *,
    text: Callable[[str], Cell] = str,
    percents: Callable[[int, int], Sequence[Cell]] = figures.percents,
    points: Callable[[Decimal], Cell] = Decimal,
) -> Iterator[tuple[Cell, ...]]:
    """The lines of one period, a cell for each of COLUMNS.

    Each kind of file writes cells in its own way: `text`, `percents` of (satisfied, rated) as figures.percents gives
    them, `points` of a difference. Texts come again with every channel and are written once; counts and None stay.
    """
    text = cache(text)
    period, publication = read.period, read.publication
    begin = (
        text(period.code),
        text(period.kind),
        text(period.starts_on.isoformat()),
        text(period.last_day.isoformat()),
        text(read.counted_from.isoformat()) if read.counted_from else None,
        text("published" if publication else "provisional"),
        publication.number if publication else None,
        text(publication.published_at.astimezone(VIETNAM).isoformat(timespec="seconds"))
        if publication and publication.published_at
        else None,
    )
    scheme = text(publication.scheme if publication else SCHEME)
    minimum = read.minimum
    nothing = (None, None, None)
    for line in read.lines:
        department, figure, change = line.department, line.figure, line.change
        sums, state = figure.sums, figure.state
        shown = state == "shown"
        yield (
            *begin,
            text(department.code) if department else None,
            text(department.name) if department else None,
            text(line.channel or ALL_CHANNELS),
            text(state),
            sums.responses,
            figure.n,
            *((sums.satisfied, sums.neutral, sums.not_satisfied) if shown else nothing),
            sums.withheld,
            *(percents(sums.satisfied, sums.rated) if shown else nothing),
            *((points(change.shown), int(line.clear), int(Break.QUESTIONNAIRE in line.breaks)) if change else nothing),
            minimum,
            sums.partial,
            sums.assisted,
            sums.rapid,
            scheme,
        )


def write_csv(periods: Iterable[PeriodLines], file: IO[bytes], headings: Sequence[str]) -> int:
    """UTF-8 with its mark and semicolons, decimals with a comma, as spreadsheets set to Vietnamese read them.

    Period by period; how many rows there are below the headings.
    """
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=False)
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(headings)
    count = 0
    for read in periods:
        writer.writerows(rows(read, text=plain_text, percents=_percents_in_csv, points=_in_csv))
        count += len(read.lines)
    text.detach()
    return count


def write_json(read: PeriodLines, file: IO[bytes]) -> None:
    """One period as an object: the zone of its days, its columns, its rows by column; decimals as text."""
    content = {
        "time_zone": VIETNAM.key,
        "columns": [column.key for column in COLUMNS],
        "rows": [dict(zip((column.key for column in COLUMNS), cells, strict=True)) for cells in rows(read)],
    }
    file.write(json.dumps(content, ensure_ascii=False, default=str, indent=1).encode())


def write_xlsx(periods: Iterable[PeriodLines], file: IO[bytes], headings: Sequence[str]) -> int:
    """A workbook, in constant memory; how many rows there are below the headings."""
    count = 0

    def written() -> Iterator[tuple[Cell, ...]]:
        nonlocal count
        for read in periods:
            count += len(read.lines)
            yield from rows(read, text=plain_text)

    write_workbook(file, headings, written())
    return count


@lru_cache(maxsize=figures.REMEMBERED_PAIRS)
def _percents_in_csv(satisfied: int, rated: int) -> tuple[str, ...]:
    return tuple(map(_in_csv, figures.percents(satisfied, rated)))


def _in_csv(number: Decimal) -> str:
    return str(number).replace(".", ",")
