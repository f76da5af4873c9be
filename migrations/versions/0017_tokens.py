"""Dossiers that were answered for, slips that were issued, and answers that came too late, each without a moment."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.create_table(
        "spent_tokens",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("mixed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_spent_tokens")),
    )
    op.create_index("ix_spent_tokens_unmixed", "spent_tokens", ["digest"], postgresql_where=sa.text("NOT mixed"))
    op.create_index("ix_spent_tokens_day", "spent_tokens", ["day"])
    op.create_table(
        "issued_tokens",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("mixed", sa.Boolean(), nullable=False),
        sa.CheckConstraint("expires_on >= day", name=op.f("ck_issued_tokens_expires_later")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_issued_tokens")),
    )
    op.create_index("ix_issued_tokens_unmixed", "issued_tokens", ["digest"], postgresql_where=sa.text("NOT mixed"))
    op.create_index("ix_issued_tokens_expires_on", "issued_tokens", ["expires_on"])
    op.create_table(
        "answered_before",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.CheckConstraint("attempts > 0", name=op.f("ck_answered_before_attempts")),
        sa.CheckConstraint(
            "channel IN ('kiosk', 'qr', 'web', 'paper', 'scan')", name=op.f("ck_answered_before_channel")
        ),
        sa.CheckConstraint(
            "stage IN ('received', 'supplement', 'refused', 'returned')", name=op.f("ck_answered_before_stage")
        ),
        sa.ForeignKeyConstraint(
            ["department_id"], ["departments.id"], name=op.f("fk_answered_before_department_id_departments")
        ),
        sa.PrimaryKeyConstraint("day", "department_id", "stage", "channel", name=op.f("pk_answered_before")),
    )
    op.create_table(
        "kiosk_calls",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("counter_id", sa.Integer(), nullable=True),
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "stage IN ('received', 'supplement', 'refused', 'returned')", name=op.f("ck_kiosk_calls_stage")
        ),
        sa.ForeignKeyConstraint(["counter_id"], ["counters.id"], name=op.f("fk_kiosk_calls_counter_id_counters")),
        sa.ForeignKeyConstraint(["place_id"], ["places.id"], name=op.f("fk_kiosk_calls_place_id_places")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kiosk_calls")),
        prefixes=["UNLOGGED"],
    )
    op.create_index("ix_kiosk_calls_place_id", "kiosk_calls", ["place_id"])
    op.create_index(
        "ix_responses_coded",
        "responses",
        ["rated_department_id", "answered_on"],
        postgresql_where=sa.text("verification IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_responses_coded", table_name="responses")
    op.drop_table("kiosk_calls")
    op.drop_table("answered_before")
    op.drop_table("issued_tokens")
    op.drop_table("spent_tokens")
