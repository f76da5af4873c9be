"""Lets a response say what stands on its paper, whoever found that out: a third keyer, or its scan. Commits nothing."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from feedback_app.paper.queries.checks import Answers
from feedback_app.surveys import operations as surveys
from feedback_app.surveys import queries as responses


def correct_from_paper(session: Session, response_id: UUID, truth: Answers, now: datetime) -> None:
    """Let a response say what stands on its paper; one on which nothing stands leaves the count."""
    stored = responses.keyed_answers(session, response_id)
    if stored is None:
        return
    if truth or stored.has_text:
        surveys.correct(session, response_id, answers=truth, now=now)
    else:
        surveys.remove(session, response_id, now=now)
