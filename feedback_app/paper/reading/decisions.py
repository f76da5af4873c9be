"""From the numbers of a page's boxes to what was marked, or to a person. Pure.

A field is decided without a person only where nothing speaks against it, neither in its own boxes nor in what the rest
of the page tells of the respondent's hand. More ink may send a yes to a person but never makes it a no; what is a no
has as little ink as the page's own blank boxes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from feedback_app.paper.reading.features import Features
from feedback_app.paper.reading.hands import Hand, Question, covered, hand_of, is_circled, is_marked, leaves
from feedback_app.paper.reading.results import FieldState
from feedback_app.paper.reading.thresholds import THRESHOLDS, Thresholds

Mark = Literal["no", "doubt", "yes"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """`marked` as far as could be seen; `why` is the word for the person who has to look."""

    marked: tuple[int, ...]
    state: FieldState
    why: str | None


def decide(questions: Sequence[Question], thresholds: Thresholds = THRESHOLDS) -> list[Verdict]:
    """The verdict on every field of one page."""
    hand = hand_of(questions, thresholds)
    verdicts = [_field(question, hand, thresholds) for question in questions]
    return [
        _beside_the_others(verdict, question, [*verdicts[:place], *verdicts[place + 1 :]], hand, thresholds)
        for place, (question, verdict) in enumerate(zip(questions, verdicts, strict=True))
    ]


def _field(question: Question, hand: Hand, thresholds: Thresholds) -> Verdict:
    answered = question.kind == "single" and sum(is_marked(box, hand, thresholds) for box in question.boxes) == 1
    marks: list[Mark] = []
    doubts: list[str] = []
    for box in question.boxes:
        if is_circled(box, thresholds) and box["ink"] <= thresholds.circle_ink:
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


def _is_blank(box: Features, hand: Hand, thresholds: Thresholds, *, answered: bool) -> bool:
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


def _about_a_circle(box: Features, hand: Hand, thresholds: Thresholds) -> str | None:
    """What speaks against a box being meant that is empty and circled."""
    if not hand.circles:
        return "beside"
    if box["outline"] < thresholds.outline:
        return "outline"
    return "around" if box["far"] > thresholds.own_far else None


def _about_a_mark(box: Features, hand: Hand, thresholds: Thresholds) -> str | None:
    if box["outline"] < thresholds.outline:
        return "outline"
    if not is_marked(box, hand, thresholds) or box["peak"] < hand.least_peak:
        return "faint"
    if box["ink"] < hand.least_ink and not leaves(box, hand, thresholds):
        return "faint"
    if box["ink"] > hand.most_ink or covered(box) > hand.most_covered:
        return "filled"
    if box["level"] > thresholds.own_level:
        return "struck"
    if box["around"] > hand.most_around or box["ring"] > hand.most_ring or box["far"] > thresholds.own_far:
        return "around"
    return None


def _beside_the_others(
    verdict: Verdict, question: Question, others: Sequence[Verdict], hand: Hand, thresholds: Thresholds
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
