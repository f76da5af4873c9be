"""Uploads of scans as they stand: each page accounted for, and the numbers of their batches that were not seen."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from feedback_app.kit.errors import N_, NotFound
from feedback_app.paper.models import PaperBatch, PaperForm, PaperPage, PaperScan, PaperUpload, PaperWriting

PAGE_STATES: Final = (
    "waiting",
    "read",
    "review",
    "blank",
    "unidentified",
    "duplicate",
    "conflict",
    "failed",
)


class UploadNotFound(NotFound):
    """There is no such upload."""


@dataclass(frozen=True, slots=True)
class UploadView:
    """`counts` has the pages of each state; they add up to `sheets`, which is `pages` and one more for each page with
    two forms."""

    id: UUID
    name: str
    size: int
    media_type: str
    uploaded_by: int
    department_id: int | None
    uploaded_at: datetime
    answered_on: date | None
    state: str
    problem: str | None
    pages: int | None
    counts: dict[str, int]

    @property
    def sheets(self) -> int:
        return sum(self.counts.values())

    @property
    def done(self) -> int:
        return self.sheets - self.counts.get("waiting", 0)

    @property
    def is_over(self) -> bool:
        return self.state in ("read", "failed")


@dataclass(frozen=True, slots=True)
class OtherPage:
    """A page of the same paper or number: `number` (from 0) of the upload `name`; somebody may have left it out."""

    name: str
    number: int
    is_left_out: bool


@dataclass(frozen=True, slots=True)
class PageView:
    """A page of an upload; `number` from 0, `department_id` what its form is about. `scan_state` is that of its paper
    (PaperScan), `has_dossier` that somebody has to type a dossier code of it first. `other` is the page that was here
    before."""

    id: int
    number: int
    part: int
    state: str
    problem: str | None
    form_number: int | None
    form_page: int | None
    why: str | None
    decision: str | None
    scan_state: str | None
    has_dossier: bool
    has_image: bool
    other: OtherPage | None
    department_id: int | None


@dataclass(frozen=True, slots=True)
class Unseen:
    """Numbers of a batch that nobody has seen: neither keyed, nor scanned, nor spoiled."""

    batch_id: int
    numbers: tuple[int, ...]


def upload(session: Session, upload_id: UUID) -> UploadView:
    """One upload. Raises UploadNotFound."""
    found = session.get(PaperUpload, upload_id)
    if found is None:
        raise UploadNotFound(N_("Không có tệp quét này."))
    return _views(session, [found])[0]


def uploads(session: Session, *, department_ids: frozenset[int] | None, member_id: int, limit: int) -> list[UploadView]:
    """The latest uploads of the asker's own or of the departments given (None: of all), newest first."""
    query = select(PaperUpload).order_by(PaperUpload.uploaded_at.desc(), PaperUpload.id.desc()).limit(limit)
    if department_ids is not None:
        query = query.where(or_(PaperUpload.uploaded_by == member_id, PaperUpload.department_id.in_(department_ids)))
    return _views(session, list(session.scalars(query)))


def uploads_to_read(session: Session) -> list[UUID]:
    """Uploads that are not read to their end, the oldest first."""
    return list(
        session.scalars(
            select(PaperUpload.id)
            .where(PaperUpload.state.in_(("waiting", "reading")))
            .order_by(PaperUpload.uploaded_at, PaperUpload.id)
        )
    )


def pages(session: Session, upload_id: UUID) -> list[PageView]:
    """Every page of an upload in order."""
    sibling = aliased(PaperPage)
    dossier = exists().where(
        sibling.scan_id == PaperPage.scan_id,
        PaperWriting.page_id == sibling.id,
        PaperWriting.kind == "dossier",
        PaperWriting.state == "held",
    )
    before = aliased(PaperPage)
    rows = session.execute(
        select(
            PaperPage,
            PaperScan.state,
            dossier,
            PaperPage.image.is_not(None),
            PaperUpload.name,
            before.number,
            before.decision,
            PaperBatch.department_id,
        )
        .join(PaperScan, PaperScan.id == PaperPage.scan_id, isouter=True)
        .join(PaperForm, PaperForm.number == PaperPage.form_number, isouter=True)
        .join(PaperBatch, PaperBatch.id == PaperForm.batch_id, isouter=True)
        .join(before, before.id == PaperPage.other_id, isouter=True)
        .join(PaperUpload, PaperUpload.id == before.upload_id, isouter=True)
        .where(PaperPage.upload_id == upload_id)
        .order_by(PaperPage.number, PaperPage.part)
    )
    return [
        PageView(
            page.id,
            page.number,
            page.part,
            page.state,
            page.problem,
            page.form_number,
            page.form_page,
            page.why,
            page.decision,
            scan_state,
            has_dossier,
            has_image,
            None if page.other_id is None else OtherPage(name, number, decision == "discarded"),
            department_id,
        )
        for page, scan_state, has_dossier, has_image, name, number, decision, department_id in rows
    ]


def unseen(session: Session, upload_id: UUID) -> list[Unseen]:
    """Of every batch that the upload has a page of, the numbers that are still out."""
    batches = (
        select(PaperForm.batch_id)
        .join(PaperPage, PaperPage.form_number == PaperForm.number)
        .where(PaperPage.upload_id == upload_id)
        .distinct()
    )
    rows = session.execute(
        select(PaperForm.batch_id, PaperForm.number)
        .where(
            PaperForm.batch_id.in_(batches),
            PaperForm.response_id.is_(None),
            PaperForm.spoiled_at.is_(None),
            ~exists().where(PaperPage.form_number == PaperForm.number),
        )
        .order_by(PaperForm.batch_id, PaperForm.number)
    )
    found: dict[int, list[int]] = {}
    for batch_id, number in rows:
        found.setdefault(batch_id, []).append(number)
    return [Unseen(batch_id, tuple(numbers)) for batch_id, numbers in found.items()]


def pages_waiting(session: Session, batch_id: int) -> int:
    """Scanned pages of a batch that wait for a person: doubts, conflicts, and papers whose other page is missing."""
    numbers = select(PaperForm.number).where(PaperForm.batch_id == batch_id)
    waiting = _waiting().where(PaperPage.form_number.in_(numbers)).subquery()
    return session.scalar(select(func.count()).select_from(waiting)) or 0


def waiting_numbers(session: Session, batch_id: int) -> frozenset[int]:
    """The numbers of these pages."""
    numbers = select(PaperForm.number).where(PaperForm.batch_id == batch_id)
    waiting = _waiting().with_only_columns(PaperPage.form_number).where(PaperPage.form_number.in_(numbers))
    return frozenset(session.scalars(waiting))


def paper_waits(session: Session, number: int) -> bool:
    """Whether a scanned page of one number does."""
    return session.scalar(_waiting().where(PaperPage.form_number == number).limit(1)) is not None


def _waiting() -> Select[int]:
    return (
        select(PaperPage.id)
        .join(PaperScan, PaperScan.id == PaperPage.scan_id, isouter=True)
        .where(
            or_(
                PaperPage.state == "review",
                (PaperPage.state == "conflict") & PaperPage.decision.is_(None),
                PaperScan.state.in_(("open", "review", "written")),
            )
        )
    )


def _views(session: Session, found: list[PaperUpload]) -> list[UploadView]:
    counted: dict[UUID, Counter[str]] = {each.id: Counter() for each in found}
    rows = session.execute(
        select(PaperPage.upload_id, PaperPage.state, func.count())
        .where(PaperPage.upload_id.in_(counted))
        .group_by(PaperPage.upload_id, PaperPage.state)
    )
    for upload_id, state, count in rows:
        counted[upload_id][state] = count
    return [
        UploadView(
            each.id,
            each.name,
            each.size,
            each.media_type,
            each.uploaded_by,
            each.department_id,
            each.uploaded_at,
            each.answered_on,
            each.state,
            each.problem,
            each.pages,
            dict(counted[each.id]),
        )
        for each in found
    ]
