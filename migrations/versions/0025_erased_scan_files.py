"""The files of scans can be erased, and what was read from them stays."""

from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    op.alter_column("paper_uploads", "file_id", nullable=True)
    op.drop_constraint(op.f("fk_paper_uploads_file_id_kept_files"), "paper_uploads", type_="foreignkey")
    op.create_foreign_key(
        op.f("fk_paper_uploads_file_id_kept_files"),
        "paper_uploads",
        "kept_files",
        ["file_id"],
        ["id"],
        ondelete="SET NULL",
    )
    op.create_check_constraint(
        op.f("ck_paper_uploads_unread_has_file"), "paper_uploads", "file_id IS NOT NULL OR finished_at IS NOT NULL"
    )


def downgrade() -> None:
    # `file_id` stays nullable: what was erased does not come back.
    op.drop_constraint(op.f("ck_paper_uploads_unread_has_file"), "paper_uploads", type_="check")
    op.drop_constraint(op.f("fk_paper_uploads_file_id_kept_files"), "paper_uploads", type_="foreignkey")
    op.create_foreign_key(
        op.f("fk_paper_uploads_file_id_kept_files"), "paper_uploads", "kept_files", ["file_id"], ["id"]
    )
