"""The figures of a period as an official report (PDF): the rows of `queries.table`, number for number as on the page.

Such a document is Vietnamese whoever reads it, so nothing here is translated.
"""

import json
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Final

import typst
from flask import Response
from flask_babel import force_locale

from feedback_app.kit.clock import VIETNAM
from feedback_app.kit.numbers import format_count, format_decimal, format_percent, format_percent_value
from feedback_app.ratings.figures import PLACES, SCHEME, Change, Figure
from feedback_app.ratings.labels import channel_name, period_name
from feedback_app.ratings.periods import Period
from feedback_app.ratings.queries import RatingRow, RatingTable
from feedback_app.ratings.trends import Break

if TYPE_CHECKING:
    from config import Office

_HERE: Final = Path(__file__).parent
_FONTS: Final = _HERE.parent / "static" / "fonts" / "ttf"
# Of which departments a report is, where it is of all.
WHOLE: Final = "tất cả cơ quan, đơn vị được đánh giá"
_HEADINGS: Final = (
    "STT",
    "Cơ quan, đơn vị",
    "Tổng số phiếu",
    "Phiếu có đánh giá chung (n)",
    "Hài lòng",
    "Khoảng tin cậy 95\u00a0%",
    "So với kỳ trước",
)
# What keeps two periods from being compared: its mark in the table, and in words.
_UNLIKE: Final = {
    Break.QUESTIONNAIRE: ("†", "hai kỳ dùng mẫu phiếu khác nhau"),
    Break.PART: ("‡", "một trong hai kỳ không đủ ngày"),
}


def answer(table: RatingTable, *, office: "Office", reach: str, now: datetime) -> Response:
    """`report` as a file that browsers show."""
    response = Response(report(table, office=office, reach=reach, now=now), mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="bao-cao-{table.period.code}.pdf"'
    return response


def report(table: RatingTable, *, office: "Office", reach: str, now: datetime) -> bytes:
    """The report of one period (PDF). `reach` says whose departments these are; `now` stands on drafts alone.

    A period that is not published carries the mark TẠM TÍNH on every page.
    """
    with force_locale("vi"):
        given = _content(table, office=office, reach=reach, now=now)
    return typst.compile(
        _HERE / "report.typ",
        font_paths=[_FONTS],
        ignore_system_fonts=True,
        sys_inputs={"given": json.dumps(given, ensure_ascii=False)},
    )


def _content(table: RatingTable, *, office: "Office", reach: str, now: datetime) -> dict[str, object]:
    period, publication = table.period, table.publication
    sums = table.together.figure.sums
    if publication is None or publication.published_at is None:
        standing = (
            f"Số liệu tạm tính lúc {_moment(now)}, kỳ chưa công bố; không dùng để xếp loại, khen thưởng hay kỷ luật."
        )
    else:
        standing = f"Số liệu đã công bố lúc {_moment(publication.published_at)} (lần {publication.number})."
        if publication.reason:
            standing += f" Lý do đính chính: {publication.reason.rstrip('.')}."
    return {
        "draft": publication is None,
        "office": office.name,
        "parent": office.parent_name,
        "title": "BÁO CÁO",
        "subtitle": f"Kết quả khảo sát mức độ hài lòng đối với việc giải quyết thủ tục hành chính {_in_line(period)}",
        "preamble": [
            f"Kỳ báo cáo: từ ngày {period.starts_on:%d/%m/%Y} đến hết ngày {period.last_day:%d/%m/%Y}, theo giờ "
            f"Việt Nam.{_part_of_period(table.counted_from)} Phạm vi: {reach}.",
            standing,
        ],
        "overall": _overall(table),
        "headings": _HEADINGS,
        "rows": [_cells(str(number), row) for number, row in enumerate(table.rows, start=1)],
        "together": _cells("", table.together),
        "remarks": [
            f"So với kỳ trước ({_in_line(table.before)}): chênh lệch tính bằng điểm phần trăm; dấu * là "
            "khác rõ (p < 0,05); dấu † là hai kỳ dùng mẫu phiếu khác nhau, không so sánh được; dấu ‡ là một trong hai "
            f"kỳ không đủ ngày, không so sánh được.{_part_of_period(table.before_counted_from)}"
        ],
        "channels": [
            *(
                [channel_name(channel), format_count(count), format_percent(count, sums.responses, PLACES)]
                for channel, count in table.together.channels
            ),
            ["Tổng số", format_count(sums.responses), "" if not sums.responses else format_percent(1, 1, PLACES)],
        ],
        "notes": _notes(table),
    }


def _overall(table: RatingTable) -> list[str]:
    figure, change = table.together.figure, table.together.change
    sums = figure.sums
    lines = [
        f"Có {format_count(sums.responses)} phiếu trả lời, trong đó {format_count(figure.n)} phiếu có đánh giá chung.",
    ]
    if figure.state != "shown":
        return [*lines, f"Tỷ lệ hài lòng: {_why_not(figure)}."]
    low, high = _bounds(figure)
    lines.append(
        f"Tỷ lệ hài lòng là {_share(figure)} ({format_count(sums.satisfied)} phiếu hài lòng trên "
        f"{format_count(sums.rated)} phiếu; khoảng tin cậy 95 % từ {low} đến {high}). Có "
        f"{format_count(sums.neutral)} phiếu bình thường và {format_count(sums.not_satisfied)} phiếu không hài lòng."
    )
    if change:
        how = "khác rõ (p < 0,05)" if change.clear else "chênh lệch này có thể chỉ do ngẫu nhiên"
        if table.together.breaks:
            how = f"{_UNLIKE[table.together.breaks[0]][1]}, không so sánh được"
        lines.append(f"So với {_in_line(table.before)}: {_points(change)} điểm phần trăm; {how}.")
    if sums.withheld:
        lines.append(
            f"{format_count(sums.withheld)} phiếu không cộng vào tỷ lệ, vì cộng vào sẽ để lộ câu trả lời của vài người."
        )
    return lines


def _cells(number: str, row: RatingRow) -> list[str]:
    figure, change = row.figure, row.change
    return [
        number,
        row.department.name if row.department else "Tất cả",
        format_count(figure.sums.responses),
        format_count(figure.n),
        _share(figure) if figure.state == "shown" else _why_not(figure),
        " – ".join(_bounds(figure)),
        (_points(change) + ("".join(_UNLIKE[each][0] for each in row.breaks) or "*" * row.clear)) if change else "–",
    ]


def _notes(table: RatingTable) -> Sequence[str]:
    return (
        "Tỷ lệ hài lòng bằng số phiếu chọn mức hài lòng hoặc rất hài lòng chia cho số phiếu có trả lời câu đánh giá "
        "chung. Phiếu bình thường nằm trong mẫu số; người không trả lời không được tính vào bên nào.",
        "Khoảng tin cậy 95 % tính theo công thức Wilson (1927).",
        f"Dưới {table.minimum} phiếu thì không nêu tỷ lệ và không so sánh. Điều vài người đã trả lời không được nêu, "
        "để bảo mật thông tin về người cung cấp thông tin.",
        "Căn cứ: Nghị định 61/2018/NĐ-CP, Điều 27 và Điều 32 (sự hài lòng của tổ chức, cá nhân là thước đo; bảo mật "
        "thông tin người trả lời; công khai kết quả); Thông tư 01/2018/TT-VPCP, Điều 15 (kỳ quý và năm). Từ ngày "
        "01/7/2025 Nghị định 118/2025/NĐ-CP thay thế Nghị định 61/2018/NĐ-CP: cần rà soát căn cứ trước khi ký.",
        "Tỷ lệ này không phải điểm theo Quyết định 766/QĐ-TTg, không phải chỉ số SIPAS và không phải tỷ lệ giải quyết "
        "hồ sơ đúng hạn.",
        f"Cách tính, phiên bản: {table.publication.scheme if table.publication else SCHEME}.",
    )


def _share(figure: Figure) -> str:
    return format_percent_value(figure.percent or Decimal(0), PLACES)


def _bounds(figure: Figure) -> tuple[str, ...]:
    return tuple(format_percent_value(bound, PLACES) for bound in figure.bounds or ())


def _why_not(figure: Figure) -> str:
    return {
        "too_few": f"chưa đủ dữ liệu (n < {figure.minimum})",
        "withheld": "không nêu, để bảo vệ người trả lời",
    }.get(figure.state, "chưa có dữ liệu")


def _points(change: Change) -> str:
    sign = "+" if change.shown > 0 else "−" if change.shown < 0 else ""
    return sign + format_decimal(abs(change.shown), PLACES)


def _in_line(period: Period) -> str:
    """A period's name within a sentence: `quý III năm 2026`."""
    name = period_name(period)
    return name[0].lower() + name[1:]


def _part_of_period(counted_from: date | None) -> str:
    return f" Một phần của kỳ: có số liệu từ {counted_from:%d/%m/%Y}." if counted_from else ""


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(VIETNAM):%H:%M ngày %d/%m/%Y}"
