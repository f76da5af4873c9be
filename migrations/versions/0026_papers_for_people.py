"""More of what scanned papers wait for a person for: missing pages, pages that came too late, what could not be stored.
And more of what a person may say: that the scan is right and what was keyed is not."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"

WHY = ("other_ink", "keyed", "undone", "spoiled", "closed", "outside", "day")
DECISIONS = ("same", "second", "counted", "discarded")


def _allow(column: str, words: tuple[str, ...]) -> None:
    op.drop_constraint(op.f(f"ck_paper_pages_{column}"), "paper_pages", type_="check")
    listed = ", ".join(f"'{word}'" for word in words)
    op.create_check_constraint(op.f(f"ck_paper_pages_{column}"), "paper_pages", f"{column} IN ({listed})")


def upgrade() -> None:
    _allow("why", (*WHY, "missing_page", "late_page", "not_stored"))
    _allow("decision", (*DECISIONS, "corrected"))
    op.add_column("paper_scans", sa.Column("incomplete", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.alter_column("paper_scans", "incomplete", server_default=None)


def downgrade() -> None:
    op.drop_column("paper_scans", "incomplete")
    op.execute("UPDATE paper_pages SET decision = 'same' WHERE decision = 'corrected'")
    _allow("decision", DECISIONS)
    op.execute("UPDATE paper_pages SET why = 'undone' WHERE why = 'not_stored'")
    op.execute("UPDATE paper_pages SET why = 'other_ink' WHERE why IN ('missing_page', 'late_page')")
    _allow("why", WHY)
