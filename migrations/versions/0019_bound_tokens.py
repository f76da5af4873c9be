"""Indexes of tokens kept the order of the day after their rows had gone, and so may statistics."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"

_TOKENS = (("spent_tokens", "digest"), ("issued_tokens", "digest"), ("kiosk_calls", "token"))


def upgrade() -> None:
    op.drop_index("ix_spent_tokens_unmixed", table_name="spent_tokens")
    op.drop_index("ix_issued_tokens_unmixed", table_name="issued_tokens")
    for table, column in _TOKENS:
        op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET STATISTICS 0")


def downgrade() -> None:
    for table, column in _TOKENS:
        op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET STATISTICS -1")
    for table in ("issued_tokens", "spent_tokens"):
        op.create_index(f"ix_{table}_unmixed", table, ["digest"], postgresql_where=sa.text("NOT mixed"))
