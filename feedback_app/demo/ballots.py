"""Votes in the open poll."""

import random
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from feedback_app.polls import operations as polls
from feedback_app.polls import queries as poll_queries
from feedback_app.polls.commands import SubmitBallot


def cast_ballots(session: Session, rng: random.Random, now: datetime) -> None:
    """Of the last sixty days, uneven as votes are."""
    poll = poll_queries.open_poll(session, now=now)
    if poll is None:
        return
    options = [option.id for option in poll.options]
    for _ in range(143):
        cast_at = now - timedelta(minutes=rng.randrange(1, 60 * 24 * 60))
        ballot = SubmitBallot(
            UUID(int=rng.getrandbits(128), version=4), poll.id, (rng.choices(options, (3, 4, 5))[0],), True
        )
        polls.cast(session, ballot, now=cast_at)
