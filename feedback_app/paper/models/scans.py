"""Stacks of scanned forms: each file, each of its pages, what was read and what people decided.

A page is a row before anything reads it, and ends in one of eight states, so that a stack always adds up.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    SmallInteger,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from feedback_app.kit.db import Model


class PaperUpload(Model):
    """One file of scans. The same bytes are the same upload, whoever sends them again; `file_id` is null once they were
    erased.

    `department_id` is the uploader's then (null: the whole service). `answered_on` is the day of the answers as the
    uploader stated it; without one it is the batch's, and without that the day of the upload.
    """

    __tablename__ = "paper_uploads"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'reading', 'read', 'failed')", name="state"),
        CheckConstraint("media_type IN ('application/pdf', 'image/jpeg', 'image/png')", name="media_type"),
        CheckConstraint("state <> 'failed' OR problem IS NOT NULL", name="failed_says_why"),
        CheckConstraint("state <> 'read' OR pages IS NOT NULL", name="read_has_pages"),
        CheckConstraint("file_id IS NOT NULL OR finished_at IS NOT NULL", name="unread_has_file"),
        Index("ix_paper_uploads_waiting", "uploaded_at", postgresql_where="state IN ('waiting', 'reading')"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    file_id: Mapped[UUID | None] = mapped_column(ForeignKey("kept_files.id", ondelete="SET NULL"), unique=True)
    sha256: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    media_type: Mapped[str]
    uploaded_by: Mapped[int] = mapped_column(ForeignKey("staff_members.id"))
    department_id: Mapped[int | None] = mapped_column(ForeignKey("departments.id"))
    uploaded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)
    answered_on: Mapped[date | None]
    state: Mapped[str]
    attempts: Mapped[int] = mapped_column(default=0)
    pages: Mapped[int | None]
    problem: Mapped[str | None]
    finished_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class PaperScan(Model):
    """One paper that came in by scan; its id is reserved for its response.

    `numbered` is false for a second paper under a number that is taken: it counts, but not as that form; and for
    papers of a number that has become free, until somebody says which of them is the one. `incomplete` ones count
    without the pages they lack: somebody said so. `open`: pages are missing. `review`: people have to decide
    something. `written`: nothing is marked, and what was written waits to be typed. `stored`: it is a response.
    `blank`: nobody marked anything. `answered_before`: its dossier has an answer already. `duplicate`, `conflict`:
    the number was keyed by hand, with the same or with other answers, or it could not be stored. `discarded`:
    somebody left it out, with a reason. One whose response is to be corrected by it is in `review` again until
    nothing is in doubt.
    """

    __tablename__ = "paper_scans"
    __table_args__ = (
        CheckConstraint(
            "state IN ('open', 'review', 'written', 'stored', 'blank', 'answered_before', 'duplicate', 'conflict',"
            " 'discarded')",
            name="state",
        ),
        Index(
            "uq_paper_scans_numbered",
            "form_number",
            unique=True,
            postgresql_where="numbered AND state <> 'discarded'",
        ),
        Index("ix_paper_scans_form_number", "form_number"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    form_number: Mapped[int] = mapped_column(ForeignKey("paper_forms.number"))
    upload_id: Mapped[UUID] = mapped_column(ForeignKey("paper_uploads.id"))
    numbered: Mapped[bool]
    incomplete: Mapped[bool] = mapped_column(default=False)
    answered_on: Mapped[date]
    state: Mapped[str]
    settled_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class PaperPage(Model):
    """One page of an upload, counted from 0; two where two forms of A5 were scanned before they were cut apart.

    `scan_id` is the paper it belongs to; a duplicate or a conflict names in `other_id` the page that was here before.
    `why` says what a conflict is about, `decision` what somebody did about it. `ink` is what papers of one number are
    compared by; `image` is small, without what was written by hand.
    """

    __tablename__ = "paper_pages"
    __table_args__ = (
        UniqueConstraint("upload_id", "number", "part"),
        CheckConstraint(
            "state IN ('waiting', 'read', 'review', 'blank', 'unidentified', 'duplicate', 'conflict', 'failed')",
            name="state",
        ),
        CheckConstraint("state <> 'conflict' OR why IS NOT NULL", name="conflict_says_why"),
        CheckConstraint(
            "why IN ('other_ink', 'keyed', 'undone', 'spoiled', 'closed', 'outside', 'day', 'missing_page',"
            " 'late_page', 'not_stored', 'left_out')",
            name="why",
        ),
        CheckConstraint("decision IN ('same', 'second', 'counted', 'discarded', 'corrected')", name="decision"),
        CheckConstraint("num_nulls(decision, decided_by, decided_at) IN (0, 3)", name="decided_by_somebody"),
        CheckConstraint("decision <> 'discarded' OR reason IS NOT NULL", name="discarded_has_reason"),
        Index("ix_paper_pages_form", "form_number", "form_page", postgresql_where="form_number IS NOT NULL"),
        Index("ix_paper_pages_scan_id", "scan_id", postgresql_where="scan_id IS NOT NULL"),
        Index("ix_paper_pages_conflicts", "id", postgresql_where="state = 'conflict' AND decision IS NULL"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    upload_id: Mapped[UUID] = mapped_column(ForeignKey("paper_uploads.id"))
    number: Mapped[int] = mapped_column(SmallInteger)
    part: Mapped[int] = mapped_column(SmallInteger, default=0)
    state: Mapped[str]
    problem: Mapped[str | None]
    form_number: Mapped[int | None] = mapped_column(ForeignKey("paper_forms.number"))
    form_page: Mapped[int | None] = mapped_column(SmallInteger)
    scan_id: Mapped[UUID | None] = mapped_column(ForeignKey("paper_scans.id"))
    other_id: Mapped[int | None] = mapped_column(ForeignKey("paper_pages.id"))
    ink: Mapped[bytes | None]
    image: Mapped[bytes | None]
    thresholds: Mapped[int | None] = mapped_column(SmallInteger)
    why: Mapped[str | None]
    decision: Mapped[str | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("staff_members.id"))
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    reason: Mapped[str | None]


class PaperScanField(Model):
    """One question of a page: the choices that look marked (from 0), and what a person saw.

    `drawn` says why an automatic field is looked at all the same: `blind`, by lot; `paused`, because the department's
    automatic acceptance was. `features` are the numbers the reader decided on, so that other thresholds can be tried.
    """

    __tablename__ = "paper_scan_fields"
    __table_args__ = (
        UniqueConstraint("page_id", "field"),
        CheckConstraint("state IN ('auto', 'review')", name="state"),
        CheckConstraint("drawn IN ('blind', 'paused')", name="drawn"),
        CheckConstraint("drawn IS NULL OR state = 'auto'", name="only_automatic_is_drawn"),
        CheckConstraint("verdict IN ('marked', 'blank', 'several', 'unreadable')", name="verdict"),
        CheckConstraint(
            "num_nulls(verdict, chosen, decided_by, decided_at, own_department) IN (0, 5)", name="decided_by_somebody"
        ),
        Index(
            "ix_paper_scan_fields_undecided",
            "id",
            postgresql_where="(state = 'review' OR drawn IS NOT NULL) AND verdict IS NULL",
        ),
        Index("ix_paper_scan_fields_decided", "decided_by", "decided_at", postgresql_where="verdict IS NOT NULL"),
        Index("ix_paper_scan_fields_drawn", "decided_at", postgresql_where="drawn IS NOT NULL AND verdict IS NOT NULL"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    page_id: Mapped[int] = mapped_column(ForeignKey("paper_pages.id"))
    field: Mapped[str]
    marked: Mapped[list[int]] = mapped_column(ARRAY(SmallInteger))
    state: Mapped[str]
    why: Mapped[str | None]
    features: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    crop: Mapped[bytes]
    drawn: Mapped[str | None]
    verdict: Mapped[str | None]
    chosen: Mapped[list[int] | None] = mapped_column(ARRAY(SmallInteger))
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("staff_members.id"))
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    own_department: Mapped[bool | None]


class PaperWriting(Model):
    """A space of a page that somebody wrote in: a comment, or the dossier code.

    The crop of a dossier code goes with the decision, that of a comment when originals of comments are erased; what
    was typed is the response's comment and stands nowhere else.
    """

    __tablename__ = "paper_writings"
    __table_args__ = (
        UniqueConstraint("page_id", "kind", "field"),
        CheckConstraint("kind IN ('comment', 'dossier')", name="kind"),
        CheckConstraint("state IN ('held', 'typed', 'refused')", name="state"),
        CheckConstraint("(state = 'held') = (decided_at IS NULL)", name="decided_at_a_time"),
        CheckConstraint("(decided_at IS NULL) = (decided_by IS NULL)", name="decided_by_somebody"),
        CheckConstraint("kind = 'dossier' OR state <> 'refused' OR reason IS NOT NULL", name="refused_has_reason"),
        Index("ix_paper_writings_held", "kind", "id", postgresql_where="state = 'held'"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    page_id: Mapped[int] = mapped_column(ForeignKey("paper_pages.id"))
    kind: Mapped[str]
    field: Mapped[str]
    crop: Mapped[bytes | None]
    state: Mapped[str]
    reason: Mapped[str | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("staff_members.id"))
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class PaperPause(Model):
    """A time in which no field of a department is accepted unseen: `errors` of `base` looked at were wrong.

    Ended by a manager outside the department, with a reason.
    """

    __tablename__ = "paper_pauses"
    __table_args__ = (
        CheckConstraint("num_nulls(ended_at, ended_by, reason) IN (0, 3)", name="ended_by_somebody"),
        Index("uq_paper_pauses_open", "department_id", unique=True, postgresql_where="ended_at IS NULL"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    department_id: Mapped[int] = mapped_column(ForeignKey("departments.id"))
    began_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    errors: Mapped[int]
    base: Mapped[int]
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    ended_by: Mapped[int | None] = mapped_column(ForeignKey("staff_members.id"))
    reason: Mapped[str | None]
