"""The pages of a form: head, questions and foot. Pure."""

from collections.abc import Sequence
from typing import Final, Literal

from feedback_app.kit.errors import N_, Invalid
from feedback_app.kit.text import normalise
from feedback_app.paper.layout.blocks import Block, set_lines, set_question
from feedback_app.paper.layout.elements import RULES, Design, Field, Layout, Page, Rect, Rule, Sample, Text
from feedback_app.paper.layout.measures import CODE_QUIET, MEASURES, Measures
from feedback_app.paper.typeface import ASCENT, POINT, balance, line, shorten, width, wrap
from feedback_app.surveys.versions import QuestionView, VersionView

# Between two questions, and as much as that where a page has room.
_GAP: Final = 3.5
_WIDEST_GAP: Final = 8.0
_NUMBER: Final = "Số phiếu: "
_WIDEST: Final = _NUMBER + "4444 4444"
_HOW: Final[tuple[tuple[Literal["marked", "cancelled"], str], ...]] = (
    ("marked", "Đánh dấu X vào ô Ông/Bà chọn, bằng bút mực đậm. Mỗi câu một ô, trừ câu ghi được chọn nhiều."),
    ("cancelled", "Chọn nhầm: tô kín ô đó rồi đánh dấu X vào ô khác."),
)
_PRIVATE: Final = "Phiếu không hỏi tên. Số phiếu chỉ để đếm phiếu, không cho biết ai trả lời."
_PRIVATE_CODED: Final = "Phiếu không hỏi tên. Mã hồ sơ chỉ để mỗi hồ sơ được tính một lần, không công bố."
_DOSSIER: Final = "Mã hồ sơ (ghi trên giấy hẹn):"


class UnknownRules(Invalid):
    """The form was laid out by rules that this program does not have."""


def lay_out(version: VersionView, design: Design) -> Layout:
    """The form of a questionnaire version: the same arguments always give the same places.

    A question is never split; one that no page can hold runs over the end of its page, which `lint` finds. Raises
    UnknownRules for a design of another time.
    """
    if design.rules != RULES:
        raise UnknownRules(N_("Phiếu này in theo mẫu trình bày mà hệ thống không còn giữ."))
    measures = MEASURES[design.size]
    head = _Head(version, design, measures)
    shared = _share(version, head, measures)
    pages = tuple(
        _page(version, questions, place, len(shared), head, measures) for place, questions in enumerate(shared)
    )
    fields = tuple(
        Field(question.key, "single" if question.kind == "single" else "several", len(question.choices))
        for question in version.questions
        if question.choices
    )
    return Layout(version.id, design, pages, fields)


class _Head:
    """What stands above the questions of the first page, and of the others."""

    def __init__(self, version: VersionView, design: Design, measures: Measures) -> None:
        self.coded = design.coded
        self.serial = _serial(measures)
        title = normalise(version.title)
        room = self.serial.x - 4 - measures.left
        lines = balance(title, room, measures.title, bold=True)
        y = measures.top
        texts = set_lines(lines, measures.left, y, measures.title, bold=True)
        y = max(y + len(lines) * line(measures.title), self.serial.y) + 2
        samples = []
        side = measures.hint * POINT
        for kind, said in _HOW:
            told = wrap(said, measures.right - measures.left - side - 3, measures.hint)
            texts += set_lines(told, measures.left + side + 3, y, measures.hint)
            samples.append(Sample(Rect(measures.left, y + 0.1 * side, side, side), kind))
            y += len(told) * line(measures.hint) + 1
        self.dossier: Rect | None = None
        self.rules: tuple[Rule, ...] = ()
        if design.coded:
            y += 2
            x = measures.left + width(_DOSSIER, measures.label) + 3
            self.dossier = Rect(x, y, measures.right - x, measures.pitch + 1)
            base = y + measures.pitch
            self.rules = (Rule(x, base, measures.right - x),)
            texts += (Text(measures.left, base, _DOSSIER, measures.label),)
            y += measures.pitch + 2
        self.texts, self.samples = texts, tuple(samples)
        self.first = y + _GAP
        again = shorten(f"{title} (tiếp theo)", room, measures.hint)
        self.later_texts = set_lines([again], measures.left, measures.top, measures.hint)
        self.later = self.serial.y + _GAP + 1

    def top(self, place: int) -> float:
        """Where the questions of a page begin."""
        return self.later if place else self.first


def _serial(measures: Measures) -> Text:
    """The number beneath the upper code."""
    size = measures.question
    x = measures.right - width(_WIDEST, size, bold=True)
    return Text(x, measures.codes[0].bottom + CODE_QUIET + 1 + ASCENT * size * POINT, _NUMBER, size, bold=True)


def _share(version: VersionView, head: _Head, measures: Measures) -> list[list[QuestionView]]:
    """The questions of each page; lines to write on may be as few as allowed."""
    pages: list[list[QuestionView]] = [[]]
    y = head.top(0)
    for question in version.questions:
        height = set_question(version, question, 0, measures.fewest_lines, measures).rect.bottom
        if pages[-1] and y + height > measures.bottom:
            pages.append([])
            y = head.top(1)
        pages[-1].append(question)
        y += height + _GAP
    return pages


def _page(
    version: VersionView,
    questions: Sequence[QuestionView],
    place: int,
    pages: int,
    head: _Head,
    measures: Measures,
) -> Page:
    blocks = _fill(version, questions, head.top(place), measures)
    foot = measures.bottom_strip
    size = measures.question
    number, count = Text(foot.x, foot.y + ASCENT * size * POINT, _NUMBER, size, bold=True), f"Trang {place + 1}/{pages}"
    private = () if place else wrap(_PRIVATE_CODED if head.coded else _PRIVATE, foot.w, measures.small)
    return Page(
        width=measures.width,
        height=measures.height,
        markers=measures.markers,
        codes=measures.codes,
        serials=(head.serial, number),
        texts=(
            *(head.later_texts if place else head.texts),
            *(text for block in blocks for text in block.texts),
            Text(foot.right - width(count, size), number.y, count, size),
            *set_lines(private, foot.x, foot.y + line(size) + 0.5, measures.small),
        ),
        boxes=tuple(box for block in blocks for box in block.boxes),
        rows={block.key: block.rect for block in blocks},
        comments={block.key: block.comment for block in blocks if block.comment is not None},
        dossier=None if place else head.dossier,
        heading=measures.top_strip,
        rules=(*(() if place else head.rules), *(rule for block in blocks for rule in block.rules)),
        samples=() if place else head.samples,
    )


def _fill(version: VersionView, questions: Sequence[QuestionView], top: float, measures: Measures) -> list[Block]:
    """The questions one below another; what is left of the page goes to those that are answered in writing."""
    lines = measures.fewest_lines
    blocks = _stack(version, questions, top, lines, _GAP, measures)
    while lines < measures.most_lines and any(block.comment for block in blocks):
        more = _stack(version, questions, top, lines + 1, _GAP, measures)
        if more[-1].rect.bottom > measures.bottom:
            break
        lines, blocks = lines + 1, more
    spare = measures.bottom - blocks[-1].rect.bottom
    gap = min(_WIDEST_GAP, _GAP + max(0, spare) / len(blocks))
    return _stack(version, questions, top, lines, gap, measures)


def _stack(
    version: VersionView, questions: Sequence[QuestionView], top: float, lines: int, gap: float, measures: Measures
) -> list[Block]:
    blocks = []
    for question in questions:
        block = set_question(version, question, top, lines, measures)
        blocks.append(block)
        top = block.rect.bottom + gap
    return blocks
