"""The number by which kept pages know that ratings changed."""

from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from feedback_app.ratings.models import RatingRevision


def raise_revision(session: Session) -> None:
    """Say that kept pages no longer hold. Last, because its one row stays locked until the caller commits."""
    session.execute(
        upsert(RatingRevision)
        .values(id=1, number=1)
        .on_conflict_do_update(index_elements=[RatingRevision.id], set_={"number": RatingRevision.number + 1})
    )
