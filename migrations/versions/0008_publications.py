"""Publications are drafted, checked, published, then frozen by triggers and chained by their hashes."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from feedback_app.ratings import chain

revision = "0008"
down_revision = "0007"

RULES = "publication/1"
# Publications so far went out at once, without a draft.
FILL = """
UPDATE publications SET
    as_of = published_at,
    disclosure = 'blocks-and-margins/1',
    excluded = CASE WHEN left_out.rapid > 0 THEN jsonb_build_object('rapid', left_out.rapid) ELSE '{}' END
FROM (
    SELECT id, (SELECT coalesce(sum(rapid), 0) FROM published_tallies WHERE publication_id = publications.id) AS rapid
    FROM publications
) AS left_out
WHERE left_out.id = publications.id
"""
FREEZE = """
CREATE FUNCTION refuse_change_of_publication() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.published_at IS NOT NULL AND NOT (TG_OP = 'DELETE' AND OLD.demonstration) THEN
        RAISE EXCEPTION 'a publication is frozen' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER frozen BEFORE UPDATE OR DELETE ON publications
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_publication();

CREATE FUNCTION refuse_change_of_frozen_rows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        RAISE EXCEPTION 'the rows of a publication are frozen' USING ERRCODE = 'restrict_violation';
    ELSIF EXISTS (
        SELECT FROM changed JOIN publications ON publications.id = changed.publication_id
        WHERE publications.published_at IS NOT NULL
    ) THEN
        RAISE EXCEPTION 'the rows of a publication are frozen' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
"""
# For whole statements, because a year of a large province has hundreds of thousands of rows.
FREEZE_ROWS = """
CREATE TRIGGER frozen_insert AFTER INSERT ON {table} REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_frozen_rows();
CREATE TRIGGER frozen_delete AFTER DELETE ON {table} REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_frozen_rows();
CREATE TRIGGER frozen_update BEFORE UPDATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_frozen_rows();
"""


def upgrade() -> None:
    op.alter_column("publications", "published_at", nullable=True)
    for name, kind in (
        ("disclosure", sa.String()),
        ("excluded", postgresql.JSONB(astext_type=sa.Text())),
        ("changes", postgresql.JSONB(astext_type=sa.Text())),
        ("as_of", sa.DateTime(timezone=True)),
        ("drafted_by", sa.Integer()),
        ("checked_at", sa.DateTime(timezone=True)),
        ("checked_by", sa.Integer()),
        ("returned_at", sa.DateTime(timezone=True)),
        ("returned_by", sa.Integer()),
        ("return_reason", sa.String()),
        ("link", sa.Integer()),
        ("serialisation", sa.String()),
        ("previous_hash", sa.String()),
        ("hash", sa.String()),
    ):
        op.add_column("publications", sa.Column(name, kind, nullable=True))
    op.execute(FILL)
    _chain()
    for name in ("disclosure", "excluded", "as_of"):
        op.alter_column("publications", name, nullable=False)
    for name in ("drafted_by", "checked_by", "returned_by"):
        op.create_foreign_key(
            op.f(f"fk_publications_{name}_staff_members"), "publications", "staff_members", [name], ["id"]
        )
    for name in ("previous_hash", "hash"):
        op.create_unique_constraint(op.f(f"uq_publications_{name}"), "publications", [name])
    op.create_unique_constraint(op.f("uq_publications_demonstration_link"), "publications", ["demonstration", "link"])
    for name, rule in (
        ("return_has_reason", "returned_at IS NULL OR return_reason IS NOT NULL"),
        ("published_is_chained", "(published_at IS NULL) = (hash IS NULL) AND (hash IS NULL) = (link IS NULL)"),
        ("chain_has_one_beginning", "(link = 1) = (previous_hash IS NULL)"),
    ):
        op.create_check_constraint(op.f(f"ck_publications_{name}"), "publications", rule)
    op.execute(FREEZE)
    for table in ("published_tallies", "withheld_months"):
        op.execute(FREEZE_ROWS.format(table=table))


def _chain() -> None:
    """Give what was published before its places in the chain, in the order in which it went out."""
    connection = op.get_bind()
    last: dict[bool, tuple[int, str | None]] = {False: (0, None), True: (0, None)}
    rows = connection.execute(sa.text("SELECT * FROM publications ORDER BY published_at, id")).mappings().all()
    columns = ", ".join(chain.TALLY[RULES])
    for row in rows:
        link, previous = last[row["demonstration"]]
        place = {"serialisation": RULES, "link": link + 1, "previous_hash": previous}
        known = {**row, **place}
        tallies, withheld = (
            connection.execute(sa.text(statement), {"id": row["id"]}).all()
            for statement in (
                f"SELECT {columns} FROM published_tallies WHERE publication_id = :id"  # noqa: S608  # our own names
                ' ORDER BY department_id, month, version_id, channel COLLATE "C", field_id, stage COLLATE "C"',
                "SELECT department_id, month FROM withheld_months WHERE publication_id = :id ORDER BY 1, 2",
            )
        )
        found = chain.digest({name: known[name] for name in chain.HEADER[RULES]}, tallies, withheld)
        connection.execute(
            sa.text(
                "UPDATE publications SET serialisation = :serialisation, link = :link, previous_hash = :previous_hash,"
                " hash = :hash WHERE id = :id"
            ),
            {**place, "hash": found, "id": row["id"]},
        )
        last[row["demonstration"]] = (link + 1, found)


def downgrade() -> None:
    for table in ("published_tallies", "withheld_months"):
        for event in ("insert", "delete", "update"):
            op.execute(f"DROP TRIGGER frozen_{event} ON {table}")
    op.execute("DROP TRIGGER frozen ON publications")
    op.execute("DROP FUNCTION refuse_change_of_publication, refuse_change_of_frozen_rows")
    # What was never published has no place in the older table.
    op.execute("DELETE FROM publications WHERE published_at IS NULL")
    for name in ("return_has_reason", "published_is_chained", "chain_has_one_beginning"):
        op.drop_constraint(op.f(f"ck_publications_{name}"), "publications", type_="check")
    for name in (
        "hash",
        "previous_hash",
        "serialisation",
        "link",
        "return_reason",
        "returned_by",
        "returned_at",
        "checked_by",
        "checked_at",
        "drafted_by",
        "as_of",
        "changes",
        "excluded",
        "disclosure",
    ):
        op.drop_column("publications", name)
    op.alter_column("publications", "published_at", nullable=False)
