"""Responses begun at a kiosk are finished on phones, and found again by those who gave them: digests of both codes."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.create_table(
        "response_handovers",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("response_id", sa.Uuid(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["response_id"],
            ["responses.id"],
            name=op.f("fk_response_handovers_response_id_responses"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_response_handovers")),
    )
    op.create_index("ix_response_handovers_response_id", "response_handovers", ["response_id"])
    op.create_table(
        "response_lookups",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("response_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["response_id"],
            ["responses.id"],
            name=op.f("fk_response_lookups_response_id_responses"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_response_lookups")),
    )
    op.create_index("ix_response_lookups_response_id", "response_lookups", ["response_id"])


def downgrade() -> None:
    op.drop_table("response_lookups")
    op.drop_table("response_handovers")
