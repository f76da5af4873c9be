"""Deletes what is kept only for a while, after what has to last was counted from it."""

from datetime import timedelta

from feedback_app.kiosks import operations as kiosks
from feedback_app.kit import clock
from feedback_app.kit.db import TableBusy, db, rewrite
from feedback_app.paper import operations as paper
from feedback_app.surveys import operations as surveys
from feedback_app.tokens import operations as tokens
from feedback_app.visits import operations as visits
from tasks.worker import app, settings, web


@app.task
def close_visit_days() -> None:
    """Write down the visits of finished days and forget their sessions."""
    with web.app_context():
        visits.close_days(db.session(), today=clock.local_day(clock.now()))
        db.session.commit()


@app.task
def erase_comment_originals() -> None:
    """Erase what people wrote once its review can no longer be taken back; what was cleared stays. Files of scans,
    where the same words stand by hand, go as long after they were read.

    Deliveries in conflict hold such words, too: they go as long after they were settled, and after twice that time
    if nobody settles them.
    """
    with web.app_context():
        now, kept = clock.now(), timedelta(days=settings.comment_original_days)
        surveys.erase_originals(db.session(), before=now - kept)
        surveys.forget_conflicts(db.session(), settled_before=now - kept, received_before=now - 2 * kept)
        paper.erase_writings(db.session(), before=now - kept)
        paper.erase_files(db.session(), before=now - kept)
        db.session.commit()


# Every minute for four hours, until whoever reads the tables has done, such as the night's dump.
@app.task(autoretry_for=(TableBusy,), retry_backoff=False, default_retry_delay=60, max_retries=240)
def mix_tokens() -> None:
    """Let nothing be told from how tokens lie in the database, and forget those kept no longer."""
    with web.app_context():
        session, today = db.session(), clock.local_day(clock.now())
        kiosks.forget_calls(session, now=clock.now())
        tokens.forget(session, today=today, months=settings.dossier_token_months)
        session.commit()
        for table, order in (*tokens.MIXED, *kiosks.MIXED):
            rewrite(session, table, order)
            session.commit()


@app.task
def forget_codes() -> None:
    """Forget look-up codes after their months, and what led phones to kiosks' responses once that is over."""
    with web.app_context():
        now = clock.now()
        surveys.forget_lookups(db.session(), before=now - timedelta(days=31 * settings.lookup_months))
        surveys.forget_handovers(db.session(), before=now - timedelta(days=1))
        db.session.commit()
