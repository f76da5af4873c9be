"""What respondents do with a page: what they mean, what they draw, and whether a person could tell from the paper."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from feedback_app.paper.layout import Box, Layout, Page, Rect
from tests.paper.hands import Hand, Paper, ring, strike_out, write


@dataclass(frozen=True)
class Truth:
    """`meant` are the choices, None where the paper does not say. `how` is what was drawn. With `for_a_person` the
    reader may not decide, even rightly."""

    meant: tuple[int, ...] | None
    how: str
    for_a_person: bool = False


Boxes = list[Box]
Way = Callable[[Paper, Hand, Boxes, Page], Truth]


def answer(paper: Paper, layout: Layout, page: Page, hand: Hand, ways: Mapping[str, float]) -> dict[str, Truth]:
    """Answer every field of the page; `ways` says how often each of WAYS is taken."""
    rng = paper.rng
    kinds = {field.id: field.kind for field in layout.fields}
    fields: dict[str, Boxes] = {}
    for box in page.boxes:
        fields.setdefault(box.field, []).append(box)
    names, weights = list(ways), np.array(list(ways.values()))
    truths = {}
    for field, boxes in fields.items():
        if kinds[field] == "several":
            truths[field] = _several(paper, hand, boxes, page)
        else:
            way = str(rng.choice(names, p=weights / weights.sum()))
            truths[field] = WAYS[way](paper, hand, boxes, page)
    return truths


def comment(paper: Paper, page: Page, hand: Hand, *, over: bool = False) -> set[str]:
    """Write into the spaces for it; `over` begins so high that the writing runs over the boxes above. Gives what was
    written in."""
    rng = paper.rng
    written = set()
    for field, rect in page.comments.items():
        if over:
            up = rng.uniform(8, 40)
            rect = Rect(rect.x, rect.y - up, rect.w, rect.h + up)
        write(paper, hand, rect, letters=int(rng.integers(15, 110)))
        written.add(field)
    return written


def _pick(rng: np.random.Generator, boxes: Boxes) -> tuple[int, int]:
    """What is meant, and another one."""
    shares = np.array([0.45, 0.3, 0.15, 0.1, 0.1, 0.1][: len(boxes)])
    one, other = rng.choice(len(boxes), 2, replace=False, p=shares / shares.sum())
    return int(one), int(other)


def _several(paper: Paper, hand: Hand, boxes: Boxes, page: Page) -> Truth:
    meant = tuple(choice for choice in range(len(boxes)) if paper.rng.random() < 0.28)
    for choice in meant:
        hand.mark(paper, boxes[choice].rect)
    return Truth(meant, "several")


def _plain(paper: Paper, hand: Hand, boxes: Boxes, page: Page) -> Truth:
    meant, _other = _pick(paper.rng, boxes)
    hand.mark(paper, boxes[meant].rect)
    return Truth((meant,), "plain")


def _nothing(paper: Paper, hand: Hand, boxes: Boxes, page: Page) -> Truth:
    return Truth((), "nothing")


def _two_marks(paper: Paper, hand: Hand, boxes: Boxes, page: Page) -> Truth:
    for choice in _pick(paper.rng, boxes):
        hand.mark(paper, boxes[choice].rect)
    return Truth(None, "two marks", for_a_person=True)


def _cancelled(paper: Paper, hand: Hand, boxes: Boxes, page: Page) -> Truth:
    """Scribbled over, or the box filled as the form says, and another one marked."""
    meant, other = _pick(paper.rng, boxes)
    _take_back(paper, hand, boxes[other].rect)
    hand.mark(paper, boxes[meant].rect)
    return Truth((meant,), "cancelled, another marked", for_a_person=True)


def _cancelled_only(paper: Paper, hand: Hand, boxes: Boxes, page: Page) -> Truth:
    _meant, other = _pick(paper.rng, boxes)
    _take_back(paper, hand, boxes[other].rect)
    return Truth((), "cancelled, none marked", for_a_person=True)


def _take_back(paper: Paper, hand: Hand, rect: Rect) -> None:
    """A mark, and what undoes it; who fills boxes anyway cannot do it by filling."""
    hand.mark(paper, rect)
    if hand.style in ("fill", "scribble") or paper.rng.random() < 0.5:
        strike_out(paper, hand, rect)
    else:
        hand.mark(paper, rect, "fill")


def _circled_out(paper: Paper, hand: Hand, boxes: Boxes, page: Page) -> Truth:
    """As learnt at school: a circle around a cross takes it back."""
    meant, other = _pick(paper.rng, boxes)
    hand.mark(paper, boxes[other].rect)
    hand.mark(paper, boxes[other].rect, "circle")
    if paper.rng.random() < 0.5:
        hand.mark(paper, boxes[meant].rect)
        return Truth((meant,), "circled out", for_a_person=True)
    return Truth(None, "circled out", for_a_person=True)


def _erased(paper: Paper, hand: Hand, boxes: Boxes, page: Page) -> Truth:
    meant, other = _pick(paper.rng, boxes)
    _rub_out(paper, hand, boxes[other].rect)
    hand.mark(paper, boxes[meant].rect)
    return Truth((meant,), "erased, another marked")


def _erased_only(paper: Paper, hand: Hand, boxes: Boxes, page: Page) -> Truth:
    _meant, other = _pick(paper.rng, boxes)
    _rub_out(paper, hand, boxes[other].rect)
    return Truth((), "erased, none marked")


def _rub_out(paper: Paper, hand: Hand, rect: Rect) -> None:
    rng = paper.rng
    pencil = Hand(hand.style, hand.pen, rng.uniform(0.4, 0.7), rng.uniform(0.3, 0.6), hand.slop, hand.shake)
    pencil.mark(paper, rect)
    # Print stands an eraser better than pencil does: only what is inside of the box goes.
    paper.lighten(Rect(rect.x + 0.4, rect.y + 0.4, rect.w - 0.8, rect.h - 0.8), rng.uniform(0.7, 0.97))


def _painted_over(paper: Paper, hand: Hand, boxes: Boxes, page: Page) -> Truth:
    """Correction fluid over a mark and the box's outline with it, another box marked."""
    meant, other = _pick(paper.rng, boxes)
    rect, rng = boxes[other].rect, paper.rng
    hand.mark(paper, rect)
    grown = rng.uniform(0.3, 1.5)
    paper.lighten(Rect(rect.x - grown, rect.y - grown, rect.w + 2 * grown, rect.h + 2 * grown), rng.uniform(0.9, 1))
    hand.mark(paper, boxes[meant].rect)
    return Truth((meant,), "painted over")


def _beside(paper: Paper, hand: Hand, boxes: Boxes, page: Page) -> Truth:
    """The mark is next to the box it is meant for."""
    meant, _other = _pick(paper.rng, boxes)
    rect, rng = boxes[meant].rect, paper.rng
    way = rng.choice((-1, 1)) * rng.uniform(1.0, 1.5) * rect.w
    hand.mark(paper, Rect(rect.x + way, rect.y + rng.normal(0, 0.7), rect.w, rect.h))
    return Truth((meant,), "beside the box")


def _on_words(paper: Paper, hand: Hand, boxes: Boxes, page: Page) -> Truth:
    """The words are ticked or circled, the box is left alone."""
    meant, _other = _pick(paper.rng, boxes)
    rect, rng = boxes[meant].rect, paper.rng
    label = next(
        (
            text
            for text in page.texts
            if text.y > rect.y and rect.right < text.x < rect.right + 8 and abs(text.y - rect.bottom) < 4
        ),
        None,
    )
    middle = (
        np.array((label.x + rng.uniform(4, 14), label.y - 1.3))
        if label
        else np.array((rect.x + rect.w / 2, rect.bottom + 6.0))
    )
    if rng.random() < 0.5:
        paper.stroke(ring(rng, middle, rng.uniform(7, 13), rng.uniform(2.8, 4)), hand.width, hand.strength)
    else:
        hand.mark(paper, Rect(middle[0] - 2.5, middle[1] - 2.5, 5, 5))
    return Truth((meant,), "on the words")


def _circled_with_words(paper: Paper, hand: Hand, boxes: Boxes, page: Page) -> Truth:
    meant, _other = _pick(paper.rng, boxes)
    rect, rng = boxes[meant].rect, paper.rng
    middle = np.array((rect.x + rect.w / 2 + rng.uniform(0, 12), rect.y + rect.h / 2))
    half = abs(middle[0] - rect.x) + rng.uniform(1.5, 4)
    paper.stroke(ring(rng, middle, half, rng.uniform(3.2, 5)), hand.width, hand.strength)
    return Truth((meant,), "circle around box and words")


def _resting(paper: Paper, hand: Hand, boxes: Boxes, page: Page) -> Truth:
    """The pen rested in another box before one was marked."""
    meant, other = _pick(paper.rng, boxes)
    hand.mark(paper, boxes[other].rect, "dot")
    hand.mark(paper, boxes[meant].rect)
    return Truth((meant,), "dot in another")


def _reaching(paper: Paper, hand: Hand, boxes: Boxes, page: Page) -> Truth:
    """A long tail that reaches another box, of this question or the one above."""
    meant, _other = _pick(paper.rng, boxes)
    rect, rng = boxes[meant].rect, paper.rng
    hand.mark(paper, rect)
    middle = np.array((rect.x + rect.w / 2, rect.y + rect.h / 2))
    others = [
        np.array((box.rect.x + box.rect.w / 2, box.rect.y + box.rect.h / 2)) for box in page.boxes if box.rect != rect
    ]
    nearest = min(others, key=lambda other: float(np.linalg.norm(other - middle)))
    paper.stroke(
        np.array((middle, middle + (nearest - middle) * rng.uniform(0.8, 1.15) + rng.normal(0, 1, 2))),
        hand.width,
        hand.strength,
    )
    return Truth((meant,), "tail into another box")


def _corrected_in_words(paper: Paper, hand: Hand, boxes: Boxes, page: Page) -> Truth:
    """One is marked, then struck through in its words, and an arrow shows another."""
    meant, other = _pick(paper.rng, boxes)
    rect, rng = boxes[other].rect, paper.rng
    hand.mark(paper, rect)
    y = rect.y + rect.h / 2 + rng.normal(0, 0.5)
    paper.stroke(
        np.array(((rect.x - 2, y), (rect.right + rng.uniform(8, 25), y + rng.normal(0, 1)))), hand.width, hand.strength
    )
    hand.mark(paper, boxes[meant].rect)
    return Truth((meant,), "struck through, another marked", for_a_person=True)


def _struck_only(paper: Paper, hand: Hand, boxes: Boxes, page: Page) -> Truth:
    _meant, other = _pick(paper.rng, boxes)
    rect, rng = boxes[other].rect, paper.rng
    hand.mark(paper, rect)
    y = rect.y + rect.h / 2 + rng.normal(0, 0.5)
    paper.stroke(
        np.array(((rect.x - 3, y), (rect.right + rng.uniform(8, 25), y + rng.normal(0, 1)))), hand.width, hand.strength
    )
    return Truth((), "struck through, none marked", for_a_person=True)


WAYS: dict[str, Way] = {
    "plain": _plain,
    "nothing": _nothing,
    "two marks": _two_marks,
    "cancelled": _cancelled,
    "cancelled only": _cancelled_only,
    "circled out": _circled_out,
    "erased": _erased,
    "erased only": _erased_only,
    "painted over": _painted_over,
    "beside": _beside,
    "on words": _on_words,
    "circled with words": _circled_with_words,
    "resting": _resting,
    "reaching": _reaching,
    "struck, another": _corrected_in_words,
    "struck only": _struck_only,
}
