"""From the numbers of a page's boxes to what was marked, or to a person. Pure.

A field is decided without a person only where nothing speaks against it. More ink may send a yes to a person but never
makes it a no; what is a no has as little ink as the page's own blank boxes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median, median_low
from typing import Final, Literal

from feedback_app.paper.reading.features import Features
from feedback_app.paper.reading.results import FieldState

Mark = Literal["no", "doubt", "yes"]
Kind = Literal["single", "several"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """Units as in the features. A change of any of them is a new `version`."""

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
    ring_of_others: float = 1.5
    around_of_others: float = 0.2
    far_of_others: float = 6.0
    speck_ink: float = 0.02
    speck_span: float = 1.0
    outline: float = 0.45
    # A mark.
    yes_ink: float = 0.04
    yes_peak: float = 0.2
    yes_span: float = 2.2
    # Of the respondent's usual mark, in ink and in darkness.
    share_of_usual: float = 0.4
    share_of_usual_peak: float = 0.6
    # Ink around a marked box: more than its own strokes leave, or from all sides, as of a circle drawn around it.
    own_ring: float = 6.0
    own_around: float = 0.44
    own_far: float = 8.0
    own_level: float = 0.3
    # A filled box is how a mark is taken back: one that has so much ink, where no other mark tells how the respondent
    # marks; where one does, a box with so much more than usual.
    filled: float = 0.5
    heavy: float = 0.35
    heavier: float = 1.7
    # The same of how much of the box is covered, which shows in pencil too.
    covered: float = 0.62
    more_covered: float = 1.5
    fewest_for_usual: int = 2


THRESHOLDS: Final = Thresholds(version=1)


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
    most a mark has."""

    blank_ink: float
    blank_peak: float
    least_ink: float
    least_peak: float
    most_ink: float
    most_covered: float


def decide(questions: Sequence[Question], thresholds: Thresholds = THRESHOLDS) -> list[Verdict]:
    """The verdict on every field of one page."""
    hand = _hand([box for question in questions for box in question.boxes], thresholds)
    return [_field(question, hand, thresholds) for question in questions]


def _hand(boxes: Sequence[Features], thresholds: Thresholds) -> _Hand:
    clear = [box for box in boxes if _is_clear(box, thresholds)]
    known = len(clear) >= thresholds.fewest_for_usual
    usual = median_low(box["ink"] for box in clear) if known else None
    covered = median_low(_covered(box) for box in clear) if known else 0.0
    peak = median_low(box["peak"] for box in clear) if clear else 0.0
    return _Hand(
        blank_ink=_blank([box["ink"] for box in boxes], thresholds.blank_ink, thresholds),
        blank_peak=_blank([box["peak"] for box in boxes], thresholds.blank_peak, thresholds),
        least_ink=max(thresholds.yes_ink, 0 if usual is None else thresholds.share_of_usual * usual),
        least_peak=max(thresholds.yes_peak, thresholds.share_of_usual_peak * peak),
        most_ink=thresholds.filled if usual is None else max(thresholds.heavy, thresholds.heavier * usual),
        most_covered=max(thresholds.covered, thresholds.more_covered * covered),
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


def _is_clear(box: Features, thresholds: Thresholds) -> bool:
    return (
        box["ink"] >= thresholds.yes_ink
        and box["peak"] >= thresholds.yes_peak
        and box["span"] >= thresholds.yes_span
        and box["outline"] >= thresholds.outline
        and not box["streak"]
    )


def _covered(box: Features) -> float:
    return box["ink"] / max(0.01, box["peak"])


def _field(question: Question, hand: _Hand, thresholds: Thresholds) -> Verdict:
    clear = [choice for choice, box in enumerate(question.boxes) if _is_clear(box, thresholds)]
    answered = question.kind == "single" and len(clear) == 1
    marks: list[Mark] = []
    doubts: list[str] = []
    for box in question.boxes:
        if _is_blank(box, hand, thresholds, answered=answered):
            mark: Mark = "no"
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
    return answered and is_speck and bool(box["grey"])


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
    return "streak" if box["streak"] else None


def _about_a_mark(box: Features, hand: _Hand, thresholds: Thresholds) -> str | None:
    if box["outline"] < thresholds.outline:
        return "outline"
    if box["streak"]:
        return "streak"
    if not _is_clear(box, thresholds) or box["ink"] < hand.least_ink or box["peak"] < hand.least_peak:
        return "faint"
    if box["ink"] > hand.most_ink or _covered(box) > hand.most_covered:
        return "filled"
    if box["level"] > thresholds.own_level:
        return "struck"
    if box["around"] > thresholds.own_around or box["ring"] > thresholds.own_ring or box["far"] > thresholds.own_far:
        return "around"
    return None
