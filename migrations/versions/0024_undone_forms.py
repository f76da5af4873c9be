"""A scanned paper whose number was keyed waits for a person again once the keyed form was taken back."""

from alembic import op

revision = "0024"
down_revision = "0023"

BEFORE = "why IN ('other_ink', 'keyed', 'spoiled', 'closed', 'outside', 'day')"
AFTER = "why IN ('other_ink', 'keyed', 'undone', 'spoiled', 'closed', 'outside', 'day')"


def upgrade() -> None:
    op.drop_constraint(op.f("ck_paper_pages_why"), "paper_pages", type_="check")
    op.create_check_constraint(op.f("ck_paper_pages_why"), "paper_pages", AFTER)


def downgrade() -> None:
    op.drop_constraint(op.f("ck_paper_pages_why"), "paper_pages", type_="check")
    op.execute("UPDATE paper_pages SET why = 'keyed' WHERE why = 'undone'")
    op.create_check_constraint(op.f("ck_paper_pages_why"), "paper_pages", BEFORE)
