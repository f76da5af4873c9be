"""Publishes months and drafts longer periods once they are over, and keeps waiting drafts up to date."""

from feedback_app.kit import clock
from feedback_app.kit.db import db
from feedback_app.ratings import operations as ratings
from tasks.worker import app, settings, web


@app.task
def publish_ended_periods() -> None:
    """One period a transaction, so that a stop in the middle leaves whole publications only."""
    with web.app_context():
        while ratings.publish_ended(
            db.session(),
            now=clock.now(),
            minima=settings.minima,
            limit=1,
            publish_months=settings.auto_publish_months,
        ):
            db.session.commit()
        db.session.commit()
