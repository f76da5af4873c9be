"""The timetable of beat. Every entry may be missed or doubled without harm: the work waits in PostgreSQL."""

from celery.schedules import crontab

SCHEDULE = {
    # A touch is to be seen within five seconds; an unread wake-up is worthless after the next one.
    "recount": {"task": "tasks.recounts.recount_pending", "schedule": 2.0, "options": {"expires": 2}},
    "sweep": {"task": "tasks.recounts.sweep_recent_days", "schedule": crontab(hour="2", minute="15")},
    # After the sweep, so that the quarter it compares is counted.
    "watch": {"task": "tasks.watch.open_cases", "schedule": crontab(hour="3", minute="30")},
    "publish": {
        "task": "tasks.publication.publish_ended_periods",
        "schedule": crontab(hour="0,6,12", minute="10"),
    },
    # A kiosk counts as silent after a quarter of an hour.
    "kiosks": {"task": "tasks.kiosks.watch_devices", "schedule": 600.0, "options": {"expires": 600}},
    "exports": {"task": "tasks.exports.make_next_export", "schedule": 5.0, "options": {"expires": 5}},
    "open_files": {"task": "tasks.exports.make_open_files", "schedule": 60.0, "options": {"expires": 60}},
    "expired_exports": {"task": "tasks.exports.expire_exports", "schedule": crontab(hour="2", minute="40")},
    # Whoever uploads watches the page; a wake-up while the worker reads is worthless.
    "scans": {"task": "tasks.scans.read_next", "schedule": 3.0, "options": {"expires": 3}},
    "reviewed_scans": {"task": "tasks.scans.settle_reviewed", "schedule": 60.0, "options": {"expires": 60}},
    "visits": {"task": "tasks.retention.close_visit_days", "schedule": crontab(hour="1", minute="30")},
    "tokens": {"task": "tasks.retention.mix_tokens", "schedule": crontab(hour="1", minute="20")},
    "comments": {"task": "tasks.retention.erase_comment_originals", "schedule": crontab(hour="1", minute="40")},
    "codes": {"task": "tasks.retention.forget_codes", "schedule": crontab(hour="1", minute="45")},
}
