"""What became of one response, for whoever holds its look-up code: never what was answered."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback_app.kit.clock import local_day
from feedback_app.kit.errors import N_, NotFound
from feedback_app.surveys.lookups import lookup_digest, read_code
from feedback_app.surveys.models import Comment, Response, ResponseLookup


class LookupNotFound(NotFound):
    """No response has this code; whether it was ever one is not said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LookedUp:
    """`comment_states` are those of its texts: 'held', 'cleared', 'refused', each once."""

    response_id: UUID
    department_id: int
    received_at: datetime
    answered_on: date
    finished: bool
    rapid: bool
    removed_at: datetime | None
    comment_states: frozenset[str]

    @property
    def received_on(self) -> date:
        return local_day(self.received_at)


def look_up(session: Session, written: str) -> LookedUp:
    """The response a code was made for, however the code was typed. Raises LookupNotFound."""
    code = read_code(written)
    row = None
    if code is not None:
        row = session.scalars(
            select(Response)
            .join(ResponseLookup, ResponseLookup.response_id == Response.id)
            .where(ResponseLookup.digest == lookup_digest(code))
        ).one_or_none()
    if row is None:
        raise LookupNotFound(
            N_("Không tìm thấy phiếu nào với mã này. Mã gồm 10 chữ và số; phiếu vừa gửi có thể chưa đến nơi."),
            field="ma",
        )
    return LookedUp(
        response_id=row.id,
        department_id=row.rated_department_id,
        received_at=row.received_at,
        answered_on=row.answered_on,
        finished=row.sealed_at is not None,
        rapid=row.rapid,
        removed_at=row.removed_at,
        comment_states=frozenset(session.scalars(select(Comment.state).where(Comment.response_id == row.id))),
    )
