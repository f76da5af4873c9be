"""Petitions, assessments by departments, and scoring schemes brought in after the shipped ones."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "petitions",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("about_conduct", sa.Boolean(), nullable=False),
        sa.Column("prolonged", sa.Boolean(), nullable=False),
        sa.Column("contested", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.CheckConstraint("due_on >= received_on AND answered_on >= received_on", name=op.f("ck_petitions_days")),
        sa.CheckConstraint(
            "verdict IN ('upheld', 'unfounded', 'malicious', 'pending')", name=op.f("ck_petitions_verdict")
        ),
        sa.ForeignKeyConstraint(
            ["department_id"], ["departments.id"], name=op.f("fk_petitions_department_id_departments")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_petitions")),
        sa.UniqueConstraint("source", "reference", name=op.f("uq_petitions_source_reference")),
    )
    op.create_index("ix_petitions_department_id_received_on", "petitions", ["department_id", "received_on"])
    op.create_table(
        "rating_schemes",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("code", "version", name=op.f("pk_rating_schemes")),
    )
    op.create_table(
        "unit_assessments",
        sa.Column("department_id", sa.Integer(), nullable=False),
        sa.Column("period_kind", sa.String(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("index_number", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("own_points", sa.SmallInteger(), nullable=False),
        sa.Column("own_by", sa.Integer(), nullable=False),
        sa.Column("own_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("appraised_points", sa.SmallInteger(), nullable=True),
        sa.Column("appraised_by", sa.Integer(), nullable=True),
        sa.Column("appraised_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.CheckConstraint("appraised_by <> own_by", name=op.f("ck_unit_assessments_two_persons")),
        sa.CheckConstraint(
            "appraised_points = own_points OR reason IS NOT NULL",
            name=op.f("ck_unit_assessments_difference_has_reason"),
        ),
        sa.CheckConstraint(
            "num_nulls(appraised_points, appraised_by, appraised_at) IN (0, 3)",
            name=op.f("ck_unit_assessments_appraised_whole"),
        ),
        sa.CheckConstraint("own_points >= 0 AND appraised_points >= 0", name=op.f("ck_unit_assessments_points")),
        sa.CheckConstraint("period_kind IN ('quarter', 'year')", name=op.f("ck_unit_assessments_period_kind")),
        sa.ForeignKeyConstraint(
            ["appraised_by"], ["staff_members.id"], name=op.f("fk_unit_assessments_appraised_by_staff_members")
        ),
        sa.ForeignKeyConstraint(
            ["department_id"], ["departments.id"], name=op.f("fk_unit_assessments_department_id_departments")
        ),
        sa.ForeignKeyConstraint(
            ["own_by"], ["staff_members.id"], name=op.f("fk_unit_assessments_own_by_staff_members")
        ),
        sa.PrimaryKeyConstraint(
            "department_id", "period_kind", "starts_on", "index_number", name=op.f("pk_unit_assessments")
        ),
    )


def downgrade() -> None:
    op.drop_table("unit_assessments")
    op.drop_table("rating_schemes")
    op.drop_index("ix_petitions_department_id_received_on", table_name="petitions")
    op.drop_table("petitions")
