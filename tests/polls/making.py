"""Polls for tests, made as the service makes them."""

from datetime import UTC, datetime

from sqlalchemy.orm import Session

from feedback_app.kit.ids import new_id
from feedback_app.polls import operations, queries
from feedback_app.polls.commands import NewOption, NewPoll, SubmitBallot
from feedback_app.polls.queries import PollView

OPENING = datetime(2026, 11, 1, tzinfo=UTC)
NOON = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)


def new_poll(**changes: object) -> NewPoll:
    values: dict[str, object] = {
        "slug": "gio-lam-viec",
        "question": "Bạn muốn nộp hồ sơ vào lúc nào?",
        "options": (NewOption("Buổi sáng"), NewOption("Buổi chiều"), NewOption("Sáng thứ Bảy")),
        "opens_at": OPENING,
    }
    return NewPoll(**(values | changes))  # type: ignore[arg-type]


def make_poll(session: Session, **changes: object) -> PollView:
    new = new_poll(**changes)
    operations.create_poll(session, new)
    session.commit()
    found = queries.poll(session, slug=new.slug, now=NOON)
    assert found is not None
    return found


def vote(session: Session, poll: PollView, *positions: int, now: datetime = NOON) -> SubmitBallot:
    ballot = SubmitBallot(new_id(), poll.id, tuple(poll.options[each - 1].id for each in positions))
    assert operations.cast(session, ballot, now=now)
    session.commit()
    return ballot


def recount(session: Session) -> None:
    operations.recount_pending(session, limit=1000)
    session.commit()
