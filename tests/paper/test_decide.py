"""From numbers to what was marked, on numbers alone."""

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from feedback_app.paper.reading import THRESHOLDS, Question, Verdict, decide

BLANK = {
    "ink": 0.004,
    "peak": 0.02,
    "span": 0.0,
    "ring": 0.0,
    "around": 0.0,
    "far": 0.0,
    "level": 0.0,
    "outline": 1.0,
    "streak": 0.0,
    "grey": 1.0,
}
CROSS = {**BLANK, "ink": 0.2, "peak": 0.7, "span": 4.2}
# What more ink makes larger.
GROWING = ("ink", "peak", "span", "ring", "around", "far", "level")

shares = st.floats(0, 1)
boxes = st.one_of(
    st.just(BLANK),
    st.just(CROSS),
    st.fixed_dictionaries(
        {
            "ink": st.floats(-0.02, 1.1),
            "peak": st.floats(0, 1.2),
            "span": st.floats(0, 6),
            "ring": st.floats(0, 12),
            "around": shares,
            "far": st.floats(0, 20),
            "level": st.floats(0, 3),
            "outline": st.floats(0, 1.3),
            "streak": st.sampled_from((0.0, 1.0)),
            "grey": st.sampled_from((0.0, 1.0)),
        }
    ),
)
questions = st.builds(
    Question, st.sampled_from(("single", "several")), st.lists(boxes, min_size=2, max_size=6).map(tuple)
)
pages = st.lists(questions, min_size=1, max_size=6)


def only(*marked: int, of: int = 5, kind: str = "single", **other: Mapping[str, float]) -> Verdict:
    """The verdict on a field with these boxes crossed, on a page with two more that are clearly answered; `other` are
    further boxes by place, as b1."""
    drawn = [dict(CROSS if place in marked else BLANK) for place in range(of)]
    for name, box in other.items():
        drawn[int(name[1:])] = {**drawn[int(name[1:])], **box}
    usual = Question("single", (CROSS, BLANK, BLANK))
    return decide([Question(kind, tuple(drawn)), usual, usual])[0]  # type: ignore[arg-type]


def test_one_cross_is_the_answer() -> None:
    assert only(3) == Verdict((3,), "auto", None)


def test_a_field_without_any_ink_is_left_blank() -> None:
    assert only() == Verdict((), "auto", None)


def test_two_crosses_go_to_a_person_who_sees_both() -> None:
    assert only(1, 4) == Verdict((1, 4), "review", "two_marks")


def test_several_may_be_crossed_where_the_question_says_so() -> None:
    assert only(0, 2, kind="several") == Verdict((0, 2), "auto", None)


def test_a_cross_beside_the_boxes_goes_to_a_person() -> None:
    assert only(b2={"ring": 2.0}) == Verdict((), "review", "beside")


def test_ink_on_the_words_of_an_unanswered_question_goes_to_a_person() -> None:
    assert only(b1={"far": 3.0}).state == "review"


def test_a_faint_second_mark_goes_to_a_person() -> None:
    assert only(0, b1={"ink": 0.05, "peak": 0.3, "span": 3.0}) == Verdict((0, 1), "review", "two_marks")


def test_a_filled_box_among_crosses_goes_to_a_person() -> None:
    assert only(0, b0={"ink": 0.9, "peak": 1.0}) == Verdict((0,), "review", "filled")


def test_filled_boxes_are_marks_where_nothing_else_is() -> None:
    filled = {**CROSS, "ink": 0.9, "peak": 1.0}
    assert [each.state for each in decide([Question("single", (filled, BLANK))] * 3)] == ["auto"] * 3


def test_a_circle_around_a_cross_goes_to_a_person() -> None:
    assert only(0, b0={"ring": 7.0, "around": 0.9}) == Verdict((0,), "review", "around")


def test_a_line_through_a_cross_goes_to_a_person() -> None:
    assert only(0, b0={"level": 0.8, "far": 5.0}) == Verdict((0,), "review", "struck")


def test_a_box_whose_outline_is_not_there_goes_to_a_person() -> None:
    assert only(0, b1={"outline": 0.1}) == Verdict((0,), "review", "outline")


def test_a_scanners_line_through_an_unanswered_field_goes_to_a_person() -> None:
    assert only(b0={"streak": 1.0}) == Verdict((), "review", "streak")


def test_a_scanners_line_through_an_answered_field_changes_nothing() -> None:
    assert only(0, b1={"streak": 1.0}) == Verdict((0,), "auto", None)


def test_the_shade_of_a_fold_is_no_second_answer() -> None:
    assert only(0, b1={"ink": 0.06, "peak": 0.11}) == Verdict((0,), "auto", None)


def test_a_mark_that_is_mostly_outside_of_its_box_counts_as_a_whole() -> None:
    assert only(b2={**CROSS, "ink": 0.03, "span": 1.4, "ring": 2.4}) == Verdict((2,), "auto", None)


def test_dots_are_marks_where_all_marks_are_dots() -> None:
    dot = {**BLANK, "ink": 0.05, "peak": 0.5, "span": 1.4}
    assert decide([Question("single", (dot, BLANK))] * 3) == [Verdict((0,), "auto", None)] * 3
    assert only(b1=dot) == Verdict((1,), "review", "faint")


def test_what_looks_blank_among_dots_goes_to_a_person() -> None:
    dot = {**BLANK, "ink": 0.05, "peak": 0.5, "span": 1.4}
    page = [Question("single", (dot, BLANK))] * 3
    assert decide([*page, Question("single", (BLANK, BLANK))])[3] == Verdict((), "review", "maybe_lost")


def test_circles_around_boxes_are_marks_where_all_marks_are_circles() -> None:
    circle = {**BLANK, "ring": 9.0, "around": 0.9, "level": 1.5}
    assert decide([Question("single", (BLANK, circle))] * 2) == [Verdict((1,), "auto", None)] * 2
    assert only(b2=circle) == Verdict((2,), "review", "beside")


def test_what_looks_blank_beside_a_faint_mark_goes_to_a_person() -> None:
    faint = Question("single", ({**BLANK, "ink": 0.06, "peak": 0.15}, BLANK))
    blank = Question("single", (BLANK, BLANK))
    assert decide([faint, blank])[1] == Verdict((), "review", "maybe_lost")


def test_a_heavy_mark_among_lost_ones_goes_to_a_person() -> None:
    black_and_white = {**BLANK, "grey": 0.0}
    heavy = {**CROSS, "ink": 0.4, "peak": 1.0, "grey": 0.0}
    page = [Question("single", (heavy, black_and_white)), Question("single", (black_and_white,) * 2)]
    assert decide(page)[0] == Verdict((0,), "review", "alone")


def test_a_field_that_is_blank_in_black_and_white_goes_to_a_person() -> None:
    black_and_white = {**BLANK, "grey": 0.0}
    assert decide([Question("single", (black_and_white,) * 3)]) == [Verdict((), "review", "maybe_lost")]


@given(pages, st.data())
def test_more_ink_never_turns_a_yes_into_a_no(page: list[Question], data: st.DataObject) -> None:
    before = decide(page)
    at = data.draw(st.integers(0, len(page) - 1))
    place = data.draw(st.integers(0, len(page[at].boxes) - 1))
    more = {name: data.draw(st.floats(0, 3)) for name in GROWING}
    box = {name: value + more.get(name, 0) for name, value in page[at].boxes[place].items()}
    changed = [*page]
    changed[at] = Question(page[at].kind, (*page[at].boxes[:place], box, *page[at].boxes[place + 1 :]))
    after = decide(changed)
    for one, other in zip(before, after, strict=True):
        if one.state == "auto":
            assert set(one.marked) <= set(other.marked)


@given(pages)
def test_two_marks_of_a_single_choice_are_never_decided_without_a_person(page: list[Question]) -> None:
    for question, verdict in zip(page, decide(page), strict=True):
        if question.kind == "single" and len(verdict.marked) > 1:
            assert verdict.state == "review"


@given(pages, st.randoms(use_true_random=False))
def test_the_order_of_the_boxes_changes_nothing_but_the_places(page: list[Question], random: object) -> None:
    orders = []
    for question in page:
        order = list(range(len(question.boxes)))
        random.shuffle(order)  # type: ignore[attr-defined]
        orders.append(order)
    shuffled = [
        Question(question.kind, tuple(question.boxes[place] for place in order))
        for question, order in zip(page, orders, strict=True)
    ]
    for one, other, order in zip(decide(page), decide(shuffled), orders, strict=True):
        assert (one.state, set(one.marked)) == (other.state, {order[place] for place in other.marked})


@given(pages)
def test_what_is_decided_without_a_person_is_blank_or_marked_and_nothing_between(page: list[Question]) -> None:
    for question, verdict in zip(page, decide(page), strict=True):
        assert (verdict.state == "auto") == (verdict.why is None)
        if verdict.state == "auto":
            for choice in verdict.marked:
                assert question.boxes[choice]["ink"] >= THRESHOLDS.yes_ink
