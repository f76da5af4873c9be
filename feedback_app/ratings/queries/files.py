"""Files that were made and kept, the open ones among them, and the exports that people asked for."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from feedback_app.kit.errors import N_, NotFound
from feedback_app.kit.kept_files import KeptFile
from feedback_app.ratings.models import ExportJob, OpenFile, Publication
from feedback_app.ratings.periods import Period, begun_between
from feedback_app.ratings.queries.published import PublicationView, holding_publications


class FileNotFound(NotFound):
    """There is no such file or export, or not for who asks."""


@dataclass(frozen=True, slots=True)
class KeptFileView:
    id: UUID
    name: str
    media_type: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class OpenFileView:
    """A file of one publication; `holds` is false where a restatement came after it."""

    period: Period
    number: int
    published_at: datetime
    format: str
    file: KeptFileView
    holds: bool


@dataclass(frozen=True, slots=True)
class ExportView:
    """An export as it stands; `done` of `total` periods are written."""

    id: UUID
    asked_by: int
    asked_at: datetime
    periods: tuple[Period, ...]
    format: str
    department_ids: frozenset[int] | None
    state: str
    done: int
    total: int
    rows: int | None
    file: KeptFileView | None
    expires_at: datetime | None


def without_open_files(session: Session) -> list[PublicationView]:
    """The publications that hold and have no open files yet."""
    made = set(session.scalars(select(OpenFile.publication_id)))
    return [each for each in holding_publications(session) if each.id not in made]


def open_files(session: Session) -> list[OpenFileView]:
    """Every open file, the latest period first and of each period the newest publication."""
    newest = func.max(Publication.number).over(partition_by=(Publication.period_kind, Publication.starts_on))
    # A draft restates nothing until it is published, and nobody outside is to learn of it.
    published = Publication.published_at.is_not(None)
    numbers = select(Publication.id, (Publication.number == newest).label("holds")).where(published).subquery()
    found = session.execute(
        select(OpenFile, Publication, KeptFile, numbers.c.holds)
        .join(Publication, Publication.id == OpenFile.publication_id)
        .join(KeptFile, KeptFile.id == OpenFile.file_id)
        .join(numbers, numbers.c.id == Publication.id)
        .order_by(Publication.ends_on.desc(), Publication.starts_on.desc(), Publication.number.desc(), OpenFile.format)
    )
    return [
        OpenFileView(
            Period(publication.starts_on, publication.ends_on, publication.period_kind),
            publication.number,
            publication.published_at,
            opened.format,
            _file(kept),
            holds,
        )
        for opened, publication, kept, holds in found
    ]


def open_file(session: Session, *, name: str) -> KeptFileView:
    """The open file with this name; raises FileNotFound."""
    kept = session.scalar(select(KeptFile).join(OpenFile, OpenFile.file_id == KeptFile.id).where(KeptFile.name == name))
    if kept is None:
        raise FileNotFound(N_("Không có tệp này."))
    return _file(kept)


def exports(session: Session, *, asked_by: int | None, limit: int) -> list[ExportView]:
    """The latest exports of one person, or of everybody (None), newest first."""
    query = select(ExportJob).order_by(ExportJob.asked_at.desc(), ExportJob.id).limit(limit)
    if asked_by is not None:
        query = query.where(ExportJob.asked_by == asked_by)
    return [as_export(session, job) for job in session.scalars(query)]


def export(session: Session, *, export_id: UUID, asked_by: int | None) -> ExportView:
    """One export, of one person or of anybody (None); raises FileNotFound."""
    job = session.get(ExportJob, export_id)
    if job is None or asked_by not in (None, job.asked_by):
        raise FileNotFound(N_("Không có lần xuất dữ liệu này."))
    return as_export(session, job)


def as_export(session: Session, job: ExportJob) -> ExportView:
    kept = session.get(KeptFile, job.file_id) if job.file_id else None
    return ExportView(
        id=job.id,
        asked_by=job.asked_by,
        asked_at=job.asked_at,
        periods=periods_between(job.period_kind, job.first_on, job.last_on),
        format=job.format,
        department_ids=None if job.department_ids is None else frozenset(job.department_ids),
        state=job.state,
        done=job.done,
        total=job.total,
        rows=job.rows,
        file=_file(kept) if kept else None,
        expires_at=job.expires_at,
    )


def periods_between(kind: str, first: date, last: date) -> tuple[Period, ...]:
    """Every period of a kind that holds a day from `first` to `last`."""
    return tuple(begun_between(kind, first, last))  # type: ignore[arg-type]  # kinds are stored as in periods


def _file(kept: KeptFile) -> KeptFileView:
    return KeptFileView(kept.id, kept.name, kept.media_type, kept.size, kept.sha256)
