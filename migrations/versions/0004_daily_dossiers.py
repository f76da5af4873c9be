"""Procedures, keys of other systems, and the dossiers each department handled day by day."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "procedures",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=True),
        sa.Column("field_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["field_id"], ["procedure_fields.id"], name=op.f("fk_procedures_field_id_procedure_fields")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_procedures")),
        sa.UniqueConstraint("code", name=op.f("uq_procedures_code")),
    )
    op.create_table(
        "api_keys",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["department_id"], ["departments.id"], name=op.f("fk_api_keys_department_id_departments")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_keys")),
        sa.UniqueConstraint("name", name=op.f("uq_api_keys_name")),
    )
    op.create_table(
        "dossier_imports",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=True),
        sa.Column("api_key_id", sa.Integer(), nullable=True),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("department_ids", sa.ARRAY(sa.Integer()), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("demonstration", sa.Boolean(), nullable=False),
        sa.CheckConstraint("last_day >= first_day", name=op.f("ck_dossier_imports_days")),
        sa.ForeignKeyConstraint(["api_key_id"], ["api_keys.id"], name=op.f("fk_dossier_imports_api_key_id_api_keys")),
        sa.ForeignKeyConstraint(
            ["member_id"], ["staff_members.id"], name=op.f("fk_dossier_imports_member_id_staff_members")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dossier_imports")),
    )
    op.create_table(
        "daily_dossiers",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("field_id", sa.Integer(), nullable=True),
        sa.Column("procedure_id", sa.Integer(), nullable=True),
        sa.Column("received", sa.Integer(), nullable=False),
        sa.Column("resolved_early", sa.Integer(), nullable=False),
        sa.Column("resolved_on_time", sa.Integer(), nullable=False),
        sa.Column("resolved_late", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("pending", sa.Integer(), nullable=False),
        sa.Column("pending_late", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("pending_late <= pending", name=op.f("ck_daily_dossiers_late_within_pending")),
        sa.CheckConstraint(
            "procedure_id IS NULL OR field_id IS NOT NULL", name=op.f("ck_daily_dossiers_procedure_within_field")
        ),
        sa.CheckConstraint(
            "received >= 0 AND resolved_early >= 0 AND resolved_on_time >= 0 AND resolved_late >= 0"
            " AND refused >= 0 AND pending >= 0 AND pending_late >= 0",
            name=op.f("ck_daily_dossiers_not_negative"),
        ),
        sa.ForeignKeyConstraint(
            ["department_id"], ["departments.id"], name=op.f("fk_daily_dossiers_department_id_departments")
        ),
        sa.ForeignKeyConstraint(
            ["field_id"], ["procedure_fields.id"], name=op.f("fk_daily_dossiers_field_id_procedure_fields")
        ),
        sa.ForeignKeyConstraint(
            ["import_id"], ["dossier_imports.id"], name=op.f("fk_daily_dossiers_import_id_dossier_imports")
        ),
        sa.ForeignKeyConstraint(
            ["procedure_id"], ["procedures.id"], name=op.f("fk_daily_dossiers_procedure_id_procedures")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_daily_dossiers")),
        sa.UniqueConstraint(
            "department_id",
            "day",
            "source",
            "field_id",
            "procedure_id",
            name="uq_daily_dossiers_line",
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index(op.f("ix_daily_dossiers_import_id"), "daily_dossiers", ["import_id"], unique=False)
    op.create_table(
        "dossier_uploads",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"], ["staff_members.id"], name=op.f("fk_dossier_uploads_member_id_staff_members")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dossier_uploads")),
    )


def downgrade() -> None:
    op.drop_table("dossier_uploads")
    op.drop_index(op.f("ix_daily_dossiers_import_id"), table_name="daily_dossiers")
    op.drop_table("daily_dossiers")
    op.drop_table("dossier_imports")
    op.drop_table("api_keys")
    op.drop_table("procedures")
