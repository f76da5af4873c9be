"""Petitions may be invented ones of the demonstration; those already stored are not."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.add_column("petitions", sa.Column("demonstration", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.alter_column("petitions", "demonstration", server_default=None)


def downgrade() -> None:
    op.drop_column("petitions", "demonstration")
