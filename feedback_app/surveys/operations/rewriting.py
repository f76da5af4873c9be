"""How a response that is stored comes to say something else: delivered again, or settled by a person.

The response has to be locked. It keeps its id, the moment of its first touch and every mark of the count. Nothing here
commits.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from feedback_app import recounts
from feedback_app.kit.clock import local_day
from feedback_app.recounts import Bucket
from feedback_app.surveys.commands import SubmitResponse
from feedback_app.surveys.models import Comment, Response
from feedback_app.surveys.versions import Content, content_hash


def rewrite(
    session: Session, stored: Response, command: SubmitResponse, content: Content, *, revision: int, now: datetime
) -> None:
    """Let `stored` say what `command`, checked as `content`, says, texts aside; both its days are counted again.

    Deliveries below `revision` are superseded from then on.
    """
    before = (stored.rated_department_id, stored.answered_at)
    stored.choice_ids = list(content.choice_ids)
    stored.content_hash = content_hash(command, content)
    stored.revision = revision
    stored.rated_department_id = command.rated_department_id
    stored.field_id = command.field_id
    stored.procedure_id = command.procedure_id
    stored.stage = command.stage
    stored.assisted = command.assisted
    session.flush()
    request_recount(session, now, before, (stored.rated_department_id, stored.answered_at))


def rewrite_comments(session: Session, response_id: UUID, content: Content) -> None:
    """Let the response have these texts, held for their review, and no others."""
    session.execute(delete(Comment).where(Comment.response_id == response_id))
    write_comments(session, response_id, content)


def write_comments(session: Session, response_id: UUID, content: Content) -> None:
    if content.comments:
        session.execute(
            insert(Comment),
            [{"response_id": response_id, "question_id": key, "text": text} for key, text in content.comments.items()],
        )


def request_recount(session: Session, now: datetime, *answers: tuple[int, datetime]) -> None:
    """Ask for the days to be counted on which something was answered about a department (id, moment)."""
    buckets = {Bucket(department_id, local_day(answered_at)) for department_id, answered_at in answers}
    recounts.request(session, "ratings", sorted(buckets), now=now)
