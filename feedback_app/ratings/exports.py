"""The managers' table as files: exactly the rows and figures of the page, with what they mean in the first lines.

Percentages are numbers with the decimals the page shows; numerator and denominator stand beside them, so that nobody
has to trust our rounding. Text that a spreadsheet would run as a formula is quoted (OWASP, CSV injection).
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from itertools import chain

import xlsxwriter
from flask_babel import gettext as _

from feedback_app.exclusions.labels import left_out_terms
from feedback_app.kit.clock import VIETNAM
from feedback_app.kit.sheets import plain_text
from feedback_app.ratings.bands import Band
from feedback_app.ratings.figures import SCHEME
from feedback_app.ratings.labels import channel_name, not_standardised, period_name
from feedback_app.ratings.queries import CHANNELS, RatingRow, RatingTable, StandardisedShare
from feedback_app.ratings.trends import Break

Cell = str | int | Decimal | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """Lines that say what the table is, its headings, its rows; the last row adds all up."""

    about: tuple[tuple[str, Cell], ...]
    headings: tuple[str, ...]
    rows: Iterable[tuple[Cell, ...]]


def sheet(
    table: RatingTable,
    rows: Sequence[RatingRow],
    *,
    standardised: Mapping[int, StandardisedShare],
    channel: str | None,
    questionnaire: str | None,
    since: int,
    left_out: Mapping[str, int],
    now: datetime,
) -> Sheet:
    """`rows` of `table` in the order shown, with the `standardised` shares of their departments by id.

    `questionnaire` is the title of the one chosen, `channel` a channel.
    `since` is how many responses more (or fewer) the whole period holds than when it was published; `left_out` how many
    the figures leave out, by reason, as queries.left_out gives it.
    """
    words = _Words(
        everybody=_("Tất cả"),
        yes=_("có"),
        no=_("không"),
        states={
            "shown": "",
            "too_few": _("chưa đủ dữ liệu (n < %(minimum)s)", minimum=table.minimum),
            "withheld": _("không nêu, để bảo vệ người trả lời"),
            "no_data": _("chưa có dữ liệu"),
        },
    )
    return Sheet(
        about=tuple(
            _about(table, channel=channel, questionnaire=questionnaire, since=since, left_out=left_out, now=now)
        ),
        headings=(
            _("Mã cơ quan, đơn vị"),
            _("Tên trong kỳ"),
            _("Tình trạng số liệu"),
            _("Tỷ lệ hài lòng (%)"),
            _("Cận dưới khoảng tin cậy 95 % (%)"),
            _("Cận trên khoảng tin cậy 95 % (%)"),
            _("Tử số: phiếu hài lòng"),
            _("Mẫu số: phiếu có đánh giá chung"),
            _("Tỷ lệ hài lòng đã chuẩn hóa theo lĩnh vực (%)"),
            _("Đã chuẩn hóa, cận dưới khoảng tin cậy 95 % (%)"),
            _("Đã chuẩn hóa, cận trên khoảng tin cậy 95 % (%)"),
            _("Phiếu dùng để chuẩn hóa"),
            _("Phần cơ cấu lĩnh vực chung có số liệu (%)"),
            _("Vì sao không có tỷ lệ đã chuẩn hóa"),
            _("Phiếu bình thường"),
            _("Phiếu không hài lòng"),
            _("Phiếu không nêu nội dung, để bảo vệ người trả lời"),
            _("Tổng số phiếu"),
            _("Điểm trung bình"),
            _("Thay đổi so với kỳ trước (điểm phần trăm)"),
            _("Thay đổi, cận dưới 95 % (điểm phần trăm)"),
            _("Thay đổi, cận trên 95 % (điểm phần trăm)"),
            _("Khác rõ so với kỳ trước (p < 0,05)"),
            _("Đổi mẫu phiếu so với kỳ trước"),
            _("Đổi nhiều về kênh so với kỳ trước"),
            _("Hạng cao nhất có thể"),
            _("Hạng thấp nhất có thể"),
            *(_("Phiếu qua kênh %(channel)s", channel=channel_name(each)) for each in CHANNELS),
            _("Phiếu dở dang"),
            _("Phiếu có người trợ giúp"),
            _("Chạm lặp quá nhanh, không tính"),
        ),
        rows=tuple(
            _cells(
                row,
                table.bands.get(row.department.id) if row.department else None,
                standardised.get(row.department.id) if row.department else None,
                words,
            )
            for row in (*rows, table.together)
        ),
    )


def as_csv(content: Sheet) -> bytes:
    """UTF-8 with its mark and semicolons, as spreadsheets set to Vietnamese read them; decimals with a comma."""
    written = io.StringIO(newline="")
    writer = csv.writer(written, delimiter=";", lineterminator="\r\n")
    writer.writerows([plain_text(name), _in_csv(value)] for name, value in content.about)
    writer.writerow([])
    writer.writerow([plain_text(heading) for heading in content.headings])
    writer.writerows([_in_csv(cell) for cell in row] for row in content.rows)
    return written.getvalue().encode("utf-8-sig")


def as_xlsx(content: Sheet) -> bytes:
    """A workbook of one sheet; numbers are numbers, shown with the decimals of the page."""
    written = io.BytesIO()
    # Row by row, so that memory does not grow with the table; text is never read as formula or address.
    workbook = xlsxwriter.Workbook(
        written,
        {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False},
    )
    page = workbook.add_worksheet(_("Kết quả"))
    bold = workbook.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    # The spreadsheet writes the comma or the dot that its own language has; 0 decimals are its usual look.
    looks = {places: workbook.add_format({"num_format": f"0.{'0' * places}"}) for places in (1, 2)}
    page.set_column(0, 0, 24)
    page.set_column(1, 1, 44)
    page.set_column(2, len(content.headings) - 1, 16)
    lines: Iterable[Sequence[Cell]] = chain(content.about, ((), content.headings), content.rows)
    heading_line = len(content.about) + 1
    for number, cells in enumerate(lines):
        for column, cell in enumerate(cells):
            if isinstance(cell, str):
                page.write_string(number, column, plain_text(cell), bold if number == heading_line else None)
            elif cell is not None:
                page.write_number(number, column, float(cell), looks.get(_places(cell)))
    page.freeze_panes(heading_line + 1, 2)
    workbook.close()
    return written.getvalue()


def _about(
    table: RatingTable,
    *,
    channel: str | None,
    questionnaire: str | None,
    since: int,
    left_out: Mapping[str, int],
    now: datetime,
) -> list[tuple[str, Cell]]:
    publication = table.publication
    lines: list[tuple[str, Cell]] = [
        (_("Kỳ"), f"{period_name(table.period)} ({table.period.code})"),
        (_("Từ ngày"), table.period.starts_on.isoformat()),
        (_("Đến hết ngày"), table.period.last_day.isoformat()),
        *_part_of_period(table.counted_from),
        (_("Múi giờ"), VIETNAM.key),
        (_("Kỳ trước"), f"{period_name(table.before)} ({table.before.code})"),
        *_part_of_period(table.before_counted_from),
        (_("Kênh trả lời"), channel_name(channel) if channel else _("Mọi kênh")),
        (_("Mẫu phiếu"), questionnaire or _("Mọi mẫu phiếu")),
        (
            _("Công thức"),
            _("phiếu hài lòng và rất hài lòng ÷ phiếu có trả lời câu đánh giá chung; khoảng tin cậy Wilson 95 %"),
        ),
        (
            _("Công thức chuẩn hóa theo lĩnh vực"),
            _(
                "bình quân các tỷ lệ hài lòng của đơn vị trong từng lĩnh vực theo phần của lĩnh vực trong mọi phiếu có "
                "ghi lĩnh vực của kỳ; khoảng tin cậy Zou–Donner 95 %"
            ),
        ),
        (_("Cách tính, phiên bản"), SCHEME if publication is None else publication.scheme),
        (_("Số phiếu tối thiểu để nêu tỷ lệ"), table.minimum),
        (_("Số phiếu tối thiểu để xếp hạng"), table.minimum_ranked),
    ]
    if publication is None or publication.published_at is None:
        lines.append((_("Tình trạng"), _("tạm tính")))
    else:
        lines.append((_("Tình trạng"), _("đã công bố")))
        lines.append((_("Công bố lúc"), publication.published_at.astimezone(VIETNAM).isoformat(timespec="seconds")))
        if publication.number > 1:
            lines.append((_("Đính chính lần"), publication.number - 1))
            lines.append((_("Lý do đính chính"), publication.reason))
        if since:
            lines.append((_("Phiếu thêm hoặc bớt sau khi công bố, toàn hệ thống, chưa tính"), since))
    lines += left_out_terms(left_out)
    lines.append((_("Tải về lúc"), now.astimezone(VIETNAM).isoformat(timespec="seconds")))
    return lines


def _part_of_period(counted_from: date | None) -> list[tuple[str, Cell]]:
    return [(_("Một phần của kỳ, có số liệu từ"), counted_from.isoformat())] if counted_from else []


@dataclass(frozen=True, slots=True)
class _Words:
    """What stands in many cells, looked up in the reader's language once."""

    everybody: str
    yes: str
    no: str
    states: Mapping[str, str]

    def whether(self, holds: bool) -> str:
        return self.yes if holds else self.no


def _cells(
    row: RatingRow, band: Band | None, standardised: StandardisedShare | None, words: _Words
) -> tuple[Cell, ...]:
    figure, sums = row.figure, row.figure.sums
    shown = figure.state == "shown"
    low, high = figure.bounds or (None, None)
    channels = dict(row.channels)
    change = row.change
    return (
        row.department.code if row.department else "",
        row.department.name if row.department else words.everybody,
        words.states[figure.state],
        figure.percent,
        low,
        high,
        sums.satisfied if shown else None,
        figure.n,
        *_standardised(standardised),
        sums.neutral if shown else None,
        sums.not_satisfied if shown else None,
        sums.withheld,
        sums.responses,
        figure.mean.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP) if figure.mean is not None else None,
        change.shown if change else None,
        *(change.bounds if change else (None, None)),
        words.whether(row.clear) if change else "",
        words.whether(Break.QUESTIONNAIRE in row.breaks) if change else "",
        words.whether(row.shift.notable) if change and row.shift else "",
        band.best if band else None,
        band.worst if band else None,
        *(channels.get(channel, 0) for channel in CHANNELS),
        sums.partial,
        sums.assisted,
        sums.rapid,
    )


def _standardised(share: StandardisedShare | None) -> tuple[Cell, ...]:
    if share is None:
        return None, None, None, None, None, _("chỉ tính cho từng đơn vị")
    why_not = not_standardised(share.why_not) if share.why_not else ""
    bounds = share.bounds or (None, None)
    return share.percent, *bounds, share.n if share.found else None, share.covered_percent, why_not


def _places(cell: int | Decimal) -> int:
    """Decimals a number is shown with."""
    return -int(cell.as_tuple().exponent) if isinstance(cell, Decimal) else 0


def _in_csv(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return plain_text(cell)
    return str(cell).replace(".", ",")
