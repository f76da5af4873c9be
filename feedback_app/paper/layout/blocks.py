"""How one question stands on a form: its text, its boxes with their labels, or the lines to write on. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from feedback_app.kit.text import normalise
from feedback_app.paper.layout.elements import Box, Rect, Rule, Text
from feedback_app.paper.layout.measures import CLEAR, Measures
from feedback_app.paper.typeface import ASCENT, DESCENT, LEADING, POINT, X_HEIGHT, balance, line, width, wrap
from feedback_app.surveys.versions import QuestionView, VersionView

# Beyond what the clearances ask, so that rounding on the way to the PDF never takes from them.
_SPARE: Final = 0.2
# Between the labels of two rows, and between what is asked and the labels.
_LABEL_GAP: Final = 1.5
# A label must be seen to belong to the box before it, not to the one after: twice as near to it.
_LABEL_TO_NEXT_BOX: Final = 6.0
# From here on a list in one column would fill most of a page.
_LONG_LIST: Final = 12
# Of the size: white between the letters of one line and those of the next.
_LINE_GAP: Final = LEADING - ASCENT - DESCENT


@dataclass(frozen=True, slots=True)
class Block:
    """A question in its place. `rect` holds all of it and the white around its boxes."""

    key: str
    rect: Rect
    texts: tuple[Text, ...]
    boxes: tuple[Box, ...]
    rules: tuple[Rule, ...]
    comment: Rect | None


@dataclass(frozen=True, slots=True)
class _Choices:
    """Labels in lines, so many columns, and whether they stand beneath their boxes or beside them."""

    labels: tuple[tuple[str, ...], ...]
    columns: int
    beneath: bool = False


def set_lines(lines: Sequence[str], x: float, top: float, size: float, *, bold: bool = False) -> tuple[Text, ...]:
    """`lines` one below another, none higher than `top`."""
    first = top + ASCENT * size * POINT
    return tuple(Text(x, first + row * line(size), text, size, bold) for row, text in enumerate(lines))


def set_question(version: VersionView, question: QuestionView, top: float, lines: int, measures: Measures) -> Block:
    """The question from `top` downwards; one that is answered in writing gets so many `lines`."""
    place = version.questions.index(question) + 1
    size = measures.question
    number = f"{place}."
    indent = width("25. ", size, bold=True)
    x, room = measures.left + indent, measures.right - measures.left - indent
    asked = balance(normalise(question.text), room, size, bold=True)
    texts = set_lines([number], measures.left, top, size, bold=True) + set_lines(asked, x, top, size, bold=True)
    y = top + len(asked) * line(size)
    if hint := _hint(version, question):
        hints = balance(hint, room, measures.hint)
        texts += set_lines(hints, x, y, measures.hint)
        y += len(hints) * line(measures.hint)
    if question.kind == "text":
        comment = Rect(measures.left, y, measures.right - measures.left, lines * measures.pitch + 1)
        rules = tuple(Rule(comment.x, y + row * measures.pitch, comment.w) for row in range(1, lines + 1))
        return Block(question.key, _around(top, comment.bottom, measures), texts, (), rules, comment)
    # The last line's letters end a little above where the next line would begin.
    y -= _LINE_GAP * (measures.hint if hint else size) * POINT
    labels, boxes, bottom = _set_choices(question, _choose(question, measures), y, measures)
    return Block(question.key, _around(top, bottom, measures), texts + labels, boxes, (), None)


def _around(top: float, bottom: float, measures: Measures) -> Rect:
    aside = CLEAR
    return Rect(measures.left - aside, top - 1, measures.right - measures.left + 2 * aside, bottom - top + 2)


def _hint(version: VersionView, question: QuestionView) -> str:
    """What is said in small letters: for whom the question is, how many boxes, the questionnaire's own hint."""
    said = []
    if question.shown_for:
        overall = version.overall
        levels = [f"“{choice.text}”" for choice in overall.choices if choice.outcome in question.shown_for]
        said.append(f"Nếu ở câu {version.questions.index(overall) + 1} chọn {' hoặc '.join(levels)}.")
    hint = question.hint or ""
    if question.kind == "several" and "nhiều" not in hint:
        said.append("Có thể chọn nhiều ô.")
    return normalise(" ".join([*said, hint]))


def _choose(question: QuestionView, measures: Measures) -> _Choices:
    """The best arrangement that the labels fit in; the same labels always get the same, so that scales line up."""
    texts = [normalise(choice.text) for choice in question.choices]
    many = len(texts)
    if question.kind == "single":
        tries = [(many, False, 1), (many, False, 2), (many, True, 2)] if many > 3 else [(many, False, 1)]
    else:
        tries = [(3, False, 1), (2, False, 2)]
    for columns, beneath, most in tries:
        room = _room(columns, measures, beneath=beneath)
        if room > 0 and _fits(texts, room, most, measures.label):
            return _Choices(_wrapped(texts, room, measures), columns, beneath)
    columns = 1 if many < _LONG_LIST else 2
    return _Choices(_wrapped(texts, _room(columns, measures, beneath=False), measures), columns)


def _room(columns: int, measures: Measures, *, beneath: bool) -> float:
    """How wide a label may be."""
    column = (measures.right - measures.left) / columns
    return column - CLEAR if beneath else column - measures.box - CLEAR - _LABEL_TO_NEXT_BOX - _SPARE


def _fits(texts: Sequence[str], room: float, most: int, size: float) -> bool:
    return all(
        len(wrap(text, room, size)) <= most and all(width(word, size) <= room for word in text.split())
        for text in texts
    )


def _wrapped(texts: Sequence[str], room: float, measures: Measures) -> tuple[tuple[str, ...], ...]:
    return tuple(balance(text, room, measures.label) for text in texts)


def _set_choices(
    question: QuestionView, choices: _Choices, top: float, measures: Measures
) -> tuple[tuple[Text, ...], tuple[Box, ...], float]:
    """Labels, boxes, and where the last of them ends; `top` is where the question's text ends."""
    texts: list[Text] = []
    boxes: list[Box] = []
    size, side = measures.label, measures.box
    column = (measures.right - measures.left) / choices.columns
    labels = list(enumerate(choices.labels))
    bottom = box_bottom = top
    for first in range(0, len(labels), choices.columns):
        row = labels[first : first + choices.columns]
        written = max(len(label) for _choice, label in row) * line(size) - _LINE_GAP * size * POINT
        # Labels of several lines are higher than their box, and need less white above it.
        above = 0 if choices.beneath else max(0, (written - side) / 2)
        y = max(box_bottom + CLEAR + _SPARE, bottom + _LABEL_GAP + above)
        for place, (choice, label) in enumerate(row):
            x = measures.left + place * column
            box = Rect(x + (column - side) / 2 if choices.beneath else x, y, side, side)
            texts += _beneath(label, box, size) if choices.beneath else _beside(label, box, size)
            boxes.append(Box(question.key, choice, box))
        box_bottom = y + side
        bottom = box_bottom + (CLEAR + _SPARE + written if choices.beneath else above)
    return tuple(texts), tuple(boxes), bottom


def _beside(label: Sequence[str], box: Rect, size: float) -> Iterator[Text]:
    middle = box.y + box.h / 2 + X_HEIGHT / 2 * size * POINT
    for row, text in enumerate(label):
        yield Text(box.right + CLEAR + _SPARE, middle + (row - (len(label) - 1) / 2) * line(size), text, size)


def _beneath(label: Sequence[str], box: Rect, size: float) -> Iterator[Text]:
    for row, text in enumerate(label):
        x = box.x + box.w / 2 - width(text, size) / 2
        yield Text(x, box.bottom + CLEAR + _SPARE + (ASCENT * size + row * size * LEADING) * POINT, text, size)
