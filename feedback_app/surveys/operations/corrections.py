"""What a paper form says after somebody looked at the paper again."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback_app.kit.errors import N_, Conflict
from feedback_app.surveys import queries
from feedback_app.surveys.commands import SubmitResponse
from feedback_app.surveys.models import Comment, Response
from feedback_app.surveys.operations.responses import ResponseNotFound
from feedback_app.surveys.operations.rewriting import rewrite
from feedback_app.surveys.versions import check


class NothingToReadAgain(Conflict):
    """Only a finished response from paper can be compared with what its citizen wrote."""


def correct(session: Session, response_id: UUID, *, answers: Mapping[str, tuple[str, ...]], now: datetime) -> None:
    """Let a response say what stands on its paper: `answers` are keys of choices by question key, all of them.

    It stays the same response of the same day with the same texts, and its day is counted again; what is published
    stays as it is. A question that asks for an answer may be blank, as it may on paper. One that two people excluded is
    corrected where it stands, and counts rightly if it returns. A late delivery of what was keyed first finds itself
    superseded and changes nothing. Who settled it and why belongs in the audit trail, which the caller writes.
    Raises ResponseNotFound for a removed one, NothingToReadAgain for a partial one or one of another door, and
    BadAnswer, also where neither answer nor text would be left.
    """
    stored = session.get(Response, response_id, with_for_update=True, populate_existing=True)
    if stored is None or stored.removed_at is not None:
        raise ResponseNotFound(N_("Không tìm thấy phiếu này, hoặc phiếu đã được hoàn tác."))
    if stored.channel not in ("paper", "scan") or stored.sealed_at is None:
        raise NothingToReadAgain(N_("Chỉ phiếu giấy đã nhập xong mới đối chiếu lại được với tờ giấy."))
    version = queries.version(session, stored.version_id)
    texts = {
        text.question_id: text.text or text.shown_text or ""
        for text in session.scalars(select(Comment).where(Comment.response_id == response_id))
    }
    command = SubmitResponse(
        id=stored.id,
        version_id=stored.version_id,
        channel=stored.channel,  # type: ignore[arg-type]  # the database allows these channels alone
        receiving_department_id=stored.receiving_department_id,
        rated_department_id=stored.rated_department_id,
        place_id=stored.place_id,
        counter_id=stored.counter_id,
        field_id=stored.field_id,
        procedure_id=stored.procedure_id,
        stage=stored.stage,  # type: ignore[arg-type]  # likewise the stages
        answers=answers,
        comments={question.key: texts[question.id] for question in version.questions if question.id in texts},
        answered_at=stored.answered_at,
        sealed=False,
        assisted=stored.assisted,
    )
    rewrite(session, stored, command, check(version, command), revision=stored.revision + 1, now=now)
