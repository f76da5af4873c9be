"""Taking back the form that was keyed last."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from feedback_app.kit.errors import N_, Conflict
from feedback_app.kit.text import normalise
from feedback_app.paper import queries
from feedback_app.paper.models import PaperForm, PaperKeying
from feedback_app.paper.operations import drawing
from feedback_app.paper.operations.keying import start_of_day
from feedback_app.paper.operations.locking import hold_open_form, lock_number
from feedback_app.paper.operations.reasons import given_reason
from feedback_app.paper.operations.standing import ask_again
from feedback_app.staff.operations import record
from feedback_app.staff.queries import Member
from feedback_app.surveys import operations as surveys
from feedback_app.surveys import queries as responses


class NotTheLast(Conflict):
    """Only the form its keyer keyed last today can be taken back."""


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
    it. The form's number is out again, and it is keyed without its code; a paper scanned under it waits for a person.
    Raises NotTheLast, ReasonMissing, BatchClosed, and AlreadyChecked for one that was keyed again.
    """
    said = given_reason(": ".join(part for part in (normalise(reason), normalise(words)) if part), field="words")
    held = queries.form_of_response(session, response_id)
    if held is not None:
        lock_number(session, held)
        hold_open_form(session, held)
    last = responses.last_keyed(session, keyer_id=keyer.id, since=start_of_day(now), limit=1)
    if not last or last[0].id != response_id:
        raise NotTheLast(N_("Chỉ hoàn tác được phiếu bạn vừa nhập sau cùng trong hôm nay."))
    drawing.withdraw(session, response_id)
    surveys.remove(session, response_id, now=now)
    session.execute(delete(PaperKeying).where(PaperKeying.response_id == response_id))
    if held is not None:
        session.execute(update(PaperForm).where(PaperForm.number == held).values(response_id=None, source=None))
        ask_again(session, held)
    record(
        session,
        now=now,
        actor_id=keyer.id,
        action="paper.undone",
        subject=f"response:{response_id}",
        department_id=last[0].rated_department_id,
        reason=said,
        details={"answered_on": last[0].answered_on.isoformat()} | ({"number": held} if held is not None else {}),
    )
