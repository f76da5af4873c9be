"""Numbered forms of the shipped questionnaires as a printer gives them: the real PDF, made into pixels."""

from dataclasses import dataclass
from functools import cache
from typing import Any

import cv2
import numpy as np
import pypdfium2
import segno
from numpy.typing import NDArray

from feedback_app.paper.form_codes import FormCode, write
from feedback_app.paper.layout import Design, Layout, Size, lay_out
from feedback_app.paper.printing import Heading, form_pdf, impose
from feedback_app.surveys.commands import DefineQuestionnaire
from feedback_app.surveys.definitions import read_file, shipped
from feedback_app.surveys.versions import ChoiceView, QuestionView, VersionView

Grey = NDArray[Any]

KEY = b"key of the printed forms of tests"
DEPARTMENT, BATCH = 7, 3
HEADING = Heading(office="UBND xã Bình Minh", department="Bộ phận Một cửa", place="Quầy số 2", stage="Trả kết quả")


@dataclass(frozen=True)
class Printed:
    """One page of a form: `image` has `dpi` dots in an inch, `text` is what its codes say."""

    layout: Layout
    number: int
    page: int
    text: str
    image: Grey
    dpi: int


def version_of(definition: DefineQuestionnaire, id: int) -> VersionView:
    questions = tuple(
        QuestionView(
            id=100 * id + place,
            key=question.key,
            kind=question.kind,
            overall=question.overall,
            required=question.required,
            shown_for=question.shown_for,
            text=question.text,
            text_en=question.text_en,
            hint=question.hint,
            hint_en=question.hint_en,
            choices=tuple(
                ChoiceView(
                    id=10_000 * id + 100 * place + rank,
                    key=choice.key,
                    text=choice.text,
                    text_en=choice.text_en,
                    outcome=choice.outcome,
                    points=choice.points,
                )
                for rank, choice in enumerate(question.choices)
            ),
        )
        for place, question in enumerate(definition.questions)
    )
    return VersionView(
        id=id,
        questionnaire_id=id,
        code=definition.code,
        title=definition.title,
        title_en=definition.title_en,
        number=1,
        basis=definition.basis,
        questions=questions,
    )


@cache
def versions() -> dict[str, VersionView]:
    """The shipped questionnaires by name of their file; ids from 1."""
    return {path.stem: version_of(read_file(path), place) for place, path in enumerate(shipped(), start=1)}


@cache
def layouts() -> dict[tuple[int, Design], Layout]:
    sizes: tuple[Size, ...] = ("A4", "A5")
    designs = [Design(size, coded=coded) for size in sizes for coded in (False, True)]
    return {(each.id, design): lay_out(each, design) for each in versions().values() for design in designs}


def layout(name: str, design: Design) -> Layout:
    return layouts()[versions()[name].id, design]


def code_of(form: Layout, number: int, page: int) -> str:
    return write(FormCode(form.version_id, form.design, DEPARTMENT, BATCH, number, page), KEY)


def sheets(form: Layout, numbers: tuple[int, ...], dpi: int) -> list[Grey]:
    """The pages of the PDF of these numbers."""
    pdf = form_pdf(form, heading=HEADING, numbers=numbers, code=lambda number, page: code_of(form, number, page))
    document = pypdfium2.PdfDocument(pdf)
    try:
        images = (document[place].render(scale=dpi / 72, grayscale=True).to_numpy() for place in range(len(document)))
        return [image.reshape(image.shape[:2]).copy() for image in images]
    finally:
        document.close()


@cache
def _first(form_key: tuple[int, Design], dpi: int) -> list[tuple[int, Grey]]:
    """Each page of one form, cut out of its sheet."""
    form = layouts()[form_key]
    images = sheets(form, (1,), dpi)
    found = []
    for placed in impose(form, (1,)):
        page = form.pages[placed.page - 1]
        left, width = round(placed.x / 25.4 * dpi), round(page.width / 25.4 * dpi)
        found.append((placed.page, np.ascontiguousarray(images[placed.sheet][:, left : left + width])))
    return found


def printed(form: Layout, number: int, dpi: int = 200) -> list[Printed]:
    """The pages of one form. The paper is that of the PDF of form 1, with its codes drawn over for `number`: making
    thousands of PDFs would take longer than reading them."""
    pages = []
    for page, image in _first((form.version_id, form.design), dpi):
        text = code_of(form, number, page)
        pages.append(
            Printed(form, number, page, text, image if number == 1 else _with_code(form, page, image, text, dpi), dpi)
        )
    return pages


def _with_code(form: Layout, page: int, image: Grey, text: str, dpi: int) -> Grey:
    changed = image.copy()
    matrix = np.array([list(row) for row in segno.make(text, error="m", micro=False, mask=3).matrix], np.uint8)
    drawn = 255 - 255 * matrix
    scale = dpi / 25.4
    for rect in form.pages[page - 1].codes:
        side = round(rect.w * scale)
        top, left = round(rect.y * scale), round(rect.x * scale)
        changed[top - 2 : top + side + 2, left - 2 : left + side + 2] = 255
        large = cv2.resize(np.kron(drawn, np.full((8, 8), 1, np.uint8)), (side, side), interpolation=cv2.INTER_AREA)
        changed[top : top + side, left : left + side] = large
    return changed


def foreign_code(side: int) -> Grey:
    """A QR code that says something else, so many pixels large with the white around it."""
    matrix = np.array(
        [list(row) for row in segno.make("https://example.org/khac", error="m", micro=False).matrix], np.uint8
    )
    drawn = np.pad(255 - 255 * matrix, 2, constant_values=255)
    return cv2.resize(np.kron(drawn, np.full((4, 4), 1, np.uint8)), (side, side), interpolation=cv2.INTER_AREA)
