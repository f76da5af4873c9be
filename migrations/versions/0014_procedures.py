"""Responses and their tallies know the administrative procedure; what was counted and published so far knows none."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

TABLES = {
    "daily_tallies": ("department_id", "day"),
    "monthly_tallies": ("department_id", "month"),
    "published_tallies": ("publication_id", "department_id", "month"),
}
# What is frozen is never rewritten: the tables of before have no place for what these publications say.
REFUSE = """
DO $$ BEGIN
    IF EXISTS (SELECT FROM publications WHERE serialisation = 'publication/2') THEN
        RAISE EXCEPTION 'publications that tell of procedures cannot be kept in the older tables';
    END IF;
END $$
"""
# Rows that differ in their procedure alone would be one: their days are counted again instead.
COUNT_AGAIN = """
CREATE TEMPORARY TABLE told ON COMMIT DROP AS
    SELECT DISTINCT department_id, date_trunc('month', day)::date AS month FROM daily_tallies WHERE procedure_id <> 0;
INSERT INTO recount_requests (tally, subject_id, day, requested_at)
    SELECT DISTINCT 'ratings', department_id, day, now() FROM daily_tallies
    JOIN told USING (department_id) WHERE date_trunc('month', day)::date = told.month;
DELETE FROM daily_tallies USING told
    WHERE told.department_id = daily_tallies.department_id
    AND told.month = date_trunc('month', daily_tallies.day)::date;
DELETE FROM monthly_tallies USING told
    WHERE told.department_id = monthly_tallies.department_id AND told.month = monthly_tallies.month;
DELETE FROM publications WHERE published_at IS NULL AND EXISTS (
    SELECT FROM published_tallies WHERE publication_id = publications.id AND procedure_id <> 0
);
"""


def upgrade() -> None:
    op.add_column("responses", sa.Column("procedure_id", sa.Integer(), nullable=True))
    op.create_foreign_key(
        op.f("fk_responses_procedure_id_procedures"), "responses", "procedures", ["procedure_id"], ["id"]
    )
    for table in TABLES:
        # With a constant as its default the column rewrites no row, which the triggers of publications would refuse.
        op.add_column(table, sa.Column("procedure_id", sa.Integer(), server_default="0", nullable=False))
        _key(table, "field_id", "procedure_id", "stage")


def downgrade() -> None:
    op.execute(REFUSE)
    op.execute(COUNT_AGAIN)
    for table in TABLES:
        _key(table, "field_id", "stage")
        op.drop_column(table, "procedure_id")
    op.drop_constraint(op.f("fk_responses_procedure_id_procedures"), "responses", type_="foreignkey")
    op.drop_column("responses", "procedure_id")


def _key(table: str, *rest: str) -> None:
    op.drop_constraint(op.f(f"pk_{table}"), table, type_="primary")
    op.create_primary_key(op.f(f"pk_{table}"), table, [*TABLES[table], "version_id", "channel", *rest])
