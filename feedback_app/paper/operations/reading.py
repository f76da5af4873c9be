"""Reads one upload to its end, a page a transaction: who calls commits after each."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from feedback_app.kit import kept_files
from feedback_app.kit.errors import Refused
from feedback_app.paper import queries, scanning
from feedback_app.paper.models import PaperUpload
from feedback_app.paper.operations import uploads
from feedback_app.paper.operations.identifying import Rules, record_page

FILE: Final = "scan"
_log: Final = structlog.get_logger(__name__)


def read_upload(
    session: Session, upload_id: UUID, *, rules: Rules, clock: Callable[[], datetime], child: str = scanning.CHILD
) -> Iterator[None]:
    """Read what is left of an upload that the caller took; yields wherever it is to be committed.

    Stopped anywhere and begun again, it goes on with the pages that were not committed.
    """
    if not uploads.start_upload(session, upload_id, now=clock()):
        yield
        return
    yield
    wanted = uploads.waiting_pages(session, upload_id)
    if wanted == []:
        uploads.finish_upload(session, upload_id, now=clock())
        yield
        return
    upload = session.get_one(PaperUpload, upload_id)
    kind, layouts = upload.media_type, queries.layouts(session)
    with TemporaryDirectory(prefix="scan-") as folder:
        with (Path(folder) / FILE).open("wb") as file:
            for part in kept_files.parts(session, upload.file_id):  # type: ignore[arg-type]  # checked by the table
                file.write(part)
        # Nothing of the database is held while the child works.
        session.rollback()
        for event in scanning.read(Path(folder), FILE, kind, layouts, wanted, child=child):  # type: ignore[arg-type]  # likewise
            if isinstance(event, scanning.Refused):
                uploads.fail_upload(session, upload_id, problem=event.problem, now=clock())
                yield
                return
            if isinstance(event, scanning.Opened):
                uploads.open_upload(session, upload_id, pages=event.pages)
            elif isinstance(event, scanning.Failed):
                uploads.fail_page(session, upload_id, event.page, problem=event.problem)
            else:
                _record_alone(session, upload_id, event, rules=rules, now=clock())
            yield
    uploads.finish_upload(session, upload_id, now=clock())
    yield


def _record_alone(session: Session, upload_id: UUID, read: scanning.Read, *, rules: Rules, now: datetime) -> None:
    """Keep what was read of a page; a page that cannot be kept fails by itself, as it would fail each time again."""
    try:
        with session.begin_nested():
            record_page(session, upload_id, read.page, read.readings, rules=rules, now=now)
    except (Refused, DataError, IntegrityError):
        _log.exception("scanned_page_not_kept", upload=str(upload_id), page=read.page)
        uploads.fail_page(session, upload_id, read.page, problem="not_kept")
