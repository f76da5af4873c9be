"""A batch of numbered forms, filled in by ticks in its boxes and scanned: the real PDF, made into pixels."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from uuid import UUID

import numpy
import pypdfium2
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from feedback_app.paper import form_codes, operations, queries
from feedback_app.paper.form_codes import FormCode, make_key
from feedback_app.paper.layout import Design, lay_out
from feedback_app.paper.models import PaperBatch, PaperForm
from feedback_app.paper.operations import PauseRule, Rules, uploads
from feedback_app.paper.operations.identifying import record_page
from feedback_app.paper.printing import Heading, form_pdf
from feedback_app.paper.reading import read_page, split_sheets
from feedback_app.staff.queries import Member
from feedback_app.surveys import queries as surveys
from feedback_app.surveys.models import Response
from feedback_app.surveys.versions import VersionView
from tests.paper.stacks import publish
from tests.staff.people import Office, add_person, make_office

KEY = make_key("a key for tests, and for nothing else")
DESIGN = Design("A5")
HEADING = Heading(office="UBND phường Đồng Sơn", department="Phường Đồng Sơn")
DOTS = 200 / 25.4
NOW = datetime(2026, 3, 4, 3, 0, tzinfo=UTC)
NEVER, ALWAYS = Rules(KEY, 0), Rules(KEY, 100)
RULE = PauseRule(per_mille=5, base=200)
GOOD = {"chung": [0], "thai-do": [0]}
BAD = {"chung": [2], "thai-do": [1], "ly-do": [0, 1]}
# Two marks of a single choice: always for a person.
DOUBTFUL = {"chung": [0, 1], "thai-do": [0]}

Answers = Mapping[str, Sequence[int]]


def issue(
    session: Session,
    version_id: int,
    department_id: int,
    issued_by: int,
    *,
    forms: int,
    now: datetime,
    coded: bool = False,
) -> list[int]:
    """A batch of A5 forms; the numbers of its forms."""
    batch = PaperBatch(
        department_id=department_id,
        version_id=version_id,
        size="A5",
        rules=DESIGN.rules,
        coded=coded,
        answered_on=date(2026, 3, 2),
        issued_at=now - timedelta(days=3),
        issued_by=issued_by,
    )
    session.add(batch)
    session.flush()
    first = (session.scalar(select(func.max(PaperForm.number))) or 0) + 1
    numbers = list(range(first, first + forms))
    session.add_all([PaperForm(number=number, batch_id=batch.id) for number in numbers])
    session.commit()
    return numbers


def sheet(
    session: Session, number: int, answers: Answers, *, written: Sequence[str] = (), wobble: int = 0, page: int = 1
) -> Image.Image:
    """A page of a form (the first or second) as it is scanned, its answers (choices from 0 by question) ticked, and
    lines drawn in the spaces `written` ("dossier" or a question's key). Another `wobble` is another hand."""
    form = session.get_one(PaperForm, number)
    batch = session.get_one(PaperBatch, form.batch_id)
    layout = queries.layout(session, batch.version_id, queries.design_of(batch))
    code = FormCode(batch.version_id, layout.design, batch.department_id, batch.id, number, page)
    image = _printed(
        surveys.version(session, batch.version_id), layout.design, number, form_codes.write(code, KEY), page
    ).copy()
    draw, laid = ImageDraw.Draw(image), layout.pages[page - 1]
    for box in laid.boxes:
        if box.choice in answers.get(box.field, ()):
            x, y, w, h = (each * DOTS for each in (box.rect.x, box.rect.y, box.rect.w, box.rect.h))
            shift = wobble * 2
            draw.line((x + w * 0.2, y + h * 0.2 + shift, x + w * 0.8, y + h * 0.8), fill=40, width=4 + wobble)
            draw.line((x + w * 0.8 - shift, y + h * 0.2, x + w * 0.2 + shift, y + h * 0.8), fill=40, width=4 + wobble)
    for name in written:
        rect = laid.dossier if name == "dossier" else laid.comments[name]
        assert rect is not None
        for step in range(8):
            left = (rect.x + 4 + step * 4) * DOTS
            top = (rect.y + rect.h / 2) * DOTS
            draw.line((left, top - 12, left + 14, top + 12 - wobble * 3), fill=50, width=4)
            draw.line((left + 14, top + 12, left + 20, top - 10), fill=50, width=4)
    # A scanner's lens and lamp; without them the reader takes the image for black and white, and asks more.
    blurred = numpy.asarray(image.filter(ImageFilter.GaussianBlur(0.8)))
    return Image.fromarray((blurred * _light(blurred.shape)).astype(numpy.uint8))


@cache
def _light(shape: tuple[int, int]) -> NDArray[numpy.float32]:
    """A little darker to the right."""
    return numpy.broadcast_to(numpy.linspace(1, 0.92, shape[1], dtype=numpy.float32), shape)


@cache
def _printed(version: VersionView, design: Design, number: int, text: str, page: int) -> Image.Image:
    layout = lay_out(version, design)
    pdf = form_pdf(layout, heading=HEADING, numbers=[number], code=lambda _number, _page: text)
    document = pypdfium2.PdfDocument(pdf)
    pixels = document[0].render(scale=200 / 72, grayscale=True).to_numpy()
    document.close()
    pixels = pixels.reshape(pixels.shape[:2])
    # Two forms of A5 stand side by side on A4; each is cut out.
    width = round(layout.pages[0].width * DOTS)
    half = pixels[:, :width] if page == 1 else pixels[:, -width:]
    return Image.fromarray(numpy.ascontiguousarray(half))


def pdf_of(sheets: Sequence[Image.Image]) -> bytes:
    """A stack as a scanner sends it."""
    written = io.BytesIO()
    sheets[0].save(written, "PDF", save_all=True, append_images=list(sheets[1:]), resolution=200)
    return written.getvalue()


def image_of(sheet: Image.Image, kind: str = "PNG") -> bytes:
    written = io.BytesIO()
    sheet.save(written, kind)
    return written.getvalue()


@dataclass(frozen=True)
class Desk:
    """A ward with a batch of forms, and somebody of the whole service who scans them."""

    office: Office
    uploader: Member
    version_id: int
    numbers: list[int]


def make_desk(session: Session, *, forms: int = 4, coded: bool = False, more: int = 0) -> Desk:
    office = make_office(session)
    uploader = add_person(session, "quet", "manager", None)
    version_id = publish(session, more=more)
    return Desk(
        office,
        uploader,
        version_id,
        issue(session, version_id, office.ward, uploader.id, forms=forms, now=NOW, coded=coded),
    )


def upload(session: Session, content: bytes, uploader: Member, name: str = "chồng.pdf") -> UUID:
    kept = operations.keep_upload(session, io.BytesIO(content), name=name, member=uploader, answered_on=None, now=NOW)
    session.commit()
    return kept.id


def take_in(session: Session, sheets: Sequence[Image.Image], uploader: Member, *, rules: Rules = NEVER) -> UUID:
    """Upload a stack and read it to the end as the worker does, but for its child process, which takes seconds."""
    upload_id = upload(session, pdf_of(sheets), uploader)
    uploads.start_upload(session, upload_id, now=NOW)
    uploads.open_upload(session, upload_id, pages=len(sheets))
    layouts = queries.layouts(session)
    for number, each in enumerate(sheets):
        readings = [read_page(grey, layouts) for grey in split_sheets(numpy.asarray(each.convert("L")))]
        record_page(session, upload_id, number, readings, rules=rules, now=NOW)
        session.commit()
    uploads.finish_upload(session, upload_id, now=NOW)
    session.commit()
    return upload_id


def read_by_child(session: Session, content: bytes, uploader: Member, *, rules: Rules = NEVER) -> UUID:
    """Upload a file and read it to the end, as the worker does."""
    upload_id = upload(session, content, uploader)
    for _ in operations.read_upload(session, upload_id, rules=rules, clock=lambda: NOW):
        session.commit()
    return upload_id


def counts(session: Session, upload_id: UUID) -> dict[str, int]:
    return queries.upload(session, upload_id).counts


def stored(session: Session) -> dict[int, list[str]]:
    """The chosen keys of every response that stands for a number."""
    rows = session.execute(
        select(PaperForm.number, Response)
        .join(Response, Response.id == PaperForm.response_id)
        .order_by(PaperForm.number)
    )
    return {
        number: [
            choice.key
            for question in surveys.version(session, response.version_id).questions
            for choice in question.choices
            if choice.id in response.choice_ids
        ]
        for number, response in rows
    }


def responses(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Response)) or 0
