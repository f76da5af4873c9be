"""Numbered forms as PDF. Pure."""

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import segno
from reportlab.pdfgen.canvas import Canvas

from feedback_app.kit.text import normalise
from feedback_app.paper.layout import Design, Layout, Page, Rect, Rule, Sample, Text
from feedback_app.paper.layout.measures import BOX_OUTLINE
from feedback_app.paper.markers import MODULES, light_modules
from feedback_app.paper.serials import grouped
from feedback_app.paper.typeface import ASCENT, DESCENT, POINT, face, line, shorten, wrap

# A4 across for two forms of A5, which is half a millimetre narrower than half of it.
_SHEET_WIDTH: Final = 297.0
_LARGEST_HEADING: Final = 10.5
_SMALLEST_HEADING: Final = 8.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """What stands above every form of a batch; `stage` in words."""

    office: str
    department: str
    place: str | None = None
    stage: str | None = None
    demonstration: bool = False

    @property
    def names(self) -> list[str]:
        """From the office to the stage, nothing said twice."""
        office = f"BẢN TRÌNH DIỄN · {self.office}" if self.demonstration else self.office
        names = (office, self.department, self.place, self.stage)
        return list(dict.fromkeys(normalise(name) for name in names if name))


@dataclass(frozen=True, slots=True)
class Placed:
    """Where one page of one form is in the PDF: on `sheet`, both counted from 0, its left edge at `x` millimetres.
    `page` counts from 1, as on the form."""

    number: int
    page: int
    sheet: int
    x: float


def sheet_size(design: Design) -> tuple[float, float]:
    """Width and height of a page of the PDF in millimetres."""
    return (210.0, 297.0) if design.size == "A4" else (_SHEET_WIDTH, 210.0)


def impose(layout: Layout, numbers: Sequence[int]) -> Iterator[Placed]:
    """Every page of every form in the order of `numbers`; of A5 two beside each other."""
    beside = 1 if layout.design.size == "A4" else 2
    pages = [(number, page) for number in numbers for page in range(1, len(layout.pages) + 1)]
    for place, (number, page) in enumerate(pages):
        sheet, half = divmod(place, beside)
        yield Placed(number, page, sheet, half * (_SHEET_WIDTH - layout.pages[0].width))


def form_pdf(layout: Layout, *, heading: Heading, numbers: Sequence[int], code: Callable[[int, int], str]) -> bytes:
    """The forms of `numbers`; `code` gives the text of the QR code from number and page, which counts from 1."""
    written = io.BytesIO()
    sheet_width, sheet_height = sheet_size(layout.design)
    canvas = Canvas(
        written, pagesize=(sheet_width / POINT, sheet_height / POINT), pageCompression=1, invariant=1, lang="vi"
    )
    canvas.setTitle(f"Phiếu {grouped(numbers[0])} – {grouped(numbers[-1])}")
    canvas.setViewerPreference("PrintScaling", "None")
    canvas.setViewerPreference("Duplex", "Simplex")
    for page, form in enumerate(layout.pages, start=1):
        canvas.beginForm(f"page{page}", 0, 0, form.width / POINT, form.height / POINT)
        _draw_page(canvas, form, heading)
        canvas.endForm()
    last = 0
    for placed in impose(layout, numbers):
        if placed.sheet > last:
            canvas.showPage()
            last = placed.sheet
        form = layout.pages[placed.page - 1]
        canvas.saveState()
        canvas.translate(placed.x / POINT, 0)
        canvas.doForm(f"page{placed.page}")
        _draw_number(canvas, form, placed.number, code(placed.number, placed.page))
        canvas.restoreState()
        if placed.x:
            _draw_cut(canvas)
    canvas.save()
    return written.getvalue()


def _draw_page(canvas: Canvas, page: Page, heading: Heading) -> None:
    """Everything that is the same on all forms of a batch."""
    for marker in page.markers:
        _draw_marker(canvas, marker.id, marker.rect, page.height)
    for text in page.texts:
        _draw_text(canvas, text, page.height)
    for rule in page.rules:
        _draw_rule(canvas, rule, page.height)
    for box in page.boxes:
        _draw_outline(canvas, box.rect, page.height, BOX_OUTLINE)
    for sample in page.samples:
        _draw_sample(canvas, sample, page.height)
    if page.heading is not None:
        for text in fit_heading(heading.names, page.heading):
            _draw_text(canvas, text, page.height)


def fit_heading(names: Sequence[str], room: Rect) -> list[Text]:
    """The names in `room`, the first one bold, as large as they fit; where even small letters do not, each name has
    one line and ends in dots."""
    size = _LARGEST_HEADING
    while _height(len(lines := _wrapped(names, room.w, size)), size) > room.h:
        size -= 0.5
        if size < _SMALLEST_HEADING:
            size = _SMALLEST_HEADING
            lines = [(shorten(name, room.w, size, bold=place == 0), place == 0) for place, name in enumerate(names)]
            break
    first = room.y + ASCENT * size * POINT
    return [Text(room.x, first + row * line(size), text, size, bold) for row, (text, bold) in enumerate(lines)]


def _wrapped(names: Sequence[str], room: float, size: float) -> list[tuple[str, bool]]:
    return [(text, place == 0) for place, name in enumerate(names) for text in wrap(name, room, size, bold=place == 0)]


def _height(lines: int, size: float) -> float:
    return (lines - 1) * line(size) + (ASCENT + DESCENT) * size * POINT


def _draw_number(canvas: Canvas, page: Page, number: int, said: str) -> None:
    for text in page.serials:
        _draw_text(canvas, Text(text.x, text.y, text.text + grouped(number), text.size, text.bold), page.height)
    # Which of the eight masks is best takes most of the time, and readers know all of them.
    matrix = segno.make(said, error="m", micro=False, mask=3).matrix
    for rect in page.codes:
        _draw_code(canvas, matrix, rect, page.height)


def _draw_code(canvas: Canvas, matrix: Sequence[Sequence[int]], rect: Rect, height: float) -> None:
    module = rect.w / len(matrix) / POINT
    canvas.saveState()
    canvas.transform(module, 0, 0, -module, rect.x / POINT, (height - rect.y) / POINT)
    path = canvas.beginPath()
    for y, row in enumerate(matrix):
        for x, length in _runs(row):
            path.rect(x, y, length, 1)
    canvas.drawPath(path, stroke=0, fill=1)
    canvas.restoreState()


def _runs(row: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Start and length of each run of dark modules."""
    start = None
    for x, dark in enumerate((*row, 0)):
        if dark and start is None:
            start = x
        elif not dark and start is not None:
            yield start, x - start
            start = None


def _draw_marker(canvas: Canvas, id: int, rect: Rect, height: float) -> None:
    module = rect.w / MODULES / POINT
    canvas.saveState()
    canvas.transform(module, 0, 0, -module, rect.x / POINT, (height - rect.y) / POINT)
    canvas.rect(0, 0, MODULES, MODULES, stroke=0, fill=1)
    canvas.setFillGray(1)
    path = canvas.beginPath()
    for x, y in light_modules(id):
        path.rect(x, y, 1, 1)
    canvas.drawPath(path, stroke=0, fill=1)
    canvas.restoreState()


def _draw_text(canvas: Canvas, text: Text, height: float) -> None:
    canvas.setFont(face(bold=text.bold), text.size)
    canvas.drawString(text.x / POINT, (height - text.y) / POINT, text.text)


def _draw_rule(canvas: Canvas, rule: Rule, height: float) -> None:
    canvas.saveState()
    canvas.setStrokeGray(0.6)
    canvas.setLineWidth(0.2 / POINT)
    y = (height - rule.y) / POINT
    canvas.line(rule.x / POINT, y, (rule.x + rule.w) / POINT, y)
    canvas.restoreState()


def _draw_outline(canvas: Canvas, rect: Rect, height: float, thickness: float, *, fill: bool = False) -> None:
    """`rect` is the outer edge of the line."""
    canvas.setLineWidth(thickness / POINT)
    canvas.rect(
        (rect.x + thickness / 2) / POINT,
        (height - rect.bottom + thickness / 2) / POINT,
        (rect.w - thickness) / POINT,
        (rect.h - thickness) / POINT,
        fill=int(fill),
    )


def _draw_sample(canvas: Canvas, sample: Sample, height: float) -> None:
    rect = sample.rect
    _draw_outline(canvas, rect, height, BOX_OUTLINE / 2, fill=sample.kind == "cancelled")
    if sample.kind == "marked":
        canvas.setLineWidth(0.5 / POINT)
        inset = rect.w / 5
        left, right = (rect.x + inset) / POINT, (rect.right - inset) / POINT
        low, high = (height - rect.bottom + inset) / POINT, (height - rect.y - inset) / POINT
        canvas.line(left, low, right, high)
        canvas.line(left, high, right, low)


def _draw_cut(canvas: Canvas) -> None:
    """Where the sheet is cut in two."""
    canvas.saveState()
    canvas.setStrokeGray(0.6)
    canvas.setLineWidth(0.2 / POINT)
    canvas.setDash(6, 6)
    middle = _SHEET_WIDTH / 2 / POINT
    canvas.line(middle, 0, middle, 210 / POINT)
    canvas.restoreState()
