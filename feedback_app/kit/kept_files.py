"""Files kept in the database, in parts of a megabyte, so that processes need not share a disk nor hold a whole file.

Nothing here commits. Each slice keeps its own: `kept_by` names it, so that one never clears away what another holds.
"""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import IO, Final
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, ForeignKey, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from feedback_app.kit.db import Model
from feedback_app.kit.ids import new_id

PART_BYTES: Final = 1024 * 1024


class KeptFile(Model):
    """A file that is handed out as it came; its bytes are in the parts, in the order of their numbers.

    In the database, because the worker that makes a file and the web server that sends it need not share a disk.
    """

    __tablename__ = "kept_files"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kept_by: Mapped[str]
    name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class FilePart(Model):
    """At most a megabyte of a kept file."""

    __tablename__ = "file_parts"

    file_id: Mapped[UUID] = mapped_column(ForeignKey("kept_files.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    content: Mapped[bytes]


def keep(session: Session, content: IO[bytes], *, kept_by: str, name: str, media_type: str, now: datetime) -> KeptFile:
    """Store a file part by part; `sha256` of what comes back is that of its bytes."""
    kept = KeptFile(id=new_id(), kept_by=kept_by, name=name, media_type=media_type, size=0, sha256="", made_at=now)
    session.add(kept)
    session.flush()
    content.seek(0)
    digest, number = hashlib.sha256(), 0
    while part := content.read(PART_BYTES):
        digest.update(part)
        kept.size += len(part)
        session.execute(FilePart.__table__.insert().values(file_id=kept.id, number=number, content=part))  # type: ignore[attr-defined]  # a table, not any clause
        number += 1
    kept.sha256 = digest.hexdigest()
    session.flush()
    return kept


def erase(session: Session, ids: Sequence[UUID]) -> None:
    """Delete kept files with all their parts."""
    session.execute(delete(KeptFile).where(KeptFile.id.in_(ids)))


def file_part(session: Session, file_id: UUID, number: int) -> bytes | None:
    """One part of a kept file, counted from 0; None after the last."""
    return session.scalar(select(FilePart.content).where(FilePart.file_id == file_id, FilePart.number == number))


def parts(session: Session, file_id: UUID) -> Iterator[bytes]:
    """Every part of a kept file in order, one in memory at a time."""
    number = 0
    while (part := file_part(session, file_id, number)) is not None:
        yield part
        number += 1
