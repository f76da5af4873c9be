"""Tallies by procedure field and stage, choice counts as arrays beside them, months, and what a publication withholds."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"

SUMS = (
    "responses",
    "partial",
    "assisted",
    "rapid",
    "rated",
    "satisfied",
    "neutral",
    "not_satisfied",
    "scored",
    "points",
)
# Published sums stay what they were, to the last digit. They stand as one month of their period: nothing finer was kept.
FREEZE_AGAIN = """
INSERT INTO published_tallies
    (publication_id, department_id, month, version_id, channel, field_id, stage, {sums}, choice_ids, picked)
SELECT
    old.publication_id, old.department_id, publications.starts_on, old.version_id, old.channel, 0, '', {old_sums},
    coalesce(chosen.choice_ids, '{{}}'), coalesce(chosen.picked, '{{}}')
FROM published_sums AS old
JOIN publications ON publications.id = old.publication_id
LEFT JOIN (
    SELECT
        publication_id, department_id, version_id, channel,
        array_agg(choice_id ORDER BY choice_id) AS choice_ids, array_agg(picked ORDER BY choice_id) AS picked
    FROM published_choice_tallies
    JOIN choices ON choices.id = choice_id
    JOIN questions ON questions.id = question_id
    GROUP BY publication_id, department_id, version_id, channel
) AS chosen USING (publication_id, department_id, version_id, channel)
"""
COUNT_EVERY_DAY = """
INSERT INTO recount_requests (tally, subject_id, day, requested_at)
SELECT DISTINCT 'ratings', rated_department_id, answered_on, now() FROM responses
"""


def upgrade() -> None:
    op.drop_table("daily_choice_tallies")
    op.drop_table("daily_tallies")
    op.create_table(
        "daily_tallies",
        *_key("day"),
        *_counts(),
        sa.CheckConstraint(
            "rated = satisfied + neutral + not_satisfied", name=op.f("ck_daily_tallies_outcomes_add_up")
        ),
        sa.CheckConstraint(
            "rated <= responses AND partial <= responses AND assisted <= responses",
            name=op.f("ck_daily_tallies_within_responses"),
        ),
        sa.PrimaryKeyConstraint(
            "department_id", "day", "version_id", "channel", "field_id", "stage", name=op.f("pk_daily_tallies")
        ),
    )
    op.create_index("ix_daily_tallies_day", "daily_tallies", ["day"], unique=False)
    op.create_table(
        "monthly_tallies",
        *_key("month"),
        *_counts(),
        sa.PrimaryKeyConstraint(
            "department_id", "month", "version_id", "channel", "field_id", "stage", name=op.f("pk_monthly_tallies")
        ),
    )
    op.create_index("ix_monthly_tallies_month", "monthly_tallies", ["month"], unique=False)
    op.execute(COUNT_EVERY_DAY)

    op.add_column("publications", sa.Column("small_cell", sa.Integer(), server_default="5", nullable=False))
    op.alter_column("publications", "small_cell", server_default=None)
    op.rename_table("published_tallies", "published_sums")
    op.execute("ALTER INDEX pk_published_tallies RENAME TO pk_published_sums")
    op.create_table(
        "published_tallies",
        sa.Column("publication_id", sa.Integer(), nullable=False),
        *_key("month"),
        *_counts(),
        sa.ForeignKeyConstraint(
            ["publication_id"],
            ["publications.id"],
            name=op.f("fk_published_tallies_publication_id_publications"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "publication_id",
            "department_id",
            "month",
            "version_id",
            "channel",
            "field_id",
            "stage",
            name=op.f("pk_published_tallies"),
        ),
    )
    sums = ", ".join(SUMS)
    op.execute(FREEZE_AGAIN.format(sums=sums, old_sums=", ".join(f"old.{name}" for name in SUMS)))
    op.drop_table("published_choice_tallies")
    op.drop_table("published_sums")
    op.create_table(
        "withheld_months",
        sa.Column("publication_id", sa.Integer(), nullable=False),
        sa.Column("department_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["publication_id"],
            ["publications.id"],
            name=op.f("fk_withheld_months_publication_id_publications"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("publication_id", "department_id", "month", name=op.f("pk_withheld_months")),
    )


def _key(day: str) -> list[sa.Column[object]]:
    return [
        sa.Column("department_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(day, sa.Date(), nullable=False),
        sa.Column("version_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("field_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
    ]


def _counts() -> list[sa.Column[object]]:
    return [
        *(sa.Column(name, sa.Integer(), nullable=False) for name in SUMS),
        sa.Column("choice_ids", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("picked", postgresql.ARRAY(sa.Integer()), nullable=False),
    ]


def downgrade() -> None:
    op.drop_table("withheld_months")
    op.drop_table("published_tallies")
    op.drop_column("publications", "small_cell")
    op.drop_table("monthly_tallies")
    op.drop_table("daily_tallies")
    op.create_table(
        "daily_tallies",
        sa.Column("department_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in SUMS),
        sa.CheckConstraint(
            "rated = satisfied + neutral + not_satisfied", name=op.f("ck_daily_tallies_outcomes_add_up")
        ),
        sa.CheckConstraint(
            "rated <= responses AND partial <= responses AND assisted <= responses",
            name=op.f("ck_daily_tallies_within_responses"),
        ),
        *_old_keys("daily_tallies", "version_id", "questionnaire_versions"),
        sa.PrimaryKeyConstraint("department_id", "day", "version_id", "channel", name=op.f("pk_daily_tallies")),
    )
    op.create_index("ix_daily_tallies_day", "daily_tallies", ["day"], unique=False)
    op.create_table(
        "daily_choice_tallies",
        sa.Column("department_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("choice_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("picked", sa.Integer(), nullable=False),
        *_old_keys("daily_choice_tallies", "choice_id", "choices"),
        sa.PrimaryKeyConstraint("department_id", "day", "choice_id", "channel", name=op.f("pk_daily_choice_tallies")),
    )
    op.create_table(
        "published_tallies",
        sa.Column("publication_id", sa.Integer(), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in SUMS),
        *_old_publication("published_tallies"),
        *_old_keys("published_tallies", "version_id", "questionnaire_versions"),
        sa.PrimaryKeyConstraint(
            "publication_id", "department_id", "version_id", "channel", name=op.f("pk_published_tallies")
        ),
    )
    op.create_table(
        "published_choice_tallies",
        sa.Column("publication_id", sa.Integer(), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=False),
        sa.Column("choice_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("picked", sa.Integer(), nullable=False),
        *_old_publication("published_choice_tallies"),
        *_old_keys("published_choice_tallies", "choice_id", "choices"),
        sa.PrimaryKeyConstraint(
            "publication_id", "department_id", "choice_id", "channel", name=op.f("pk_published_choice_tallies")
        ),
    )
    # Without their sums publications would show nothing; those that went before are published again.
    op.execute("DELETE FROM publications")
    op.execute(COUNT_EVERY_DAY)


def _old_keys(table: str, column: str, target: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint(
            ["department_id"], ["departments.id"], name=op.f(f"fk_{table}_department_id_departments")
        ),
        sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}")),
    ]


def _old_publication(table: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint(
            ["publication_id"],
            ["publications.id"],
            name=op.f(f"fk_{table}_publication_id_publications"),
            ondelete="CASCADE",
        )
    ]
