"""Reads of issued tokens, and of how often an answer came too late. Whether a token is spent is told nowhere: whoever
holds a slip could ask again and again and learn the minute in which it was answered."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from feedback_app.tokens.codes import Token
from feedback_app.tokens.commands import STAGES, Stage
from feedback_app.tokens.models import AnsweredBefore, IssuedToken


def issued_stage(session: Session, token: Token, *, department_ids: Collection[int], day: date) -> Stage | None:
    """The stage at which an office of one of these departments named this dossier, on a slip that has not expired on
    the day; None if none did."""
    stages = {token.issued_digest(stage, each): stage for stage in STAGES for each in department_ids}
    found = session.scalar(
        select(IssuedToken.digest).where(IssuedToken.digest.in_(stages), IssuedToken.expires_on >= day).limit(1)
    )
    return None if found is None else stages[found]


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
