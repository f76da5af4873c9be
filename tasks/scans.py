"""Reads uploaded stacks of forms. They wait in PostgreSQL; a message only says that there may be some."""

import time
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from feedback_app.kit import clock
from feedback_app.kit.db import db
from feedback_app.paper import operations, queries
from feedback_app.paper.installed import form_key
from feedback_app.paper.operations import Rules
from tasks.worker import LONGEST_SCAN_SECONDS, app, settings, web

# One more upload is begun within this time; small ones, such as photos, then do not wait for a wake-up each.
BEGIN_WITHIN_SECONDS = 120


@app.task(soft_time_limit=LONGEST_SCAN_SECONDS - 60, time_limit=LONGEST_SCAN_SECONDS)
def read_next() -> None:
    """The uploads that have waited longest, a page a transaction."""
    until = time.monotonic() + BEGIN_WITHIN_SECONDS
    with web.app_context():
        rules = Rules(form_key(), settings.paper_blind_review_percent)
        read: set[UUID] = set()
        while time.monotonic() < until and (upload_id := _read_one(rules, but=read)):
            read.add(upload_id)


@app.task
def settle_reviewed() -> None:
    """Make responses of papers whose reviewer has gone on, or home."""
    with web.app_context():
        operations.settle_reviewed(db.session(), now=clock.now())
        db.session.commit()


def _read_one(rules: Rules, *, but: set[UUID]) -> UUID | None:
    """Read one upload that nobody else reads; None when there is none.

    The turn is held by a connection of its own, which dies with this process; what is read is committed by another.
    """
    session = db.session()
    with Session(db.engine) as turn:
        # It idles for as long as the file takes.
        turn.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
        for upload_id in queries.uploads_to_read(session):
            if upload_id not in but and operations.take_upload(turn, upload_id):
                for _ in operations.read_upload(session, upload_id, rules=rules, clock=clock.now):
                    session.commit()
                return upload_id
    session.rollback()
    return None
