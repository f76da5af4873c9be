"""Reads of issued tokens, and of how often an answer came too late. Whether a token is spent is told nowhere: whoever
holds a slip could ask again and again and learn the minute in which it was answered."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from feedback_app.tokens.codes import Token
from feedback_app.tokens.models import AnsweredBefore, IssuedToken


def is_issued(session: Session, token: Token, *, day: date) -> bool:
    """Whether the office named this dossier at this stage, on a slip that has not expired on the day."""
    found = exists().where(IssuedToken.digest == token.digest, IssuedToken.expires_on >= day)
    return bool(session.scalar(select(found)))


def answered_before(
    session: Session, *, first: date, before: date, department_ids: Collection[int] | None = None
) -> dict[int, int]:
    """By department, how many answers of the days were not stored because their dossier had one already."""
    query = (
        select(AnsweredBefore.department_id, func.sum(AnsweredBefore.attempts))
        .where(AnsweredBefore.day >= first, AnsweredBefore.day < before)
        .group_by(AnsweredBefore.department_id)
    )
    if department_ids is not None:
        query = query.where(AnsweredBefore.department_id.in_(department_ids))
    return {row[0]: int(row[1]) for row in session.execute(query)}
