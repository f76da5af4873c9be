"""Free text is reviewed before anybody reads it; its original is kept apart from what is shown, and for a time."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    # Until now no operation decided on a comment, so whatever is there waits.
    op.execute("UPDATE comments SET state = 'held' WHERE state <> 'held'")
    op.alter_column("comments", "text", nullable=True)
    op.add_column(
        "comments", sa.Column("token", sa.Uuid(), nullable=False, server_default=sa.text("gen_random_uuid()"))
    )
    op.add_column("comments", sa.Column("reviewed_by", sa.Integer(), nullable=True))
    op.add_column("comments", sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("comments", sa.Column("refusal_reason", sa.String(), nullable=True))
    op.add_column("comments", sa.Column("shown_text", sa.String(), nullable=True))
    op.add_column("comments", sa.Column("search_key", sa.String(), nullable=True))
    op.add_column("comments", sa.Column("department_id", sa.Integer(), nullable=True))
    op.add_column("comments", sa.Column("month", sa.Date(), nullable=True))
    op.create_unique_constraint(op.f("uq_comments_token"), "comments", ["token"])
    op.create_foreign_key(
        op.f("fk_comments_reviewed_by_staff_members"), "comments", "staff_members", ["reviewed_by"], ["id"]
    )
    op.create_foreign_key(
        op.f("fk_comments_department_id_departments"), "comments", "departments", ["department_id"], ["id"]
    )
    for name, rule in (
        ("held_has_text", "state <> 'held' OR text IS NOT NULL"),
        ("reviewed", "(state = 'held') = (reviewed_at IS NULL) AND (state = 'held') = (reviewed_by IS NULL)"),
        ("cleared_is_shown", "(state = 'cleared') = (shown_text IS NOT NULL)"),
        ("shown_is_found", "num_nulls(shown_text, search_key, department_id, month) IN (0, 4)"),
        ("refused_has_reason", "(state = 'refused') = (refusal_reason IS NOT NULL)"),
    ):
        op.create_check_constraint(op.f(f"ck_comments_{name}"), "comments", rule)
    op.create_index("ix_comments_held", "comments", ["response_id"], postgresql_where="state = 'held'")
    op.create_index(
        "ix_comments_cleared",
        "comments",
        ["department_id", "month", "token"],
        postgresql_where="state = 'cleared'",
    )
    op.create_index(
        "ix_comments_reviewed", "comments", ["reviewed_by", "reviewed_at"], postgresql_where="text IS NOT NULL"
    )


def downgrade() -> None:
    op.drop_index("ix_comments_reviewed", table_name="comments", postgresql_where="text IS NOT NULL")
    op.drop_index("ix_comments_cleared", table_name="comments", postgresql_where="state = 'cleared'")
    op.drop_index("ix_comments_held", table_name="comments", postgresql_where="state = 'held'")
    for name in ("refused_has_reason", "shown_is_found", "cleared_is_shown", "reviewed", "held_has_text"):
        op.drop_constraint(op.f(f"ck_comments_{name}"), "comments")
    op.drop_constraint(op.f("fk_comments_department_id_departments"), "comments")
    op.drop_constraint(op.f("fk_comments_reviewed_by_staff_members"), "comments")
    op.drop_constraint(op.f("uq_comments_token"), "comments")
    for column in (
        "month",
        "department_id",
        "search_key",
        "shown_text",
        "refusal_reason",
        "reviewed_at",
        "reviewed_by",
        "token",
    ):
        op.drop_column("comments", column)
    # Of a comment whose original is gone only a blank is left to say that there was one.
    op.execute("UPDATE comments SET text = '' WHERE text IS NULL")
    op.alter_column("comments", "text", nullable=False)
