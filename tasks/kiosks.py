"""Every ten minutes: look whether the kiosks are well."""

from feedback_app.kiosks import operations as kiosks
from feedback_app.kiosks.configuration import ALARM
from feedback_app.kiosks.states import opened
from feedback_app.kit import clock
from feedback_app.kit.db import db
from tasks.worker import app, settings, web


@app.task
def watch_devices() -> None:
    """Open and close alerts; a run that is missed or doubled tells the same a little later."""
    with web.app_context():
        now = clock.now()
        open_since = opened(settings.opening_hours, now=now, days_off=settings.days_off)
        kiosks.watch_devices(db.session(), now=now, open_since=open_since, alarm=ALARM)
        db.session.commit()
