"""Papers that contradict what is here, or lack a page: somebody outside the department says what becomes of them.

Whatever is true can be said of each, so that nobody has to count one paper twice. Nothing here commits.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final, Literal

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from feedback_app.kit.clock import local_day
from feedback_app.kit.errors import N_, Conflict
from feedback_app.kit.ids import new_id
from feedback_app.kit.text import normalise
from feedback_app.paper import queries
from feedback_app.paper.models import PaperBatch, PaperCheck, PaperForm, PaperKeying, PaperPage, PaperScan
from feedback_app.paper.operations.identifying import attach, day_of, pages_had
from feedback_app.paper.operations.keying import check_existed, check_issued
from feedback_app.paper.operations.locking import hold_open_form
from feedback_app.paper.operations.reasons import CAME_BACK_EMPTY, given_reason
from feedback_app.paper.operations.reviewing import (
    AlreadyDecided,
    OwnDepartment,
    check_reviewer,
    locked_page,
)
from feedback_app.paper.operations.settling import ACCEPTS_PAGES, settle_or_set_aside
from feedback_app.paper.operations.standing import counts, give_number, mark_discarded, take_out
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


class NotOffered(Conflict):
    """What somebody chose is no longer true of the paper: its number changed after they looked."""


def decisions(session: Session, page_id: int) -> tuple[Decision, ...]:
    """What may be decided about the paper that waits and has this page, as its number stands now."""
    pages = _pages(session, queries.waiting_paper(session, page_id))
    return _decisions(session, pages) if pages else ()


def _decisions(session: Session, pages: Sequence[PaperPage]) -> tuple[Decision, ...]:
    form = session.get_one(PaperForm, pages[0].form_number)
    batch = session.get_one(PaperBatch, form.batch_id)
    scan = session.get(PaperScan, pages[0].scan_id) if pages[0].scan_id else None
    whys = {page.why for page in pages}
    is_taken = form.response_id is not None
    if _lacks_page(scan) and not (is_taken and scan is not None and scan.numbered):
        return ("counted", "discarded")
    offered: list[Decision] = []
    if is_taken or "other_ink" in whys:
        offered.append("same")
    # What left the count as nothing stands on its paper is corrected no more.
    if form.response_id is not None and responses.keyed_answers(session, form.response_id) is not None:
        holder = session.get(PaperScan, form.response_id)
        if holder is None or len(pages_had(session, holder.id, pages)) < len(pages):
            offered.append("corrected")
    is_free = _is_free(session, pages, form, batch)
    if is_free:
        offered.append("counted")
    # One that counts without a number may go on to do so.
    if counts(scan) or (not is_free and (is_taken or "closed" not in whys or batch.closed_at is None)):
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
    """Settle the paper that has this page and contradicts what is here, or lacks another page.

    `same`: it is the paper that was here before. `corrected`: likewise, and its scan is right where what counts says
    otherwise, or has pages that what counts lacks. `second`: another paper under the same number; it counts, without
    one. `counted`: it counts under its number, with `answered_on` where its day was wrong, without the pages it lacks.
    `discarded`: it does not count, for a reason. Of one that counts already `counted` gives it the number, `second`
    leaves it as it is, and the others take its response out. Only somebody outside the department may. Raises
    NothingThere, OwnDepartment, NotTheirs, AlreadyDecided, NotOffered, DepartmentNotThen, NotIssuedThen, BatchClosed
    and NotCorrectable.
    """
    page, batch = locked_page(session, page_id)
    pages = _pages(session, queries.waiting_paper(session, page_id))
    subject = f"scan_page:{page_id}"
    check_reviewer(session, member, batch, subject=subject, now=now)
    if not staff.is_outside(session, member, department_id=batch.department_id, day=local_day(now)):
        record_about(session, batch, member, now, "paper.conflict_denied", subject=subject)
        raise OwnDepartment(N_("Phiếu này phải do người ngoài đơn vị được đánh giá phân xử."))
    if not pages and page.decision is not None:
        raise AlreadyDecided(N_("Trang này vừa có người khác phân xử."))
    if not pages or decision not in _decisions(session, pages):
        raise NotOffered(N_("Tình trạng phiếu vừa thay đổi, xin xem lại."))
    scan = session.get(PaperScan, page.scan_id, with_for_update=True) if page.scan_id else None
    form = session.get_one(PaperForm, page.form_number, with_for_update=True, populate_existing=True)
    words = given_reason(mask(normalise(reason)).text) if decision == "discarded" else normalise(reason) or None
    if _lacks_page(scan):
        for each in pages:
            each.why = "missing_page"
    whys = " ".join(dict.fromkeys(each.why or "" for each in pages))
    details: dict[str, Any] = {"decision": decision, "why": whys, "number": form.number}
    for each in pages:
        each.decision, each.decided_by, each.decided_at, each.reason = decision, member.id, now, words
    session.flush()
    if scan is not None and counts(scan) and decision in ("same", "corrected", "discarded"):
        details["removed"] = str(scan.id)
        scan = take_out(session, scan, now=now)
    if decision == "discarded":
        _leave_out(session, pages, scan, now=now)
    elif decision == "same":
        _be_the_same(session, pages, scan, form, batch, now=now)
    elif decision == "corrected":
        _correct(session, pages, scan, form, batch, member, now=now)
    else:
        _count(session, pages, scan, batch, member, numbered=decision == "counted", answered_on=answered_on, now=now)
    session.flush()
    record_about(session, batch, member, now, "paper.conflict_settled", subject=subject, reason=words, details=details)


def _leave_out(session: Session, pages: Sequence[PaperPage], scan: PaperScan | None, *, now: datetime) -> None:
    for each in pages:
        each.state = "conflict"
    if scan is not None:
        mark_discarded(session, scan.id, now=now)


def _be_the_same(
    session: Session,
    pages: Sequence[PaperPage],
    scan: PaperScan | None,
    form: PaperForm,
    batch: PaperBatch,
    *,
    now: datetime,
) -> None:
    if scan is None and form.source == "keyed":
        # Once the keyed form is taken back, this is what there is of the paper.
        scan = _of_keyed_paper(session, pages, form, batch)
    for each in pages:
        each.state = "duplicate"
    if scan is not None:
        scan.state, scan.settled_at = "duplicate", now


def _correct(
    session: Session,
    pages: Sequence[PaperPage],
    scan: PaperScan | None,
    form: PaperForm,
    batch: PaperBatch,
    member: Member,
    *,
    now: datetime,
) -> None:
    """Let the response say what stands on these pages, once every doubt on them is decided: of a whole paper instead of
    what was keyed, of pages that came late besides what was counted without them."""
    check = session.get(PaperCheck, form.response_id)
    in_sample = check is not None and check.state in ("waiting", "differs")
    if in_sample or (form.source == "keyed" and _keyer(session, form) == member.id):
        raise NotCorrectable(N_("Hiện chưa sửa được phiếu này theo bản quét. Xin chọn cách khác, hoặc quay lại sau."))
    holder = session.get(PaperScan, form.response_id, with_for_update=True)
    if holder is not None:
        for each in pages_had(session, holder.id, pages):
            each.state = "duplicate"
        pages = [each for each in pages if each.state != "duplicate"]
    scan = holder or scan or _of_keyed_paper(session, pages, form, batch)
    scan.incomplete, scan.state = True, "review"
    for each in pages:
        each.scan_id = scan.id
    session.flush()
    settle_or_set_aside(session, scan.id, now=now)


def _of_keyed_paper(session: Session, pages: Sequence[PaperPage], form: PaperForm, batch: PaperBatch) -> PaperScan:
    """Make a paper of pages whose number was keyed, the scan of that number unless there is another."""
    has_other = select(PaperScan.id).where(
        PaperScan.form_number == form.number, PaperScan.numbered, PaperScan.state != "discarded"
    )
    scan = PaperScan(
        id=new_id(),
        form_number=form.number,
        upload_id=pages[0].upload_id,
        numbered=session.scalar(has_other) is None,
        answered_on=day_of(session, pages[0], batch),
        state="conflict",
    )
    session.add(scan)
    session.flush()
    for each in pages:
        each.scan_id = scan.id
    return scan


def _count(
    session: Session,
    pages: Sequence[PaperPage],
    scan: PaperScan | None,
    batch: PaperBatch,
    member: Member,
    *,
    numbered: bool,
    answered_on: date | None,
    now: datetime,
) -> None:
    if scan is None:
        day = answered_on or day_of(session, pages[0], batch)
        check_existed(session, department_id=batch.department_id, day=day)
        check_issued(batch.issued_at, day=day)
        if numbered:
            _free_number(session, pages[0], member, now=now)
        attach(session, pages, numbered=numbered, answered_on=day, now=now)
        return
    if scan.state == "open":
        numbered = scan.numbered and numbered
    if numbered:
        _free_number(session, pages[0], member, now=now)
    if counts(scan):
        if numbered:
            give_number(session, scan)
    elif scan.state == "open":
        scan.incomplete, scan.numbered = True, numbered
    else:
        scan.numbered, scan.state = numbered, "review"
    for each in pages:
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


def _is_free(session: Session, pages: Sequence[PaperPage], form: PaperForm, batch: PaperBatch) -> bool:
    """Whether the number can stand for these pages: no other paper does, except one that lacks these very pages."""
    if form.response_id is not None or batch.closed_at is not None:
        return False
    if form.spoiled_at is not None and (form.spoiled_reason not in CAME_BACK_EMPTY or form.replaced_by is not None):
        return False
    others = session.scalars(
        select(PaperScan).where(
            PaperScan.form_number == form.number,
            PaperScan.numbered,
            PaperScan.state.not_in(_COUNT_FOR_NOTHING),
            PaperScan.id.is_distinct_from(pages[0].scan_id),
        )
    ).all()
    return all(other.state in ACCEPTS_PAGES and not pages_had(session, other.id, pages) for other in others)


def _keyer(session: Session, form: PaperForm) -> int | None:
    return session.scalar(select(PaperKeying.keyer_id).where(PaperKeying.response_id == form.response_id))


def _lacks_page(scan: PaperScan | None) -> bool:
    return scan is not None and scan.state == "open"


def _pages(session: Session, page_ids: Sequence[int]) -> list[PaperPage]:
    found = select(PaperPage).where(PaperPage.id.in_(page_ids)).order_by(PaperPage.form_page)
    return list(session.scalars(found.execution_options(populate_existing=True)))
