"""What becomes of deliveries that said something else of a finished response. Nothing here commits."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, exists, insert, or_, select
from sqlalchemy.orm import Session

from feedback_app.kit.errors import N_, Conflict
from feedback_app.surveys import queries
from feedback_app.surveys.commands import ConflictDecision, SubmitResponse
from feedback_app.surveys.kept_deliveries import as_delivered, as_kept
from feedback_app.surveys.models import Response, ResponseConflict
from feedback_app.surveys.operations.rewriting import rewrite, rewrite_comments
from feedback_app.surveys.queries.conflicts import ConflictNotFound
from feedback_app.surveys.versions import ON_PAPER, check


class AlreadySettled(Conflict):
    """Somebody was faster."""


class NothingToReplace(Conflict):
    """The response was taken out of every count for good; another delivery does not bring it back."""


@dataclass(frozen=True, slots=True)
class Unsettled:
    """Whom a conflict concerns: the departments that one or the other delivery rates, and who keyed them."""

    department_id: int
    later_department_id: int
    keyer_ids: frozenset[int]


def keep_conflict(session: Session, command: SubmitResponse, digest: bytes, *, now: datetime) -> None:
    """Keep a delivery for a person to settle, once however often it is repeated; its response has to be locked."""
    kept = exists().where(ResponseConflict.response_id == command.id, ResponseConflict.content_hash == digest)
    if not session.scalar(select(kept)):
        session.execute(
            insert(ResponseConflict).values(
                response_id=command.id, received_at=now, content=as_kept(command), content_hash=digest
            )
        )


def hold_conflict(session: Session, conflict_id: int, *, before: datetime) -> Unsettled:
    """Lock a conflict that arrived before a moment, until the end of the transaction, and say whom it concerns.

    Raises ConflictNotFound and AlreadySettled.
    """
    row, stored = _locked(session, conflict_id)
    if row.received_at >= before:
        raise ConflictNotFound(N_("Không có cặp phiếu trái nhau này."))
    later = as_delivered(row.content)
    keyers = frozenset(each for each in (stored.keyer_id, later.keyer_id) if each is not None)
    return Unsettled(stored.rated_department_id, later.rated_department_id, keyers)


def settle_conflict(
    session: Session, conflict_id: int, *, decision: ConflictDecision, settled_by: int, now: datetime
) -> None:
    """Say which of the two deliveries counts.

    Replaced, the response says under its own id all that the later delivery says, door and texts too; the texts wait
    for their review, what was said before is gone, and its day is counted again. It stays a response of the day of its
    first touch, and one that two people excluded stays out. Devices that go on delivering either of the two find
    themselves known or superseded. Who may do this is for the exclusions slice to say, and to record.
    Raises ConflictNotFound, AlreadySettled, and NothingToReplace for a removed response.
    """
    row, stored = _locked(session, conflict_id)
    if decision == "replaced":
        if stored.removed_at is not None:
            raise NothingToReplace(N_("Phiếu này đã được hoàn tác và không còn được tính, nên không thay được nữa."))
        _replace(session, stored, as_delivered(row.content), received_at=row.received_at, now=now)
    row.settled_at, row.settled_by, row.decision = now, settled_by, decision
    session.flush()


def forget_conflicts(session: Session, *, settled_before: datetime, received_before: datetime) -> int:
    """Delete deliveries that were settled before a moment, or arrived before another and were never settled.

    They hold free text as it was written, which no review has masked (Luật 91/2025/QH15). Returns how many there were.
    """
    gone = session.execute(
        delete(ResponseConflict)
        .where(
            or_(ResponseConflict.settled_at < settled_before, ResponseConflict.received_at < received_before),
        )
        .returning(ResponseConflict.id)
    ).all()
    return len(gone)


def _locked(session: Session, conflict_id: int) -> tuple[ResponseConflict, Response]:
    """The conflict and its response; the response first, as deliveries lock it before they keep a conflict."""
    response_id = session.scalar(select(ResponseConflict.response_id).where(ResponseConflict.id == conflict_id))
    stored = response_id and session.get(Response, response_id, with_for_update=True, populate_existing=True)
    row = stored and session.get(ResponseConflict, conflict_id, with_for_update=True, populate_existing=True)
    if not row or not stored:
        raise ConflictNotFound(N_("Không có cặp phiếu trái nhau này."))
    if row.settled_at is not None:
        raise AlreadySettled(N_("Cặp phiếu này vừa được người khác xử lý. Xin mở lại danh sách để xem kết quả."))
    return row, stored


def _replace(
    session: Session, stored: Response, later: SubmitResponse, *, received_at: datetime, now: datetime
) -> None:
    content = check(queries.version(session, later.version_id), later)
    stored.version_id, stored.channel = later.version_id, later.channel
    stored.place_id, stored.counter_id = later.place_id, later.counter_id
    stored.receiving_department_id = later.receiving_department_id
    stored.device_id, stored.keyer_id, stored.trapped = later.device_id, later.keyer_id, later.trapped
    stored.keyed_at = received_at if later.channel in ON_PAPER else None
    if stored.sealed_at is None and later.sealed:
        stored.sealed_at = received_at
    # Above both, so that whoever delivers what was said first again is told that it is superseded.
    revision = max(stored.revision, later.revision) + 1
    rewrite(session, stored, later, content, revision=revision, now=now)
    rewrite_comments(session, stored.id, content)
