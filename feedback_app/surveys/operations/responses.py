"""Writes of responses. Nothing here commits; the caller's one commit stores a response together
with the request to count its day again, so neither exists without the other."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final, Literal, cast
from uuid import UUID

from sqlalchemy import Row, Table, bindparam, delete, exists, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from feedback_app import recounts
from feedback_app.departments import queries as departments
from feedback_app.kit.errors import N_, Conflict, Invalid, NotFound
from feedback_app.recounts import Bucket
from feedback_app.surveys import queries
from feedback_app.surveys.commands import SubmitResponse
from feedback_app.surveys.models import Comment, Response
from feedback_app.surveys.operations.conflicts import keep_conflict
from feedback_app.surveys.operations.rewriting import request_recount, rewrite, rewrite_comments, write_comments
from feedback_app.surveys.versions import Content, check, content_hash
from feedback_app.tokens import operations as tokens
from feedback_app.tokens.codes import Token
from feedback_app.tokens.commands import Verification

# Made once: building a statement of twenty columns anew costs more than running it. Whether the same device began
# another response moments before (a repeated press, most likely) is found out on the way in, and the request to count
# the response goes along: neither is stored without the other.
_RESPONSES = cast(Table, Response.__table__)
_BEFORE = _RESPONSES.alias("before")
_GIVEN = (
    "id",
    "version_id",
    "channel",
    "place_id",
    "counter_id",
    "receiving_department_id",
    "rated_department_id",
    "field_id",
    "procedure_id",
    "stage",
    "assisted",
    "device_id",
    "choice_ids",
    "revision",
    "content_hash",
    "answered_at",
    "received_at",
    "sealed_at",
    "keyed_at",
    "keyer_id",
    "trapped",
    "verification",
    "demonstration",
)
_STORED = (
    upsert(_RESPONSES)
    .values(
        {name: bindparam(name, type_=_RESPONSES.c[name].type) for name in _GIVEN}
        | {
            "rapid": exists().where(
                _BEFORE.c.device_id == bindparam("device_id"),
                _BEFORE.c.answered_at > bindparam("rapid_after"),
                _BEFORE.c.answered_at <= bindparam("answered_at"),
            )
        }
    )
    .on_conflict_do_nothing(index_elements=[_RESPONSES.c.id])
    .returning(_RESPONSES.c.id, _RESPONSES.c.rated_department_id, _RESPONSES.c.answered_on)
    .cte("stored")
)
_STORE = select(_STORED.c.id).add_cte(
    recounts.requesting(
        "ratings",
        subject_id=_STORED.c.rated_department_id,
        day=_STORED.c.answered_on,
        now=bindparam("received_at", type_=_RESPONSES.c.received_at.type),
    ).cte("requested")
)

# Above every revision that a kiosk sends: what it delivers of a response after its phone is overtaken.
FINISHED_ON_PHONE: Final = 32_001

Outcome = Literal["stored", "completed", "same", "superseded", "conflict", "answered_before"]


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a delivery.

    `stored`: a new response. `completed`: the partial one under this id now says this. `same`: it was here already.
    `superseded`: a later delivery of the same response came first; nothing to do. `conflict`: the id is sealed with
    other content; this delivery is kept for a person to settle and the response is as it was. `answered_before`: its
    dossier has an answer of this stage already; this one is not kept.
    """

    id: UUID
    outcome: Outcome
    sealed: bool


class AlreadySealed(Conflict):
    """The id belongs to a finished response with other content."""


class ResponseNotFound(NotFound):
    """There is no such response, or it was removed already."""


class FutureAnswer(Invalid):
    """Nobody can have answered after now."""


class WrongProcedure(Invalid):
    """There is no such procedure, or it belongs to another field than the one named."""


def submit(session: Session, command: SubmitResponse, *, now: datetime, rapid_seconds: int) -> Receipt:
    """Store one delivery and ask for its day to be counted.

    Raises BadAnswer (what is wrong, beside the question), WrongProcedure and FutureAnswer. A conflict is not raised but
    returned, because what was delivered has to be committed for review; the door then answers with AlreadySealed.
    Neither is an answer that came too late for its dossier, which is counted.
    """
    if command.answered_at > now:
        raise FutureAnswer(N_("Ngày trả lời không thể ở tương lai."), field="answered_on")
    version = queries.version(session, command.version_id)
    content = check(version, command)
    command = _in_its_field(session, command)
    digest = content_hash(command, content)
    verification = None
    # What is known here is delivered again, and has spent its token itself.
    if command.token is not None and not _is_known(session, command.id):
        verification = _spend(session, command, command.token, now=now)
        # Another delivery of the same response may have spent it while this one waited for it.
        if verification is None and not _is_known(session, command.id):
            return _answered_before(session, command, now=now)
    if _insert(session, command, content, digest, verification, now=now, rapid_seconds=rapid_seconds):
        if command.device_id is not None:
            _mark_repeats(session, command, now=now, rapid_seconds=rapid_seconds)
        if command.demonstration:
            queries.forget_demonstration()
        return Receipt(command.id, "stored", command.sealed)
    return _deliver_again(session, command, content, digest, now=now)


def remove(session: Session, response_id: UUID, *, now: datetime) -> None:
    """Take a response out of every count; its id stays known, so a repeated delivery does not bring it back.

    The dossier it named, if any, stays answered: nobody knows which it was. Who removed it and why belongs in the audit
    trail, which the caller writes. Raises ResponseNotFound.
    """
    response = session.get(Response, response_id, with_for_update=True)
    if response is None or response.removed_at is not None:
        raise ResponseNotFound(N_("Không tìm thấy phiếu này, hoặc phiếu đã được hoàn tác."))
    response.removed_at = now
    request_recount(session, now, (response.rated_department_id, response.answered_at))


def exclude(session: Session, response_ids: Collection[UUID], *, exclusion_id: int, now: datetime) -> list[UUID]:
    """Take responses out of every count under an exclusion, until `include`; returns the ids of those it took.

    Removed ones and those another exclusion holds are left as they are. A repeated delivery of an excluded response is
    acknowledged as ever and does not bring it back. Who may do this is for the exclusions slice to say.
    """
    taken = session.execute(
        update(Response)
        .where(Response.id.in_(response_ids), Response.removed_at.is_(None), Response.excluded_at.is_(None))
        .values(excluded_at=now, exclusion_id=exclusion_id)
        .returning(Response.id, Response.rated_department_id, Response.answered_on)
    ).all()
    return _recounted(session, taken, now)


def include(session: Session, *, exclusion_id: int, now: datetime) -> list[UUID]:
    """Let what an exclusion holds count again, exactly as it did; returns the ids."""
    returned = session.execute(
        update(Response)
        .where(Response.exclusion_id == exclusion_id)
        .values(excluded_at=None, exclusion_id=None)
        .returning(Response.id, Response.rated_department_id, Response.answered_on)
    ).all()
    return _recounted(session, returned, now)


def _recounted(session: Session, rows: Sequence[Row[UUID, int, date]], now: datetime) -> list[UUID]:
    days = sorted({Bucket(department_id, day) for _, department_id, day in rows})
    recounts.request(session, "ratings", days, now=now)
    return [response_id for response_id, _, _ in rows]


def remove_demonstration(session: Session, *, now: datetime) -> int:
    """Delete every demonstration response and ask for its days to be counted; returns how many there were."""
    days = session.execute(
        select(Response.rated_department_id, Response.answered_on).where(Response.demonstration).distinct()
    ).all()
    recounts.request(session, "ratings", [Bucket(department, day) for department, day in days], now=now)
    removed = session.execute(delete(Response).where(Response.demonstration).returning(Response.id)).all()
    queries.forget_demonstration()
    return len(removed)


def _in_its_field(session: Session, command: SubmitResponse) -> SubmitResponse:
    """The command with the field of its procedure, where it names one."""
    if command.procedure_id is None:
        return command
    field_id = departments.field_of(session, procedure_id=command.procedure_id)
    if field_id is None:
        raise WrongProcedure(N_("Không có thủ tục này."), field="field")
    if command.field_id not in (None, field_id):
        raise WrongProcedure(N_("Thủ tục này không thuộc lĩnh vực đã chọn."), field="field")
    return replace(command, field_id=field_id)


def _insert(
    session: Session,
    command: SubmitResponse,
    content: Content,
    digest: bytes,
    verification: Verification | None,
    *,
    now: datetime,
    rapid_seconds: int,
) -> bool:
    """Insert the response, its texts and the request to count it; False when its id is here already."""
    inserted = (
        session.connection()
        .execute(
            _STORE,
            {
                "id": command.id,
                "version_id": command.version_id,
                "channel": command.channel,
                "place_id": command.place_id,
                "counter_id": command.counter_id,
                "receiving_department_id": command.receiving_department_id,
                "rated_department_id": command.rated_department_id,
                "field_id": command.field_id,
                "procedure_id": command.procedure_id,
                "stage": command.stage,
                "assisted": command.assisted,
                "device_id": command.device_id,
                "choice_ids": list(content.choice_ids),
                "revision": command.revision,
                "content_hash": digest,
                "answered_at": command.answered_at,
                "received_at": now,
                "sealed_at": now if command.sealed else None,
                "keyed_at": now if command.channel in ("paper", "scan") else None,
                "keyer_id": command.keyer_id,
                "trapped": command.trapped,
                "verification": verification,
                "rapid_after": command.answered_at - timedelta(seconds=rapid_seconds),
                "demonstration": command.demonstration,
            },
        )
        .first()
    )
    if inserted is None:
        return False
    write_comments(session, command.id, content)
    return True


def _mark_repeats(session: Session, command: SubmitResponse, *, now: datetime, rapid_seconds: int) -> None:
    """What the same device began moments after this one is a repeated press, though it arrived first.

    Two deliveries of one device at once would not see each other: whoever delivers for devices lets them wait.
    """
    marked = session.execute(
        update(Response)
        .where(
            Response.device_id == command.device_id,
            Response.answered_at > command.answered_at,
            Response.answered_at < command.answered_at + timedelta(seconds=rapid_seconds),
            Response.rapid.is_(False),
        )
        .values(rapid=True)
        .returning(Response.id, Response.rated_department_id, Response.answered_on)
    ).all()
    _recounted(session, marked, now)


def _deliver_again(
    session: Session, command: SubmitResponse, content: Content, digest: bytes, *, now: datetime
) -> Receipt:
    stored = session.execute(
        select(Response).where(Response.id == command.id).with_for_update().execution_options(populate_existing=True)
    ).scalar_one()
    names_dossier = command.token is not None and stored.verification is None and stored.sealed_at is None
    if stored.content_hash == digest and (stored.sealed_at is not None or not command.sealed) and not names_dossier:
        # A delivery between the two that arrives late must still find itself overtaken.
        stored.revision = max(stored.revision, command.revision)
        return Receipt(stored.id, "same", stored.sealed_at is not None)
    if command.revision < stored.revision and not _adds_to_finished(session, stored, content):
        return Receipt(stored.id, "superseded", stored.sealed_at is not None)
    if stored.sealed_at is not None or stored.removed_at is not None or not _same_door(stored, command):
        keep_conflict(session, command, digest, now=now)
        return Receipt(stored.id, "conflict", stored.sealed_at is not None)
    if command.token is not None and stored.verification is None:
        stored.verification = _spend(session, command, command.token, now=now)
        if stored.verification is None:
            # Its first touch counted; who then named a dossier that was answered for takes it back. The same delivery
            # again finds itself known.
            stored.removed_at = stored.sealed_at = now
            stored.content_hash, stored.revision = digest, command.revision
            session.flush()
            request_recount(session, now, (stored.rated_department_id, stored.answered_at))
            return _answered_before(session, command, now=now)
    stored.sealed_at = now if command.sealed else None
    rewrite(session, stored, command, content, revision=command.revision, now=now)
    rewrite_comments(session, stored.id, content)
    return Receipt(stored.id, "completed", command.sealed)


def _is_known(session: Session, response_id: UUID) -> bool:
    return bool(session.scalar(select(exists().where(Response.id == response_id))))


def _spend(session: Session, command: SubmitResponse, token: Token, *, now: datetime) -> Verification | None:
    """An office knows dossiers of its own: one that it named for another department's answers counts as unverified."""
    concerned = {command.receiving_department_id, command.rated_department_id}
    return tokens.spend(session, token, department_ids=concerned, now=now)


def _answered_before(session: Session, command: SubmitResponse, *, now: datetime) -> Receipt:
    # A kiosk sends each touch; the person is counted once, at the end.
    if command.sealed:
        tokens.count_answered_before(
            session, department_id=command.rated_department_id, stage=command.stage, channel=command.channel, now=now
        )
    return Receipt(command.id, "answered_before", command.sealed)


def _adds_to_finished(session: Session, stored: Response, content: Content) -> bool:
    """Whether a kiosk says something of a response that its citizen finished on a phone without it."""
    if stored.revision != FINISHED_ON_PHONE or stored.sealed_at is None:
        return False
    texts = session.execute(select(Comment.question_id, Comment.text).where(Comment.response_id == stored.id))
    return not (content.comments.items() <= {key: text for key, text in texts}.items()) or not (
        set(content.choice_ids) <= set(stored.choice_ids)
    )


def _same_door(stored: Response, command: SubmitResponse) -> bool:
    return (stored.version_id, stored.channel, stored.place_id, stored.counter_id) == (
        command.version_id,
        command.channel,
        command.place_id,
        command.counter_id,
    )
