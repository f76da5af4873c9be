"""What would make a form hard to fill in or to read: the faults of a layout, in words. Pure.

A version with faults is not issued: what stands too near to a box is taken for ink, or ink for it.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from math import hypot
from typing import Final

from feedback_app.kit.errors import N_, Invalid
from feedback_app.paper.layout import Box, Layout, Page, Rect, Text
from feedback_app.paper.layout.measures import CLEAR, CODE_QUIET, LABEL_TO_NEXT_BOX, MARGIN, MARKER, MARKER_QUIET
from feedback_app.paper.typeface import ASCENT, DESCENT, POINT, missing_letters, width

# Figures are not all as wide; this is the widest number of eight.
_A_NUMBER: Final = "4444 4444"
_SMALLEST_BOX: Final = 4.0
_LARGEST_BOX: Final = 5.0
# The longest text of a code needs 33 modules; one of 0.45 mm is three and a half dots of a scan at 200 dpi.
_SMALLEST_CODE: Final = 33 * 0.45
# Of the page's diagonal, from centre to centre.
_CODES_APART: Final = 0.5
# Less than a printer can show.
_NOTHING: Final = 0.01


class NotPrintable(Invalid):
    """Forms of this questionnaire would not be read reliably."""


@dataclass(frozen=True, slots=True)
class Fault:
    """`page` counts from 1; `field` is the question at fault, None for the form itself."""

    page: int
    field: str | None
    words: str

    def __str__(self) -> str:
        return f"trang {self.page}, {f'câu “{self.field}”' if self.field else 'khung phiếu'}: {self.words}"


@dataclass(frozen=True, slots=True)
class _Thing:
    """Anything printed or left to be written in."""

    name: str
    rect: Rect
    field: str | None = None


def check_printable(layout: Layout) -> None:
    """Raise NotPrintable, naming the questions at fault."""
    faults = lint(layout)
    if faults:
        named = dict.fromkeys(fault.field or "khung phiếu" for fault in faults)
        raise NotPrintable(
            N_("Mẫu phiếu này không in được trên khổ %(size)s. Xin rút ngắn lời hoặc bớt lựa chọn ở: %(questions)s."),
            field="size",
            size=layout.design.size,
            questions=", ".join(named),
        )


def lint(layout: Layout) -> list[Fault]:
    """Everything that is wrong with a form; empty for one that may be issued."""
    faults = list(_fields(layout))
    for place, page in enumerate(layout.pages, start=1):
        faults += [Fault(place, field, words) for field, words in _page(page)]
    return faults


def _fields(layout: Layout) -> Iterator[Fault]:
    """Whether every choice has one box, and every question is on one page."""
    expected = Counter((field.id, choice) for field in layout.fields for choice in range(field.choices))
    found = Counter((box.field, box.choice) for page in layout.pages for box in page.boxes)
    for field in dict.fromkeys(key for key, _choice in (expected - found) + (found - expected)):
        yield Fault(1, field, "số ô không khớp với số lựa chọn")
    pages = Counter(key for page in layout.pages for key in page.rows)
    for key, count in pages.items():
        if count > 1:
            yield Fault(1, key, "bị chia ra nhiều trang")


def _page(page: Page) -> Iterator[tuple[str | None, str]]:
    boxes = [_Thing("ô", box.rect, box.field) for box in page.boxes]
    texts = [_written(page, text) for text in _all_texts(page)]
    markers = [_Thing("dấu định vị", marker.rect) for marker in page.markers]
    codes = [_Thing("mã QR", rect) for rect in page.codes]
    spaces = [_Thing("chỗ ghi tay", rect, key) for key, rect in page.comments.items()]
    spaces += [_Thing("chỗ ghi mã hồ sơ", page.dossier)] if page.dossier else []
    others = [_Thing("dòng kẻ", Rect(rule.x, rule.y, rule.w, 0)) for rule in page.rules]
    others += [_Thing("ô mẫu", sample.rect) for sample in page.samples]
    others += [_Thing("chỗ in tên cơ quan", page.heading)] if page.heading else []
    everything = [*boxes, *texts, *markers, *codes, *spaces, *others]
    yield from _edges(page, everything)
    yield from _sizes(page)
    yield from _apart(boxes, everything, CLEAR)
    yield from _apart(markers, everything, MARKER_QUIET)
    yield from _apart(codes, everything, CODE_QUIET)
    yield from _apart(texts, [*texts, *spaces, *others], 0)
    yield from _labels(page.boxes, texts)
    yield from _rows(page, [*markers, *codes, *others])
    for text in _all_texts(page):
        if lacking := missing_letters(text.text):
            yield _question_at(page, text), f"phông chữ không có ký tự {lacking}"


def _all_texts(page: Page) -> list[Text]:
    numbers = [Text(text.x, text.y, text.text + _A_NUMBER, text.size, text.bold) for text in page.serials]
    return [*page.texts, *numbers]


def _written(page: Page, text: Text) -> _Thing:
    top, height = text.y - ASCENT * text.size * POINT, (ASCENT + DESCENT) * text.size * POINT
    rect = Rect(text.x, top, width(text.text, text.size, bold=text.bold), height)
    return _Thing(f"chữ “{text.text}”", rect, _question_at(page, text))


def _question_at(page: Page, text: Text) -> str | None:
    """The question whose row the text begins in."""
    return next(
        (key for key, row in page.rows.items() if row.x <= text.x <= row.right and row.y <= text.y <= row.bottom), None
    )


def _edges(page: Page, things: list[_Thing]) -> Iterator[tuple[str | None, str]]:
    inner = Rect(MARGIN, MARGIN, page.width - 2 * MARGIN, page.height - 2 * MARGIN)
    for thing in [*things, *(_Thing("hàng", row, key) for key, row in page.rows.items())]:
        if not _is_within(thing.rect, inner):
            yield thing.field, f"{thing.name} ra ngoài vùng in được"


def _sizes(page: Page) -> Iterator[tuple[str | None, str]]:
    for box in page.boxes:
        sides = (box.rect.w, box.rect.h)
        if min(sides) < _SMALLEST_BOX - _NOTHING or max(sides) > _LARGEST_BOX + _NOTHING:
            yield box.field, "cạnh ô không trong khoảng 4 đến 5 mm"
    if sorted(marker.id for marker in page.markers) != [0, 1, 2, 3]:
        yield None, "thiếu hoặc thừa dấu định vị"
    if any(abs(side - MARKER) > _NOTHING for marker in page.markers for side in (marker.rect.w, marker.rect.h)):
        yield None, "dấu định vị không đúng cỡ"
    if any(min(code.w, code.h) < _SMALLEST_CODE for code in page.codes):
        yield None, "mã QR quá nhỏ"
    if len(page.codes) != 2:
        yield None, "cần đúng hai mã QR"
    elif _distance(*page.codes) < _CODES_APART * hypot(page.width, page.height):
        yield None, "hai mã QR ở quá gần nhau"
    if len(page.serials) != 2:
        yield None, "cần in số phiếu ở hai chỗ"


def _apart(those: list[_Thing], everything: list[_Thing], clear: float) -> Iterator[tuple[str | None, str]]:
    """What is nearer than `clear` to one of `those`, each pair once."""
    seen: list[_Thing] = []
    for thing in those:
        seen.append(thing)
        for other in everything:
            if not any(other is each for each in seen) and _is_near(thing.rect, other.rect, clear):
                words = (
                    f"{other.name} cách {thing.name} chưa đủ {clear:g} mm"
                    if clear
                    else f"{other.name} đè lên {thing.name}"
                )
                yield thing.field or other.field, words


def _labels(boxes: tuple[Box, ...], texts: list[_Thing]) -> Iterator[tuple[str | None, str]]:
    """A label too near to the box that follows it on its line."""
    for box in boxes:
        for text in texts:
            level = text.rect.y < box.rect.bottom and box.rect.y < text.rect.bottom
            if level and 0 <= box.rect.x - text.rect.right < LABEL_TO_NEXT_BOX - _NOTHING:
                yield box.field, f"{text.name} cách ô tiếp theo chưa đủ {LABEL_TO_NEXT_BOX:g} mm"


def _rows(page: Page, frame: list[_Thing]) -> Iterator[tuple[str | None, str]]:
    for (key, row), (other_key, other) in combinations(page.rows.items(), 2):
        if _is_near(row, other, 0):
            yield other_key, f"chồng lên câu “{key}”"
    for key, row in page.rows.items():
        for thing in frame:
            if thing.name != "dòng kẻ" and _is_near(row, thing.rect, 0):
                yield key, f"chồng lên {thing.name}"
    for box in page.boxes:
        if box.field not in page.rows or not _is_within(box.rect, page.rows[box.field]):
            yield box.field, "ô nằm ngoài hàng của câu"


def _is_within(rect: Rect, outer: Rect) -> bool:
    return (
        rect.x >= outer.x - _NOTHING
        and rect.y >= outer.y - _NOTHING
        and rect.right <= outer.right + _NOTHING
        and rect.bottom <= outer.bottom + _NOTHING
    )


def _is_near(rect: Rect, other: Rect, clear: float) -> bool:
    """Whether the two overlap once one is wider by `clear` on every side."""
    room = clear - _NOTHING
    return (
        rect.x - room < other.right
        and other.x < rect.right + room
        and rect.y - room < other.bottom
        and other.y < rect.bottom + room
    )


def _distance(one: Rect, other: Rect) -> float:
    return hypot(one.x + one.w / 2 - other.x - other.w / 2, one.y + one.h / 2 - other.y - other.h / 2)
