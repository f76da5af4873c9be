"""From the numbers of a page's boxes to what was marked, or to a person. Pure.

A field is decided without a person only where nothing speaks against it, neither in its own boxes nor in what the rest
of the page tells of the respondent's hand. More ink may send a yes to a person but never makes it a no; what is a no
has as little ink as the page's own blank boxes.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import itemgetter
from statistics import median, median_low
from typing import Final, Literal

from feedback_app.paper.reading.features import Features
from feedback_app.paper.reading.results import FieldState

Mark = Literal["no", "doubt", "yes"]
Kind = Literal["single", "several"]

# Square millimetres inside of a box, about.
_INSIDE: Final = 12.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """Units as in the features. A change of any of them, or of what is done with them, is a new `version`."""

    version: int
    # A blank box: so many MAD above the median of the page's blank ones, within these bounds.
    blank_mads: float = 6.0
    blank_ink: tuple[float, float] = (0.03, 0.05)
    blank_peak: tuple[float, float] = (0.09, 0.17)
    # Clean surroundings of a box that is not marked.
    ring: float = 0.3
    far: float = 0.4
    # The same in a field where another box is clearly marked, whose strokes may reach so far: a speck, a stamp or a
    # stain is no second answer. Not in black and white, where half of a faint mark may be left as a speck.
    ring_of_others: float = 2.5
    around_of_others: float = 0.25
    far_of_others: float = 9.0
    speck_ink: float = 0.02
    speck_span: float = 1.0
    # Nor is a shade without any stroke, as of a fold.
    shade_peak: float = 0.125
    shade_span: float = 0.3
    outline: float = 0.45
    # A mark.
    yes_ink: float = 0.04
    yes_peak: float = 0.2
    yes_span: float = 2.2
    # A small mark: a dot, a short tick. Counts where all of so many answered fields are marked so.
    small_ink: float = 0.012
    small_peak: float = 0.3
    small_span: float = 0.8
    small_around: float = 0.32
    fewest_small: int = 3
    # A mark of which more is outside of its box than inside, as the tail of a tick; as a share of the usual one.
    leaving_ink: float = 0.02
    leaving_span: float = 1.0
    leaving_ring: float = 1.2
    leaving_around: float = 0.32
    share_leaving: float = 0.5
    # A circle around a box: what makes a page one of circles, and what is one on such a page.
    circle_ring: tuple[float, float] = (4.0, 2.4)
    circle_around: tuple[float, float] = (0.6, 0.38)
    circle_ink: float = 0.05
    no_circle_around: float = 0.4
    fewest_circles: int = 2
    # Of the respondent's usual mark, in ink and in darkness.
    share_of_usual: float = 0.4
    share_of_usual_peak: float = 0.65
    # Ink around a marked box: more than its own strokes leave, or from all sides, as of a circle drawn around it; or so
    # many times as much as of the respondent's usual mark.
    own_ring: float = 9.0
    own_around: float = 0.5
    more_ring: float = 1.6
    more_around: float = 1.25
    most_around: float = 0.7
    own_far: float = 8.0
    own_level: float = 0.3
    # A filled box is how a mark is taken back: one that has so much ink, where no other mark tells how the respondent
    # marks; where one does, a box with so much more than usual.
    filled: float = 0.5
    heavy: float = 0.35
    heavier: float = 1.7
    # The same of how much of the box is covered, which shows in pencil too.
    covered: float = 0.72
    more_covered: float = 1.5
    fewest_for_usual: int = 2
    # Shorter marks than this are dots, and some of them may be lost.
    dots: float = 3.1
    # A mark that no other of its page resembles must have less ink than this, inside and around.
    lone_ink: float = 0.5
    lone_ring: float = 4.0


THRESHOLDS: Final = Thresholds(version=2)


@dataclass(frozen=True, slots=True)
class Question:
    """The features of one field's boxes, in the order of its choices."""

    kind: Kind
    boxes: Sequence[Features]


@dataclass(frozen=True, slots=True)
class Verdict:
    """`marked` as far as could be seen; `why` is the word for the person who has to look."""

    marked: tuple[int, ...]
    state: FieldState
    why: str | None


@dataclass(frozen=True, slots=True)
class _Hand:
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


def decide(questions: Sequence[Question], thresholds: Thresholds = THRESHOLDS) -> list[Verdict]:
    """The verdict on every field of one page."""
    hand = _hand(questions, thresholds)
    verdicts = [_field(question, hand, thresholds) for question in questions]
    return [
        _beside_the_others(verdict, question, [*verdicts[:place], *verdicts[place + 1 :]], hand, thresholds)
        for place, (question, verdict) in enumerate(zip(questions, verdicts, strict=True))
    ]


def _hand(questions: Sequence[Question], thresholds: Thresholds) -> _Hand:
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
    return _Hand(
        blank_ink=blank_ink,
        blank_peak=blank_peak,
        least_ink=max(thresholds.small_ink if are_small else thresholds.yes_ink, thresholds.share_of_usual * ink),
        least_peak=max(thresholds.yes_peak, thresholds.share_of_usual_peak * peak),
        most_ink=max(thresholds.heavy, thresholds.heavier * ink) if known else thresholds.filled,
        most_covered=max(thresholds.covered, thresholds.more_covered * middle(_covered)),
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
    circled = [sum(_is_circled(box, thresholds, surely=True) for box in question.boxes) for question in questions]
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


def _is_circled(box: Features, thresholds: Thresholds, *, surely: bool = False) -> bool:
    least = 0 if surely else 1
    return box["ring"] >= thresholds.circle_ring[least] and box["around"] >= thresholds.circle_around[least]


def _leaves(box: Features, hand: _Hand, thresholds: Thresholds) -> bool:
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


def _is_marked(box: Features, hand: _Hand, thresholds: Thresholds) -> bool:
    return (
        _is_clear(box, thresholds)
        or _leaves(box, hand, thresholds)
        or (hand.small and _is_small(box, thresholds))
        or (hand.circles and _is_circled(box, thresholds))
    )


def _covered(box: Features) -> float:
    return box["ink"] / max(0.01, box["peak"])


def _whole(box: Features) -> float:
    """Ink inside and around, in square millimetres of toner."""
    return _INSIDE * box["ink"] + box["ring"]


def _field(question: Question, hand: _Hand, thresholds: Thresholds) -> Verdict:
    answered = question.kind == "single" and sum(_is_marked(box, hand, thresholds) for box in question.boxes) == 1
    marks: list[Mark] = []
    doubts: list[str] = []
    for box in question.boxes:
        if _is_circled(box, thresholds) and box["ink"] <= thresholds.circle_ink:
            why = _about_a_circle(box, hand, thresholds)
            mark: Mark = "doubt" if why else "yes"
        elif _is_blank(box, hand, thresholds, answered=answered):
            mark = "no"
            why = _about_a_blank(box, thresholds, answered=answered, several=question.kind == "several")
        else:
            why = _about_a_mark(box, hand, thresholds)
            mark = "doubt" if why else "yes"
        marks.append(mark)
        doubts += [why] if why else []
    marked = tuple(choice for choice, mark in enumerate(marks) if mark != "no")
    if question.kind == "single" and len(marked) > 1:
        return Verdict(marked, "review", "two_marks")
    if doubts:
        return Verdict(marked, "review", doubts[0])
    if not marked and not all(box["grey"] for box in question.boxes):
        # Black and white only: a light pencil leaves nothing there.
        return Verdict(marked, "review", "maybe_lost")
    return Verdict(marked, "auto", None)


def _is_blank(box: Features, hand: _Hand, thresholds: Thresholds, *, answered: bool) -> bool:
    if box["ink"] <= hand.blank_ink and box["peak"] <= hand.blank_peak:
        return True
    is_speck = box["ink"] <= thresholds.speck_ink and box["span"] <= thresholds.speck_span
    is_shade = box["peak"] <= thresholds.shade_peak and box["span"] <= thresholds.shade_span
    return answered and (is_speck or is_shade) and bool(box["grey"])


def _about_a_blank(box: Features, thresholds: Thresholds, *, answered: bool, several: bool) -> str | None:
    """What speaks against a box being blank; `answered` says that another one of its field is clearly marked."""
    if box["outline"] < thresholds.outline:
        return "outline"
    if box["ring"] > (thresholds.ring_of_others if answered else thresholds.ring):
        return "beside"
    if answered and box["around"] > thresholds.around_of_others:
        return "beside"
    if box["far"] > (thresholds.far_of_others if answered or several else thresholds.far):
        return "stray"
    return "streak" if box["streak"] and not answered else None


def _about_a_circle(box: Features, hand: _Hand, thresholds: Thresholds) -> str | None:
    """What speaks against a box being meant that is empty and circled."""
    if not hand.circles:
        return "beside"
    if box["outline"] < thresholds.outline:
        return "outline"
    return "around" if box["far"] > thresholds.own_far else None


def _about_a_mark(box: Features, hand: _Hand, thresholds: Thresholds) -> str | None:
    if box["outline"] < thresholds.outline:
        return "outline"
    if not _is_marked(box, hand, thresholds) or box["peak"] < hand.least_peak:
        return "faint"
    if box["ink"] < hand.least_ink and not _leaves(box, hand, thresholds):
        return "faint"
    if box["ink"] > hand.most_ink or _covered(box) > hand.most_covered:
        return "filled"
    if box["level"] > thresholds.own_level:
        return "struck"
    if box["around"] > hand.most_around or box["ring"] > hand.most_ring or box["far"] > thresholds.own_far:
        return "around"
    return None


def _beside_the_others(
    verdict: Verdict, question: Question, others: Sequence[Verdict], hand: _Hand, thresholds: Thresholds
) -> Verdict:
    """The verdict in the light of the page: who marks so that marks get lost may have marked what looks blank, and one
    odd mark among doubtful ones may be what is left of one that was taken back."""
    if verdict.state == "review":
        return verdict
    if not verdict.marked:
        is_lossy = hand.circles or 0 < hand.usual_span < thresholds.dots
        if is_lossy or any(other.why in ("faint", "beside") for other in others):
            return Verdict(verdict.marked, "review", "maybe_lost")
        return verdict
    if any(other.state == "auto" and other.marked for other in others):
        return verdict
    marks = [question.boxes[choice] for choice in verdict.marked]
    is_odd = any(
        not box["grey"] or box["ink"] > thresholds.lone_ink or box["ring"] > thresholds.lone_ring for box in marks
    )
    if is_odd and any(other.marked or other.why == "maybe_lost" for other in others):
        return Verdict(verdict.marked, "review", "alone")
    return verdict
