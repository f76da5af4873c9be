"""What becomes of deliveries that said something else of a finished response. Nothing here commits."""

from datetime import datetime

from sqlalchemy import delete, or_
from sqlalchemy.orm import Session

from feedback_app.surveys.models import ResponseConflict


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
