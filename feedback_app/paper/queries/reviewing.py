"""What waits for people to look at: fields, handwriting, papers that contradict each other. Never who else decided."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from feedback_app.paper.models import (
    PaperBatch,
    PaperForm,
    PaperPage,
    PaperScan,
    PaperScanField,
    PaperUpload,
    PaperWriting,
)
from feedback_app.surveys import queries as surveys
from feedback_app.surveys.versions import QuestionView, VersionView

# A field a person has to look at: doubtful, or drawn. Which of the two never shows.
_LOOKED_AT = or_(PaperScanField.state == "review", PaperScanField.drawn.is_not(None))
_UNDECIDED = and_(_LOOKED_AT, PaperScanField.verdict.is_(None))


@dataclass(frozen=True, slots=True)
class FieldView:
    """One question to look at; `chosen` is what the asker saw themselves, if they did."""

    id: int
    batch_id: int
    department_id: int
    version: VersionView
    question: QuestionView
    verdict: str | None
    chosen: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class WritingView:
    """A space of a form that was written in."""

    id: int
    kind: str
    batch_id: int
    department_id: int
    version: VersionView
    question: QuestionView | None
    stage: str | None


@dataclass(frozen=True, slots=True)
class Shown:
    """A page of a conflict: which of its form it is, where it is from, its picture, and its fields (id, question)."""

    page_id: int
    form_page: int
    upload_id: UUID
    number: int
    fields: tuple[tuple[int, QuestionView], ...]


@dataclass(frozen=True, slots=True)
class ConflictView:
    """A paper that contradicts what is here, or lacks a page (`whys` is `missing_page`), named by its first page.

    `others` are the pages of its number that came before its own; `counted` is what counts under the number now, where
    that was keyed (`is_keyed`) or lacks the pages of this paper. `reopen` and `restore`: its number is free once its
    batch is open again, or the number no longer spoiled. `has_doubts`: people have to look at fields of its pages.
    """

    page_id: int
    whys: tuple[str, ...]
    form_number: int
    batch_id: int
    department_id: int
    reopen: bool
    restore: bool
    is_keyed: bool
    version: VersionView
    pages: tuple[Shown, ...]
    others: tuple[Shown, ...]
    counted: tuple[str, ...]
    has_doubts: bool

    @property
    def why(self) -> str:
        return self.whys[0]


def next_field(
    session: Session, *, department_ids: frozenset[int] | None, batch_id: int | None = None
) -> FieldView | None:
    """The field that waits longest in these departments (None: in all), or of one batch."""
    return _field_view(
        session,
        _fields(department_ids)
        .where(_UNDECIDED, PaperPage.state == "review")
        .where(PaperBatch.id.is_not(None) if batch_id is None else PaperBatch.id == batch_id)
        .order_by(PaperScanField.page_id, PaperScanField.id),
    )


def last_decided(session: Session, *, decided_by: int, department_ids: frozenset[int] | None) -> FieldView | None:
    """The field somebody decided last, while its paper is no response yet."""
    return _field_view(
        session,
        _fields(department_ids)
        .join(PaperScan, PaperScan.id == PaperPage.scan_id)
        .where(PaperScanField.decided_by == decided_by, PaperScan.state.in_(("open", "review")))
        .order_by(PaperScanField.decided_at.desc()),
    )


def field_view(session: Session, field_id: int, *, member_id: int) -> FieldView | None:
    """One field that waits, or that this person decided."""
    return _field_view(
        session,
        _fields(None).where(
            PaperScanField.id == field_id, _LOOKED_AT, or_(_UNDECIDED, PaperScanField.decided_by == member_id)
        ),
    )


def waiting_by_batch(session: Session, *, department_ids: frozenset[int] | None) -> list[tuple[int, int, int]]:
    """Batch, its department and how many fields of it wait, the batch that was issued first first."""
    rows = session.execute(
        select(PaperBatch.id, PaperBatch.department_id, func.count())
        .select_from(PaperScanField)
        .join(PaperPage, PaperPage.id == PaperScanField.page_id)
        .join(PaperForm, PaperForm.number == PaperPage.form_number)
        .join(PaperBatch, PaperBatch.id == PaperForm.batch_id)
        .where(_UNDECIDED, PaperPage.state == "review", _within(department_ids))
        .group_by(PaperBatch.id, PaperBatch.department_id)
        .order_by(PaperBatch.id)
    )
    return [(batch_id, department_id, count) for batch_id, department_id, count in rows]


def next_writing(
    session: Session, *, kind: str, department_ids: frozenset[int] | None, after: int = 0
) -> WritingView | None:
    """The comment or dossier code that waits longest, behind `after`."""
    found = session.execute(
        _writings(kind, department_ids).where(PaperWriting.id > after).order_by(PaperWriting.id).limit(1)
    ).first()
    return None if found is None else _writing_view(session, *found)


def writing_view(session: Session, writing_id: int, *, kind: str) -> WritingView | None:
    """One that waits."""
    found = session.execute(_writings(kind, None).where(PaperWriting.id == writing_id)).first()
    return None if found is None else _writing_view(session, *found)


def waiting_writings(session: Session, *, kind: str, department_ids: frozenset[int] | None) -> int:
    """How many wait."""
    waiting = _writings(kind, department_ids).subquery()
    return session.scalar(select(func.count()).select_from(waiting)) or 0


def conflicts(
    session: Session, *, department_ids: frozenset[int] | None, page_id: int | None = None, limit: int = 1
) -> list[ConflictView]:
    """Papers that wait to be settled, the oldest first; with `page_id` the one of that page."""
    found = _papers(session, _within(department_ids))
    if page_id is not None:
        found = [paper for paper in found if page_id in paper]
    return [_conflict_view(session, paper) for paper in found[:limit]]


def waiting_conflicts(session: Session, *, department_ids: frozenset[int] | None) -> int:
    """How many papers wait to be settled."""
    return len(_papers(session, _within(department_ids)))


def waiting_paper(session: Session, page_id: int) -> tuple[int, ...]:
    """The pages of the paper that waits to be settled and has this one; none where it does not wait."""
    number = select(PaperPage.form_number).where(PaperPage.id == page_id).scalar_subquery()
    found = _papers(session, PaperPage.form_number == number)
    return next((paper for paper in found if page_id in paper), ())


def conflicts_of(session: Session, upload_id: UUID, *, department_ids: frozenset[int] | None) -> dict[int, int]:
    """The pages of an upload that stand for a paper which waits to be settled, with the department it is about."""
    papers = _papers(session, and_(_within(department_ids), PaperPage.upload_id == upload_id))
    rows = session.execute(
        select(PaperPage.id, PaperBatch.department_id)
        .join(PaperForm, PaperForm.number == PaperPage.form_number)
        .join(PaperBatch, PaperBatch.id == PaperForm.batch_id)
        .where(PaperPage.id.in_([paper[0] for paper in papers]))
    )
    return {page_id: department_id for page_id, department_id in rows}


def page_of_field(session: Session, field_id: int) -> int | None:
    """The page a field stands on."""
    return session.scalar(select(PaperScanField.page_id).where(PaperScanField.id == field_id))


def page_of_writing(session: Session, writing_id: int) -> int | None:
    """The page that something was written on."""
    return session.scalar(select(PaperWriting.page_id).where(PaperWriting.id == writing_id))


def field_crop(session: Session, field_id: int) -> bytes | None:
    """The row of a page as PNG."""
    return session.scalar(select(PaperScanField.crop).where(PaperScanField.id == field_id))


def writing_crop(session: Session, writing_id: int) -> bytes | None:
    """The space that was written in as PNG, while it is kept."""
    return session.scalar(select(PaperWriting.crop).where(PaperWriting.id == writing_id, PaperWriting.state == "held"))


def page_image(session: Session, page_id: int) -> bytes | None:
    """A page of a known form, small, as JPEG."""
    return session.scalar(select(PaperPage.image).where(PaperPage.id == page_id))


def unidentified_image(session: Session, page_id: int, upload_id: UUID) -> bytes | None:
    """A page of an upload that was not identified, small, as JPEG."""
    return session.scalar(
        select(PaperPage.image).where(
            PaperPage.id == page_id, PaperPage.upload_id == upload_id, PaperPage.state == "unidentified"
        )
    )


def decided_scans(session: Session, *, decided_by: int | None, before: datetime | None) -> list[tuple[int, UUID]]:
    """Number and id of papers that wait in review and have no doubt and no dossier left: of those who were decided on
    by one person, or of all whose last decision was before a moment."""
    undecided = (
        exists()
        .where(PaperScanField.page_id == PaperPage.id, PaperPage.scan_id == PaperScan.id, _UNDECIDED)
        .correlate(PaperScan)
    )
    dossier = (
        exists()
        .where(
            PaperWriting.page_id == PaperPage.id,
            PaperPage.scan_id == PaperScan.id,
            PaperWriting.kind == "dossier",
            PaperWriting.state == "held",
        )
        .correlate(PaperScan)
    )
    query = (
        select(PaperScan.form_number, PaperScan.id)
        .join(PaperPage, PaperPage.scan_id == PaperScan.id)
        .join(PaperScanField, PaperScanField.page_id == PaperPage.id)
        .where(PaperScan.state == "review", ~undecided, ~dossier)
        .group_by(PaperScan.form_number, PaperScan.id)
        .order_by(PaperScan.form_number)
    )
    if decided_by is not None:
        query = query.having(func.bool_or(PaperScanField.decided_by == decided_by))
    if before is not None:
        query = query.having(func.max(PaperScanField.decided_at) < before)
    return [(number, scan_id) for number, scan_id in session.execute(query)]


def _within(department_ids: frozenset[int] | None) -> ColumnElement[bool]:
    return PaperBatch.id.is_not(None) if department_ids is None else PaperBatch.department_id.in_(department_ids)


def _fields(department_ids: frozenset[int] | None) -> Select[PaperScanField, PaperBatch]:
    return (
        select(PaperScanField, PaperBatch)
        .join(PaperPage, PaperPage.id == PaperScanField.page_id)
        .join(PaperForm, PaperForm.number == PaperPage.form_number)
        .join(PaperBatch, PaperBatch.id == PaperForm.batch_id)
        .where(_within(department_ids))
    )


def _field_view(session: Session, query: Select[PaperScanField, PaperBatch]) -> FieldView | None:
    found = session.execute(query.limit(1)).first()
    if found is None:
        return None
    field, batch = found
    version = surveys.version(session, batch.version_id)
    question = version.question(field.field)
    if question is None:
        return None
    return FieldView(
        field.id, batch.id, batch.department_id, version, question, field.verdict, tuple(field.chosen or ())
    )


def _papers(session: Session, which: ColumnElement[bool]) -> list[tuple[int, ...]]:
    """The pages of every paper that waits, the oldest first.

    Pages that belong to no paper yet are one in the order of their stack, until a page of the form comes again. Nobody
    is asked while a stack with that number is being read, nor for a page that is missing while another waits.
    """
    sibling = aliased(PaperPage)
    being_read = exists().where(
        sibling.form_number == PaperPage.form_number,
        PaperUpload.id == sibling.upload_id,
        PaperUpload.state.not_in(("read", "failed")),
    )
    contradicts = exists().where(
        sibling.form_number == PaperPage.form_number, sibling.state == "conflict", sibling.decision.is_(None)
    )
    rows = session.execute(
        select(PaperPage.id, PaperPage.upload_id, PaperPage.form_number, PaperPage.form_page, PaperPage.scan_id)
        .join(PaperForm, PaperForm.number == PaperPage.form_number)
        .join(PaperBatch, PaperBatch.id == PaperForm.batch_id)
        .join(PaperScan, PaperScan.id == PaperPage.scan_id, isouter=True)
        .where(
            or_(
                and_(PaperPage.state == "conflict", PaperPage.decision.is_(None)),
                and_(PaperScan.state == "open", ~contradicts),
            ),
            ~being_read,
            which,
        )
        .order_by(PaperPage.upload_id, PaperPage.number, PaperPage.part)
    )
    papers: list[dict[int | None, int]] = []
    latest: dict[UUID | tuple[UUID, int | None], dict[int | None, int]] = {}
    for page_id, upload_id, form_number, form_page, scan_id in rows:
        place = scan_id or (upload_id, form_number)
        if place not in latest or form_page in latest[place]:
            latest[place] = {}
            papers.append(latest[place])
        latest[place][form_page] = page_id
    return sorted((tuple(paper.values()) for paper in papers), key=min)


def _writings(kind: str, department_ids: frozenset[int] | None) -> Select[PaperWriting, PaperBatch]:
    """Those whose time has come: a comment once its paper is a response (or has nothing else), a dossier code once
    nothing else of its paper is in doubt."""
    undecided = (
        exists()
        .where(PaperScanField.page_id.in_(select(PaperPage.id).where(PaperPage.scan_id == PaperScan.id)), _UNDECIDED)
        .correlate(PaperScan)
    )
    due = (
        PaperScan.state.in_(("stored", "written"))
        if kind == "comment"
        else and_(PaperScan.state == "review", ~undecided)
    )
    return (
        select(PaperWriting, PaperBatch)
        .join(PaperPage, PaperPage.id == PaperWriting.page_id)
        .join(PaperScan, PaperScan.id == PaperPage.scan_id)
        .join(PaperForm, PaperForm.number == PaperPage.form_number)
        .join(PaperBatch, PaperBatch.id == PaperForm.batch_id)
        .where(PaperWriting.kind == kind, PaperWriting.state == "held", due, _within(department_ids))
    )


def _writing_view(session: Session, writing: PaperWriting, batch: PaperBatch) -> WritingView:
    version = surveys.version(session, batch.version_id)
    return WritingView(
        writing.id,
        writing.kind,
        batch.id,
        batch.department_id,
        version,
        version.question(writing.field),
        batch.stage,
    )


def _conflict_view(session: Session, paper: tuple[int, ...]) -> ConflictView:
    pages = sorted((session.get_one(PaperPage, each) for each in paper), key=lambda page: page.form_page or 0)
    others = [session.get_one(PaperPage, page.other_id) for page in pages if page.other_id]
    form = session.get_one(PaperForm, pages[0].form_number)
    batch = session.get_one(PaperBatch, form.batch_id)
    version = surveys.version(session, batch.version_id)
    scan = session.get(PaperScan, pages[0].scan_id) if pages[0].scan_id else None
    whys = (
        ("missing_page",) if scan and scan.state == "open" else tuple(dict.fromkeys(page.why or "" for page in pages))
    )
    is_keyed = form.response_id is not None and form.source == "keyed"
    counted: tuple[str, ...] = ()
    if form.response_id is not None and (is_keyed or {"late_page", "undone"} & set(whys)):
        given = surveys.choices_given(session, form.response_id)
        counted = tuple(
            f"{question.text}: {', '.join(choice.text for choice in question.choices if choice.id in given)}"
            for question in version.questions
            if any(choice.id in given for choice in question.choices)
        )
    return ConflictView(
        pages[0].id,
        whys,
        form.number,
        batch.id,
        batch.department_id,
        batch.closed_at is not None and form.response_id is None,
        form.spoiled_at is not None and form.replaced_by is None and form.response_id is None,
        is_keyed,
        version,
        tuple(_shown(session, page, version) for page in pages),
        tuple(_shown(session, other, version) for other in others),
        counted,
        session.scalar(select(exists().where(PaperScanField.page_id.in_(paper), _UNDECIDED))) or False,
    )


def _shown(session: Session, page: PaperPage, version: VersionView) -> Shown:
    fields: Sequence[tuple[int, str]] = [
        (field_id, key)
        for field_id, key in session.execute(
            select(PaperScanField.id, PaperScanField.field)
            .where(PaperScanField.page_id == page.id)
            .order_by(PaperScanField.id)
        )
    ]
    return Shown(
        page.id,
        page.form_page or 0,
        page.upload_id,
        page.number,
        tuple((field_id, question) for field_id, key in fields if (question := version.question(key))),
    )
