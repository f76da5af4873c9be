"""Look-up codes: kept as digests beside the responses they were made for, forgotten in time. Nothing here commits."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from feedback_app.surveys.lookups import lookup_digest
from feedback_app.surveys.models import Response, ResponseLookup


def keep_lookup(session: Session, response_id: UUID, code: str) -> None:
    """Let `code` find this response; delivered again it is the same. A code that is taken stays with whom it found."""
    session.execute(
        insert(ResponseLookup).values(digest=lookup_digest(code), response_id=response_id).on_conflict_do_nothing()
    )


def forget_lookups(session: Session, *, before: datetime) -> int:
    """Delete the codes of responses received before a moment; returns how many there were."""
    old = select(Response.id).where(Response.received_at < before)
    gone = session.execute(
        delete(ResponseLookup).where(ResponseLookup.response_id.in_(old)).returning(ResponseLookup.digest)
    )
    return len(gone.all())
