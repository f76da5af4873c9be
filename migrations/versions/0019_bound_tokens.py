"""Indexes of tokens kept the order of the day after their rows had gone, and so may statistics: tables are written anew as a whole."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"

_TOKENS = (("spent_tokens", "digest"), ("issued_tokens", "digest"), ("kiosk_calls", "token"))


def upgrade() -> None:
    for table in ("spent_tokens", "issued_tokens"):
        op.drop_index(f"ix_{table}_unmixed", table_name=table)
        op.drop_column(table, "mixed")
    for table, column in _TOKENS:
        op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET STATISTICS 0")


def downgrade() -> None:
    for table, column in _TOKENS:
        op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET STATISTICS -1")
    for table in ("issued_tokens", "spent_tokens"):
        op.add_column(table, sa.Column("mixed", sa.Boolean(), nullable=False, server_default=sa.false()))
        op.alter_column(table, "mixed", server_default=None)
        op.create_index(f"ix_{table}_unmixed", table, ["digest"], postgresql_where=sa.text("NOT mixed"))
