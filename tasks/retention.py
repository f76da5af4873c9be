"""Deletes what is kept only for a while, after what has to last was counted from it."""

from datetime import timedelta

from feedback_app.kiosks import operations as kiosks
from feedback_app.kit import clock
from feedback_app.kit.db import db
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
    """Erase what people wrote once its review can no longer be taken back; what was cleared stays."""
    with web.app_context():
        before = clock.now() - timedelta(days=settings.comment_original_days)
        surveys.erase_originals(db.session(), before=before)
        paper.erase_writings(db.session(), before=before)
        db.session.commit()


@app.task
def mix_tokens() -> None:
    """Let nothing be told from how the tokens of finished days lie in the database, and forget those kept no longer."""
    with web.app_context():
        session, today = db.session(), clock.local_day(clock.now())
        kiosks.forget_calls(session, now=clock.now())
        tokens.forget(session, today=today, months=settings.dossier_token_months)
        tokens.mix(session, today=today)
        session.commit()
        # What was written anew still lies where it was before, until the tables are vacuumed.
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for statement in tokens.VACUUM:
                connection.execute(statement)


@app.task
def forget_codes() -> None:
    """Forget look-up codes after their months, and what led phones to kiosks' responses once that is over."""
    with web.app_context():
        now = clock.now()
        surveys.forget_lookups(db.session(), before=now - timedelta(days=31 * settings.lookup_months))
        surveys.forget_handovers(db.session(), before=now - timedelta(days=1))
        db.session.commit()
