"""Papers that wait to be settled, and somebody outside the department who settles them."""

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from feedback_app.paper import operations, queries
from feedback_app.paper.models import PaperBatch, PaperForm
from feedback_app.staff.queries import Member
from tests.paper.scanned import (
    NOW,
    RULE,
    Desk,
)
from tests.paper.stacks import ID

OF_KEYED = ("same", "corrected", "second", "discarded")
BAD_DAY = date(2026, 2, 27)
OTHER = {"chung": [2]}
LATER = NOW + timedelta(minutes=10)


def batch_of(session: Session, desk: Desk) -> PaperBatch:
    return session.get_one(PaperBatch, session.get_one(PaperForm, desk.numbers[0]).batch_id, populate_existing=True)


def key(session: Session, desk: Desk, keyer: Member, *, percent: int = 0) -> None:
    """The first number, with the answers of GOOD."""
    operations.key_form(
        session,
        now=NOW,
        keyer=keyer,
        sitting=queries.sitting_of(queries.batch(session, batch_of(session, desk).id), today=NOW.date()),
        number=desk.numbers[0],
        response_id=UUID(ID),
        answers={"chung": ("hai-long",), "thai-do": ("tot",)},
        comments={},
        rapid_seconds=0,
        second_keying_percent=percent,
    )
    session.commit()


def conflict(session: Session) -> queries.ConflictView:
    (found,) = queries.conflicts(session, department_ids=None)
    return found


def offered(session: Session) -> tuple[str, ...]:
    return operations.decisions(session, conflict(session).page_id)


def decide(session: Session, desk: Desk, decision: str, *, answered_on: date | None = None) -> None:
    operations.decide_conflict(
        session,
        conflict(session).page_id,
        decision=decision,  # type: ignore[arg-type]
        reason="Tờ giấy nói vậy",
        answered_on=answered_on,
        member=desk.uploader,
        now=NOW,
    )
    session.commit()


def answer_field(session: Session, desk: Desk, choice: int) -> None:
    field = queries.next_field(session, department_ids=None)
    assert field is not None
    operations.decide_field(
        session, field.id, verdict="marked", chosen=[choice], member=desk.uploader, rule=RULE, now=NOW
    )
    operations.settle_reviewed(session, now=LATER)
    session.commit()
