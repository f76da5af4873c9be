"""Officers' sums of points by quarter, in versions, and what they contested."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "officers",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=True),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("demonstration", sa.Boolean(), nullable=False),
        sa.CheckConstraint("num_nulls(member_id, linked_at) IN (0, 2)", name=op.f("ck_officers_linked")),
        sa.ForeignKeyConstraint(["member_id"], ["staff_members.id"], name=op.f("fk_officers_member_id_staff_members")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_officers")),
        sa.UniqueConstraint("code", name=op.f("uq_officers_code")),
        sa.UniqueConstraint("member_id", name=op.f("uq_officers_member_id")),
    )
    op.create_table(
        "officer_appraisals",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("officer_id", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=False),
        sa.Column("scheme", sa.String(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("version > 0", name=op.f("ck_officer_appraisals_version")),
        sa.ForeignKeyConstraint(
            ["officer_id"], ["officers.id"], name=op.f("fk_officer_appraisals_officer_id_officers"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["department_id"], ["departments.id"], name=op.f("fk_officer_appraisals_department_id_departments")
        ),
        sa.ForeignKeyConstraint(
            ["made_by"], ["staff_members.id"], name=op.f("fk_officer_appraisals_made_by_staff_members")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_officer_appraisals")),
        sa.UniqueConstraint(
            "officer_id", "starts_on", "version", name=op.f("uq_officer_appraisals_officer_id_starts_on_version")
        ),
    )
    op.create_index("ix_officer_appraisals_starts_on", "officer_appraisals", ["starts_on"])
    op.create_table(
        "officer_points",
        sa.Column("appraisal_id", sa.Integer(), nullable=False),
        sa.Column("index_number", sa.Integer(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("scored", sa.Integer(), nullable=False),
        sa.CheckConstraint("points >= 0 AND scored >= 0", name=op.f("ck_officer_points_counts")),
        sa.ForeignKeyConstraint(
            ["appraisal_id"],
            ["officer_appraisals.id"],
            name=op.f("fk_officer_points_appraisal_id_officer_appraisals"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("appraisal_id", "index_number", name=op.f("pk_officer_points")),
    )
    op.create_table(
        "officer_contests",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("officer_id", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("index_number", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("filed_by", sa.Integer(), nullable=False),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("upheld", sa.Boolean(), nullable=True),
        sa.Column("answer", sa.String(), nullable=True),
        sa.Column("corrected_version", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "num_nulls(decided_by, decided_at, upheld, answer) IN (0, 4)",
            name=op.f("ck_officer_contests_decided_by_somebody"),
        ),
        sa.CheckConstraint(
            "(upheld IS TRUE) = (corrected_version IS NOT NULL)", name=op.f("ck_officer_contests_upheld_is_corrected")
        ),
        sa.CheckConstraint("decided_by <> filed_by", name=op.f("ck_officer_contests_two_persons")),
        *(
            sa.ForeignKeyConstraint(
                ["officer_id", "starts_on", column],
                ["officer_appraisals.officer_id", "officer_appraisals.starts_on", "officer_appraisals.version"],
                name=f"fk_officer_contests_{column}",
                ondelete="CASCADE",
            )
            for column in ("version", "corrected_version")
        ),
        sa.ForeignKeyConstraint(
            ["filed_by"], ["staff_members.id"], name=op.f("fk_officer_contests_filed_by_staff_members")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["staff_members.id"], name=op.f("fk_officer_contests_decided_by_staff_members")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_officer_contests")),
    )
    op.create_index("ix_officer_contests_officer_id_starts_on", "officer_contests", ["officer_id", "starts_on"])
    op.create_index(
        "uq_officer_contests_open",
        "officer_contests",
        ["officer_id", "starts_on", "index_number"],
        unique=True,
        postgresql_where="decided_at IS NULL",
    )


def downgrade() -> None:
    op.drop_table("officer_contests")
    op.drop_table("officer_points")
    op.drop_table("officer_appraisals")
    op.drop_table("officers")
