"""Keying a paper form, and taking the last one back."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from feedback_app.departments import queries as departments
from feedback_app.kit.clock import VIETNAM, local_day
from feedback_app.kit.errors import N_, Conflict, Invalid
from feedback_app.kit.text import normalise
from feedback_app.paper.commands import Sitting
from feedback_app.staff.operations import record
from feedback_app.staff.queries import Member
from feedback_app.surveys import operations as surveys
from feedback_app.surveys import queries as responses
from feedback_app.surveys.commands import SubmitResponse
from feedback_app.surveys.operations import Receipt
from feedback_app.tokens.codes import Token

LONGEST_REASON: Final = 300


class DepartmentNotThen(Invalid):
    """The department did not exist on the day of the answer."""


class NotTheLast(Conflict):
    """Only the form its keyer keyed last today can be taken back."""


class ReasonMissing(Invalid):
    """A form is taken back only with a reason."""


def key_form(
    session: Session,
    *,
    now: datetime,
    keyer: Member,
    sitting: Sitting,
    response_id: UUID,
    answers: Mapping[str, tuple[str, ...]],
    comments: Mapping[str, str],
    token: Token | None = None,
    rapid_seconds: int,
) -> Receipt:
    """Store one paper form, and who keyed it, in one transaction; the same id again is the same form.

    The audit line keeps the keyer's own department as it was then: keyers often key forms about the office
    they belong to, and their department may change. Raises DepartmentNotThen, BadAnswer and FutureAnswer.
    """
    check_existed(session, department_id=sitting.department_id, day=sitting.answered_on)
    receipt = surveys.submit(
        session,
        SubmitResponse(
            id=response_id,
            version_id=sitting.version_id,
            channel="paper",
            receiving_department_id=sitting.department_id,
            rated_department_id=sitting.department_id,
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
        ),
        now=now,
        rapid_seconds=rapid_seconds,
    )
    if receipt.outcome == "stored":
        record(
            session,
            now=now,
            actor_id=keyer.id,
            action="paper.keyed",
            subject=f"response:{response_id}",
            department_id=sitting.department_id,
            details={"keyer_department_id": keyer.department_id},
        )
    return receipt


def undo_last(
    session: Session,
    *,
    now: datetime,
    keyer: Member,
    response_id: UUID,
    reason: str,
    words: str,
) -> None:
    """Take back the form `keyer` keyed last today; `reason` and `words` go into the audit trail.

    The form's id stays known, so a delivery still under way does not bring it back. The dossier it named stays
    answered: which one that was is written nowhere, and whoever could name another would free that one, and learn of
    it. The form is keyed again without its code. Raises NotTheLast and ReasonMissing.
    """
    said = ": ".join(part for part in (normalise(reason), normalise(words)) if part)
    if not said:
        raise ReasonMissing(N_("Xin cho biết lý do hoàn tác."), field="reason")
    if len(said) > LONGEST_REASON:
        raise ReasonMissing(N_("Lý do dài quá %(limit)s ký tự. Xin rút gọn lại."), field="words", limit=LONGEST_REASON)
    last = responses.last_keyed(session, keyer_id=keyer.id, since=start_of_day(now), limit=1)
    if not last or last[0].id != response_id:
        raise NotTheLast(N_("Chỉ hoàn tác được phiếu bạn vừa nhập sau cùng trong hôm nay."))
    surveys.remove(session, response_id, now=now)
    record(
        session,
        now=now,
        actor_id=keyer.id,
        action="paper.undone",
        subject=f"response:{response_id}",
        department_id=last[0].rated_department_id,
        reason=said,
        details={"answered_on": last[0].answered_on.isoformat()},
    )


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
