"""Who holds a batch while it changes: keyers share its row, closing takes it alone, so that no form is keyed into a
batch that somebody is adding up. A number is locked before its batch, and a batch is held before its forms, everywhere.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback_app.kit.errors import N_, Conflict, NotFound
from feedback_app.kit.locks import lock, try_lock
from feedback_app.paper.models import PaperBatch, PaperForm
from feedback_app.paper.queries import BatchNotFound


class FormNotFound(NotFound):
    """No form has this number."""


class BatchClosed(Conflict):
    """The batch was added up; only an administrator opens it again."""


def lock_number(session: Session, number: int) -> None:
    """Wait for everybody else who decides something about papers of this number."""
    lock(session, "paper numbers", number)


def try_lock_number(session: Session, number: int) -> bool:
    """Likewise, without waiting; whether nobody else does."""
    return try_lock(session, "paper numbers", number)


def hold_batch(session: Session, batch_id: int, *, alone: bool = False) -> PaperBatch:
    """The batch, until the transaction ends. Raises BatchNotFound."""
    batch = session.scalars(
        select(PaperBatch)
        .where(PaperBatch.id == batch_id)
        .with_for_update(read=not alone)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if batch is None:
        raise BatchNotFound(N_("Không có tập phiếu này."))
    return batch


def hold_open_batch(session: Session, batch_id: int, *, alone: bool = False) -> PaperBatch:
    """A batch that still takes forms. Raises BatchNotFound and BatchClosed."""
    batch = hold_batch(session, batch_id, alone=alone)
    if batch.closed_at is not None:
        raise BatchClosed(N_("Tập phiếu này đã đóng. Quản trị viên mở lại được, kèm lý do."))
    return batch


def hold_open_form(session: Session, number: int) -> tuple[PaperBatch, PaperForm]:
    """A form of an open batch, and the batch. Raises FormNotFound and BatchClosed."""
    batch_id = session.scalar(select(PaperForm.batch_id).where(PaperForm.number == number))
    if batch_id is None:
        raise FormNotFound(N_("Không có phiếu nào mang số này."))
    batch = hold_open_batch(session, batch_id)
    return batch, session.get_one(PaperForm, number, with_for_update=True, populate_existing=True)
