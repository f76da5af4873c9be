"""Responses say whether a dossier code came with them that is known, and whether a machine filled what no person sees."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.add_column("responses", sa.Column("trapped", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.alter_column("responses", "trapped", server_default=None)
    op.add_column("responses", sa.Column("verification", sa.String(), nullable=True))
    op.create_check_constraint(
        op.f("ck_responses_verification"), "responses", "verification IN ('verified', 'unverified')"
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_responses_verification"), "responses", type_="check")
    op.drop_column("responses", "verification")
    op.drop_column("responses", "trapped")
