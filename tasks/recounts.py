"""Every few seconds: count what waits. Every night: count the recent days whether asked or not."""

from datetime import timedelta

from feedback_app.kit import clock
from feedback_app.kit.db import db
from feedback_app.polls import operations as polls
from feedback_app.ratings import operations as ratings
from tasks.worker import app, web

SWEPT_DAYS = 14
# More than this in one run would keep the next beat waiting; what is left is taken up two seconds later.
MOST_BATCHES = 20


@app.task
def recount_pending() -> None:
    """Count days until nothing waits, one transaction a batch."""
    with web.app_context():
        for count in (ratings.recount_pending, polls.recount_pending):
            for _ in range(MOST_BATCHES):
                settled = count(db.session(), limit=ratings.BATCH)
                db.session.commit()
                if not settled:
                    break


@app.task
def sweep_recent_days() -> None:
    """A net under the requests: should one ever be missing, the number is right again by morning."""
    with web.app_context():
        today = clock.local_day(clock.now())
        # In one go, because each go also adds up the months again that it lies in.
        first, before = today - timedelta(days=SWEPT_DAYS), today + timedelta(days=1)
        ratings.recount_range(db.session(), first=first, before=before)
        db.session.commit()
        polls.request_days(db.session(), since=today - timedelta(days=SWEPT_DAYS), now=clock.now())
        db.session.commit()
