"""Cases of doubtful responses, proposals of two people, and the mark on a response that is left out of the count."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "review_cases",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("evidence", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("hours", postgresql.ARRAY(sa.Integer()), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("kept_by", sa.Integer(), nullable=True),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("demonstration", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "state IN ('open', 'proposed', 'excluded', 'return_proposed', 'kept')", name=op.f("ck_review_cases_state")
        ),
        sa.CheckConstraint(
            "num_nulls(kept_by, kept_at, note) IN (0, 3)", name=op.f("ck_review_cases_kept_by_somebody")
        ),
        sa.CheckConstraint("last_day >= first_day", name=op.f("ck_review_cases_days")),
        sa.ForeignKeyConstraint(
            ["department_id"], ["departments.id"], name=op.f("fk_review_cases_department_id_departments")
        ),
        sa.ForeignKeyConstraint(["kept_by"], ["staff_members.id"], name=op.f("fk_review_cases_kept_by_staff_members")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_cases")),
        sa.UniqueConstraint(
            "rule",
            "department_id",
            "subject",
            "first_day",
            name=op.f("uq_review_cases_rule_department_id_subject_first_day"),
        ),
    )
    op.create_index("ix_review_cases_state", "review_cases", ["state"])
    op.create_table(
        "exclusion_proposals",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("proposed_by", sa.Integer(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("agreed", sa.Boolean(), nullable=True),
        sa.Column("answer", sa.String(), nullable=True),
        sa.CheckConstraint("kind IN ('exclude', 'return')", name=op.f("ck_exclusion_proposals_kind")),
        sa.CheckConstraint(
            "reason IN ('repeated', 'not_citizen', 'keying', 'device', 'pressured', 'other')",
            name=op.f("ck_exclusion_proposals_reason"),
        ),
        sa.CheckConstraint(
            "(kind = 'exclude') = (reason IS NOT NULL)", name=op.f("ck_exclusion_proposals_exclusion_has_reason")
        ),
        sa.CheckConstraint(
            "num_nulls(decided_by, decided_at, agreed) IN (0, 3)",
            name=op.f("ck_exclusion_proposals_decided_by_somebody"),
        ),
        sa.CheckConstraint("decided_by <> proposed_by", name=op.f("ck_exclusion_proposals_two_persons")),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["review_cases.id"],
            name=op.f("fk_exclusion_proposals_case_id_review_cases"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["staff_members.id"], name=op.f("fk_exclusion_proposals_decided_by_staff_members")
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by"], ["staff_members.id"], name=op.f("fk_exclusion_proposals_proposed_by_staff_members")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exclusion_proposals")),
    )
    op.create_index("ix_exclusion_proposals_case_id", "exclusion_proposals", ["case_id"])
    op.create_index(
        "uq_exclusion_proposals_waiting",
        "exclusion_proposals",
        ["case_id"],
        unique=True,
        postgresql_where=sa.text("decided_at IS NULL"),
    )
    op.add_column("responses", sa.Column("excluded_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("responses", sa.Column("exclusion_id", sa.Integer(), nullable=True))
    op.create_foreign_key(
        op.f("fk_responses_exclusion_id_exclusion_proposals"),
        "responses",
        "exclusion_proposals",
        ["exclusion_id"],
        ["id"],
    )
    op.create_check_constraint(
        op.f("ck_responses_excluded_by_an_exclusion"), "responses", "(excluded_at IS NULL) = (exclusion_id IS NULL)"
    )
    op.create_index(
        "ix_responses_exclusion_id", "responses", ["exclusion_id"], postgresql_where=sa.text("exclusion_id IS NOT NULL")
    )
    op.create_table(
        "review_case_responses",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("response_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["review_cases.id"],
            name=op.f("fk_review_case_responses_case_id_review_cases"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["response_id"],
            ["responses.id"],
            name=op.f("fk_review_case_responses_response_id_responses"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("case_id", "response_id", name=op.f("pk_review_case_responses")),
    )
    op.create_index("ix_review_case_responses_response_id", "review_case_responses", ["response_id"])
    op.create_table(
        "excluded_spans",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("exclusion_id", sa.Integer(), nullable=False),
        sa.Column("response_id", sa.Uuid(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["exclusion_id"],
            ["exclusion_proposals.id"],
            name=op.f("fk_excluded_spans_exclusion_id_exclusion_proposals"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["response_id"], ["responses.id"], name=op.f("fk_excluded_spans_response_id_responses"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_excluded_spans")),
    )
    op.create_index("ix_excluded_spans_exclusion_id", "excluded_spans", ["exclusion_id"])
    op.create_index("ix_excluded_spans_response_id", "excluded_spans", ["response_id"])
    op.create_index(
        "uq_excluded_spans_one_at_a_time",
        "excluded_spans",
        ["response_id"],
        unique=True,
        postgresql_where=sa.text("until IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("excluded_spans")
    op.drop_table("review_case_responses")
    op.drop_index("ix_responses_exclusion_id", table_name="responses")
    op.drop_constraint(op.f("ck_responses_excluded_by_an_exclusion"), "responses")
    op.drop_constraint(op.f("fk_responses_exclusion_id_exclusion_proposals"), "responses")
    op.drop_column("responses", "exclusion_id")
    op.drop_column("responses", "excluded_at")
    op.drop_table("exclusion_proposals")
    op.drop_table("review_cases")
