"""What the office published: every period that is over."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from feedback_app.ratings import operations as ratings
from feedback_app.staff.queries import Member

if TYPE_CHECKING:
    from config import Minima


def publish(session: Session, now: datetime, minima: "Minima", people: Mapping[str, Member]) -> None:
    """Every ended period: months by themselves, the others by two of the accounts, as the law wants it."""
    drafter, checker = people["quanly"], people["quantri"]
    for period in ratings.due(session, now=now):
        if period.kind == "month":
            ratings.publish_month(session, period, now=now, minima=minima, publish_months=True)
            continue
        draft = ratings.draft_publication(session, period, now=now, minima=minima, member=drafter)
        ratings.check_publication(session, draft.id, period, now=now, member=checker)
        ratings.publish_publication(session, draft.id, period, now=now, member=drafter)
