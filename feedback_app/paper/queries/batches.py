"""Batches as they are read: what they hold, how they add up, who keyed how much."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, func, select
from sqlalchemy.orm import Session

from feedback_app.kit.errors import N_, NotFound
from feedback_app.paper.commands import Sitting
from feedback_app.paper.layout import Design, Size
from feedback_app.paper.models import PaperBatch, PaperForm, PaperKeying, PaperPrinting
from feedback_app.tokens.commands import Stage


class BatchNotFound(NotFound):
    """There is no such batch."""


@dataclass(frozen=True, slots=True)
class Sums:
    """Numbers of forms. `out` are those that neither came back nor were spoiled; of a closed batch they are the ones
    not returned, so that issued = keyed + scanned + spoiled + out always holds."""

    issued: int
    keyed: int
    scanned: int
    spoiled: int

    @property
    def out(self) -> int:
        return self.issued - self.keyed - self.scanned - self.spoiled


@dataclass(frozen=True, slots=True)
class BatchView:
    """`first_number` and `last_number` span what was issued at first and reprinted later."""

    id: int
    department_id: int
    place_id: int | None
    version_id: int
    design: Design
    stage: Stage | None
    answered_on: date | None
    issued_at: datetime
    issued_by: int
    closed_at: datetime | None
    closed_by: int | None
    closing_reason: str | None
    demonstration: bool
    first_number: int
    last_number: int
    sums: Sums

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def not_returned(self) -> int:
        """Confirmed to be missing when the batch was closed."""
        return 0 if self.is_open else self.sums.out

    @property
    def still_out(self) -> int:
        return self.sums.out if self.is_open else 0


@dataclass(frozen=True, slots=True)
class FormView:
    """One number of a batch, and what became of it."""

    number: int
    source: str | None
    keyer_id: int | None
    keyed_at: datetime | None
    spoiled_at: datetime | None
    spoiled_by: int | None
    spoiled_reason: str | None
    replaced_by: int | None

    @property
    def is_out(self) -> bool:
        return self.source is None and self.spoiled_at is None


@dataclass(frozen=True, slots=True)
class KeyerProgress:
    """How many forms of a batch one person keyed and how many they scanned; `own` of both about a department they were
    not outside of."""

    keyer_id: int
    keyed: int
    scanned: int
    own: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class PrintingView:
    first_number: int
    last_number: int
    printed_at: datetime
    printed_by: int


def batch(session: Session, batch_id: int) -> BatchView:
    """Raises BatchNotFound."""
    found = session.execute(_batches().where(PaperBatch.id == batch_id)).one_or_none()
    if found is None:
        raise BatchNotFound(N_("Không có tập phiếu này."))
    return _view(found)


def sitting_of(batch: BatchView, *, today: date) -> Sitting:
    """What all forms of a batch have in common; where each says its own day, `today` is proposed."""
    return Sitting(
        department_id=batch.department_id,
        version_id=batch.version_id,
        answered_on=batch.answered_on or today,
        stage=batch.stage,
        coded=batch.design.coded,
        dated_each=batch.answered_on is None,
        batch_id=batch.id,
        place_id=batch.place_id,
        demonstration=batch.demonstration,
    )


def batches(
    session: Session,
    *,
    scope: Collection[int] | None,
    is_open: bool | None = None,
    department_id: int | None = None,
    limit: int,
    offset: int = 0,
) -> list[BatchView]:
    """Batches of the departments of `scope` (None: all), newest first."""
    condition = _wanted(scope, is_open, department_id)
    rows = session.execute(
        _batches()
        .where(*condition)
        .order_by(PaperBatch.issued_at.desc(), PaperBatch.id.desc())
        .limit(limit)
        .offset(offset)
    )
    return [_view(each) for each in rows]


def batch_count(
    session: Session, *, scope: Collection[int] | None, is_open: bool | None = None, department_id: int | None = None
) -> int:
    condition = _wanted(scope, is_open, department_id)
    return session.scalar(select(func.count()).select_from(PaperBatch).where(*condition)) or 0


def sums(session: Session, batch_id: int) -> Sums:
    """How a batch adds up now."""
    counts: tuple[int, ...] = tuple(session.execute(select(*_counts()).where(PaperForm.batch_id == batch_id)).one())
    return Sums(*counts)


def forms(session: Session, batch_id: int) -> list[FormView]:
    """Every number of a batch in order."""
    rows = session.execute(_forms().where(PaperForm.batch_id == batch_id).order_by(PaperForm.number))
    return [FormView(*row) for row in rows]


def form(session: Session, number: int) -> FormView:
    """One number that was given out."""
    return FormView(*session.execute(_forms().where(PaperForm.number == number)).one())


def numbers_of(session: Session, response_ids: Collection[UUID]) -> dict[UUID, int]:
    """The numbers of those responses that have one."""
    rows = session.execute(
        select(PaperForm.response_id, PaperForm.number).where(PaperForm.response_id.in_(response_ids))
    )
    return {response_id: number for response_id, number in rows if response_id}


def form_of_response(session: Session, response_id: UUID) -> int | None:
    """The number that a response came under."""
    return session.scalar(select(PaperForm.number).where(PaperForm.response_id == response_id))


def department_of_keyed(session: Session, response_id: UUID) -> int | None:
    """The department that a paper form which counts is about."""
    return session.scalar(select(PaperKeying.department_id).where(PaperKeying.response_id == response_id))


def keyers(session: Session, batch_id: int) -> list[KeyerProgress]:
    """Who keyed or scanned how many forms of a batch that count, most first."""
    rows = session.execute(
        select(
            PaperKeying.keyer_id,
            func.count().filter(PaperForm.source == "keyed"),
            func.count().filter(PaperForm.source == "scanned"),
            func.count().filter(PaperKeying.own_department),
            func.max(PaperKeying.keyed_at),
        )
        .join(PaperForm, PaperForm.response_id == PaperKeying.response_id)
        .where(PaperForm.batch_id == batch_id)
        .group_by(PaperKeying.keyer_id)
        .order_by(func.count().desc(), PaperKeying.keyer_id)
    )
    return [KeyerProgress(*row) for row in rows]


def printings(session: Session, batch_id: int) -> list[PrintingView]:
    """Every PDF that was made of a batch's forms, oldest first."""
    rows = session.execute(
        select(
            PaperPrinting.first_number, PaperPrinting.last_number, PaperPrinting.printed_at, PaperPrinting.printed_by
        )
        .where(PaperPrinting.batch_id == batch_id)
        .order_by(PaperPrinting.printed_at, PaperPrinting.id)
    )
    return [PrintingView(*row) for row in rows]


def batch_of(session: Session, number: int) -> int | None:
    """The batch that a number belongs to; None where it was never given out."""
    return session.scalar(select(PaperForm.batch_id).where(PaperForm.number == number))


def _forms() -> Select[*tuple[Any, ...]]:
    return select(
        PaperForm.number,
        PaperForm.source,
        PaperKeying.keyer_id,
        PaperKeying.keyed_at,
        PaperForm.spoiled_at,
        PaperForm.spoiled_by,
        PaperForm.spoiled_reason,
        PaperForm.replaced_by,
    ).join(PaperKeying, PaperKeying.response_id == PaperForm.response_id, isouter=True)


def _wanted(
    scope: Collection[int] | None, is_open: bool | None, department_id: int | None
) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if scope is not None:
        wanted.append(PaperBatch.department_id.in_(scope))
    if department_id is not None:
        wanted.append(PaperBatch.department_id == department_id)
    if is_open is not None:
        wanted.append(PaperBatch.closed_at.is_(None) if is_open else PaperBatch.closed_at.is_not(None))
    return wanted


def _counts() -> tuple[ColumnElement[int], ...]:
    return (
        func.count(),
        func.count().filter(PaperForm.source == "keyed"),
        func.count().filter(PaperForm.source == "scanned"),
        func.count().filter(PaperForm.spoiled_at.is_not(None)),
    )


def _batches() -> Select[*tuple[Any, ...]]:
    """A batch, its first and last number, and its counts."""
    return (
        select(PaperBatch, func.min(PaperForm.number), func.max(PaperForm.number), *_counts())
        .join(PaperForm, PaperForm.batch_id == PaperBatch.id)
        .group_by(PaperBatch.id)
    )


def _view(found: Row[*tuple[Any, ...]]) -> BatchView:
    row, first, last, *counts = found
    return BatchView(
        id=row.id,
        department_id=row.department_id,
        place_id=row.place_id,
        version_id=row.version_id,
        design=Design(cast(Size, row.size), row.rules, row.coded),
        stage=cast(Stage | None, row.stage),
        answered_on=row.answered_on,
        issued_at=row.issued_at,
        issued_by=row.issued_by,
        closed_at=row.closed_at,
        closed_by=row.closed_by,
        closing_reason=row.closing_reason,
        demonstration=row.demonstration,
        first_number=first,
        last_number=last,
        sums=Sums(*counts),
    )
