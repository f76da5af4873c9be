"""Makes a response of a paper once every page of it is here and every doubt decided: all of it in one transaction.

Needs the lock of the number, which whoever calls holds.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from feedback_app.kit.clock import local_day
from feedback_app.kit.errors import Refused
from feedback_app.paper import queries
from feedback_app.paper.models import (
    PaperBatch,
    PaperForm,
    PaperKeying,
    PaperPage,
    PaperScan,
    PaperScanField,
    PaperUpload,
    PaperWriting,
)
from feedback_app.paper.operations.answers import answers_of, needs_person
from feedback_app.paper.operations.correcting import correct_from_paper
from feedback_app.paper.operations.keying import answered_at
from feedback_app.paper.operations.locking import hold_batch
from feedback_app.paper.operations.reasons import ANSWERED_BEFORE, NOTHING_READABLE, RETURNED_BLANK
from feedback_app.paper.operations.standing import ask_about, contradict
from feedback_app.paper.operations.trail import record_about
from feedback_app.staff import queries as staff
from feedback_app.staff.operations import record
from feedback_app.staff.queries import Member
from feedback_app.surveys import operations as surveys
from feedback_app.surveys import queries as responses
from feedback_app.surveys.commands import SubmitResponse
from feedback_app.surveys.versions import VersionView
from feedback_app.tokens.codes import Token

# Papers that a page of theirs which comes later becomes part of.
ACCEPTS_PAGES: Final = ("open", "review", "written")
_log: Final = structlog.get_logger(__name__)


def settle(
    session: Session,
    scan_id: UUID,
    *,
    now: datetime,
    token: Token | None = None,
    texts: Mapping[str, str] | None = None,
) -> str:
    """Do what can be done with a paper and return its state.

    `token` is that of the dossier somebody just read from it; `texts` what somebody just typed of a paper on which
    nothing else is marked.
    """
    scan = session.get_one(PaperScan, scan_id, with_for_update=True, populate_existing=True)
    if scan.state not in ACCEPTS_PAGES:
        return scan.state
    batch = hold_batch(session, session.get_one(PaperForm, scan.form_number).batch_id)
    form = session.get_one(PaperForm, scan.form_number, with_for_update=True, populate_existing=True)
    version = responses.version(session, batch.version_id)
    pages = session.scalars(select(PaperPage).where(PaperPage.scan_id == scan.id)).all()
    fields = session.scalars(
        select(PaperScanField)
        .where(PaperScanField.page_id.in_([page.id for page in pages]))
        .order_by(PaperScanField.id)
    ).all()
    undecided = {each.page_id for each in fields if needs_person(each) and each.verdict is None}
    for page in pages:
        page.state = "review" if page.id in undecided else "read"
    layout = queries.layout(session, batch.version_id, queries.design_of(batch))
    if {page.form_page for page in pages} != set(range(1, len(layout.pages) + 1)) and not scan.incomplete:
        scan.state = "open"
    elif undecided:
        scan.state = "review"
    else:
        _conclude(session, scan, form, batch, version, pages, fields, token=token, texts=texts or {}, now=now)
    session.flush()
    return scan.state


def settle_or_set_aside(session: Session, scan_id: UUID, *, now: datetime) -> None:
    """Settle a paper; one that cannot be stored waits for a person and keeps nobody from settling others."""
    try:
        with session.begin_nested():
            settle(session, scan_id, now=now)
    except (Refused, DataError, IntegrityError):
        _log.exception("scanned_paper_not_stored", scan=str(scan_id))
        scan = session.get_one(PaperScan, scan_id, with_for_update=True, populate_existing=True)
        _set_aside(session, scan)


def _set_aside(session: Session, scan: PaperScan) -> None:
    form = session.get_one(PaperForm, scan.form_number, populate_existing=True)
    if form.response_id != scan.id:
        contradict(session, scan, "not_stored")
        return
    # Its response counts as it did; what could not be added to it waits.
    scan.state = "stored"
    for page in session.scalars(select(PaperPage).where(PaperPage.scan_id == scan.id)):
        if _is_right(page):
            page.scan_id = None
            ask_about(page, "not_stored")
        else:
            page.state = "read"
    session.flush()


def _conclude(
    session: Session,
    scan: PaperScan,
    form: PaperForm,
    batch: PaperBatch,
    version: VersionView,
    pages: Sequence[PaperPage],
    fields: Sequence[PaperScanField],
    *,
    token: Token | None,
    texts: Mapping[str, str],
    now: datetime,
) -> None:
    """Every field is sure: what is left are the dossier, papers without a mark, and numbers that were keyed."""
    answers = answers_of(version, fields)
    writings = session.scalars(select(PaperWriting).where(PaperWriting.page_id.in_([page.id for page in pages]))).all()
    if form.response_id == scan.id or (form.response_id is not None and any(map(_is_right, pages))):
        _correct(session, scan, form, batch, pages, fields, answers, now=now)
        return
    if scan.numbered and form.response_id is not None:
        _meet_keyed(session, scan, form, version, pages, answers, now=now)
        return
    if scan.numbered and form.spoiled_at is not None:
        contradict(session, scan, "spoiled")
        return
    if answers and any(each.kind == "dossier" and each.state == "held" for each in writings):
        scan.state = "review"
        return
    if not answers and not texts:
        if any(each.kind == "comment" and each.state == "held" for each in writings):
            scan.state = "written"
            return
        scan.state, scan.settled_at = "blank", now
        unread = any(field.verdict in ("unreadable", "several") for field in fields)
        _spoil(session, scan, form, batch, NOTHING_READABLE if unread else RETURNED_BLANK, now=now)
        return
    _store(session, scan, form, batch, answers, texts, token=token, now=now)


def _store(
    session: Session,
    scan: PaperScan,
    form: PaperForm,
    batch: PaperBatch,
    answers: Mapping[str, tuple[str, ...]],
    texts: Mapping[str, str],
    *,
    token: Token | None,
    now: datetime,
) -> None:
    upload = session.get_one(PaperUpload, scan.upload_id)
    uploader = staff.members(session, ids=[upload.uploaded_by])[upload.uploaded_by]
    receipt = surveys.submit(
        session,
        SubmitResponse(
            id=scan.id,
            version_id=batch.version_id,
            channel="scan",
            place_id=batch.place_id,
            receiving_department_id=batch.department_id,
            rated_department_id=batch.department_id,
            answers=answers,
            comments=texts,
            answered_at=answered_at(scan.answered_on, now=now),
            sealed=True,
            stage=batch.stage,  # type: ignore[arg-type]  # checked by the table
            token=token,
            demonstration=batch.demonstration,
        ),
        now=now,
        # Of a device alone, and paper has none.
        rapid_seconds=0,
    )
    scan.settled_at = now
    if receipt.outcome == "answered_before":
        scan.state = "answered_before"
        _spoil(session, scan, form, batch, ANSWERED_BEFORE, now=now)
        return
    scan.state = "stored"
    session.add(
        PaperKeying(
            response_id=scan.id,
            batch_id=batch.id if scan.numbered else None,
            department_id=batch.department_id,
            answered_on=scan.answered_on,
            keyer_id=uploader.id,
            keyed_at=now,
            own_department=not staff.is_outside(
                session, uploader, department_id=batch.department_id, day=local_day(now)
            ),
        )
    )
    if scan.numbered:
        form.response_id, form.source = scan.id, "scanned"
    record(
        session,
        now=now,
        actor_id=uploader.id,
        action="paper.scanned",
        subject=f"response:{scan.id}",
        department_id=batch.department_id,
        details={"number": form.number, "numbered": scan.numbered, "upload": str(scan.upload_id)},
    )


def _spoil(
    session: Session, scan: PaperScan, form: PaperForm, batch: PaperBatch, reason: str, *, now: datetime
) -> None:
    """Account for a number whose paper came back and counts for nothing; a second paper has no number to spoil."""
    if not scan.numbered or form.response_id is not None or form.spoiled_at is not None:
        return
    uploader_id = session.get_one(PaperUpload, scan.upload_id).uploaded_by
    form.spoiled_at, form.spoiled_by, form.spoiled_reason = now, uploader_id, reason
    record(
        session,
        now=now,
        actor_id=uploader_id,
        action="paper.spoiled_by_scan",
        subject=f"form:{form.number}",
        department_id=batch.department_id,
        reason=reason,
    )


def _correct(
    session: Session,
    scan: PaperScan,
    form: PaperForm,
    batch: PaperBatch,
    pages: Sequence[PaperPage],
    fields: Sequence[PaperScanField],
    answers: Mapping[str, tuple[str, ...]],
    *,
    now: datetime,
) -> None:
    """Let the response of the number say what stands on these pages; what stands on none of them stays."""
    response_id = form.response_id or scan.id
    stored = responses.keyed_answers(session, response_id)
    before = dict(stored.answers) if stored else {}
    seen = {field.field for field in fields}
    truth = {key: picked for key, picked in before.items() if key not in seen} | dict(answers)
    scan.settled_at = now
    if response_id == scan.id:
        scan.state = "stored"
    else:
        scan.state = "duplicate"
        for page in pages:
            page.state = "duplicate"
    decided_by = next(page.decided_by for page in pages if _is_right(page)) or 0
    member = staff.members(session, ids=[decided_by])[decided_by]
    if not correct_from_paper(session, response_id, truth, member=member, now=now):
        _be_alone(session, scan, form, batch, pages, member, now=now)
    record(
        session,
        now=now,
        actor_id=decided_by,
        action="paper.corrected_by_scan",
        subject=f"response:{response_id}",
        department_id=batch.department_id,
        details={
            "number": form.number,
            "corrected": sorted(key for key in before.keys() | truth.keys() if before.get(key) != truth.get(key)),
        },
    )


def _be_alone(
    session: Session,
    scan: PaperScan,
    form: PaperForm,
    batch: PaperBatch,
    pages: Sequence[PaperPage],
    member: Member,
    *,
    now: datetime,
) -> None:
    """Let a paper without a mark be as if it had been scanned alone: what was written on it waits to be typed, and a
    better scan of it can still count."""
    written = select(PaperWriting.id).where(
        PaperWriting.page_id.in_([page.id for page in pages]),
        PaperWriting.kind == "comment",
        PaperWriting.state == "held",
    )
    counted = scan.state == "stored"
    scan.state = "blank"
    for page in pages:
        page.state = "read"
    # The id of a response that was removed is used up.
    if not counted and scan.numbered and session.scalar(written.limit(1)) is not None:
        scan.state, scan.settled_at = "written", None
        details = {"number": form.number, "spoiled_reason": form.spoiled_reason}
        form.spoiled_at = form.spoiled_by = form.spoiled_reason = None
        record_about(session, batch, member, now, "paper.restored", details=details)


def _is_right(page: PaperPage) -> bool:
    """Whether somebody said that a page is right where the response of its number says otherwise, or nothing."""
    return page.decision == "corrected"


def _meet_keyed(
    session: Session,
    scan: PaperScan,
    form: PaperForm,
    version: VersionView,
    pages: Sequence[PaperPage],
    answers: Mapping[str, tuple[str, ...]],
    *,
    now: datetime,
) -> None:
    """The number was keyed by hand: the same answers are the same paper, kept as evidence; others are a conflict."""
    keyed = responses.choices_given(session, form.response_id) if form.response_id else frozenset()
    scanned = {
        choice.id
        for key, picked in answers.items()
        if (question := version.question(key))
        for choice in question.choices
        if choice.key in picked
    }
    if keyed == scanned:
        scan.state, scan.settled_at = "duplicate", now
        for page in pages:
            page.state, page.why = "duplicate", None
    else:
        contradict(session, scan, "keyed")
