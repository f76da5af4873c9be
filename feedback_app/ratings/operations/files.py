"""Keeps files that were made: open ones for good, exports for some days. Nothing here commits."""

from datetime import datetime, timedelta
from typing import IO, Final
from uuid import UUID

from sqlalchemy import delete, exists, func, select, update
from sqlalchemy.orm import Session

from feedback_app.kit.errors import N_, Conflict, Invalid
from feedback_app.kit.ids import new_id
from feedback_app.kit.kept_files import KeptFile, keep
from feedback_app.kit.locks import try_lock
from feedback_app.ratings.commands import AskExport
from feedback_app.ratings.models import ExportJob, OpenFile
from feedback_app.ratings.queries.files import ExportView, as_export, periods_between
from feedback_app.staff import operations as staff

KEPT_DAYS: Final = 7
# Ten years of months.
MOST_PERIODS: Final = 120
# Of one person at a time: whoever needs more wants another span.
MOST_WAITING: Final = 3
# A job that brought its worker down this often would do so again.
MOST_ATTEMPTS: Final = 3
# Whose files these are among all that are kept.
OURS: Final = "ratings"

MEDIA_TYPES: Final = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class BadExport(Invalid):
    """The span holds no period, or too many; `field` names the input to mend."""


class TooManyExports(Conflict):
    """The person has enough exports waiting."""


def keep_open_file(
    session: Session, content: IO[bytes], *, publication_id: int, format: str, name: str, now: datetime
) -> None:
    """Keep what anybody may take away of a publication; it never changes again."""
    file_id = _keep(session, content, name=name, format=format, now=now)
    session.add(OpenFile(publication_id=publication_id, format=format, file_id=file_id))
    session.flush()


def ask_export(session: Session, command: AskExport, *, now: datetime) -> UUID:
    """Put an export in line and on record; its id. Raises BadExport, TooManyExports."""
    periods = periods_between(command.kind, command.first_on, command.last_on)
    if not periods:
        raise BadExport(N_("Khoảng này không có kỳ nào."), field="last")
    if len(periods) > MOST_PERIODS:
        raise BadExport(N_("Mỗi lần xuất nhiều nhất %(most)s kỳ."), field="last", most=MOST_PERIODS)
    waiting = session.scalar(
        select(func.count())
        .select_from(ExportJob)
        .where(ExportJob.asked_by == command.asked_by, ExportJob.state.in_(("queued", "running")))
    )
    if (waiting or 0) >= MOST_WAITING:
        raise TooManyExports(N_("Bạn đang có %(count)s lần xuất chưa xong; hãy đợi chúng xong."), count=waiting)
    ids = command.department_ids
    job = ExportJob(
        id=new_id(),
        asked_by=command.asked_by,
        asked_at=now,
        period_kind=command.kind,
        first_on=command.first_on,
        last_on=command.last_on,
        format=command.format,
        department_ids=None if ids is None else sorted(ids),
        state="queued",
        total=len(periods),
    )
    session.add(job)
    staff.record(
        session,
        now=now,
        actor_id=command.asked_by,
        action="ratings.export_asked",
        subject=f"export:{job.id}",
        details={"first": periods[0].code, "last": periods[-1].code, "format": command.format},
    )
    session.flush()
    return job.id


def take_turn(session: Session) -> bool:
    """Whether the caller may make exports now: one at a time in the whole service, until its transaction ends.

    A worker that is killed loses its connection and so its turn; the next one finds the job it left running.
    """
    return try_lock(session, "exports")


def start_export(session: Session, *, now: datetime) -> ExportView | None:
    """The export that has waited longest, now running; None when nothing waits. Only for who holds the turn."""
    session.execute(
        update(ExportJob)
        .where(ExportJob.state == "running", ExportJob.attempts >= MOST_ATTEMPTS)
        .values(state="failed", finished_at=now)
    )
    job = session.scalar(
        select(ExportJob)
        .where(ExportJob.state.in_(("queued", "running")))
        .order_by(ExportJob.asked_at)
        .limit(1)
        .with_for_update()
    )
    if job is None:
        return None
    job.state, job.started_at, job.done, job.attempts = "running", now, 0, job.attempts + 1
    session.flush()
    return as_export(session, job)


def note_progress(session: Session, export_id: UUID, *, done: int) -> None:
    """How many periods are written."""
    session.execute(update(ExportJob).where(ExportJob.id == export_id).values(done=done))


def finish_export(
    session: Session, export_id: UUID, content: IO[bytes], *, name: str, rows: int, now: datetime
) -> None:
    """Keep the file and say that it is there, both at once; doing so again changes nothing."""
    job = session.get_one(ExportJob, export_id, with_for_update=True, populate_existing=True)
    if job.state != "running":
        return
    job.file_id = _keep(session, content, name=name, format=job.format, now=now)
    job.state, job.rows, job.done, job.finished_at = "done", rows, job.total, now
    job.expires_at = now + timedelta(days=KEPT_DAYS)
    session.flush()


def fail_export(session: Session, export_id: UUID, *, now: datetime) -> None:
    """Say that the export cannot be made."""
    session.execute(
        update(ExportJob)
        .where(ExportJob.id == export_id, ExportJob.state == "running")
        .values(state="failed", finished_at=now)
    )


def expire_exports(session: Session, *, now: datetime) -> int:
    """Delete the files of exports whose days are over, and files that nothing leads to; how many were deleted."""
    session.execute(
        update(ExportJob)
        .where(ExportJob.state == "done", ExportJob.expires_at <= now)
        .values(state="expired", file_id=None)
    )
    deleted = session.execute(
        delete(KeptFile)
        .where(
            KeptFile.kept_by == OURS,
            ~exists().where(ExportJob.file_id == KeptFile.id),
            ~exists().where(OpenFile.file_id == KeptFile.id),
        )
        .returning(KeptFile.id)
    )
    return len(deleted.all())


def _keep(session: Session, content: IO[bytes], *, name: str, format: str, now: datetime) -> UUID:
    return keep(session, content, kept_by=OURS, name=name, media_type=MEDIA_TYPES[format], now=now).id
