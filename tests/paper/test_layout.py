"""A form laid out"""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedback_app.paper.layout import RULES, Design, Layout, UnknownRules, lay_out
from feedback_app.paper.layout.measures import MEASURES
from feedback_app.paper.lint import lint
from feedback_app.paper.typeface import POINT, balance, width, wrap
from feedback_app.surveys.versions import VersionView
from tests.paper.printed import DESIGNS, odd_versions, question, shipped, version

LEVELS = ["Rất hài lòng", "Hài lòng", "Bình thường", "Không hài lòng", "Rất không hài lòng"]


@pytest.mark.parametrize("design", DESIGNS, ids=str)
@pytest.mark.parametrize("given_version", shipped(), ids=lambda each: each.code)
def test_of_every_shipped_questionnaire_has_no_fault(given_version: VersionView, design: Design) -> None:
    assert lint(lay_out(given_version, design)) == []


@given(odd_versions(), st.sampled_from(DESIGNS))
@settings(max_examples=25)
def test_of_an_odd_questionnaire_has_all_its_boxes_once_and_no_other_fault_than_length(
    odd: VersionView, design: Design
) -> None:
    layout = lay_out(odd, design)
    boxes = [(box.field, box.choice) for page in layout.pages for box in page.boxes]
    assert boxes == [(each.key, place) for each in odd.questions for place in range(len(each.choices))]
    assert [key for page in layout.pages for key in page.rows] == [each.key for each in odd.questions]
    limit = MEASURES[design.size].bottom
    too_long = {key for page in layout.pages for key, row in page.rows.items() if row.bottom > limit + 1e-6}
    assert too_long <= {next(iter(page.rows)) for page in layout.pages}, "a question that fits the next page goes there"
    if not too_long:
        assert lint(layout) == []
    # Up to there is white that the codes need; what ends in it is no fault yet.
    foot = MEASURES[design.size].codes[1].y
    over = {key for page in layout.pages for key, row in page.rows.items() if row.bottom > foot + 0.1}
    assert over <= {fault.field for fault in lint(layout)}


def test_is_the_same_for_the_same_version_and_design() -> None:
    for each in shipped():
        assert lay_out(each, Design("A5")) == lay_out(each, Design("A5"))


@pytest.mark.parametrize("size", ["A4", "A5"])
def test_lines_up_the_boxes_of_questions_with_the_same_scale(size: str) -> None:
    made = version(*(question(f"q{place}", f"Câu hỏi {place}", LEVELS, overall=not place) for place in range(3)))
    page = lay_out(made, Design(size)).pages[0]
    columns = {tuple(box.rect.x for box in page.boxes if box.field == f"q{place}") for place in range(3)}
    assert len(columns) == 1
    assert len(set(next(iter(columns)))) == 5


def test_puts_long_levels_one_below_another_in_their_order() -> None:
    labels = ["Trước hẹn, không bị nhũng nhiễu, gây phiền hà", "Đúng hẹn, không bị gây phiền hà", "Bị gây phiền hà"]
    page = lay_out(version(question("q", "Câu hỏi", labels, overall=True)), Design("A4")).pages[0]
    assert len({box.rect.x for box in page.boxes}) == 1
    assert [box.choice for box in sorted(page.boxes, key=lambda box: box.rect.y)] == [0, 1, 2]


def test_has_letters_large_enough_for_old_eyes() -> None:
    for design in DESIGNS:
        smallest = 10.5 if design.size == "A4" else 9.5
        for each in shipped():
            layout = lay_out(each, design)
            asked = {choice.text for question in each.questions for choice in question.choices}
            sizes = [text.size for page in layout.pages for text in page.texts if text.text in asked or text.bold]
            assert min(sizes) >= smallest


def test_leaves_a_line_for_the_dossier_code_on_the_first_page_alone() -> None:
    made = version(*(question(f"q{place}", "Câu hỏi", LEVELS, overall=not place) for place in range(20)))
    layout = lay_out(made, Design("A5", coded=True))
    assert [page.dossier is not None for page in layout.pages] == [True] + [False] * (len(layout.pages) - 1)
    assert all(page.dossier is None for page in lay_out(made, Design("A5")).pages)


def test_gives_what_is_left_of_a_page_to_handwriting() -> None:
    asked = question("q", "Câu hỏi", LEVELS, overall=True)
    written = question("y-kien", "Ý kiến khác", [], kind="text")
    short = lay_out(version(asked, written), Design("A4")).pages[0].comments["y-kien"]
    many = [question(f"q{place}", "Câu hỏi", LEVELS) for place in range(7)]
    crowded = lay_out(version(asked, *many, written), Design("A4")).pages[0].comments["y-kien"]
    assert short.h > crowded.h > 15


def test_says_who_a_question_is_for_and_that_several_boxes_may_be_marked() -> None:
    kiosk = next(each for each in shipped() if each.code == "kiosk")
    said = " ".join(_words(lay_out(kiosk, Design("A4"))))
    assert "Nếu ở câu 1 chọn “Rất hài lòng” hoặc “Hài lòng”. Có thể chọn nhiều ý." in said
    plain = version(
        question("q", "Chung", LEVELS, overall=True), question("r", "Vì sao", ["Xa", "Chậm"], kind="several")
    )
    assert "Có thể chọn nhiều ô." in _words(lay_out(plain, Design("A4")))


def test_breaks_lines_within_their_room_and_leaves_no_word_alone() -> None:
    assert wrap("", 10, 10) == ()
    assert balance("Rất không hài lòng", 30, 11) == ("Rất không", "hài lòng")
    cut = wrap("ă" * 100, 20, 10)
    assert "".join(cut) == "ă" * 100
    assert max(width(line, 10) for line in cut) <= 20
    assert width("Ổ", 72) == pytest.approx(2 * width("Ổ", 36))
    assert width("", 10) == 0
    assert pytest.approx(0.352778, abs=1e-5) == POINT


def test_composes_letters_that_came_apart() -> None:
    apart = version(question("q", "Ca\u0302u ho\u0309i", ["Co\u0301", "Kho\u0302ng"], overall=True))
    assert {"Câu hỏi", "Có", "Không"} <= set(_words(lay_out(apart, Design("A4"))))


def _words(layout: Layout) -> list[str]:
    return [text.text for page in layout.pages for text in page.texts]


def test_of_rules_1_stays_as_it_is_because_such_forms_are_in_the_world() -> None:
    made = version(
        question("chung", "Đánh giá chung", LEVELS, overall=True),
        question("muc", "Mức độ", ["Tốt", "Vừa", "Kém"], hint="Xin chọn một ô."),
        question(
            "dai", "Câu dài " * 20, ["Trước hẹn, không bị nhũng nhiễu, gây phiền hà lần nào", "Đúng hẹn", "Trễ hẹn"]
        ),
        question("ly-do", "Vì sao", ["Xa", "Chậm", "Phải đi lại rất nhiều lần mà không được việc"] * 7, kind="several"),
        question("y-kien", "Ý kiến khác", [], kind="text"),
    )
    laid = hashlib.sha256()
    for design in DESIGNS:
        for page in lay_out(made, design).pages:
            marks = [(box.field, box.choice, box.rect) for box in page.boxes]
            spaces = [("comment", 0, rect) for rect in page.comments.values()]
            frame = [("code", 0, rect) for rect in page.codes] + [
                ("marker", each.id, each.rect) for each in page.markers
            ]
            for name, place, rect in [*marks, *spaces, *frame]:
                laid.update(f"{name} {place} {rect.x:.2f} {rect.y:.2f} {rect.w:.2f} {rect.h:.2f}\n".encode())
    assert laid.hexdigest()[:16] == "3b08e75d254d7535", "raise RULES and keep what was, where forms look otherwise"


def test_by_rules_of_another_time_is_refused() -> None:
    with pytest.raises(UnknownRules):
        lay_out(shipped()[0], Design("A4", rules=RULES + 1))
