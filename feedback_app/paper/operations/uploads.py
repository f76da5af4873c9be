"""Takes in files of scans and follows them until every page of theirs is accounted for. Nothing here commits."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from typing import IO, Final
from uuid import UUID

from sqlalchemy import Select, delete, insert, select, update
from sqlalchemy.orm import Session

from feedback_app.kit import kept_files
from feedback_app.kit.errors import N_
from feedback_app.kit.ids import new_id
from feedback_app.kit.locks import lock, try_lock
from feedback_app.kit.text import normalise
from feedback_app.paper.media import HEAD_BYTES, LARGEST_FILE, NotAScan, media_type
from feedback_app.paper.models import PaperPage, PaperScan, PaperScanField, PaperUpload, PaperWriting
from feedback_app.staff.operations import record
from feedback_app.staff.queries import Member

OURS: Final = "paper"
# A file that brought its worker down this often would do so again.
MOST_ATTEMPTS: Final = 5
LONGEST_NAME: Final = 200


@dataclass(frozen=True, slots=True)
class Kept:
    """An upload; `is_new` is false where these very bytes were here already."""

    id: UUID
    is_new: bool


def keep_upload(
    session: Session, content: IO[bytes], *, name: str, member: Member, answered_on: date | None, now: datetime
) -> Kept:
    """Put a file in line to be read; its bytes go to the database part by part. Raises NotAScan."""
    kind = media_type(content.read(HEAD_BYTES))
    content.seek(0)
    digest, size = hashlib.sha256(), 0
    while part := content.read(kept_files.PART_BYTES):
        digest.update(part)
        size += len(part)
        if size > LARGEST_FILE:
            raise NotAScan(N_("Tệp này lớn hơn 100 MB; xin chia thành nhiều tệp nhỏ hơn."), field="files")
    sha256 = digest.hexdigest()
    lock(session, "paper uploads", sha256)
    known = session.scalar(select(PaperUpload.id).where(PaperUpload.sha256 == sha256))
    if known is not None:
        return Kept(known, is_new=False)
    shown = normalise(name)[-LONGEST_NAME:] or "?"
    file = kept_files.keep(session, content, kept_by=OURS, name=shown, media_type=kind, now=now)
    upload = PaperUpload(
        id=new_id(),
        file_id=file.id,
        sha256=sha256,
        name=shown,
        size=size,
        media_type=kind,
        uploaded_by=member.id,
        department_id=member.department_id,
        uploaded_at=now,
        answered_on=answered_on,
        state="waiting",
    )
    session.add(upload)
    record(
        session,
        now=now,
        actor_id=member.id,
        action="paper.uploaded",
        subject=f"upload:{upload.id}",
        department_id=member.department_id,
        details={"name": shown, "sha256": sha256},
    )
    session.flush()
    return Kept(upload.id, is_new=True)


def take_upload(session: Session, upload_id: UUID) -> bool:
    """Whether the caller may read this upload now, until its transaction ends. A killed worker loses its connection
    and so the upload; the next one finds it as it was left."""
    return try_lock(session, "paper uploads being read", upload_id)


def start_upload(session: Session, upload_id: UUID, *, now: datetime) -> bool:
    """Whether there is something to read of an upload; only for who took it. One that was begun too often fails."""
    upload = session.get_one(PaperUpload, upload_id, with_for_update=True, populate_existing=True)
    if upload.state not in ("waiting", "reading"):
        return False
    if upload.attempts >= MOST_ATTEMPTS:
        fail_upload(session, upload_id, problem="given_up", now=now)
        return False
    upload.state, upload.attempts = "reading", upload.attempts + 1
    session.flush()
    return True


def open_upload(session: Session, upload_id: UUID, *, pages: int) -> None:
    """Give each page its row, before any of them is read; those of an earlier attempt stay."""
    upload = session.get_one(PaperUpload, upload_id, with_for_update=True, populate_existing=True)
    if upload.pages is None:
        upload.pages = pages
        session.execute(
            insert(PaperPage),
            [{"upload_id": upload_id, "number": number, "part": 0, "state": "waiting"} for number in range(pages)],
        )
    session.flush()


def waiting_pages(session: Session, upload_id: UUID) -> list[int] | None:
    """Numbers of the pages that are still to be read; None while nobody knows how many there are."""
    if session.get_one(PaperUpload, upload_id).pages is None:
        return None
    return list(
        session.scalars(
            select(PaperPage.number)
            .where(PaperPage.upload_id == upload_id, PaperPage.state == "waiting")
            .order_by(PaperPage.number)
        )
    )


def fail_page(session: Session, upload_id: UUID, number: int, *, problem: str) -> None:
    """Say that a page cannot be read."""
    session.execute(
        update(PaperPage)
        .where(PaperPage.upload_id == upload_id, PaperPage.number == number, PaperPage.state == "waiting")
        .values(state="failed", problem=problem)
    )


def finish_upload(session: Session, upload_id: UUID, *, now: datetime) -> None:
    """Every page has its state."""
    session.execute(
        update(PaperUpload)
        .where(PaperUpload.id == upload_id, PaperUpload.state == "reading")
        .values(state="read", finished_at=now)
    )


def fail_upload(session: Session, upload_id: UUID, *, problem: str, now: datetime) -> None:
    """Say that a file cannot be read, or no further; its pages that were not read fail with it."""
    session.execute(
        update(PaperPage)
        .where(PaperPage.upload_id == upload_id, PaperPage.state == "waiting")
        .values(state="failed", problem=problem)
    )
    session.execute(
        update(PaperUpload)
        .where(PaperUpload.id == upload_id, PaperUpload.state.in_(("waiting", "reading")))
        .values(state="failed", problem=problem, finished_at=now)
    )


def erase_files(session: Session, *, before: datetime) -> int:
    """Erase the files that were read to their end before a moment; how many there were.

    Whole pages with handwriting stand in them, and nobody looks at them again. What was read stays, as does the sum
    that the same bytes are known by.
    """
    done = session.scalars(
        select(PaperUpload.file_id).where(PaperUpload.file_id.is_not(None), PaperUpload.finished_at < before)
    ).all()
    kept_files.erase(session, [file_id for file_id in done if file_id is not None])
    session.expire_all()
    return len(done)


def forget_scans(session: Session, numbers: Select[int]) -> None:
    """Forget what was read of forms that are to be deleted; their pages stay accounted for, as of no form."""
    pages = list(session.scalars(select(PaperPage.id).where(PaperPage.form_number.in_(numbers))))
    for table in (PaperScanField, PaperWriting):
        session.execute(delete(table).where(table.page_id.in_(pages)))
    session.execute(update(PaperPage).where(PaperPage.other_id.in_(pages)).values(other_id=None))
    session.execute(
        update(PaperPage)
        .where(PaperPage.id.in_(pages))
        .values(state="unidentified", problem="unknown_number", form_number=None, form_page=None, scan_id=None)
    )
    session.execute(delete(PaperScan).where(PaperScan.form_number.in_(numbers)))
