"""Forms of a random sample that a second person keys without seeing the first keying, and what came of it."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, SmallInteger
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from feedback_app.kit.db import Model


class PaperCheck(Model):
    """A keyed form drawn to be keyed again, from the draw to the verdict.

    `waiting` for its second keyer; `agrees` or `differs` once there are two keyings; `settled` by a third person from
    the paper; `missing` when the paper could not be found. The answers are keys of choices by question key, blank
    questions left out; free texts are compared nowhere. `fields` is how many questions with boxes the form has, the
    errors how many of them each keying has otherwise than the truth, which is what both say or the third person found.
    `allowed_by` let people of the rated department do what nobody outside could; `not_independent` says that one did.
    """

    __tablename__ = "paper_checks"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'agrees', 'differs', 'settled', 'missing')", name="state"),
        CheckConstraint(
            "num_nulls(second_keyer_id, second_at, first_answers, second_answers) IN (0, 4)", name="keyed_by_somebody"
        ),
        CheckConstraint("num_nulls(settled_by, settled_at, settled_answers) IN (0, 3)", name="settled_by_somebody"),
        CheckConstraint("num_nulls(missed_by, missed_at, missed_reason) IN (0, 3)", name="missed_by_somebody"),
        CheckConstraint("num_nulls(fields, first_errors, second_errors) IN (0, 3)", name="errors_of_fields"),
        CheckConstraint("num_nulls(allowed_by, allowed_at) IN (0, 2)", name="allowed_by_somebody"),
        CheckConstraint("state <> 'waiting' OR second_keyer_id IS NULL", name="waiting_for_somebody"),
        CheckConstraint("state IN ('waiting', 'missing') OR second_keyer_id IS NOT NULL", name="keyed_twice"),
        CheckConstraint("(state = 'settled') = (settled_by IS NOT NULL)", name="settled"),
        CheckConstraint("(state = 'missing') = (missed_by IS NOT NULL)", name="missing"),
        CheckConstraint("(state IN ('agrees', 'settled')) = (fields IS NOT NULL)", name="measured_at_the_end"),
        CheckConstraint("state <> 'agrees' OR first_errors + second_errors = 0", name="agreement_has_no_errors"),
        CheckConstraint(
            "first_errors BETWEEN 0 AND fields AND second_errors BETWEEN 0 AND fields", name="errors_within_fields"
        ),
        CheckConstraint("second_keyer_id <> first_keyer_id", name="two_keyers"),
        CheckConstraint("settled_by <> first_keyer_id AND settled_by <> second_keyer_id", name="third_person"),
        CheckConstraint("NOT not_independent OR allowed_by IS NOT NULL", name="exception_was_allowed"),
        Index("ix_paper_checks_batch_id", "batch_id", "number"),
        Index("ix_paper_checks_department", "department_id", "answered_on"),
        Index("ix_paper_checks_first_keyer", "first_keyer_id", "answered_on"),
        Index("ix_paper_checks_open", "state", postgresql_where="state IN ('waiting', 'differs')"),
    )

    response_id: Mapped[UUID] = mapped_column(ForeignKey("responses.id", ondelete="CASCADE"), primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("paper_batches.id"))
    number: Mapped[int] = mapped_column(ForeignKey("paper_forms.number"))
    department_id: Mapped[int] = mapped_column(ForeignKey("departments.id"))
    answered_on: Mapped[date]
    first_keyer_id: Mapped[int] = mapped_column(ForeignKey("staff_members.id"))
    drawn_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    state: Mapped[str] = mapped_column(default="waiting")
    second_keyer_id: Mapped[int | None] = mapped_column(ForeignKey("staff_members.id"))
    second_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    first_answers: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    second_answers: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    settled_by: Mapped[int | None] = mapped_column(ForeignKey("staff_members.id"))
    settled_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    settled_answers: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    missed_by: Mapped[int | None] = mapped_column(ForeignKey("staff_members.id"))
    missed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    missed_reason: Mapped[str | None]
    fields: Mapped[int | None] = mapped_column(SmallInteger)
    first_errors: Mapped[int | None] = mapped_column(SmallInteger)
    second_errors: Mapped[int | None] = mapped_column(SmallInteger)
    allowed_by: Mapped[int | None] = mapped_column(ForeignKey("staff_members.id"))
    allowed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    not_independent: Mapped[bool] = mapped_column(default=False)
