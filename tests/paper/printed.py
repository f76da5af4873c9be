"""Questionnaires to print without a database, and PDFs as images."""

import io

import cv2
import numpy as np
import pypdfium2
from hypothesis import strategies as st
from numpy.typing import NDArray

from feedback_app.paper.form_codes import FormCode, make_key, write
from feedback_app.paper.layout import Design, Layout
from feedback_app.paper.printing import Heading, form_pdf
from feedback_app.surveys import definitions
from feedback_app.surveys.commands import DefineQuestionnaire
from feedback_app.surveys.versions import ChoiceView, QuestionView, VersionView

KEY = make_key("a secret of thirty-two characters")
HEADING = Heading(
    office="Ủy ban nhân dân phường Đồng Hới",
    department="Trung tâm Phục vụ hành chính công",
    place="Quầy Tư pháp – Hộ tịch",
    stage="Khi nhận kết quả",
)
DESIGNS = [Design(size, coded=coded) for size in ("A4", "A5") for coded in (False, True)]
PER_MM = 6.0

_WORDS = ("nghiêng", "trường", "Ông/Bà", "thủ", "tục", "Ặ", "ở", "đánh", "giá", "về", "việc", "Ổ")
_LABELS = st.one_of(
    st.sampled_from(["Rất hài lòng", "Hài lòng", "Bình thường", "Không hài lòng", "Rất không hài lòng", "Ổ", "Có"]),
    st.lists(st.sampled_from(_WORDS), min_size=1, max_size=14).map(" ".join),
    st.integers(1, 60).map(lambda count: "Ộđ" * count),
)
_TEXTS = st.lists(st.sampled_from(_WORDS), min_size=1, max_size=60).map(" ".join)


def version_of(definition: DefineQuestionnaire) -> VersionView:
    """A definition as it would be read from the database."""
    questions = tuple(
        question(
            each.key,
            each.text,
            [choice.text for choice in each.choices],
            kind=each.kind,
            hint=each.hint,
            overall=each.overall,
            shown_for=each.shown_for,
            outcomes=[choice.outcome for choice in each.choices],
        )
        for each in definition.questions
    )
    return version(*questions, title=definition.title, code=definition.code)


def question(
    key: str,
    text: str,
    labels: list[str],
    *,
    kind: str = "single",
    hint: str | None = None,
    overall: bool = False,
    shown_for: tuple[str, ...] = (),
    outcomes: list[str | None] | None = None,
) -> QuestionView:
    outcomes = outcomes or [None] * len(labels)
    choices = tuple(
        ChoiceView(place, f"c{place}", label, None, outcome, None)
        for place, (label, outcome) in enumerate(zip(labels, outcomes, strict=True))
    )
    return QuestionView(1, key, kind, overall, False, shown_for, text, None, hint, None, choices)


def version(*questions: QuestionView, title: str = "Phiếu lấy ý kiến", code: str = "thu") -> VersionView:
    return VersionView(12, 1, code, title, None, 1, "Để thử", questions)


def shipped() -> list[VersionView]:
    return [version_of(definitions.read_file(path)) for path in definitions.shipped()]


@st.composite
def odd_versions(draw: st.DrawFn) -> VersionView:
    """From 1 to 25 questions of 2 to 7 levels, up to 22 reasons, or none, with short and very long texts."""
    made = []
    for place in range(draw(st.integers(1, 25))):
        kind = draw(st.sampled_from(["single", "single", "several", "text"])) if place else "single"
        least, most = {"single": (2, 7), "several": (2, 22), "text": (0, 0)}[kind]
        labels = draw(st.lists(_LABELS, min_size=least, max_size=most))
        hint = draw(st.none() | _TEXTS)
        made.append(question(f"q{place}", draw(_TEXTS), labels, kind=kind, hint=hint, overall=not place))
    return version(*made, title=draw(_TEXTS))


def code_of(layout: Layout, number: int, page: int) -> str:
    return write(FormCode(layout.version_id, layout.design, 34, 56, number, page), KEY)


def pdf_of(layout: Layout, numbers: list[int], heading: Heading = HEADING) -> bytes:
    return form_pdf(layout, heading=heading, numbers=numbers, code=lambda number, page: code_of(layout, number, page))


def rendered(pdf: bytes) -> list[NDArray[np.uint8]]:
    """The pages in grey, PER_MM dots a millimetre."""
    document = pypdfium2.PdfDocument(io.BytesIO(pdf))
    try:
        return [cv2.cvtColor(page.render(scale=PER_MM * 25.4 / 72).to_numpy(), cv2.COLOR_BGR2GRAY) for page in document]
    finally:
        document.close()


def texts_of(pdf: bytes) -> list[str]:
    """What can be read from each page."""
    document = pypdfium2.PdfDocument(io.BytesIO(pdf))
    try:
        return [page.get_textpage().get_text_bounded() for page in document]
    finally:
        document.close()
