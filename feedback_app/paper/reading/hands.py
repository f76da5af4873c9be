"""What a page tells of the hand that filled it in, and what is a mark of that hand. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import itemgetter
from statistics import median, median_low
from typing import Final, Literal

from feedback_app.paper.reading.features import Features
from feedback_app.paper.reading.thresholds import Thresholds

Kind = Literal["single", "several"]

# Square millimetres inside of a box, about.
_INSIDE: Final = 12.0


@dataclass(frozen=True, slots=True)
class Question:
    """The features of one field's boxes, in the order of its choices."""

    kind: Kind
    boxes: Sequence[Features]


@dataclass(frozen=True, slots=True)
class Hand:
    """What all boxes of the page tell of this paper and this respondent: the most a blank box has, the least and the
    most a mark has, and how it looks. `usual_ink` counts what is inside and around, and is 0 where too little is marked
    to tell; `small` and `circles` are ways to mark."""

    blank_ink: float
    blank_peak: float
    least_ink: float
    least_peak: float
    most_ink: float
    most_covered: float
    most_ring: float
    most_around: float
    usual_ink: float
    usual_span: float
    small: bool
    circles: bool


def hand_of(questions: Sequence[Question], thresholds: Thresholds) -> Hand:
    """The hand that filled in a page, from all of its questions."""
    boxes = [box for question in questions for box in question.boxes]
    blank_ink = _blank([box["ink"] for box in boxes], thresholds.blank_ink, thresholds)
    blank_peak = _blank([box["peak"] for box in boxes], thresholds.blank_peak, thresholds)
    clear = [box for box in boxes if _is_clear(box, thresholds)]
    inked = [
        [box for box in question.boxes if box["ink"] > blank_ink or box["peak"] > blank_peak]
        for question in questions
        if question.kind == "single"
    ]
    lone = [each[0] for each in inked if len(each) == 1]
    are_small = _are_small(lone, sum(map(bool, inked)), thresholds)
    usual = [box for box in lone if _is_small(box, thresholds)] if are_small else clear
    known = len(usual) >= thresholds.fewest_for_usual

    def middle(feature: Callable[[Features], float]) -> float:
        return median_low(map(feature, usual)) if known else 0.0

    ink = middle(itemgetter("ink"))
    peak = median_low(box["peak"] for box in usual) if usual else 0.0
    return Hand(
        blank_ink=blank_ink,
        blank_peak=blank_peak,
        least_ink=max(thresholds.small_ink if are_small else thresholds.yes_ink, thresholds.share_of_usual * ink),
        least_peak=max(thresholds.yes_peak, thresholds.share_of_usual_peak * peak),
        most_ink=max(thresholds.heavy, thresholds.heavier * ink) if known else thresholds.filled,
        most_covered=max(thresholds.covered, thresholds.more_covered * middle(covered)),
        most_ring=max(thresholds.own_ring, thresholds.more_ring * middle(itemgetter("ring"))),
        most_around=max(
            thresholds.own_around, min(thresholds.most_around, thresholds.more_around * middle(itemgetter("around")))
        ),
        usual_ink=middle(_whole),
        usual_span=median_low(box["span"] for box in usual) if usual else 0.0,
        small=are_small,
        circles=_are_circles(questions, clear, thresholds),
    )


def _blank(values: Sequence[float], bounds: tuple[float, float], thresholds: Thresholds) -> float:
    """What a blank box may have. At least half of most pages' boxes are blank: the lower half tells."""
    least, most = bounds
    lower = sorted(values)[: (len(values) + 1) // 2]
    if not lower:
        return least
    middle = median(lower)
    spread = median(abs(value - middle) for value in lower)
    return min(most, max(least, middle + thresholds.blank_mads * 1.4826 * spread))


def _are_small(marks: Sequence[Features], answered: int, thresholds: Thresholds) -> bool:
    """Whether a page's `answered` fields, whose only marks are `marks`, say that small ones are all this hand makes."""
    small = [box for box in marks if _is_small(box, thresholds)]
    clear = sum(_is_clear(box, thresholds) for box in small)
    return len(small) >= max(thresholds.fewest_small, answered - 1) and clear <= len(small) / 2


def _are_circles(questions: Sequence[Question], clear: Sequence[Features], thresholds: Thresholds) -> bool:
    """Whether boxes are circled rather than marked on this page."""
    if any(box["around"] < thresholds.no_circle_around for box in clear):
        return False
    circled = [sum(is_circled(box, thresholds, surely=True) for box in question.boxes) for question in questions]
    return circled.count(1) >= thresholds.fewest_circles


def _is_clear(box: Features, thresholds: Thresholds) -> bool:
    return (
        box["ink"] >= thresholds.yes_ink
        and box["peak"] >= thresholds.yes_peak
        and box["span"] >= thresholds.yes_span
        and box["outline"] >= thresholds.outline
    )


def _is_small(box: Features, thresholds: Thresholds) -> bool:
    return (
        box["ink"] >= thresholds.small_ink
        and box["peak"] >= thresholds.small_peak
        and box["span"] >= thresholds.small_span
        and box["around"] <= thresholds.small_around
        and box["outline"] >= thresholds.outline
    )


def is_circled(box: Features, thresholds: Thresholds, *, surely: bool = False) -> bool:
    """Whether there is ink around a box as of a circle, or `surely` one."""
    least = 0 if surely else 1
    return box["ring"] >= thresholds.circle_ring[least] and box["around"] >= thresholds.circle_around[least]


def leaves(box: Features, hand: Hand, thresholds: Thresholds) -> bool:
    """Whether it is a mark, with enough of it outside of its box."""
    return (
        hand.usual_ink > 0
        and box["ink"] >= thresholds.leaving_ink
        and box["peak"] >= hand.least_peak
        and box["span"] >= thresholds.leaving_span
        and box["ring"] >= thresholds.leaving_ring
        and box["around"] <= thresholds.leaving_around
        and box["outline"] >= thresholds.outline
        and _whole(box) >= thresholds.share_leaving * hand.usual_ink
    )


def is_marked(box: Features, hand: Hand, thresholds: Thresholds) -> bool:
    """Whether it is marked the way this hand marks."""
    return (
        _is_clear(box, thresholds)
        or leaves(box, hand, thresholds)
        or (hand.small and _is_small(box, thresholds))
        or (hand.circles and is_circled(box, thresholds))
    )


def covered(box: Features) -> float:
    """The share of a box that is covered, however dark the pen."""
    return box["ink"] / max(0.01, box["peak"])


def _whole(box: Features) -> float:
    """Ink inside and around, in square millimetres of toner."""
    return _INSIDE * box["ink"] + box["ring"]
