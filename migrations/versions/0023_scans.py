"""Stacks of scanned forms: uploads, their pages, what was read, what people decided, and pauses of acceptance."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    op.create_table(
        "paper_pauses",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("errors", sa.Integer(), nullable=False),
        sa.Column("base", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.CheckConstraint(
            "num_nulls(ended_at, ended_by, reason) IN (0, 3)", name=op.f("ck_paper_pauses_ended_by_somebody")
        ),
        sa.ForeignKeyConstraint(
            ["department_id"], ["departments.id"], name=op.f("fk_paper_pauses_department_id_departments")
        ),
        sa.ForeignKeyConstraint(
            ["ended_by"], ["staff_members.id"], name=op.f("fk_paper_pauses_ended_by_staff_members")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_pauses")),
    )
    op.create_index(
        "uq_paper_pauses_open", "paper_pauses", ["department_id"], unique=True, postgresql_where="ended_at IS NULL"
    )
    op.create_table(
        "paper_uploads",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("uploaded_by", sa.Integer(), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=True),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.Column("problem", sa.String(), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "media_type IN ('application/pdf', 'image/jpeg', 'image/png')", name=op.f("ck_paper_uploads_media_type")
        ),
        sa.CheckConstraint("state <> 'failed' OR problem IS NOT NULL", name=op.f("ck_paper_uploads_failed_says_why")),
        sa.CheckConstraint("state <> 'read' OR pages IS NOT NULL", name=op.f("ck_paper_uploads_read_has_pages")),
        sa.CheckConstraint("state IN ('waiting', 'reading', 'read', 'failed')", name=op.f("ck_paper_uploads_state")),
        sa.ForeignKeyConstraint(
            ["department_id"], ["departments.id"], name=op.f("fk_paper_uploads_department_id_departments")
        ),
        sa.ForeignKeyConstraint(["file_id"], ["kept_files.id"], name=op.f("fk_paper_uploads_file_id_kept_files")),
        sa.ForeignKeyConstraint(
            ["uploaded_by"], ["staff_members.id"], name=op.f("fk_paper_uploads_uploaded_by_staff_members")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_uploads")),
        sa.UniqueConstraint("file_id", name=op.f("uq_paper_uploads_file_id")),
        sa.UniqueConstraint("sha256", name=op.f("uq_paper_uploads_sha256")),
    )
    op.create_index(op.f("ix_paper_uploads_uploaded_at"), "paper_uploads", ["uploaded_at"], unique=False)
    op.create_index(
        "ix_paper_uploads_waiting",
        "paper_uploads",
        ["uploaded_at"],
        unique=False,
        postgresql_where="state IN ('waiting', 'reading')",
    )
    op.create_table(
        "paper_scans",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("form_number", sa.Integer(), nullable=False),
        sa.Column("upload_id", sa.Uuid(), nullable=False),
        sa.Column("numbered", sa.Boolean(), nullable=False),
        sa.Column("answered_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('open', 'review', 'written', 'stored', 'blank', 'answered_before', 'duplicate', 'conflict', 'discarded')",
            name=op.f("ck_paper_scans_state"),
        ),
        sa.ForeignKeyConstraint(
            ["form_number"], ["paper_forms.number"], name=op.f("fk_paper_scans_form_number_paper_forms")
        ),
        sa.ForeignKeyConstraint(
            ["upload_id"], ["paper_uploads.id"], name=op.f("fk_paper_scans_upload_id_paper_uploads")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_scans")),
    )
    op.create_index("ix_paper_scans_form_number", "paper_scans", ["form_number"], unique=False)
    op.create_index(
        "uq_paper_scans_numbered",
        "paper_scans",
        ["form_number"],
        unique=True,
        postgresql_where="numbered AND state <> 'discarded'",
    )
    op.create_table(
        "paper_pages",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("upload_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("part", sa.SmallInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("problem", sa.String(), nullable=True),
        sa.Column("form_number", sa.Integer(), nullable=True),
        sa.Column("form_page", sa.SmallInteger(), nullable=True),
        sa.Column("scan_id", sa.Uuid(), nullable=True),
        sa.Column("other_id", sa.BigInteger(), nullable=True),
        sa.Column("ink", sa.LargeBinary(), nullable=True),
        sa.Column("image", sa.LargeBinary(), nullable=True),
        sa.Column("thresholds", sa.SmallInteger(), nullable=True),
        sa.Column("why", sa.String(), nullable=True),
        sa.Column("decision", sa.String(), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.CheckConstraint(
            "decision <> 'discarded' OR reason IS NOT NULL", name=op.f("ck_paper_pages_discarded_has_reason")
        ),
        sa.CheckConstraint(
            "decision IN ('same', 'second', 'counted', 'discarded')", name=op.f("ck_paper_pages_decision")
        ),
        sa.CheckConstraint("state <> 'conflict' OR why IS NOT NULL", name=op.f("ck_paper_pages_conflict_says_why")),
        sa.CheckConstraint(
            "state IN ('waiting', 'read', 'review', 'blank', 'unidentified', 'duplicate', 'conflict', 'failed')",
            name=op.f("ck_paper_pages_state"),
        ),
        sa.CheckConstraint(
            "why IN ('other_ink', 'keyed', 'spoiled', 'closed', 'outside', 'day')", name=op.f("ck_paper_pages_why")
        ),
        sa.CheckConstraint(
            "num_nulls(decision, decided_by, decided_at) IN (0, 3)", name=op.f("ck_paper_pages_decided_by_somebody")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["staff_members.id"], name=op.f("fk_paper_pages_decided_by_staff_members")
        ),
        sa.ForeignKeyConstraint(
            ["form_number"], ["paper_forms.number"], name=op.f("fk_paper_pages_form_number_paper_forms")
        ),
        sa.ForeignKeyConstraint(["other_id"], ["paper_pages.id"], name=op.f("fk_paper_pages_other_id_paper_pages")),
        sa.ForeignKeyConstraint(["scan_id"], ["paper_scans.id"], name=op.f("fk_paper_pages_scan_id_paper_scans")),
        sa.ForeignKeyConstraint(
            ["upload_id"], ["paper_uploads.id"], name=op.f("fk_paper_pages_upload_id_paper_uploads")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_pages")),
        sa.UniqueConstraint("upload_id", "number", "part", name=op.f("uq_paper_pages_upload_id_number_part")),
    )
    op.create_index(
        "ix_paper_pages_conflicts",
        "paper_pages",
        ["id"],
        unique=False,
        postgresql_where="state = 'conflict' AND decision IS NULL",
    )
    op.create_index(
        "ix_paper_pages_form",
        "paper_pages",
        ["form_number", "form_page"],
        unique=False,
        postgresql_where="form_number IS NOT NULL",
    )
    op.create_index(
        "ix_paper_pages_scan_id", "paper_pages", ["scan_id"], unique=False, postgresql_where="scan_id IS NOT NULL"
    )
    op.create_table(
        "paper_scan_fields",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("page_id", sa.BigInteger(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("marked", sa.ARRAY(sa.SmallInteger()), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=True),
        sa.Column("features", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("crop", sa.LargeBinary(), nullable=False),
        sa.Column("drawn", sa.String(), nullable=True),
        sa.Column("verdict", sa.String(), nullable=True),
        sa.Column("chosen", sa.ARRAY(sa.SmallInteger()), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("own_department", sa.Boolean(), nullable=True),
        sa.CheckConstraint("drawn IN ('blind', 'paused')", name=op.f("ck_paper_scan_fields_drawn")),
        sa.CheckConstraint(
            "drawn IS NULL OR state = 'auto'", name=op.f("ck_paper_scan_fields_only_automatic_is_drawn")
        ),
        sa.CheckConstraint("state IN ('auto', 'review')", name=op.f("ck_paper_scan_fields_state")),
        sa.CheckConstraint(
            "verdict IN ('marked', 'blank', 'several', 'unreadable')", name=op.f("ck_paper_scan_fields_verdict")
        ),
        sa.CheckConstraint(
            "num_nulls(verdict, chosen, decided_by, decided_at, own_department) IN (0, 5)",
            name=op.f("ck_paper_scan_fields_decided_by_somebody"),
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["staff_members.id"], name=op.f("fk_paper_scan_fields_decided_by_staff_members")
        ),
        sa.ForeignKeyConstraint(["page_id"], ["paper_pages.id"], name=op.f("fk_paper_scan_fields_page_id_paper_pages")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_scan_fields")),
        sa.UniqueConstraint("page_id", "field", name=op.f("uq_paper_scan_fields_page_id_field")),
    )
    op.create_index(
        "ix_paper_scan_fields_decided",
        "paper_scan_fields",
        ["decided_by", "decided_at"],
        unique=False,
        postgresql_where="verdict IS NOT NULL",
    )
    op.create_index(
        "ix_paper_scan_fields_drawn",
        "paper_scan_fields",
        ["decided_at"],
        unique=False,
        postgresql_where="drawn IS NOT NULL AND verdict IS NOT NULL",
    )
    op.create_index(
        "ix_paper_scan_fields_undecided",
        "paper_scan_fields",
        ["id"],
        unique=False,
        postgresql_where="(state = 'review' OR drawn IS NOT NULL) AND verdict IS NULL",
    )
    op.create_table(
        "paper_writings",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("page_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("crop", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(state = 'held') = (decided_at IS NULL)", name=op.f("ck_paper_writings_decided_at_a_time")),
        sa.CheckConstraint(
            "kind = 'dossier' OR state <> 'refused' OR reason IS NOT NULL",
            name=op.f("ck_paper_writings_refused_has_reason"),
        ),
        sa.CheckConstraint("kind IN ('comment', 'dossier')", name=op.f("ck_paper_writings_kind")),
        sa.CheckConstraint("state IN ('held', 'typed', 'refused')", name=op.f("ck_paper_writings_state")),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (decided_by IS NULL)", name=op.f("ck_paper_writings_decided_by_somebody")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["staff_members.id"], name=op.f("fk_paper_writings_decided_by_staff_members")
        ),
        sa.ForeignKeyConstraint(["page_id"], ["paper_pages.id"], name=op.f("fk_paper_writings_page_id_paper_pages")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_writings")),
        sa.UniqueConstraint("page_id", "kind", "field", name=op.f("uq_paper_writings_page_id_kind_field")),
    )
    op.create_index(
        "ix_paper_writings_held", "paper_writings", ["kind", "id"], unique=False, postgresql_where="state = 'held'"
    )
    # Everything kept so far was made for ratings.
    op.add_column("kept_files", sa.Column("kept_by", sa.String(), nullable=False, server_default="ratings"))
    op.alter_column("kept_files", "kept_by", server_default=None)


def downgrade() -> None:
    op.drop_column("kept_files", "kept_by")
    op.drop_index("ix_paper_writings_held", table_name="paper_writings", postgresql_where="state = 'held'")
    op.drop_table("paper_writings")
    op.drop_index(
        "ix_paper_scan_fields_undecided",
        table_name="paper_scan_fields",
        postgresql_where="(state = 'review' OR drawn IS NOT NULL) AND verdict IS NULL",
    )
    op.drop_index(
        "ix_paper_scan_fields_drawn",
        table_name="paper_scan_fields",
        postgresql_where="drawn IS NOT NULL AND verdict IS NOT NULL",
    )
    op.drop_index(
        "ix_paper_scan_fields_decided", table_name="paper_scan_fields", postgresql_where="verdict IS NOT NULL"
    )
    op.drop_table("paper_scan_fields")
    op.drop_index("ix_paper_pages_scan_id", table_name="paper_pages", postgresql_where="scan_id IS NOT NULL")
    op.drop_index("ix_paper_pages_form", table_name="paper_pages", postgresql_where="form_number IS NOT NULL")
    op.drop_index(
        "ix_paper_pages_conflicts", table_name="paper_pages", postgresql_where="state = 'conflict' AND decision IS NULL"
    )
    op.drop_table("paper_pages")
    op.drop_index(
        "uq_paper_scans_numbered", table_name="paper_scans", postgresql_where="numbered AND state <> 'discarded'"
    )
    op.drop_index("ix_paper_scans_form_number", table_name="paper_scans")
    op.drop_table("paper_scans")
    op.drop_index(
        "ix_paper_uploads_waiting", table_name="paper_uploads", postgresql_where="state IN ('waiting', 'reading')"
    )
    op.drop_index(op.f("ix_paper_uploads_uploaded_at"), table_name="paper_uploads")
    op.drop_table("paper_uploads")
    op.drop_index("uq_paper_pauses_open", table_name="paper_pauses", postgresql_where="ended_at IS NULL")
    op.drop_table("paper_pauses")
