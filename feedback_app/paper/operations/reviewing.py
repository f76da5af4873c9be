"""What people decide about scanned pages: fields and handwriting.

Nobody decides about their own department unless nobody else could, and then it is marked. Nothing here commits.
"""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from feedback_app.departments import queries as departments
from feedback_app.kit.clock import local_day
from feedback_app.kit.errors import N_, Conflict, Invalid, NotAllowed, NotFound
from feedback_app.kit.text import normalise
from feedback_app.paper import queries
from feedback_app.paper.models import PaperBatch, PaperForm, PaperPage, PaperScan, PaperScanField, PaperWriting
from feedback_app.paper.operations.answers import needs_person
from feedback_app.paper.operations.locking import lock_number, try_lock_number
from feedback_app.paper.operations.pausing import PauseRule, pause_if_wrong
from feedback_app.paper.operations.reasons import given_reason
from feedback_app.paper.operations.settling import settle, settle_or_set_aside
from feedback_app.paper.operations.trail import record_about
from feedback_app.staff import queries as staff
from feedback_app.staff.queries import Member
from feedback_app.surveys import operations as surveys
from feedback_app.surveys.masking import mask
from feedback_app.tokens.codes import Token

Verdict = Literal["marked", "blank", "several", "unreadable"]
# A reviewer sees a slip of the finger at once, on the next field; until then their last paper is no response yet.
SECOND_THOUGHTS: Final = timedelta(minutes=2)


class NothingThere(NotFound):
    """There is nothing of this kind to decide."""


class OwnDepartment(NotAllowed):
    """It is about the department of who asks. The attempt is in the trail by then: the caller commits first."""


class NotTheirs(NotAllowed):
    """It is about a department who asks does not answer for; likewise in the trail."""


class AlreadyDecided(Conflict):
    """Somebody else was faster, or the paper is a response by now."""


class BadDecision(Invalid):
    """The choice does not exist, or nothing was typed."""


def reviewable(session: Session, member: Member, *, day: date) -> frozenset[int] | None:
    """Departments whose scanned fields somebody may decide on: those they answer for, but their own only where nobody
    else is there to do it. None is all of them."""
    if member.department_id is None:
        return None
    below = departments.within(session, department_id=member.department_id, day=day)
    if staff.somebody_above(session, department_id=member.department_id, day=day):
        return below - {member.department_id}
    return below


def decide_field(
    session: Session,
    field_id: int,
    *,
    verdict: Verdict,
    chosen: Collection[int] = (),
    member: Member,
    rule: PauseRule,
    now: datetime,
) -> None:
    """Keep what somebody saw; decided again by the same person, before the paper is a response, it is what they saw
    at last. Raises NothingThere, OwnDepartment, NotTheirs, AlreadyDecided and BadDecision.
    """
    field, page, batch = _field(session, field_id)
    check_reviewer(session, member, batch, subject=f"scan_field:{field_id}", now=now)
    scan = session.get(PaperScan, page.scan_id, with_for_update=True) if page.scan_id else None
    if scan is None or scan.state not in ("open", "review") or field.decided_by not in (None, member.id):
        raise AlreadyDecided(N_("Câu này vừa có người khác xem, hoặc phiếu đã được tính."))
    choices = len(field.features)
    picked = sorted(set(chosen)) if verdict == "marked" else []
    if any(not 0 <= choice < choices for choice in picked) or (verdict == "marked") != bool(picked):
        raise BadDecision(N_("Xin chọn một trong các phím đã nêu."), field="verdict")
    inside = not staff.is_outside(session, member, department_id=batch.department_id, day=local_day(now))
    field.verdict, field.chosen, field.own_department = verdict, picked, inside
    field.decided_by, field.decided_at = member.id, now
    session.flush()
    page.state = "review" if _undecided(session, page.id) else "read"
    session.flush()
    if field.drawn is not None:
        pause_if_wrong(session, batch.department_id, rule=rule, now=now)
    settle_reviewed(session, now=now, member_id=member.id, but=scan.id)


def settle_reviewed(session: Session, *, now: datetime, member_id: int | None = None, but: UUID | None = None) -> int:
    """Make responses of papers whose last doubt is decided; how many were looked at.

    With `member_id` those this person decided, all `but` the one at hand; else those decided SECOND_THOUGHTS ago.
    """
    ready = queries.decided_scans(
        session, decided_by=member_id, before=None if member_id is not None else now - SECOND_THOUGHTS
    )
    for number, scan_id in ready:
        # Whoever holds the number settles it, or the next call does: two reviewers never wait for each other in turns.
        if scan_id != but and try_lock_number(session, number):
            settle_or_set_aside(session, scan_id, now=now)
    return len(ready)


def name_dossier(session: Session, writing_id: int, *, token: Token | None, member: Member, now: datetime) -> str:
    """Spend the token of the code somebody read on a paper, or go on without (None: unreadable); the paper's state.

    The picture of the code goes at once: nothing is to join a dossier to its answer.
    """
    writing, page, batch = _writing(session, writing_id, kind="dossier")
    check_reviewer(session, member, batch, subject=f"scan_writing:{writing_id}", now=now)
    scan = session.get(PaperScan, page.scan_id, with_for_update=True) if page.scan_id else None
    if writing.state != "held" or scan is None or scan.state != "review":
        raise AlreadyDecided(N_("Mã hồ sơ này vừa có người khác xem."))
    _decide_writing(writing, "typed" if token else "refused", member, now=now)
    writing.crop = None
    session.flush()
    return settle(session, scan.id, token=token, now=now)


def type_comment(session: Session, writing_id: int, *, text: str, member: Member, now: datetime) -> None:
    """Keep what somebody typed from handwriting as the response's comment, in the state of every new comment."""
    writing, page, batch = _writing(session, writing_id, kind="comment")
    check_reviewer(session, member, batch, subject=f"scan_writing:{writing_id}", now=now)
    scan = session.get(PaperScan, page.scan_id, with_for_update=True) if page.scan_id else None
    if writing.state != "held" or scan is None or scan.state not in ("stored", "written"):
        raise AlreadyDecided(N_("Ý kiến này vừa có người khác xem."))
    if not normalise(text):
        raise BadDecision(N_("Xin gõ nội dung viết trên phiếu, hoặc chọn lý do không gõ."), field="text")
    _decide_writing(writing, "typed", member, now=now)
    session.flush()
    if scan.state == "written":
        settle(session, scan.id, texts={writing.field: text}, now=now)
    else:
        surveys.add_comment(session, scan.id, question=writing.field, text=text)
    record_about(session, batch, member, now, "paper.comment_typed", subject=f"scan_writing:{writing_id}")


def refuse_writing(session: Session, writing_id: int, *, reason: str, member: Member, now: datetime) -> None:
    """Leave handwriting out, with a reason."""
    writing, page, batch = _writing(session, writing_id, kind="comment")
    check_reviewer(session, member, batch, subject=f"scan_writing:{writing_id}", now=now)
    scan = session.get(PaperScan, page.scan_id, with_for_update=True) if page.scan_id else None
    if writing.state != "held" or scan is None:
        raise AlreadyDecided(N_("Ý kiến này vừa có người khác xem."))
    writing.reason = given_reason(mask(normalise(reason)).text)
    _decide_writing(writing, "refused", member, now=now)
    session.flush()
    if scan.state == "written":
        settle(session, scan.id, now=now)
    record_about(
        session,
        batch,
        member,
        now,
        "paper.comment_refused",
        subject=f"scan_writing:{writing_id}",
        reason=writing.reason,
    )


def erase_writings(session: Session, *, before: datetime) -> int:
    """Erase the pictures of handwriting that was decided on before a moment; how many there were."""
    erased = session.execute(
        update(PaperWriting)
        .where(PaperWriting.state != "held", PaperWriting.crop.is_not(None), PaperWriting.decided_at < before)
        .values(crop=None)
        .returning(PaperWriting.id)
    ).all()
    return len(erased)


def check_reviewer(session: Session, member: Member, batch: PaperBatch, *, subject: str, now: datetime) -> None:
    """Raise OwnDepartment or NotTheirs unless somebody may decide about a batch; the attempt is in the trail then."""
    allowed = reviewable(session, member, day=local_day(now))
    if allowed is None or batch.department_id in allowed:
        return
    record_about(session, batch, member, now, "paper.review_denied", subject=subject)
    if batch.department_id == member.department_id:
        raise OwnDepartment(N_("Phiếu về đơn vị của bạn phải do người khác xem."))
    raise NotTheirs(N_("Phiếu này về một đơn vị nằm ngoài phạm vi tài khoản của bạn."))


def check_reviewer_of(session: Session, page_id: int | None, *, member: Member, subject: str, now: datetime) -> None:
    """Likewise of a page. Raises NothingThere too."""
    number = session.scalar(select(PaperPage.form_number).where(PaperPage.id == page_id))
    if number is None:
        raise NothingThere(N_("Không có trang này để xem."))
    check_reviewer(session, member, _batch(session, number), subject=subject, now=now)


def _field(session: Session, field_id: int) -> tuple[PaperScanField, PaperPage, PaperBatch]:
    page_id = session.scalar(select(PaperScanField.page_id).where(PaperScanField.id == field_id))
    page, batch = locked_page(session, page_id)
    field = session.get_one(PaperScanField, field_id, with_for_update=True, populate_existing=True)
    if not needs_person(field):
        raise NothingThere(N_("Không có câu này để xem."))
    return field, page, batch


def _writing(session: Session, writing_id: int, *, kind: str) -> tuple[PaperWriting, PaperPage, PaperBatch]:
    page_id = session.scalar(
        select(PaperWriting.page_id).where(PaperWriting.id == writing_id, PaperWriting.kind == kind)
    )
    page, batch = locked_page(session, page_id)
    return session.get_one(PaperWriting, writing_id, with_for_update=True, populate_existing=True), page, batch


def locked_page(session: Session, page_id: int | None) -> tuple[PaperPage, PaperBatch]:
    """A page and its batch, once nobody else decides about papers of its number. Raises NothingThere."""
    number = session.scalar(select(PaperPage.form_number).where(PaperPage.id == page_id))
    if number is None:
        raise NothingThere(N_("Không có trang này để xem."))
    lock_number(session, number)
    page = session.get_one(PaperPage, page_id, with_for_update=True, populate_existing=True)
    return page, _batch(session, number)


def _batch(session: Session, number: int) -> PaperBatch:
    return session.get_one(PaperBatch, session.get_one(PaperForm, number).batch_id)


def _undecided(session: Session, page_id: int) -> bool:
    fields = session.scalars(select(PaperScanField).where(PaperScanField.page_id == page_id))
    return any(needs_person(each) and each.verdict is None for each in fields)


def _decide_writing(writing: PaperWriting, state: str, member: Member, *, now: datetime) -> None:
    writing.state, writing.decided_by, writing.decided_at = state, member.id, now
