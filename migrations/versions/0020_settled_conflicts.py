"""Deliveries in conflict with a finished response are settled by somebody, for one of the two."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.add_column("response_conflicts", sa.Column("settled_by", sa.Integer(), nullable=True))
    op.add_column("response_conflicts", sa.Column("decision", sa.String(), nullable=True))
    op.create_foreign_key(
        op.f("fk_response_conflicts_settled_by_staff_members"),
        "response_conflicts",
        "staff_members",
        ["settled_by"],
        ["id"],
    )
    op.create_check_constraint(
        op.f("ck_response_conflicts_decision"), "response_conflicts", "decision IN ('kept', 'replaced')"
    )
    op.create_check_constraint(
        op.f("ck_response_conflicts_settled_by_somebody"),
        "response_conflicts",
        "num_nulls(settled_at, settled_by, decision) IN (0, 3)",
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_response_conflicts_settled_by_somebody"), "response_conflicts", type_="check")
    op.drop_constraint(op.f("ck_response_conflicts_decision"), "response_conflicts", type_="check")
    op.drop_column("response_conflicts", "decision")
    op.drop_column("response_conflicts", "settled_by")
