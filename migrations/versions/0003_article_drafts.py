"""Articles may wait as drafts until an editor has read them again; those already stored are published."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("articles", sa.Column("draft", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.alter_column("articles", "draft", server_default=None)


def downgrade() -> None:
    op.drop_column("articles", "draft")
