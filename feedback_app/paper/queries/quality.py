"""How often the reader was sure and wrong: the fields looked at by lot, by department."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from feedback_app.kit.statistics import Interval, wilson
from feedback_app.paper.models import PaperBatch, PaperForm, PaperPage, PaperPause, PaperScanField, PaperUpload

# Sure, and a person saw something else, or nothing that could be read.
_WRONG = or_(PaperScanField.verdict.in_(("unreadable", "several")), PaperScanField.chosen != PaperScanField.marked)


@dataclass(frozen=True, slots=True)
class Quality:
    """`wrong` of `looked_at` fields that the reader was sure of."""

    looked_at: int
    wrong: int

    @property
    def interval(self) -> Interval:
        return wilson(self.wrong, self.looked_at)


@dataclass(frozen=True, slots=True)
class PauseView:
    department_id: int
    began_at: datetime
    errors: int
    base: int
    ended_at: datetime | None
    ended_by: int | None
    reason: str | None


def quality(session: Session, *, department_ids: Collection[int] | None, since: datetime | None) -> dict[int, Quality]:
    """By department, of what was decided since a moment; without one, since its last pause ended."""
    return {
        department_id: Quality(looked_at, wrong)
        for department_id, looked_at, wrong in session.execute(
            select(PaperBatch.department_id, func.count(), func.count().filter(_WRONG))
            .select_from(PaperScanField)
            .join(PaperPage, PaperPage.id == PaperScanField.page_id)
            .join(PaperForm, PaperForm.number == PaperPage.form_number)
            .join(PaperBatch, PaperBatch.id == PaperForm.batch_id)
            .where(
                PaperScanField.drawn.is_not(None),
                PaperScanField.verdict.is_not(None),
                _in(PaperBatch.department_id, department_ids),
                _after_last_pause() if since is None else PaperScanField.decided_at >= since,
            )
            .group_by(PaperBatch.department_id)
        )
    }


def read_fields(
    session: Session, *, department_ids: Collection[int] | None, since: datetime
) -> dict[int, tuple[int, int]]:
    """By department: how many fields were read in uploads since then, and how many of them were doubtful."""
    doubtful = func.count().filter(PaperScanField.state == "review")
    return {
        department_id: (fields, doubts)
        for department_id, fields, doubts in session.execute(
            select(PaperBatch.department_id, func.count(), doubtful)
            .select_from(PaperScanField)
            .join(PaperPage, PaperPage.id == PaperScanField.page_id)
            .join(PaperForm, PaperForm.number == PaperPage.form_number)
            .join(PaperBatch, PaperBatch.id == PaperForm.batch_id)
            .join(PaperUpload, PaperUpload.id == PaperPage.upload_id)
            .where(_in(PaperBatch.department_id, department_ids), PaperUpload.uploaded_at >= since)
            .group_by(PaperBatch.department_id)
        )
    }


def is_paused(session: Session, department_id: int) -> bool:
    """Whether no field of a department is accepted unseen now."""
    return bool(
        session.scalar(select(exists().where(PaperPause.department_id == department_id, PaperPause.ended_at.is_(None))))
    )


def pauses(session: Session, *, department_ids: Collection[int] | None, limit: int) -> list[PauseView]:
    """Pauses, open ones first, then the latest."""
    rows = session.scalars(
        select(PaperPause)
        .where(_in(PaperPause.department_id, department_ids))
        .order_by(PaperPause.ended_at.is_not(None), PaperPause.began_at.desc())
        .limit(limit)
    )
    return [
        PauseView(each.department_id, each.began_at, each.errors, each.base, each.ended_at, each.ended_by, each.reason)
        for each in rows
    ]


def _after_last_pause() -> ColumnElement[bool]:
    return ~exists().where(
        PaperPause.department_id == PaperBatch.department_id, PaperPause.ended_at >= PaperScanField.decided_at
    )


def _in(column: InstrumentedAttribute[int], department_ids: Collection[int] | None) -> ColumnElement[bool]:
    return column.is_not(None) if department_ids is None else column.in_(department_ids)
