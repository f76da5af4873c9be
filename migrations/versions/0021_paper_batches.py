"""Numbered forms are printed in batches that add up, and responses from paper say where they come from."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.create_table(
        "paper_batches",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=True),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("size", sa.String(), nullable=False),
        sa.Column("rules", sa.SmallInteger(), nullable=False),
        sa.Column("coded", sa.Boolean(), nullable=False),
        sa.Column("stage", sa.String(), nullable=True),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_by", sa.Integer(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.Integer(), nullable=True),
        sa.Column("not_returned", sa.Integer(), nullable=True),
        sa.Column("closing_reason", sa.String(), nullable=True),
        sa.Column("demonstration", sa.Boolean(), nullable=False),
        sa.CheckConstraint("size IN ('A4', 'A5')", name=op.f("ck_paper_batches_size")),
        sa.CheckConstraint(
            "stage IN ('received', 'supplement', 'refused', 'returned')", name=op.f("ck_paper_batches_stage")
        ),
        sa.CheckConstraint(
            "closing_reason IS NULL OR closed_at IS NOT NULL", name=op.f("ck_paper_batches_reason_of_closing")
        ),
        sa.CheckConstraint(
            "num_nulls(closed_at, closed_by, not_returned) IN (0, 3)", name=op.f("ck_paper_batches_closed_by_somebody")
        ),
        sa.ForeignKeyConstraint(
            ["closed_by"], ["staff_members.id"], name=op.f("fk_paper_batches_closed_by_staff_members")
        ),
        sa.ForeignKeyConstraint(
            ["department_id"], ["departments.id"], name=op.f("fk_paper_batches_department_id_departments")
        ),
        sa.ForeignKeyConstraint(
            ["issued_by"], ["staff_members.id"], name=op.f("fk_paper_batches_issued_by_staff_members")
        ),
        sa.ForeignKeyConstraint(["place_id"], ["places.id"], name=op.f("fk_paper_batches_place_id_places")),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["questionnaire_versions.id"],
            name=op.f("fk_paper_batches_version_id_questionnaire_versions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_batches")),
    )
    op.create_index("ix_paper_batches_department", "paper_batches", ["department_id", "issued_at"], unique=False)
    op.create_table(
        "paper_printings",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("first_number", sa.Integer(), nullable=False),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.Column("printed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("printed_by", sa.Integer(), nullable=False),
        sa.CheckConstraint("first_number <= last_number", name=op.f("ck_paper_printings_in_order")),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["paper_batches.id"], name=op.f("fk_paper_printings_batch_id_paper_batches")
        ),
        sa.ForeignKeyConstraint(
            ["printed_by"], ["staff_members.id"], name=op.f("fk_paper_printings_printed_by_staff_members")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_printings")),
    )
    op.create_index("ix_paper_printings_batch_id", "paper_printings", ["batch_id"], unique=False)
    op.create_table(
        "paper_forms",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("response_id", sa.Uuid(), nullable=True),
        sa.Column("source", sa.String(), nullable=True),
        sa.Column("spoiled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("spoiled_by", sa.Integer(), nullable=True),
        sa.Column("spoiled_reason", sa.String(), nullable=True),
        sa.Column("replaced_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("source IN ('keyed', 'scanned')", name=op.f("ck_paper_forms_source")),
        sa.CheckConstraint("(source IS NULL) = (response_id IS NULL)", name=op.f("ck_paper_forms_source_of_response")),
        sa.CheckConstraint(
            "num_nulls(spoiled_at, spoiled_by, spoiled_reason) IN (0, 3)",
            name=op.f("ck_paper_forms_spoiled_by_somebody"),
        ),
        sa.CheckConstraint(
            "replaced_by IS NULL OR spoiled_at IS NOT NULL", name=op.f("ck_paper_forms_only_spoiled_is_replaced")
        ),
        sa.CheckConstraint(
            "response_id IS NULL OR spoiled_at IS NULL", name=op.f("ck_paper_forms_spoiled_has_no_response")
        ),
        sa.ForeignKeyConstraint(["batch_id"], ["paper_batches.id"], name=op.f("fk_paper_forms_batch_id_paper_batches")),
        sa.ForeignKeyConstraint(
            ["replaced_by"], ["paper_forms.number"], name=op.f("fk_paper_forms_replaced_by_paper_forms")
        ),
        sa.ForeignKeyConstraint(["response_id"], ["responses.id"], name=op.f("fk_paper_forms_response_id_responses")),
        sa.ForeignKeyConstraint(
            ["spoiled_by"], ["staff_members.id"], name=op.f("fk_paper_forms_spoiled_by_staff_members")
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_paper_forms")),
        sa.UniqueConstraint("replaced_by", name=op.f("uq_paper_forms_replaced_by")),
        sa.UniqueConstraint("response_id", name=op.f("uq_paper_forms_response_id")),
    )
    op.create_index("ix_paper_forms_batch_id", "paper_forms", ["batch_id", "number"], unique=False)
    op.create_table(
        "paper_keyings",
        sa.Column("response_id", sa.Uuid(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=True),
        sa.Column("department_id", sa.Integer(), nullable=False),
        sa.Column("answered_on", sa.Date(), nullable=False),
        sa.Column("keyer_id", sa.Integer(), nullable=False),
        sa.Column("keyed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("own_department", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["paper_batches.id"], name=op.f("fk_paper_keyings_batch_id_paper_batches")
        ),
        sa.ForeignKeyConstraint(
            ["department_id"], ["departments.id"], name=op.f("fk_paper_keyings_department_id_departments")
        ),
        sa.ForeignKeyConstraint(
            ["keyer_id"], ["staff_members.id"], name=op.f("fk_paper_keyings_keyer_id_staff_members")
        ),
        sa.ForeignKeyConstraint(
            ["response_id"], ["responses.id"], name=op.f("fk_paper_keyings_response_id_responses"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("response_id", name=op.f("pk_paper_keyings")),
    )
    op.create_index(
        "ix_paper_keyings_batch_id",
        "paper_keyings",
        ["batch_id"],
        unique=False,
        postgresql_where="batch_id IS NOT NULL",
    )
    op.create_index("ix_paper_keyings_department", "paper_keyings", ["department_id", "answered_on"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_paper_keyings_department", table_name="paper_keyings")
    op.drop_index("ix_paper_keyings_batch_id", table_name="paper_keyings", postgresql_where="batch_id IS NOT NULL")
    op.drop_table("paper_keyings")
    op.drop_index("ix_paper_forms_batch_id", table_name="paper_forms")
    op.drop_table("paper_forms")
    op.drop_index("ix_paper_printings_batch_id", table_name="paper_printings")
    op.drop_table("paper_printings")
    op.drop_index("ix_paper_batches_department", table_name="paper_batches")
    op.drop_table("paper_batches")
