"""Every ten minutes: look whether the kiosks are well."""

from feedback_app.kiosks import operations as kiosks
from feedback_app.kiosks.configuration import ALARM
from feedback_app.kit import clock
from feedback_app.kit.db import db
from tasks.worker import app, settings, web


@app.task
def watch_devices() -> None:
    """Open and close alerts; a run that is missed or doubled tells the same a little later."""
    with web.app_context():
        kiosks.watch_devices(db.session(), now=clock.now(), opening_hours=settings.opening_hours, alarm=ALARM)
        db.session.commit()
