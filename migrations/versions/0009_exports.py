"""Files are kept in the database: what anybody may take away of each publication, and exports of many periods."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "kept_files",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_files")),
    )
    op.create_table(
        "file_parts",
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["file_id"], ["kept_files.id"], name=op.f("fk_file_parts_file_id_kept_files"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("file_id", "number", name=op.f("pk_file_parts")),
    )
    op.create_table(
        "open_files",
        sa.Column("publication_id", sa.Integer(), nullable=False),
        sa.Column("format", sa.String(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("format IN ('csv', 'json')", name=op.f("ck_open_files_format")),
        sa.ForeignKeyConstraint(["file_id"], ["kept_files.id"], name=op.f("fk_open_files_file_id_kept_files")),
        sa.ForeignKeyConstraint(
            ["publication_id"],
            ["publications.id"],
            name=op.f("fk_open_files_publication_id_publications"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("publication_id", "format", name=op.f("pk_open_files")),
        sa.UniqueConstraint("file_id", name=op.f("uq_open_files_file_id")),
    )
    op.create_table(
        "export_jobs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("period_kind", sa.String(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("format", sa.String(), nullable=False),
        sa.Column("department_ids", postgresql.ARRAY(sa.Integer()), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=True),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('queued', 'running', 'done', 'failed', 'expired')", name=op.f("ck_export_jobs_state")
        ),
        sa.CheckConstraint("format IN ('csv', 'xlsx')", name=op.f("ck_export_jobs_format")),
        sa.CheckConstraint("(state = 'done') = (file_id IS NOT NULL)", name=op.f("ck_export_jobs_done_has_file")),
        sa.ForeignKeyConstraint(["asked_by"], ["staff_members.id"], name=op.f("fk_export_jobs_asked_by_staff_members")),
        sa.ForeignKeyConstraint(["file_id"], ["kept_files.id"], name=op.f("fk_export_jobs_file_id_kept_files")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export_jobs")),
        sa.UniqueConstraint("file_id", name=op.f("uq_export_jobs_file_id")),
    )
    op.create_index("ix_export_jobs_asked_by_asked_at", "export_jobs", ["asked_by", "asked_at"])
    op.create_index(
        "ix_export_jobs_waiting",
        "export_jobs",
        ["asked_at"],
        postgresql_where=sa.text("state IN ('queued', 'running')"),
    )


def downgrade() -> None:
    op.drop_table("export_jobs")
    op.drop_table("open_files")
    op.drop_table("file_parts")
    op.drop_table("kept_files")
