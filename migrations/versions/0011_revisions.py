"""One table of revisions, whose numbers never come again; any change of the register of departments raises one."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

DEPARTMENTS = ("departments", "department_versions", "places", "counters")
DOORS = ("place_questionnaires", "questionnaires")


def upgrade() -> None:
    op.execute("CREATE SEQUENCE revision_numbers")
    op.create_table(
        "revisions",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_revisions")),
    )
    op.drop_table("rating_revisions")
    op.execute("""
        CREATE FUNCTION raise_revision() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO revisions VALUES (TG_ARGV[0], nextval('revision_numbers'))
                ON CONFLICT (name) DO UPDATE SET number = EXCLUDED.number;
            RETURN NULL;
        END $$
    """)
    for name, tables in (("departments", DEPARTMENTS), ("doors", DOORS)):
        for table in tables:
            op.execute(
                f"CREATE TRIGGER raise_revision AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}"
                f" FOR EACH STATEMENT EXECUTE FUNCTION raise_revision('{name}')"
            )
    # What stands already counts as a first change.
    op.execute(
        "INSERT INTO revisions SELECT name, nextval('revision_numbers')"
        " FROM unnest(ARRAY['departments', 'doors', 'ratings']) AS name"
    )


def downgrade() -> None:
    for table in (*DEPARTMENTS, *DOORS):
        op.execute(f"DROP TRIGGER raise_revision ON {table}")
    op.execute("DROP FUNCTION raise_revision()")
    op.drop_table("revisions")
    op.execute("DROP SEQUENCE revision_numbers")
    op.create_table(
        "rating_revisions",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("id = 1", name="ck_rating_revisions_one_row"),
        sa.PrimaryKeyConstraint("id", name="pk_rating_revisions"),
    )
