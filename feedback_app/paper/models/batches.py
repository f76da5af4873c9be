"""Numbered forms in batches, and who keyed what came back.

Every number that was ever printed is a row, so that a batch can be added up: issued = keyed + scanned + spoiled +
not returned.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Identity, Index, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from feedback_app.kit.db import Model


class PaperBatch(Model):
    """Forms of one questionnaire version, printed for one department and place.

    `size`, `rules` and `coded` are the design of the form (feedback_app.paper.layout). `answered_on` is the day of the
    answers where the whole batch has one. A closed batch adds up, or says in `closing_reason` why it does not;
    `not_returned` is what was missing when it was closed.
    """

    __tablename__ = "paper_batches"
    __table_args__ = (
        CheckConstraint("size IN ('A4', 'A5')", name="size"),
        CheckConstraint("stage IN ('received', 'supplement', 'refused', 'returned')", name="stage"),
        CheckConstraint("num_nulls(closed_at, closed_by, not_returned) IN (0, 3)", name="closed_by_somebody"),
        CheckConstraint("closing_reason IS NULL OR closed_at IS NOT NULL", name="reason_of_closing"),
        Index("ix_paper_batches_department", "department_id", "issued_at"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    department_id: Mapped[int] = mapped_column(ForeignKey("departments.id"))
    place_id: Mapped[int | None] = mapped_column(ForeignKey("places.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("questionnaire_versions.id"))
    size: Mapped[str]
    rules: Mapped[int] = mapped_column(SmallInteger)
    coded: Mapped[bool] = mapped_column(default=False)
    stage: Mapped[str | None]
    answered_on: Mapped[date | None]
    issued_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    issued_by: Mapped[int] = mapped_column(ForeignKey("staff_members.id"))
    closed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    closed_by: Mapped[int | None] = mapped_column(ForeignKey("staff_members.id"))
    not_returned: Mapped[int | None]
    closing_reason: Mapped[str | None]
    demonstration: Mapped[bool] = mapped_column(default=False)


class PaperForm(Model):
    """One number. `response_id` is the one response that counts for it; without one, and not spoiled, it is still out.

    A form spoiled in printing is printed again under the number of `replaced_by`.
    """

    __tablename__ = "paper_forms"
    __table_args__ = (
        CheckConstraint("source IN ('keyed', 'scanned')", name="source"),
        CheckConstraint("(source IS NULL) = (response_id IS NULL)", name="source_of_response"),
        CheckConstraint("response_id IS NULL OR spoiled_at IS NULL", name="spoiled_has_no_response"),
        CheckConstraint("num_nulls(spoiled_at, spoiled_by, spoiled_reason) IN (0, 3)", name="spoiled_by_somebody"),
        CheckConstraint("replaced_by IS NULL OR spoiled_at IS NOT NULL", name="only_spoiled_is_replaced"),
        Index("ix_paper_forms_batch_id", "batch_id", "number"),
    )

    # Given out under a lock, so that the numbers of a batch have no gaps.
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    batch_id: Mapped[int] = mapped_column(ForeignKey("paper_batches.id"))
    response_id: Mapped[UUID | None] = mapped_column(ForeignKey("responses.id"), unique=True)
    source: Mapped[str | None]
    spoiled_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    spoiled_by: Mapped[int | None] = mapped_column(ForeignKey("staff_members.id"))
    spoiled_reason: Mapped[str | None]
    replaced_by: Mapped[int | None] = mapped_column(ForeignKey("paper_forms.number"), unique=True)


class PaperPrinting(Model):
    """A PDF of some forms of a batch was made: the second one of a number may leave two papers in the world."""

    __tablename__ = "paper_printings"
    __table_args__ = (
        CheckConstraint("first_number <= last_number", name="in_order"),
        Index("ix_paper_printings_batch_id", "batch_id"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("paper_batches.id"))
    first_number: Mapped[int]
    last_number: Mapped[int]
    printed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    printed_by: Mapped[int] = mapped_column(ForeignKey("staff_members.id"))


class PaperKeying(Model):
    """Where a response from paper comes from. `own_department` says that whoever keyed it (or scanned it) was not
    outside the rated department then; without `batch_id` the paper had no number, and cannot be found again."""

    __tablename__ = "paper_keyings"
    __table_args__ = (
        Index("ix_paper_keyings_batch_id", "batch_id", postgresql_where="batch_id IS NOT NULL"),
        Index("ix_paper_keyings_department", "department_id", "answered_on"),
    )

    response_id: Mapped[UUID] = mapped_column(ForeignKey("responses.id", ondelete="CASCADE"), primary_key=True)
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("paper_batches.id"))
    department_id: Mapped[int] = mapped_column(ForeignKey("departments.id"))
    answered_on: Mapped[date]
    keyer_id: Mapped[int] = mapped_column(ForeignKey("staff_members.id"))
    keyed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    own_department: Mapped[bool]
