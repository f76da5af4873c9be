"""Pages of numbered forms from images of them: printed, filled in, damaged and scanned by tests/paper/simulated.py."""

import cv2
import numpy as np
import pytest

from feedback_app.paper.form_codes import read
from feedback_app.paper.layout import Design, Rect
from feedback_app.paper.reading import PageReading, Question, correlation, decide, read_page, split_sheets
from feedback_app.paper.reading.crops import LARGEST_CROP, LARGEST_PAGE
from tests.paper import blanks, machines
from tests.paper.blanks import Grey, Printed
from tests.paper.hands import PENS, Hand, Paper, Style, strike_out, write
from tests.paper.simulated import DPI, MIXES, SCALE, Mix, draw_case

SINGLE = blanks.layout("tt32", Design("A5"))
# Forms of each set, from a seed that no threshold was chosen by.
DRAWN: dict[Mix, int] = {"clean": 20, "office": 30, "hard": 10}


def hand(style: Style = "cross", pen: str = "blue ball pen") -> Hand:
    kind = PENS[pen]
    return Hand(style, kind, sum(kind.width) / 2, sum(kind.strength) / 2, 0.0, 0.03)


def blank(number: int = 1, form: object = SINGLE) -> Printed:
    return blanks.printed(form, number, DPI)[0]  # type: ignore[arg-type]


def paper_of(page: Printed, seed: int = 1) -> Paper:
    return Paper(page.image.copy(), SCALE, np.random.default_rng(seed))


def box(page: Printed, field: int, choice: int) -> Rect:
    """The box of a choice of the field at this place, both from 0."""
    laid = page.layout.pages[page.page - 1]
    name = page.layout.fields[field].id
    return next(each.rect for each in laid.boxes if (each.field, each.choice) == (name, choice))


def crossed(page: Printed, *choices: int, seed: int = 1, style: Style = "cross") -> Paper:
    """A choice of each field in their order."""
    paper = paper_of(page, seed)
    for field, choice in enumerate(choices):
        hand(style).mark(paper, box(page, field, choice))
    return paper


def answers(reading: PageReading) -> list[tuple[int, ...] | None]:
    """What was decided per field; None where a person is asked."""
    return [field.marked if field.state == "auto" else None for field in reading.fields]


def look(image: Grey) -> PageReading:
    return read_page(image, blanks.layouts())


def scanned(paper: Paper, how: machines.Scan = "grey 200", seed: int = 5) -> Grey:
    return machines.scan(paper.image, how, np.random.default_rng(seed), SCALE)


@pytest.mark.parametrize("mix", MIXES)
def test_no_field_is_decided_wrongly_and_no_page_is_lost(mix: Mix) -> None:
    states: list[str] = []
    for seed in range(2_000, 2_000 + DRAWN[mix]):
        for case in draw_case(seed, mix):
            reading = look(case.image)
            states.append(reading.state)
            assert reading.code == case.printed.text
            assert {field.field for field in reading.fields} == set(case.truths)
            wrong = [
                (seed, field.field, field.marked, case.truths[field.field])
                for field in reading.fields
                if field.state == "auto" and field.marked != case.truths[field.field].meant
            ]
            assert wrong == []
    assert set(states) == {"form"}
    assert len(states) >= DRAWN[mix]


@pytest.mark.parametrize("key", list(blanks.layouts()), ids=lambda key: f"{key[0]}-{key[1].size}-{key[1].coded}")
def test_every_shipped_questionnaire_is_read_as_it_is_printed(key: tuple[int, Design]) -> None:
    for page in blanks.printed(blanks.layouts()[key], 1, 200):
        laid = page.layout.pages[page.page - 1]
        # No scanner is as sharp and clean as the PDF, which would count as black and white.
        grain = np.random.default_rng(1).integers(0, 6, page.image.shape, np.uint8)
        empty = look(cv2.subtract(cv2.GaussianBlur(page.image, (0, 0), 0.7), grain))
        assert (empty.state, empty.code) == ("form", page.text)
        assert answers(empty) == [()] * len({each.field for each in laid.boxes})
        assert not any(space.has_ink for space in empty.comments)
        assert {space.field for space in empty.comments} == set(laid.comments)
        assert (empty.dossier is None) == (laid.dossier is None)
        paper = Paper(page.image.copy(), 200 / 25.4, np.random.default_rng(3))
        for each in laid.boxes:
            if each.choice == 1:
                hand().mark(paper, each.rect)
        assert answers(look(cv2.GaussianBlur(paper.image, (0, 0), 0.7))) == [(1,)] * len(empty.fields)


def test_the_code_that_was_read_is_the_one_that_was_printed() -> None:
    page = blank(4711)
    code = look(page.image).code
    assert code is not None
    assert read(code, blanks.KEY).number == 4711


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_a_page_is_read_whichever_way_it_lies(turns: int) -> None:
    image = scanned(crossed(blank(), 2, 0, 1, 2))
    assert answers(look(np.ascontiguousarray(np.rot90(image, turns)))) == [(2,), (0,), (1,), (2,)]


def test_a_mirrored_page_is_read() -> None:
    image = scanned(crossed(blank(), 2, 0, 1, 2))
    assert answers(look(np.ascontiguousarray(image[:, ::-1]))) == [(2,), (0,), (1,), (2,)]


@pytest.mark.parametrize("how", ["grey 150", "grey 300", "jpeg 200", "binary 200", "fax", "phone"])
def test_a_page_is_read_from_every_kind_of_machine(how: machines.Scan) -> None:
    assert answers(look(scanned(crossed(blank(), 2, 0, 1, 2), how, seed=8))) == [(2,), (0,), (1,), (2,)]


@pytest.mark.parametrize("lost", [(0,), (1, 3), (0, 1, 3), (0, 1, 2, 3)])
def test_a_page_is_read_without_some_of_its_markers(lost: tuple[int, ...]) -> None:
    page = blank()
    paper = crossed(page, 1, 1, 1, 1)
    for marker in page.layout.pages[0].markers:
        if marker.id in lost:
            paper.lighten(Rect(marker.rect.x - 2, marker.rect.y - 2, 14, 14), 1.0)
    assert answers(look(scanned(paper))) == [(1,)] * 4


@pytest.mark.parametrize("lost", [0, 1])
def test_one_code_is_enough(lost: int) -> None:
    page = blank()
    paper = crossed(page, 1, 1, 1, 1)
    paper.lighten(page.layout.pages[0].codes[lost], 1.0)
    reading = look(scanned(paper))
    assert (reading.code, answers(reading)) == (page.text, [(1,)] * 4)


def test_a_page_without_a_code_is_unidentified() -> None:
    page = blank()
    paper = paper_of(page)
    for rect in page.layout.pages[0].codes:
        paper.lighten(rect, 1.0)
    reading = look(scanned(paper))
    assert (reading.state, reading.code, reading.problem, reading.fields) == ("unidentified", None, "no_code", ())
    assert reading.image


def test_a_page_with_the_code_of_somebody_else_is_unidentified() -> None:
    image = np.full((1600, 1100), 250, np.uint8)
    image[300:600, 300:600] = blanks.foreign_code(300)
    assert look(image).problem == "no_code"


def test_a_form_nobody_laid_out_is_unidentified_with_what_its_code_says() -> None:
    page = blank()
    reading = read_page(page.image, {})
    assert (reading.state, reading.problem, reading.code) == ("unidentified", "unknown_form", page.text)


def test_two_forms_in_one_image_are_not_read_as_one() -> None:
    one, other = blank(1), blank(2)
    assert look(np.concatenate((one.image, other.image), axis=1)).problem == "codes_disagree"


def test_an_empty_sheet_is_blank() -> None:
    sheet = Paper(np.full((round(210 * SCALE), round(148 * SCALE)), 252, np.uint8), SCALE)
    assert look(scanned(sheet)).state == "blank"


def test_a_page_with_nothing_but_handwriting_is_not_blank() -> None:
    sheet = Paper(np.full((round(210 * SCALE), round(148 * SCALE)), 252, np.uint8), SCALE, np.random.default_rng(2))
    write(sheet, hand(), Rect(20, 40, 100, 60), letters=60)
    assert look(scanned(sheet)).state == "unidentified"


@pytest.mark.parametrize("shape", [(1, 1), (0, 10), (5000, 1), (20, 30), (301, 20_000)])
def test_an_image_too_small_to_hold_a_page_is_unidentified(shape: tuple[int, int]) -> None:
    image = np.full(shape, 255, np.uint8)
    assert look(image).problem == "too_small"
    assert [half.shape for half in split_sheets(image)] == [shape]


def test_noise_and_darkness_are_no_form() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (900, 700), dtype=np.uint8)
    assert look(noise).state != "form"
    assert look(np.zeros((900, 700), np.uint8)).state == "unidentified"


def test_what_a_torn_page_still_shows_is_read_and_the_rest_goes_to_a_person() -> None:
    image = scanned(crossed(blank(), 2, 0, 1, 2), seed=8)
    lower = look(np.ascontiguousarray(image[image.shape[0] * 2 // 5 :]))
    assert answers(lower)[0] is None
    assert set(answers(lower)[1:]) <= {None, (0,), (1,), (2,)}


def test_an_uncut_sheet_is_split_into_its_two_forms() -> None:
    (sheet,) = blanks.sheets(SINGLE, (11, 12), 200)
    halves = split_sheets(scanned(Paper(sheet, 200 / 25.4)))
    found = [read(look(half).code or "", blanks.KEY).number for half in halves]
    assert sorted(found) == [11, 12]


def test_a_sheet_of_one_form_is_not_split() -> None:
    image = blank().image
    assert [half.shape for half in split_sheets(image)] == [image.shape]


def test_crops_and_pages_are_small_pictures() -> None:
    (case,) = draw_case(2_001, "office", scan="phone", print="dirty", ways={"plain": 1}, damage="coffee")[:1]
    reading = look(case.image)
    pictures = [*(field.crop for field in reading.fields), *(space.crop for space in reading.comments)]
    assert all(picture.startswith(b"\x89PNG") and len(picture) <= LARGEST_CROP for picture in pictures)
    assert reading.image.startswith(b"\xff\xd8")
    assert len(reading.image) <= LARGEST_PAGE
    row = cv2.imdecode(np.frombuffer(reading.fields[0].crop, np.uint8), cv2.IMREAD_UNCHANGED)
    assert row.ndim == 2


def test_what_is_written_by_hand_is_found_where_it_stands() -> None:
    page = blank()
    (name, rect), *_ = page.layout.pages[0].comments.items()
    paper = paper_of(page)
    write(paper, hand(), rect, letters=30)
    assert [(space.field, space.has_ink) for space in look(scanned(paper)).comments] == [(name, True)]


def test_the_stored_features_give_the_same_verdicts_again() -> None:
    for case in draw_case(2_002, "office"):
        reading = look(case.image)
        kinds = {field.id: field.kind for field in case.printed.layout.fields}
        again = decide([Question(kinds[field.field], field.features) for field in reading.fields])
        assert [(each.marked, each.state, each.why) for each in again] == [
            (field.marked, field.state, field.why) for field in reading.fields
        ]


def first_field(paper: Paper) -> tuple[str, tuple[int, ...], str | None]:
    """The first field, on a page whose others are crossed."""
    field = look(scanned(paper)).fields[0]
    return field.state, field.marked, field.why


def others_crossed(page: Printed) -> Paper:
    paper = paper_of(page)
    for field in (1, 2, 3):
        hand().mark(paper, box(page, field, 1))
    return paper


def test_two_crosses_go_to_a_person() -> None:
    paper = others_crossed(page := blank())
    hand().mark(paper, box(page, 0, 0))
    hand().mark(paper, box(page, 0, 2))
    assert first_field(paper) == ("review", (0, 2), "two_marks")


def test_a_filled_box_beside_a_cross_goes_to_a_person() -> None:
    paper = others_crossed(page := blank())
    hand("fill").mark(paper, box(page, 0, 0))
    hand().mark(paper, box(page, 0, 2))
    assert first_field(paper) == ("review", (0, 2), "two_marks")


def test_a_filled_box_alone_goes_to_a_person() -> None:
    paper = others_crossed(page := blank())
    hand("fill").mark(paper, box(page, 0, 0))
    assert first_field(paper)[:2] == ("review", (0,))


def test_a_mark_scribbled_out_goes_to_a_person() -> None:
    paper = others_crossed(page := blank())
    hand().mark(paper, box(page, 0, 0))
    strike_out(paper, hand(), box(page, 0, 0))
    assert first_field(paper)[:2] == ("review", (0,))


def test_a_circled_cross_goes_to_a_person() -> None:
    paper = others_crossed(page := blank())
    hand().mark(paper, box(page, 0, 0))
    rect = box(page, 0, 0)
    hand("circle").mark(paper, Rect(rect.x - 1.5, rect.y - 1.5, rect.w + 3, rect.h + 3))
    assert first_field(paper)[:2] == ("review", (0,))


def test_a_cross_beside_its_box_goes_to_a_person() -> None:
    paper = others_crossed(page := blank())
    rect = box(page, 0, 1)
    hand().mark(paper, Rect(rect.x - 6, rect.y, rect.w, rect.h))
    assert first_field(paper)[0] == "review"


def test_a_cross_in_the_margin_beside_the_first_box_goes_to_a_person() -> None:
    paper = others_crossed(page := blank())
    rect = box(page, 0, 0)
    hand().mark(paper, Rect(rect.x - 1.5 * rect.w, rect.y, rect.w, rect.h))
    assert first_field(paper)[0] == "review"


@pytest.mark.parametrize("times", [1.0, 0.77, 1.33])
def test_black_and_white_is_told_from_grey_in_whatever_size_it_comes(times: float) -> None:
    paper = crossed(blank(), 0, 1, 1, 2)

    def greys(how: machines.Scan) -> set[float]:
        image = cv2.resize(scanned(paper, how), None, fx=times, fy=times, interpolation=cv2.INTER_AREA)
        return {box["grey"] for field in look(image).fields for box in field.features}

    assert greys("binary 200") == {0.0}
    assert greys("grey 200") == {1.0}


def test_a_line_of_the_scanner_through_a_column_of_boxes_is_no_mark() -> None:
    paper = crossed(page := blank(), 0, 0, 0, 0)
    image = paper.image.copy()
    column = round((box(page, 0, 1).x + 2) * SCALE)
    image[:, column : column + 2] = 60
    read = look(image)
    assert [field.marked for field in read.fields] == [(0,)] * 4
    assert [field.state for field in read.fields] == ["auto"] * 4


def test_a_pencil_mark_that_was_rubbed_out_badly_goes_to_a_person() -> None:
    paper = others_crossed(page := blank())
    rect = box(page, 0, 1)
    hand(pen="pencil").mark(paper, rect)
    paper.lighten(rect, 0.6)
    assert first_field(paper)[0] == "review"


def test_a_dot_goes_to_a_person() -> None:
    paper = others_crossed(page := blank())
    hand("dot").mark(paper, box(page, 0, 1))
    assert first_field(paper)[0] == "review"


def test_a_note_that_covers_boxes_sends_the_question_to_a_person() -> None:
    paper = others_crossed(page := blank())
    hand().mark(paper, box(page, 0, 0))
    rect = box(page, 0, 2)
    paper.lighten(Rect(rect.x - 3, rect.y - 3, 20, 12), 1.0)
    assert first_field(paper)[0] == "review"


def test_the_same_paper_scanned_again_is_the_same_ink() -> None:
    paper = crossed(blank(), 0, 1, 1, 2)
    first = look(scanned(paper, "grey 200", seed=1)).ink
    for how in ("grey 300", "jpeg 200", "binary 200", "phone"):
        assert correlation(first, look(scanned(paper, how, seed=2)).ink) >= 0.85


@pytest.mark.parametrize("choices", [(0, 1, 1, 2), (0, 1, 1, 1)])
def test_another_paper_of_the_same_number_is_other_ink(choices: tuple[int, ...]) -> None:
    page = blank()
    first = look(scanned(crossed(page, 0, 1, 1, 2, seed=1), seed=1)).ink
    copied = Paper(machines.print_out(page.image, "copied", np.random.default_rng(4), SCALE), SCALE)
    paper = crossed(Printed(page.layout, page.number, page.page, page.text, copied.image, DPI), *choices, seed=2)
    reading = look(scanned(paper, seed=2))
    assert reading.code == page.text
    assert correlation(first, reading.ink) < 0.85


def test_filled_boxes_are_never_the_same_ink_for_sure() -> None:
    page = blank()
    inks = [look(scanned(crossed(page, 0, 1, 1, 2, seed=seed, style="fill"), seed=seed)).ink for seed in (1, 2)]
    assert correlation(*inks) < 0.85


def test_the_same_answers_with_another_comment_are_other_ink() -> None:
    page = blank()
    inks = []
    for seed in (1, 2):
        paper = crossed(page, 0, 1, 1, 2, seed=1)
        paper.rng = np.random.default_rng(seed)
        write(paper, hand(), next(iter(page.layout.pages[0].comments.values())), letters=40)
        inks.append(look(scanned(paper, seed=seed)).ink)
    assert correlation(*inks) < 0.85


def test_two_papers_without_ink_are_alike_and_one_with_ink_is_not() -> None:
    page = blank()
    empty = look(scanned(paper_of(page), seed=1)).ink
    assert correlation(empty, look(scanned(paper_of(page), seed=2)).ink) == 1.0
    assert correlation(empty, look(scanned(crossed(page, 0, 1, 1, 2))).ink) == 0.0


def test_a_page_to_write_on_alone_is_told_by_what_is_written() -> None:
    form = blanks.layout("kiosk", Design("A5"))
    page = next(each for each in blanks.printed(form, 1, DPI) if not form.pages[each.page - 1].boxes)
    space = next(iter(form.pages[page.page - 1].comments.values()))

    def ink(*, hand_seed: int, scan_seed: int) -> bytes:
        paper = paper_of(page, hand_seed)
        write(paper, hand(), space, letters=40)
        return look(scanned(paper, seed=scan_seed)).ink

    first = ink(hand_seed=1, scan_seed=1)
    assert correlation(first, ink(hand_seed=1, scan_seed=2)) >= 0.85
    assert correlation(first, ink(hand_seed=2, scan_seed=1)) < 0.85
