"""Which keyed forms come into the sample that is keyed again. Nothing here commits."""

import secrets
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from feedback_app.kit.errors import N_, Conflict
from feedback_app.paper.models import PaperCheck, PaperForm, PaperKeying
from feedback_app.paper.serials import grouped


class AlreadyChecked(Conflict):
    """Somebody was faster: the form no longer waits for this."""


def draw(
    session: Session,
    *,
    response_id: UUID,
    batch_id: int,
    number: int,
    department_id: int,
    answered_on: date,
    keyer_id: int,
    percent: int,
    now: datetime,
) -> None:
    """Put a form just keyed into the sample, with a chance of `percent` in a hundred. Its keyer is not told.

    Called where a form with a number is stored; one without cannot be found again.
    """
    if secrets.randbelow(100) < percent:
        _insert(
            session,
            response_id=response_id,
            batch_id=batch_id,
            number=number,
            department_id=department_id,
            answered_on=answered_on,
            first_keyer_id=keyer_id,
            drawn_at=now,
        )


def draw_at_least_one(session: Session, batch_id: int, *, now: datetime) -> None:
    """Where chance has drawn none of a batch's keyed forms, draw one; called while the batch is being closed."""
    if session.scalar(select(exists().where(PaperCheck.batch_id == batch_id))):
        return
    keyed = session.execute(
        select(PaperKeying, PaperForm.number)
        .join(PaperForm, PaperForm.response_id == PaperKeying.response_id)
        .where(PaperForm.batch_id == batch_id, PaperForm.source == "keyed")
        .order_by(PaperForm.number)
        .with_for_update(of=PaperForm)
    ).all()
    if keyed:
        chosen, number = secrets.choice(keyed)
        _insert(
            session,
            response_id=chosen.response_id,
            batch_id=batch_id,
            number=number,
            department_id=chosen.department_id,
            answered_on=chosen.answered_on,
            first_keyer_id=chosen.keyer_id,
            drawn_at=now,
        )


def withdraw(session: Session, response_id: UUID) -> None:
    """Take a form that is being undone out of the sample; called before its response is removed.

    Raises AlreadyChecked once somebody has keyed it again or looked for its paper: what they found would be lost.
    """
    row = locked(session, response_id)
    if row is None:
        return
    if row.state != "waiting":
        raise AlreadyChecked(
            N_("Phiếu số %(number)s đã được người khác kiểm tra lại nên không hoàn tác được nữa."),
            number=grouped(row.number),
        )
    session.delete(row)
    session.flush()


def _insert(session: Session, **values: Any) -> None:
    session.execute(
        upsert(PaperCheck)
        .values(**values, state="waiting", not_independent=False)
        .on_conflict_do_nothing(index_elements=[PaperCheck.response_id])
    )


def locked(session: Session, response_id: UUID) -> PaperCheck | None:
    """The check of a response, until the transaction ends; None for one that was not drawn."""
    return session.scalars(
        select(PaperCheck)
        .where(PaperCheck.response_id == response_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
