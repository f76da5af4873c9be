"""Every night: look at the recent days for responses that people should look at."""

from datetime import timedelta

from feedback_app.kit import clock
from feedback_app.kit.db import db
from feedback_app.ratings import watch
from tasks.worker import app, settings, web

# Kiosks that were offline deliver within days; a week also covers nights on which the worker stood still.
WATCHED_DAYS = 7


@app.task
def open_cases() -> None:
    """One day a transaction, so that a stop in the middle keeps what was found."""
    with web.app_context():
        now = clock.now()
        today = clock.local_day(now)
        for age in range(WATCHED_DAYS, 0, -1):
            watch.look_at_day(db.session(), today - timedelta(days=age), now=now, days_off=settings.days_off)
            db.session.commit()
        watch.look_at_quarter(db.session(), today - timedelta(days=1), now=now, smallest=settings.minima.cell)
        db.session.commit()
