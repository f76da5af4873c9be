"""A paper that somebody left out and that is scanned again waits for a person once more."""

from alembic import op

revision = "0027"
down_revision = "0026"

WHY = (
    "other_ink",
    "keyed",
    "undone",
    "spoiled",
    "closed",
    "outside",
    "day",
    "missing_page",
    "late_page",
    "not_stored",
)


def _allow(words: tuple[str, ...]) -> None:
    op.drop_constraint(op.f("ck_paper_pages_why"), "paper_pages", type_="check")
    listed = ", ".join(f"'{word}'" for word in words)
    op.create_check_constraint(op.f("ck_paper_pages_why"), "paper_pages", f"why IN ({listed})")


def upgrade() -> None:
    _allow((*WHY, "left_out"))


def downgrade() -> None:
    op.execute("UPDATE paper_pages SET why = 'other_ink' WHERE why = 'left_out'")
    _allow(WHY)
