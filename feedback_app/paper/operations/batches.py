"""Issuing numbered forms in batches, and closing a batch so that it adds up. Nothing here commits."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from feedback_app.departments import queries as departments
from feedback_app.kit.clock import local_day
from feedback_app.kit.errors import N_, Conflict, Invalid
from feedback_app.kit.locks import lock
from feedback_app.kit.text import normalise
from feedback_app.paper import queries
from feedback_app.paper.layout import RULES, Design, Size, lay_out
from feedback_app.paper.lint import check_printable
from feedback_app.paper.models import PaperBatch, PaperCheck, PaperForm, PaperKeying, PaperPrinting
from feedback_app.paper.operations import drawing
from feedback_app.paper.operations.keying import check_existed, check_issued
from feedback_app.paper.operations.locking import hold_batch, hold_open_batch, hold_open_form
from feedback_app.paper.operations.reasons import given_reason
from feedback_app.paper.operations.trail import record_about
from feedback_app.paper.operations.uploads import forget_scans
from feedback_app.paper.serials import grouped
from feedback_app.staff.queries import Member
from feedback_app.surveys import queries as surveys
from feedback_app.tokens.commands import Stage

MOST_FORMS: Final = 500


class BadIssue(Invalid):
    """A batch has from 1 to MOST_FORMS forms, printed for a place that is open."""


class BatchOpen(Conflict):
    """Only a closed batch can be opened again."""


class FormUsed(Conflict):
    """The form was keyed, scanned, spoiled or replaced already."""


class PagesWaiting(Conflict):
    """Scanned pages of the batch wait for a person; until then nobody knows what is missing."""


class NotAsSeen(Conflict):
    """Forms came in since the closer looked: other ones are missing now than were confirmed to be."""


@dataclass(frozen=True, slots=True)
class Issued:
    """A new batch and its numbers, both ends included."""

    batch_id: int
    first_number: int
    last_number: int


def issue(
    session: Session,
    *,
    now: datetime,
    issuer: Member,
    department_id: int,
    place_id: int | None,
    version_id: int,
    size: Size,
    coded: bool,
    stage: Stage | None,
    answered_on: date | None,
    count: int,
    demonstration: bool = False,
) -> Issued:
    """Give out `count` consecutive numbers for forms of one questionnaire version, one department and one place.

    Numbers are never used again, whatever becomes of the batch. Raises NoQuestionnaire for a version that is not
    published, NotPrintable for one whose forms would not be read reliably, DepartmentNotThen, NotIssuedThen and
    BadIssue.
    """
    if not 1 <= count <= MOST_FORMS:
        raise BadIssue(N_("Mỗi tập có từ 1 đến %(most)s phiếu."), field="count", most=MOST_FORMS)
    check_printable(lay_out(surveys.version(session, version_id), Design(size, RULES, coded)))
    today = local_day(now)
    check_existed(session, department_id=department_id, day=answered_on or today)
    if answered_on is not None:
        check_issued(now, day=answered_on)
    if place_id is not None and all(place.id != place_id for place in departments.places(session, on=today)):
        raise BadIssue(N_("Không có điểm phục vụ này, hoặc điểm đã ngừng hoạt động."), field="place")
    batch = PaperBatch(
        department_id=department_id,
        place_id=place_id,
        version_id=version_id,
        size=size,
        rules=RULES,
        coded=coded,
        stage=stage,
        answered_on=answered_on,
        issued_at=now,
        issued_by=issuer.id,
        demonstration=demonstration,
    )
    session.add(batch)
    session.flush()
    numbers = _give_out(session, batch.id, count)
    record_about(
        session,
        batch,
        issuer,
        now,
        "paper.batch_issued",
        details={"count": count, "first": numbers[0], "last": numbers[-1]},
    )
    return Issued(batch.id, numbers[0], numbers[-1])


def spoil(session: Session, number: int, *, now: datetime, member: Member, reason: str) -> None:
    """Take a form out of use for good: misprinted, torn, given out wrongly or returned blank.

    Raises ReasonMissing, FormNotFound, BatchClosed and FormUsed.
    """
    said = given_reason(reason)
    batch, form = hold_open_form(session, number)
    if form.response_id is not None or form.spoiled_at is not None or queries.paper_waits(session, number):
        raise FormUsed(
            N_("Phiếu số %(number)s đã được nhập, quét hoặc ghi là hỏng."), number=grouped(number), field="number"
        )
    form.spoiled_at, form.spoiled_by, form.spoiled_reason = now, member.id, said
    record_about(session, batch, member, now, "paper.spoiled", reason=said, details={"number": number})


def restore(session: Session, number: int, *, now: datetime, member: Member, reason: str) -> None:
    """Let a form that was spoiled by mistake be out again, unless another one was printed for it.

    Raises ReasonMissing, FormNotFound, BatchClosed and FormUsed.
    """
    said = given_reason(reason)
    batch, form = hold_open_form(session, number)
    if form.spoiled_at is None or form.replaced_by is not None:
        raise FormUsed(N_("Phiếu số %(number)s không ghi là hỏng, hoặc đã có phiếu in thay."), number=grouped(number))
    form.spoiled_at = form.spoiled_by = form.spoiled_reason = None
    record_about(session, batch, member, now, "paper.restored", reason=said, details={"number": number})


def reprint(session: Session, number: int, *, now: datetime, member: Member) -> int:
    """Give out a new number of the same batch in place of a spoiled form; the new number.

    Raises FormNotFound, BatchClosed and FormUsed.
    """
    batch, form = hold_open_form(session, number)
    if form.spoiled_at is None or form.replaced_by is not None:
        raise FormUsed(
            N_("Chỉ in thay được phiếu hỏng, và chỉ một lần; phiếu số %(number)s thì không."), number=grouped(number)
        )
    (replacement,) = _give_out(session, batch.id, 1)
    form.replaced_by = replacement
    record_about(session, batch, member, now, "paper.reprinted", details={"number": number, "replaced_by": replacement})
    return replacement


def record_printing(
    session: Session, batch_id: int, *, now: datetime, member: Member, first_number: int, last_number: int
) -> None:
    """Write down that a PDF of these numbers was made: the second one may leave two papers of a number in the world.

    Raises BatchNotFound.
    """
    batch = hold_batch(session, batch_id)
    session.add(
        PaperPrinting(
            batch_id=batch_id,
            first_number=first_number,
            last_number=last_number,
            printed_at=now,
            printed_by=member.id,
        )
    )
    details = {"first": first_number, "last": last_number}
    record_about(session, batch, member, now, "paper.printed", details=details)


def close(
    session: Session, batch_id: int, *, now: datetime, member: Member, not_returned: int, reason: str = ""
) -> None:
    """Add a batch up for good: issued = keyed + scanned + spoiled + not returned.

    `not_returned` is how many missing forms the closer saw and confirmed; if there are any, `reason` says why they did
    not come back. Raises BatchNotFound, BatchClosed, PagesWaiting, NotAsSeen and ReasonMissing.
    """
    batch = hold_open_batch(session, batch_id, alone=True)
    if waiting := queries.pages_waiting(session, batch_id):
        raise PagesWaiting(
            N_("Tập này còn %(waiting)s trang quét chờ người xem. Xin xem hết các trang ấy rồi mới đóng tập."),
            waiting=waiting,
        )
    sums = queries.sums(session, batch_id)
    if sums.out != not_returned:
        raise NotAsSeen(
            N_("Từ khi bạn mở trang, số phiếu chưa về đã thay đổi: nay là %(out)s. Xin xem lại rồi đóng tập."),
            out=sums.out,
        )
    said = given_reason(reason) if not_returned else normalise(reason)
    drawing.draw_at_least_one(session, batch_id, now=now)
    batch.closed_at, batch.closed_by, batch.not_returned = now, member.id, not_returned
    batch.closing_reason = said or None
    details = {
        "issued": sums.issued,
        "keyed": sums.keyed,
        "scanned": sums.scanned,
        "spoiled": sums.spoiled,
        "not_returned": not_returned,
    }
    record_about(session, batch, member, now, "paper.batch_closed", reason=said or None, details=details)


def reopen(session: Session, batch_id: int, *, now: datetime, member: Member, reason: str) -> None:
    """Let a closed batch take forms again; how it was closed stays in the audit trail.

    Raises BatchNotFound, BatchOpen and ReasonMissing.
    """
    said = given_reason(reason)
    batch = hold_batch(session, batch_id, alone=True)
    if batch.closed_at is None:
        raise BatchOpen(N_("Tập phiếu này đang mở."))
    details = {"not_returned": batch.not_returned}
    batch.closed_at = batch.closed_by = batch.not_returned = batch.closing_reason = None
    record_about(session, batch, member, now, "paper.batch_reopened", reason=said, details=details)


def remove_demonstration(session: Session) -> int:
    """Delete the demonstration batches with their forms; before their responses, which the forms name. Returns how many
    batches there were."""
    ids = select(PaperBatch.id).where(PaperBatch.demonstration)
    forget_scans(session, select(PaperForm.number).where(PaperForm.batch_id.in_(ids)))
    for table in (PaperCheck, PaperForm, PaperPrinting, PaperKeying):
        session.execute(delete(table).where(table.batch_id.in_(ids)))
    removed = session.execute(delete(PaperBatch).where(PaperBatch.demonstration).returning(PaperBatch.id)).all()
    return len(removed)


def _give_out(session: Session, batch_id: int, count: int) -> range:
    """New consecutive numbers of a batch; the lock keeps those of one batch together."""
    lock(session, "paper-numbers")
    first = (session.scalar(select(func.max(PaperForm.number))) or 0) + 1
    numbers = range(first, first + count)
    session.execute(insert(PaperForm), [{"number": number, "batch_id": batch_id} for number in numbers])
    return numbers
