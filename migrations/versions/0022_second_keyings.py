"""A random sample of keyed paper forms is keyed again by a second person, and settled by a third one."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    op.create_table(
        "paper_checks",
        sa.Column("response_id", sa.Uuid(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=False),
        sa.Column("answered_on", sa.Date(), nullable=False),
        sa.Column("first_keyer_id", sa.Integer(), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("second_keyer_id", sa.Integer(), nullable=True),
        sa.Column("second_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_answers", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("second_answers", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("settled_by", sa.Integer(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_answers", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("missed_by", sa.Integer(), nullable=True),
        sa.Column("missed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("missed_reason", sa.String(), nullable=True),
        sa.Column("fields", sa.SmallInteger(), nullable=True),
        sa.Column("first_errors", sa.SmallInteger(), nullable=True),
        sa.Column("second_errors", sa.SmallInteger(), nullable=True),
        sa.Column("allowed_by", sa.Integer(), nullable=True),
        sa.Column("allowed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("not_independent", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "state <> 'agrees' OR first_errors + second_errors = 0",
            name=op.f("ck_paper_checks_agreement_has_no_errors"),
        ),
        sa.CheckConstraint(
            "num_nulls(allowed_by, allowed_at) IN (0, 2)", name=op.f("ck_paper_checks_allowed_by_somebody")
        ),
        sa.CheckConstraint(
            "num_nulls(fields, first_errors, second_errors) IN (0, 3)", name=op.f("ck_paper_checks_errors_of_fields")
        ),
        sa.CheckConstraint(
            "first_errors BETWEEN 0 AND fields AND second_errors BETWEEN 0 AND fields",
            name=op.f("ck_paper_checks_errors_within_fields"),
        ),
        sa.CheckConstraint(
            "NOT not_independent OR allowed_by IS NOT NULL", name=op.f("ck_paper_checks_exception_was_allowed")
        ),
        sa.CheckConstraint(
            "num_nulls(second_keyer_id, second_at, first_answers, second_answers) IN (0, 4)",
            name=op.f("ck_paper_checks_keyed_by_somebody"),
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'missing') OR second_keyer_id IS NOT NULL", name=op.f("ck_paper_checks_keyed_twice")
        ),
        sa.CheckConstraint(
            "(state IN ('agrees', 'settled')) = (fields IS NOT NULL)", name=op.f("ck_paper_checks_measured_at_the_end")
        ),
        sa.CheckConstraint(
            "num_nulls(missed_by, missed_at, missed_reason) IN (0, 3)", name=op.f("ck_paper_checks_missed_by_somebody")
        ),
        sa.CheckConstraint("(state = 'missing') = (missed_by IS NOT NULL)", name=op.f("ck_paper_checks_missing")),
        sa.CheckConstraint("(state = 'settled') = (settled_by IS NOT NULL)", name=op.f("ck_paper_checks_settled")),
        sa.CheckConstraint(
            "num_nulls(settled_by, settled_at, settled_answers) IN (0, 3)",
            name=op.f("ck_paper_checks_settled_by_somebody"),
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'agrees', 'differs', 'settled', 'missing')", name=op.f("ck_paper_checks_state")
        ),
        sa.CheckConstraint(
            "settled_by <> first_keyer_id AND settled_by <> second_keyer_id", name=op.f("ck_paper_checks_third_person")
        ),
        sa.CheckConstraint("second_keyer_id <> first_keyer_id", name=op.f("ck_paper_checks_two_keyers")),
        sa.CheckConstraint(
            "state <> 'waiting' OR second_keyer_id IS NULL", name=op.f("ck_paper_checks_waiting_for_somebody")
        ),
        sa.ForeignKeyConstraint(
            ["allowed_by"], ["staff_members.id"], name=op.f("fk_paper_checks_allowed_by_staff_members")
        ),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["paper_batches.id"], name=op.f("fk_paper_checks_batch_id_paper_batches")
        ),
        sa.ForeignKeyConstraint(
            ["department_id"], ["departments.id"], name=op.f("fk_paper_checks_department_id_departments")
        ),
        sa.ForeignKeyConstraint(
            ["first_keyer_id"], ["staff_members.id"], name=op.f("fk_paper_checks_first_keyer_id_staff_members")
        ),
        sa.ForeignKeyConstraint(
            ["missed_by"], ["staff_members.id"], name=op.f("fk_paper_checks_missed_by_staff_members")
        ),
        sa.ForeignKeyConstraint(["number"], ["paper_forms.number"], name=op.f("fk_paper_checks_number_paper_forms")),
        sa.ForeignKeyConstraint(
            ["response_id"], ["responses.id"], name=op.f("fk_paper_checks_response_id_responses"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["second_keyer_id"], ["staff_members.id"], name=op.f("fk_paper_checks_second_keyer_id_staff_members")
        ),
        sa.ForeignKeyConstraint(
            ["settled_by"], ["staff_members.id"], name=op.f("fk_paper_checks_settled_by_staff_members")
        ),
        sa.PrimaryKeyConstraint("response_id", name=op.f("pk_paper_checks")),
    )
    op.create_index("ix_paper_checks_batch_id", "paper_checks", ["batch_id", "number"])
    op.create_index("ix_paper_checks_department", "paper_checks", ["department_id", "answered_on"])
    op.create_index("ix_paper_checks_first_keyer", "paper_checks", ["first_keyer_id", "answered_on"])
    op.create_index(
        "ix_paper_checks_open", "paper_checks", ["state"], postgresql_where=sa.text("state IN ('waiting', 'differs')")
    )


def downgrade() -> None:
    op.drop_table("paper_checks")
