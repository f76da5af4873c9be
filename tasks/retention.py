"""Deletes what is kept only for a while, after what has to last was counted from it."""

from feedback_app.kit import clock
from feedback_app.kit.db import db
from feedback_app.visits import operations as visits
from tasks.worker import app, web


@app.task
def close_visit_days() -> None:
    """Write down the visits of finished days and forget their sessions."""
    with web.app_context():
        visits.close_days(db.session(), today=clock.local_day(clock.now()))
        db.session.commit()
