"""Papers that contradict what is here, or lack a page: somebody outside the department says what becomes of them.

Whatever is true can be said of each, so that nobody has to count one paper twice. Nothing here commits.
"""

from datetime import date, datetime
from typing import Any, Final, Literal

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from feedback_app.kit.clock import local_day
from feedback_app.kit.errors import N_, Conflict
from feedback_app.kit.text import normalise
from feedback_app.paper.models import (
    PaperBatch,
    PaperCheck,
    PaperForm,
    PaperKeying,
    PaperPage,
    PaperScan,
    PaperScanField,
    PaperWriting,
)
from feedback_app.paper.operations.correcting import correct_from_paper
from feedback_app.paper.operations.identifying import attach, day_of
from feedback_app.paper.operations.keying import check_existed, check_issued
from feedback_app.paper.operations.locking import hold_open_form
from feedback_app.paper.operations.reasons import CAME_BACK_EMPTY, given_reason
from feedback_app.paper.operations.reviewing import (
    AlreadyDecided,
    BadDecision,
    NothingThere,
    OwnDepartment,
    check_reviewer,
    locked_page,
)
from feedback_app.paper.operations.settling import (
    ACCEPTS_PAGES,
    answers_of,
    counts,
    give_number,
    mark_discarded,
    needs_person,
    settle_or_set_aside,
    take_out,
)
from feedback_app.paper.operations.trail import record_about
from feedback_app.staff import queries as staff
from feedback_app.staff.queries import Member
from feedback_app.surveys import queries as responses
from feedback_app.surveys.masking import mask

Decision = Literal["same", "corrected", "second", "counted", "discarded"]
# Papers that count for nothing and do not need their number.
_COUNT_FOR_NOTHING: Final = ("discarded", "blank", "answered_before")


class NotCorrectable(Conflict):
    """The keyed form is in the sample, where two people and a third one find out what its paper says; or who asks keyed
    it. The sentence is the same, so that its keyer learns nothing of the sample."""


def decisions(session: Session, page_id: int) -> tuple[Decision, ...]:
    """What may be decided about a page that waits, as its number stands now."""
    page = session.get_one(PaperPage, page_id)
    form = session.get_one(PaperForm, page.form_number)
    batch = session.get_one(PaperBatch, form.batch_id)
    scan = session.get(PaperScan, page.scan_id) if page.scan_id else None
    is_taken = form.response_id is not None
    if _lacks_page(scan):
        return ("same" if is_taken and scan is not None and scan.numbered else "counted", "discarded")
    offered: list[Decision] = []
    if page.why == "other_ink" or is_taken:
        offered.append("same")
    if page.why == "late_page":
        if form.source == "scanned" and not any(map(needs_person, _fields(session, [page]))):
            offered.append("corrected")
    elif page.why == "keyed":
        if is_taken:
            offered.append("corrected")
        offered.append("second")
    elif counts(scan):
        # It counts without a number: under its own now, or as it did.
        if not is_taken and _is_free(session, page, form, batch):
            offered.append("counted")
        offered.append("second")
    elif _is_free(session, page, form, batch):
        offered.append("counted")
    elif page.why != "closed" or batch.closed_at is None:
        offered.append("second")
    return (*offered, "discarded")


def decide_conflict(
    session: Session,
    page_id: int,
    *,
    decision: Decision,
    reason: str,
    answered_on: date | None = None,
    member: Member,
    now: datetime,
) -> None:
    """Settle a paper that contradicts what is here, or lacks a page.

    `same`: it is the paper that was here before. `corrected`: likewise, and its scan is right where what counts says
    otherwise. `second`: another paper under the same number; it counts, without one. `counted`: it counts under its
    number, with `answered_on` where its day was wrong, without the pages it lacks. `discarded`: it does not count, for
    a reason. Of one that counts already `counted` gives it the number, `second` leaves it as it is, and the others take
    its response out. Only somebody outside the department may. Raises NothingThere, OwnDepartment, NotTheirs,
    AlreadyDecided, BadDecision, DepartmentNotThen, NotIssuedThen, BatchClosed and NotCorrectable.
    """
    page, batch = locked_page(session, page_id)
    scan = session.get(PaperScan, page.scan_id, with_for_update=True) if page.scan_id else None
    if page.why is None and not _lacks_page(scan):
        raise NothingThere(N_("Không có trang này để phân xử."))
    subject = f"scan_page:{page_id}"
    check_reviewer(session, member, batch, subject=subject, now=now)
    if not staff.is_outside(session, member, department_id=batch.department_id, day=local_day(now)):
        record_about(session, batch, member, now, "paper.conflict_denied", subject=subject)
        raise OwnDepartment(N_("Phiếu này phải do người ngoài đơn vị được đánh giá phân xử."))
    if not _lacks_page(scan) and (page.decision is not None or page.state != "conflict"):
        raise AlreadyDecided(N_("Trang này vừa có người khác phân xử."))
    if decision not in decisions(session, page_id):
        raise BadDecision(N_("Xin chọn một cách giải quyết."), field="decision")
    words = given_reason(mask(normalise(reason)).text) if decision == "discarded" else normalise(reason) or None
    pages = _together(session, page)
    details: dict[str, Any] = {"decision": decision, "why": page.why, "number": page.form_number}
    if _lacks_page(scan):
        details["why"] = "missing_page"
        for each in pages:
            each.why = "missing_page"
    for each in pages:
        each.decision, each.decided_by, each.decided_at, each.reason = decision, member.id, now, words
    session.flush()
    if scan is not None and counts(scan) and decision in ("same", "discarded"):
        details["removed"] = str(scan.id)
        scan = take_out(session, scan, now=now)
    if decision == "discarded":
        _leave_out(session, pages, scan, now=now)
    elif decision == "same":
        _be_the_same(pages, scan, now=now)
    elif decision == "corrected":
        details["corrected"] = _correct(session, pages, scan, batch, member, now=now)
    else:
        _count(session, page, scan, batch, member, numbered=decision == "counted", answered_on=answered_on, now=now)
    session.flush()
    record_about(session, batch, member, now, "paper.conflict_settled", subject=subject, reason=words, details=details)


def _leave_out(session: Session, pages: list[PaperPage], scan: PaperScan | None, *, now: datetime) -> None:
    for each in pages:
        each.state = "conflict"
    if scan is not None:
        mark_discarded(session, scan.id, now=now)


def _be_the_same(pages: list[PaperPage], scan: PaperScan | None, *, now: datetime) -> None:
    for each in pages:
        each.state = "duplicate"
    if scan is not None:
        scan.state, scan.settled_at = "duplicate", now


def _correct(
    session: Session,
    pages: list[PaperPage],
    scan: PaperScan | None,
    batch: PaperBatch,
    member: Member,
    *,
    now: datetime,
) -> list[str]:
    """Let the response say what stands on these pages: of a whole paper instead of what was keyed, of a page that came
    late besides what was counted without it. The questions that are answered otherwise now."""
    number = pages[0].form_number
    form = session.get_one(PaperForm, number, with_for_update=True, populate_existing=True)
    check = session.get(PaperCheck, form.response_id)
    in_sample = check is not None and check.state in ("waiting", "differs")
    if in_sample or (form.source == "keyed" and _keyer(session, form) == member.id):
        raise NotCorrectable(N_("Hiện chưa sửa được phiếu này theo bản quét. Xin chọn cách khác, hoặc quay lại sau."))
    version = responses.version(session, batch.version_id)
    stored = responses.keyed_answers(session, form.response_id) if form.response_id else None
    before = dict(stored.answers) if stored else {}
    truth = answers_of(version, _fields(session, pages))
    if scan is not None:
        _be_the_same(pages, scan, now=now)
    else:
        truth = before | truth
        (late,) = pages
        late.state = "read"
        late.scan_id = session.scalars(
            select(PaperScan.id).where(PaperScan.form_number == number, PaperScan.numbered, PaperScan.state == "stored")
        ).one()
    session.flush()
    if form.response_id is not None:
        counts_on = correct_from_paper(session, form.response_id, truth, member=member, now=now)
        if scan is not None and not counts_on:
            _be_alone(session, pages, scan, member, now=now)
    return sorted(key for key in before.keys() | truth.keys() if before.get(key) != truth.get(key))


def _be_alone(session: Session, pages: list[PaperPage], scan: PaperScan, member: Member, *, now: datetime) -> None:
    """Let a paper without a mark be as if it had been scanned alone: what was written on it waits to be typed, and a
    better scan of it can still count."""
    written = select(PaperWriting.id).where(
        PaperWriting.page_id.in_([page.id for page in pages]),
        PaperWriting.kind == "comment",
        PaperWriting.state == "held",
    )
    scan.state = "blank"
    for each in pages:
        each.state = "read"
    if session.scalar(written.limit(1)) is not None:
        scan.state, scan.settled_at = "written", None
        _free_number(session, pages[0], member, now=now)


def _count(
    session: Session,
    page: PaperPage,
    scan: PaperScan | None,
    batch: PaperBatch,
    member: Member,
    *,
    numbered: bool,
    answered_on: date | None,
    now: datetime,
) -> None:
    if scan is None:
        day = answered_on or day_of(session, page, batch)
        check_existed(session, department_id=batch.department_id, day=day)
        check_issued(batch.issued_at, day=day)
        if numbered:
            _free_number(session, page, member, now=now)
        attach(session, page, numbered=numbered, answered_on=day, now=now)
        return
    if scan.numbered if scan.state == "open" else numbered:
        _free_number(session, page, member, now=now)
    if counts(scan):
        if numbered:
            give_number(session, scan)
    elif scan.state == "open":
        scan.incomplete = True
    else:
        scan.numbered, scan.state = numbered, "review"
    for each in _together(session, page):
        each.state = "read"
    session.flush()
    settle_or_set_aside(session, scan.id, now=now)


def _free_number(session: Session, page: PaperPage, member: Member, *, now: datetime) -> None:
    """Take the number from scans that count for nothing, and from having come back empty by one of those."""
    batch, form = hold_open_form(session, page.form_number or 0)
    if form.spoiled_at is not None:
        reason = form.spoiled_reason
        form.spoiled_at = form.spoiled_by = form.spoiled_reason = None
        details = {"number": form.number, "spoiled_reason": reason}
        record_about(session, batch, member, now, "paper.restored", details=details)
    session.execute(
        update(PaperScan)
        .where(PaperScan.form_number == form.number, PaperScan.numbered, PaperScan.state.in_(_COUNT_FOR_NOTHING))
        .values(numbered=False)
    )
    session.flush()


def _is_free(session: Session, page: PaperPage, form: PaperForm, batch: PaperBatch) -> bool:
    """Whether the number can stand for this page: no other paper does, except one that lacks this very page."""
    if batch.closed_at is not None:
        return False
    if form.spoiled_at is not None and (form.spoiled_reason not in CAME_BACK_EMPTY or form.replaced_by is not None):
        return False
    others = session.scalars(
        select(PaperScan).where(
            PaperScan.form_number == form.number,
            PaperScan.numbered,
            PaperScan.state.not_in(_COUNT_FOR_NOTHING),
            PaperScan.id.is_distinct_from(page.scan_id),
        )
    ).all()
    return all(
        other.state in ACCEPTS_PAGES
        and page.form_page
        not in session.scalars(select(PaperPage.form_page).where(PaperPage.scan_id == other.id)).all()
        for other in others
    )


def _keyer(session: Session, form: PaperForm) -> int | None:
    return session.scalar(select(PaperKeying.keyer_id).where(PaperKeying.response_id == form.response_id))


def _lacks_page(scan: PaperScan | None) -> bool:
    return scan is not None and scan.state == "open"


def _fields(session: Session, pages: list[PaperPage]) -> list[PaperScanField]:
    return list(
        session.scalars(
            select(PaperScanField)
            .where(PaperScanField.page_id.in_([page.id for page in pages]))
            .order_by(PaperScanField.id)
        )
    )


def _together(session: Session, page: PaperPage) -> list[PaperPage]:
    if page.scan_id is None:
        return [page]
    return list(session.scalars(select(PaperPage).where(PaperPage.scan_id == page.scan_id).order_by(PaperPage.id)))
