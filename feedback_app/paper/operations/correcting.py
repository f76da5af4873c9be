"""Lets the response of a numbered form say what stands on its paper, after all."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from feedback_app.paper.models import PaperForm, PaperKeying
from feedback_app.paper.operations.locking import hold_batch
from feedback_app.paper.operations.reasons import RETURNED_BLANK
from feedback_app.paper.operations.trail import record_about
from feedback_app.paper.queries.checks import Answers
from feedback_app.staff.queries import Member
from feedback_app.surveys import operations as surveys
from feedback_app.surveys import queries as responses


def correct_from_paper(session: Session, response_id: UUID, truth: Answers, *, member: Member, now: datetime) -> bool:
    """Let the response of a numbered form say what stands on its paper; whether it still counts. One on which nothing
    stands leaves the count, and its number came back blank. Needs the lock of the number."""
    stored = responses.keyed_answers(session, response_id)
    if stored is None:
        return False
    if truth or stored.has_text:
        surveys.correct(session, response_id, answers=truth, now=now)
        return True
    number, batch_id = session.execute(
        select(PaperForm.number, PaperForm.batch_id).where(PaperForm.response_id == response_id)
    ).one()
    batch = hold_batch(session, batch_id)
    form = session.get_one(PaperForm, number, with_for_update=True, populate_existing=True)
    surveys.remove(session, response_id, now=now)
    session.execute(delete(PaperKeying).where(PaperKeying.response_id == response_id))
    form.response_id = form.source = None
    form.spoiled_at, form.spoiled_by, form.spoiled_reason = now, member.id, RETURNED_BLANK
    record_about(session, batch, member, now, "paper.returned_blank", details={"number": number})
    session.flush()
    return False
