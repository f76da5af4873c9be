"""Keying a paper form."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from feedback_app.departments import queries as departments
from feedback_app.kit.clock import VIETNAM, local_day
from feedback_app.kit.errors import N_, Invalid
from feedback_app.paper import queries
from feedback_app.paper.commands import Sitting
from feedback_app.paper.days import issued_before
from feedback_app.paper.models import PaperForm, PaperKeying
from feedback_app.paper.operations import drawing
from feedback_app.paper.operations.locking import hold_open_batch
from feedback_app.paper.operations.trail import record_about
from feedback_app.paper.queries import FormView
from feedback_app.paper.serials import grouped
from feedback_app.staff import queries as staff
from feedback_app.staff.operations import record
from feedback_app.staff.queries import Member, is_outside
from feedback_app.surveys import operations as surveys
from feedback_app.surveys.commands import SubmitResponse
from feedback_app.surveys.operations import Receipt
from feedback_app.tokens.codes import Token

# Why a form without any answer is spoiled.
RETURNED_BLANK: Final = "Trả lại để trống"


class DepartmentNotThen(Invalid):
    """The department did not exist on the day of the answer."""


class NotIssuedThen(Invalid):
    """The batch was not issued yet on the day of the answer: nobody can have had one of its forms."""


class NumberRefused(Invalid):
    """This number cannot be keyed here: it was used or spoiled, or is of another batch."""


def key_form(
    session: Session,
    *,
    now: datetime,
    keyer: Member,
    sitting: Sitting,
    number: int | None = None,
    response_id: UUID,
    answers: Mapping[str, tuple[str, ...]],
    comments: Mapping[str, str],
    token: Token | None = None,
    rapid_seconds: int,
    second_keying_percent: int = 0,
) -> Receipt:
    """Store one paper form, who keyed it and its number (where the sitting is of a batch), in one transaction; the same
    id again is the same form.

    Keyers often key forms about the office they belong to: the row of the keying says so, and the audit line keeps
    their own department, because it may change. Raises DepartmentNotThen, BadAnswer, FutureAnswer, and for a batch
    BatchNotFound, BatchClosed, NotIssuedThen and NumberRefused.
    """
    check_existed(session, department_id=sitting.department_id, day=sitting.answered_on)
    if sitting.batch_id is not None:
        batch = hold_open_batch(session, sitting.batch_id)
        # The day of a whole batch was checked when it was issued, and a keyer cannot mend it.
        if sitting.dated_each:
            check_issued(batch.issued_at, day=sitting.answered_on)
    receipt = surveys.submit(
        session,
        SubmitResponse(
            id=response_id,
            version_id=sitting.version_id,
            channel="paper",
            receiving_department_id=sitting.department_id,
            rated_department_id=sitting.department_id,
            place_id=sitting.place_id,
            answers=answers,
            comments=comments,
            answered_at=answered_at(sitting.answered_on, now=now),
            sealed=True,
            field_id=sitting.field_id,
            procedure_id=sitting.procedure_id,
            stage=sitting.stage,
            assisted=sitting.assisted,
            keyer_id=keyer.id,
            token=token,
            demonstration=sitting.demonstration,
        ),
        now=now,
        rapid_seconds=rapid_seconds,
    )
    if receipt.outcome == "stored":
        if sitting.batch_id is not None:
            form = _form_to_key(session, sitting.batch_id, number)
            form.response_id, form.source = response_id, "keyed"
        session.add(
            PaperKeying(
                response_id=response_id,
                batch_id=sitting.batch_id,
                department_id=sitting.department_id,
                answered_on=sitting.answered_on,
                keyer_id=keyer.id,
                keyed_at=now,
                own_department=not is_outside(session, keyer, department_id=sitting.department_id, day=local_day(now)),
            )
        )
        if sitting.batch_id is not None:
            drawing.draw(
                session,
                response_id=response_id,
                batch_id=sitting.batch_id,
                number=form.number,
                department_id=sitting.department_id,
                answered_on=sitting.answered_on,
                keyer_id=keyer.id,
                percent=second_keying_percent,
                now=now,
            )
        record(
            session,
            now=now,
            actor_id=keyer.id,
            action="paper.keyed",
            subject=f"response:{response_id}",
            department_id=sitting.department_id,
            details={"keyer_department_id": keyer.department_id}
            | ({"batch": sitting.batch_id, "number": number} if sitting.batch_id is not None else {}),
        )
    return receipt


def return_blank(session: Session, *, now: datetime, keyer: Member, batch_id: int, number: int | None) -> None:
    """Write down that a numbered form came back without any answer: it is no response, and not missing either.

    The same again by the same person changes nothing. Raises BatchNotFound, BatchClosed and NumberRefused.
    """
    batch = hold_open_batch(session, batch_id)
    known = queries.form(session, number) if number is not None else None
    if known is not None and (known.spoiled_by, known.spoiled_reason) == (keyer.id, RETURNED_BLANK):
        return
    form = _form_to_key(session, batch_id, number)
    if queries.paper_waits(session, form.number):
        raise NumberRefused(
            N_("Phiếu số %(number)s đã quét và đang đợi người xem, nên không ghi là trả lại để trống được."),
            field="number",
            number=grouped(form.number),
        )
    form.spoiled_at, form.spoiled_by, form.spoiled_reason = now, keyer.id, RETURNED_BLANK
    record_about(session, batch, keyer, now, "paper.returned_blank", details={"number": form.number})


def refusal_of(form: FormView, names: Mapping[int, str]) -> NumberRefused | None:
    """Why a form of the batch cannot be keyed (again), in one sentence; None while it is out. `names` are of staff."""
    number = grouped(form.number)
    if form.spoiled_at is not None:
        return NumberRefused(
            N_("Phiếu số %(number)s đã ghi là không dùng ngày %(day)s: %(reason)s."),
            field="number",
            number=number,
            day=local_day(form.spoiled_at).strftime("%d/%m/%Y"),
            reason=(form.spoiled_reason or "").rstrip("."),
        )
    if form.source is None:
        return None
    said = (
        N_("Phiếu số %(number)s đã được %(who)s nhập lúc %(when)s.")
        if form.source == "keyed"
        else N_("Phiếu số %(number)s đã được %(who)s quét lúc %(when)s.")
    )
    return NumberRefused(
        said,
        field="number",
        number=number,
        who=names.get(form.keyer_id or 0, "?"),
        when=f"{form.keyed_at.astimezone(VIETNAM):%H:%M %d/%m/%Y}" if form.keyed_at else "?",
    )


def _form_to_key(session: Session, batch_id: int, number: int | None) -> PaperForm:
    """The form of a batch with this number, if it is out; held until the transaction ends."""
    if number is None:
        raise NumberRefused(N_("Xin nhập số phiếu, in ở đầu phiếu."), field="number")
    form = session.get(PaperForm, number, with_for_update=True, populate_existing=True)
    if form is None:
        raise NumberRefused(N_("Chưa từng in phiếu nào mang số này."), field="number")
    if form.batch_id != batch_id:
        raise NumberRefused(
            N_("Phiếu số %(number)s thuộc tập %(batch)s, không thuộc tập đang nhập."),
            field="number",
            number=grouped(number),
            batch=form.batch_id,
        )
    view = queries.form(session, number)
    people = frozenset({view.keyer_id} if view.keyer_id else ())
    if refused := refusal_of(view, staff.names(session, ids=people)):
        raise refused
    return form


def check_existed(session: Session, *, department_id: int, day: date) -> None:
    """Raise DepartmentNotThen unless the department existed on the day: its answers would belong to another."""
    view = departments.departments(session, ids=[department_id], on=day).get(department_id)
    if view is None or day < view.opened_on:
        raise DepartmentNotThen(N_("Ngày này cơ quan, đơn vị đã chọn chưa thành lập."), field="answered_on")
    if view.closed_on is not None and day >= view.closed_on:
        raise DepartmentNotThen(
            N_("Cơ quan, đơn vị đã chọn hoạt động đến hết ngày trước %(closed_on)s."),
            field="answered_on",
            closed_on=view.closed_on.strftime("%d/%m/%Y"),
        )


def check_issued(issued_at: datetime, *, day: date) -> None:
    """Raise NotIssuedThen unless a batch issued at that moment was issued by that day."""
    if not issued_before(day, issued_at):
        raise NotIssuedThen(
            N_("Ngày trả lời không thể trước ngày phát hành tập phiếu, %(issued)s."),
            field="answered_on",
            issued=local_day(issued_at).strftime("%d/%m/%Y"),
        )


def answered_at(day: date, *, now: datetime) -> datetime:
    """The moment a paper form stands for: noon in Vietnam on its day.

    Paper has a day and no minute, and noon is far from both midnights. Keyed before noon of that very day it
    is the moment of keying, because nobody can have answered later than that.
    """
    noon = datetime.combine(day, time(12), VIETNAM)
    return min(noon, now) if day == local_day(now) else noon


def start_of_day(now: datetime) -> datetime:
    """Midnight in Vietnam before `now`: where today's sitting begins."""
    return datetime.combine(local_day(now), time(0), VIETNAM)
