"""How a response begun at a kiosk is finished on its citizen's own phone, by a code that is shown there and scanned.

The phone is asked for the texts alone and is told nothing of what was touched before: whoever else reads the code off
the screen learns nothing. Nothing here commits.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final, cast
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from feedback_app.kit.errors import N_, Conflict, Gone, NotFound
from feedback_app.surveys import queries
from feedback_app.surveys.commands import Channel, SubmitResponse
from feedback_app.surveys.models import Comment, Response, ResponseHandover
from feedback_app.surveys.operations.responses import (
    FINISHED_ON_PHONE,
    AlreadySealed,
    Receipt,
    ResponseNotFound,
    submit,
)
from feedback_app.surveys.versions import QuestionView, VersionView, examine
from feedback_app.tokens.commands import Stage

LASTS: Final = timedelta(minutes=10)
# Somebody who opened the page in time may take this long over their words.
WRITING: Final = timedelta(hours=1)


class NothingToWrite(Conflict):
    """The questionnaire asks for no text, or a question that only the kiosk can ask must be answered first."""


class HandoverNotFound(NotFound):
    """No code leads here."""


class HandoverOver(Gone):
    """The code was shown too long ago."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the phone is asked: the texts of this version, none of its choices."""

    version: VersionView

    @property
    def questions(self) -> tuple[QuestionView, ...]:
        return tuple(each for each in self.version.questions if each.kind == "text")


def hand_over(session: Session, response_id: UUID, *, device_id: UUID, now: datetime) -> str:
    """A token, told this once, by which a phone may finish a response of this device within ten minutes.

    Raises ResponseNotFound, AlreadySealed and NothingToWrite.
    """
    stored = session.get(Response, response_id)
    if stored is None or stored.device_id != device_id or stored.removed_at is not None:
        raise ResponseNotFound(N_("Ki-ốt này không có phiếu ấy đang điền dở."), field="id")
    if stored.sealed_at is not None:
        raise AlreadySealed(N_("Phiếu này đã gửi xong, không viết tiếp được nữa."), field="id")
    version = queries.version(session, stored.version_id)
    _, wrong = examine(version, _finished(session, stored, version, {}))
    texts = {each.key for each in Asked(version).questions}
    if not texts or set(wrong) - texts:
        raise NothingToWrite(N_("Phiếu này không có gì để viết tiếp trên điện thoại."), field="id")
    token = secrets.token_urlsafe(16)
    session.add(ResponseHandover(digest=_digest(token), response_id=response_id, expires_at=now + LASTS))
    return token


def handed_over(session: Session, token: str, *, now: datetime, within: timedelta = timedelta()) -> Asked:
    """What to ask whoever opens a code, or is given it back `within` this time after.

    Raises HandoverNotFound, AlreadySealed and HandoverOver.
    """
    _, stored = _found(session, token, now=now, within=within)
    if stored.sealed_at is not None:
        raise AlreadySealed(N_("Phiếu này đã gửi xong. Cảm ơn Ông/Bà."))
    return Asked(queries.version(session, stored.version_id))


def finish(session: Session, token: str, comments: Mapping[str, str], *, now: datetime) -> Receipt:
    """Complete and seal the response with these texts, by question key, beside what was touched at the kiosk.

    The same rules hold as for any delivery: sent twice it is "same", and where the response was sealed with other
    content meanwhile it is a "conflict" and kept for review. Raises HandoverNotFound, HandoverOver and BadAnswer.
    """
    handover, stored = _found(session, token, now=now, within=WRITING, lock=True)
    version = queries.version(session, stored.version_id)
    command = _finished(session, stored, version, comments)
    receipt = submit(session, command, now=now, rapid_seconds=0)
    handover.used_at = handover.used_at or now
    return receipt


def forget_handovers(session: Session, *, before: datetime) -> int:
    """Delete codes that were over before a moment; returns how many there were."""
    gone = session.execute(
        delete(ResponseHandover).where(ResponseHandover.expires_at < before).returning(ResponseHandover.digest)
    )
    return len(gone.all())


def _found(
    session: Session, token: str, *, now: datetime, within: timedelta, lock: bool = False
) -> tuple[ResponseHandover, Response]:
    """The code and its response as it is stored now; locked in this order, so that two phones wait for each other."""
    query = select(ResponseHandover).where(ResponseHandover.digest == _digest(token))
    handover = session.scalars(query.with_for_update() if lock else query).one_or_none()
    if handover is None:
        raise HandoverNotFound(N_("Mã này không dẫn đến phiếu nào. Xin quét lại mã trên ki-ốt."))
    stored = session.get(Response, handover.response_id, populate_existing=True, with_for_update=lock or None)
    if stored is None or stored.removed_at is not None or now >= handover.expires_at + within:
        raise HandoverOver(
            N_("Mã này đã quá hạn. Những gì Ông/Bà đã chạm trên ki-ốt vẫn được tính, không cần làm gì thêm.")
        )
    return handover, stored


def _finished(session: Session, stored: Response, version: VersionView, comments: Mapping[str, str]) -> SubmitResponse:
    """The response as it was stored with these texts, sealed, above every revision a kiosk sends."""
    picked = set(stored.choice_ids)
    keys = {each.id: each.key for each in version.questions}
    written = {
        keys[question_id]: text
        for question_id, text in session.execute(
            select(Comment.question_id, Comment.text).where(Comment.response_id == stored.id)
        )
        if text
    }
    return SubmitResponse(
        id=stored.id,
        version_id=stored.version_id,
        channel=cast(Channel, stored.channel),
        receiving_department_id=stored.receiving_department_id,
        rated_department_id=stored.rated_department_id,
        answers={
            question.key: tuple(choice.key for choice in question.choices if choice.id in picked)
            for question in version.questions
            if any(choice.id in picked for choice in question.choices)
        },
        comments=written | {key: text for key, text in comments.items() if text.strip()},
        answered_at=stored.answered_at,
        sealed=True,
        revision=FINISHED_ON_PHONE,
        place_id=stored.place_id,
        counter_id=stored.counter_id,
        field_id=stored.field_id,
        procedure_id=stored.procedure_id,
        stage=cast(Stage | None, stored.stage),
        assisted=stored.assisted,
        device_id=stored.device_id,
        demonstration=stored.demonstration,
    )


def _digest(token: str) -> bytes:
    """What is kept of a token. It is 128 random bits, which nobody can guess from their SHA-256."""
    return sha256(token.encode()).digest()
