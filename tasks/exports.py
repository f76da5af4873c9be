"""Makes files: the open data of every publication, and the exports of many periods that people ask for."""

from collections.abc import Iterator
from tempfile import TemporaryFile

from sqlalchemy.orm import Session

from feedback_app.kit import clock
from feedback_app.kit.db import db
from feedback_app.ratings import dataset, queries
from feedback_app.ratings import operations as ratings
from feedback_app.ratings.queries import ExportView, PeriodLines
from tasks.worker import LONGEST_EXPORT_SECONDS, app, settings, web


@app.task
def make_open_files() -> None:
    """The files of one publication a transaction, until every one that holds has its own."""
    with web.app_context():
        session = db.session()
        while ratings.take_turn(session) and (waiting := queries.without_open_files(session)):
            publication = waiting[0]
            read = queries.period_lines(session, publication.period, minima=settings.minima)
            for kind in ("csv", "json"):
                with TemporaryFile() as file:
                    if kind == "csv":
                        dataset.write_csv([read], file, [column.heading for column in dataset.COLUMNS])
                    else:
                        dataset.write_json(read, file)
                    ratings.keep_open_file(
                        session,
                        file,
                        publication_id=publication.id,
                        format=kind,
                        name=f"{publication.period.code}-lan-{publication.number}.{kind}",
                        now=clock.now(),
                    )
            session.commit()
        session.rollback()


@app.task(soft_time_limit=LONGEST_EXPORT_SECONDS - 60, time_limit=LONGEST_EXPORT_SECONDS)
def make_next_export() -> None:
    """One export, read at one moment, so that its months add up to its quarters.

    The turn is held by the connection that reads; progress and the finished file are written by another.
    """
    with web.app_context(), Session(db.engine.execution_options(isolation_level="REPEATABLE READ")) as reading:
        if not ratings.take_turn(reading):
            return
        session = db.session()
        job = ratings.start_export(session, now=clock.now())
        session.commit()
        if job is None:
            return
        try:
            with TemporaryFile() as file:
                write = dataset.write_csv if job.format == "csv" else dataset.write_xlsx
                headings = [column.named for column in dataset.COLUMNS]
                rows = write(_periods(reading, job), file, headings)
                name = f"xuat-{job.periods[0].code}-{job.periods[-1].code}.{job.format}"
                ratings.finish_export(session, job.id, file, name=name, rows=rows, now=clock.now())
                session.commit()
        except Exception:
            # Whatever went wrong, who waits must read that it did; the fault itself goes on to the worker's log.
            session.rollback()
            ratings.fail_export(session, job.id, now=clock.now())
            session.commit()
            raise


@app.task
def expire_exports() -> None:
    """Delete the files of exports whose days are over."""
    with web.app_context():
        ratings.expire_exports(db.session(), now=clock.now())
        db.session.commit()


def _periods(reading: Session, job: ExportView) -> Iterator[PeriodLines]:
    """Period by period, each noted as done once its rows are written."""
    for done, period in enumerate(job.periods):
        ratings.note_progress(db.session(), job.id, done=done)
        db.session.commit()
        yield queries.period_lines(reading, period, minima=settings.minima, department_ids=job.department_ids)
