"""Finds out which paper a page belongs to, and whether that paper was here before. Nothing is dropped: what is not to
be counted as it is becomes a duplicate, or a conflict that waits for a person."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback_app.departments import queries as departments
from feedback_app.kit.clock import local_day
from feedback_app.kit.ids import new_id
from feedback_app.paper import form_codes, queries
from feedback_app.paper.models import (
    PaperBatch,
    PaperForm,
    PaperPage,
    PaperScan,
    PaperScanField,
    PaperUpload,
    PaperWriting,
)
from feedback_app.paper.operations.keying import DepartmentNotThen, NotIssuedThen, check_existed, check_issued
from feedback_app.paper.operations.locking import hold_batch, lock_number
from feedback_app.paper.operations.settling import ACCEPTS_PAGES, settle_or_set_aside
from feedback_app.paper.reading import correlation
from feedback_app.paper.reading.results import PageReading
from feedback_app.staff import queries as staff

# Two scans of one paper are at least as alike in their ink as this; two papers are not.
SAME_INK: Final = 0.85
_OF_ALL: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Rules:
    """`key` proves the codes of forms; `blind_percent` of the automatic fields are looked at by lot."""

    key: bytes
    blind_percent: int

    def draw(self) -> bool:
        """Whether a field is drawn; nobody can know beforehand."""
        return secrets.randbelow(_OF_ALL) < self.blind_percent * _OF_ALL // 100


def record_page(
    session: Session,
    upload_id: UUID,
    number: int,
    readings: Sequence[PageReading],
    *,
    rules: Rules,
    now: datetime,
) -> None:
    """Keep what was read of a page, and settle the form that it completes; a page that was recorded stays as it is."""
    page = session.scalar(
        select(PaperPage)
        .where(PaperPage.upload_id == upload_id, PaperPage.number == number, PaperPage.part == 0)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if page is None or page.state != "waiting":
        return
    for part, reading in enumerate(readings):
        if part:
            page = PaperPage(upload_id=upload_id, number=number, part=part, state="waiting")
            session.add(page)
        _record(session, page, reading, rules=rules, now=now)
    session.flush()


def _record(session: Session, page: PaperPage, reading: PageReading, *, rules: Rules, now: datetime) -> None:
    page.image, page.ink, page.thresholds = reading.image or None, reading.ink or None, reading.thresholds
    if reading.state != "form" or reading.code is None:
        page.state = "blank" if reading.state == "blank" else "unidentified"
        page.problem = reading.problem
        return
    try:
        code = form_codes.read(reading.code, rules.key)
    except form_codes.NotOurs:
        page.state, page.problem = "unidentified", "not_ours"
        return
    lock_number(session, code.number)
    batch_id = queries.batch_of(session, code.number)
    batch = hold_batch(session, batch_id) if batch_id is not None else None
    if batch is None or (batch.id, batch.version_id) != (code.batch_id, code.version_id):
        page.state, page.problem = "unidentified", "unknown_number"
        return
    form = session.get_one(PaperForm, code.number, with_for_update=True, populate_existing=True)
    page.form_number, page.form_page = code.number, code.page
    before = session.scalars(
        select(PaperPage)
        .where(
            PaperPage.form_number == code.number,
            PaperPage.form_page == code.page,
            # A page of a paper is no mere copy, even where the paper is a duplicate of what was keyed.
            PaperPage.state.in_(("read", "review", "conflict")) | PaperPage.scan_id.is_not(None),
            # What was left out for want of its other page comes again together with that.
            ~(
                PaperPage.why.is_not_distinct_from("missing_page")
                & PaperPage.decision.is_not_distinct_from("discarded")
            ),
            PaperPage.id != page.id,
        )
        .order_by(PaperPage.id)
    ).all()
    likeness = {other.id: correlation(other.ink or b"", reading.ink) for other in before}
    alike = [other for other in before if likeness[other.id] >= SAME_INK]
    # What somebody left out, perhaps by mistake, is asked about again while its number has no answers.
    same = next((other for other in alike if other.decision != "discarded" or form.response_id is not None), None)
    if same is not None:
        page.state, page.other_id = "duplicate", same.id
        return
    other = (
        alike[-1] if alike else max(before, key=lambda each: correlation(each.ink or b"", reading.ink), default=None)
    )
    session.flush()
    _keep_fields(session, page, reading, paused=queries.is_paused(session, batch.department_id), rules=rules)
    why = "left_out" if alike else "other_ink" if other else _obstacle(session, page, form, batch, now=now)
    if why is not None:
        page.state, page.why, page.other_id = "conflict", why, other.id if other else None
        return
    attach(session, [page], numbered=True, answered_on=day_of(session, page, batch), now=now)


def attach(session: Session, pages: Sequence[PaperPage], *, numbered: bool, answered_on: date, now: datetime) -> None:
    """Let pages be part of a paper that lacks them, or of a new one, and settle that. Needs the lock of the number."""
    scans = session.scalars(
        select(PaperScan)
        .where(
            PaperScan.form_number == pages[0].form_number,
            PaperScan.numbered.is_(numbered),
            PaperScan.state.in_(ACCEPTS_PAGES),
        )
        .order_by(PaperScan.id)
    ).all()
    scan = next((each for each in scans if not pages_had(session, each.id, pages)), None)
    if scan is None:
        scan = PaperScan(
            id=new_id(),
            form_number=pages[0].form_number,
            upload_id=pages[0].upload_id,
            numbered=numbered,
            answered_on=answered_on,
            state="open",
        )
        session.add(scan)
        session.flush()
    for page in pages:
        page.scan_id, page.state = scan.id, "read"
    session.flush()
    settle_or_set_aside(session, scan.id, now=now)


def pages_had(session: Session, scan_id: UUID, pages: Sequence[PaperPage]) -> list[PaperPage]:
    """Which of these pages a paper has already, be it as another picture."""
    had = set(session.scalars(select(PaperPage.form_page).where(PaperPage.scan_id == scan_id)))
    return [page for page in pages if page.form_page in had]


def day_of(session: Session, page: PaperPage, batch: PaperBatch) -> date:
    """The day of the answers: as the uploader said, or the batch does; else the day of the upload."""
    upload = session.get_one(PaperUpload, page.upload_id)
    return upload.answered_on or batch.answered_on or local_day(upload.uploaded_at)


def _obstacle(session: Session, page: PaperPage, form: PaperForm, batch: PaperBatch, *, now: datetime) -> str | None:
    """Why a page that is the first of its number cannot simply count."""
    upload = session.get_one(PaperUpload, page.upload_id)
    if form.spoiled_at is not None:
        return "spoiled"
    if batch.closed_at is not None:
        return "closed"
    member = staff.members(session, ids=[upload.uploaded_by])[upload.uploaded_by]
    if member.department_id is not None and batch.department_id not in departments.within(
        session, department_id=member.department_id, day=local_day(now)
    ):
        return "outside"
    try:
        day = day_of(session, page, batch)
        check_existed(session, department_id=batch.department_id, day=day)
        check_issued(batch.issued_at, day=day)
    except (DepartmentNotThen, NotIssuedThen):
        return "day"
    late = select(PaperScan.id).where(
        PaperScan.form_number == form.number,
        PaperScan.numbered,
        PaperScan.state.not_in((*ACCEPTS_PAGES, "discarded")),
    )
    return "late_page" if session.scalar(late) is not None else None


def _keep_fields(session: Session, page: PaperPage, reading: PageReading, *, paused: bool, rules: Rules) -> None:
    for field in reading.fields:
        drawn = None
        if field.state == "auto":
            drawn = "paused" if paused else "blind" if rules.draw() else None
        session.add(
            PaperScanField(
                page_id=page.id,
                field=field.field,
                marked=list(field.marked),
                state=field.state,
                why=field.why,
                features=[dict(each) for each in field.features],
                crop=field.crop,
                drawn=drawn,
            )
        )
    spaces = [("comment", each) for each in reading.comments]
    if reading.dossier is not None:
        spaces.append(("dossier", reading.dossier))
    for kind, space in spaces:
        if space.has_ink:
            session.add(PaperWriting(page_id=page.id, kind=kind, field=space.field, crop=space.crop, state="held"))
    session.flush()
