"""Every table of the spine, and the two rules that only the database can keep."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None


# Answers are counted against the exact wording people saw, so the database itself refuses to change a published version.
FREEZE = """
CREATE FUNCTION refuse_change_of_published_version() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    published timestamptz;
BEGIN
    IF TG_TABLE_NAME = 'questionnaire_versions' THEN
        published := OLD.published_at;
    ELSIF TG_TABLE_NAME = 'questions' THEN
        SELECT v.published_at INTO published FROM questionnaire_versions v
        WHERE v.id = CASE TG_OP WHEN 'INSERT' THEN NEW.version_id ELSE OLD.version_id END;
    ELSE
        SELECT v.published_at INTO published FROM questionnaire_versions v JOIN questions q ON q.version_id = v.id
        WHERE q.id = CASE TG_OP WHEN 'INSERT' THEN NEW.question_id ELSE OLD.question_id END;
    END IF;
    IF published IS NOT NULL THEN
        RAISE EXCEPTION 'a published questionnaire version is frozen' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER frozen BEFORE UPDATE OR DELETE ON questionnaire_versions
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_published_version();
CREATE TRIGGER frozen BEFORE INSERT OR UPDATE OR DELETE ON questions
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_published_version();
CREATE TRIGGER frozen BEFORE INSERT OR UPDATE OR DELETE ON choices
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_published_version();

CREATE FUNCTION refuse_change_of_audit_trail() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit trail is only added to' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit_events
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_audit_trail();
"""


def upgrade() -> None:
    op.create_table(
        "rating_revisions",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_rating_revisions_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rating_revisions")),
    )
    op.create_table(
        "articles",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("summary", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("html", sa.String(), nullable=False),
        sa.Column("byline", sa.String(), nullable=False),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("demonstration", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_articles")),
        sa.UniqueConstraint("slug", name=op.f("uq_articles_slug")),
    )
    op.create_table(
        "departments",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('province', 'city', 'office', 'one_stop', 'ward', 'commune', 'party')",
            name=op.f("ck_departments_kind"),
        ),
        sa.CheckConstraint("closed_on > opened_on", name=op.f("ck_departments_closed_after_opened")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_departments")),
        sa.UniqueConstraint("code", name=op.f("uq_departments_code")),
    )
    op.create_table(
        "polls",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("question_en", sa.String(), nullable=True),
        sa.Column("several", sa.Boolean(), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reported_participants", sa.Integer(), nullable=True),
        sa.Column("reported_source", sa.String(), nullable=True),
        sa.CheckConstraint("closes_at > opens_at", name=op.f("ck_polls_closes_after_opening")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_polls")),
        sa.UniqueConstraint("slug", name=op.f("uq_polls_slug")),
    )
    op.create_table(
        "procedure_fields",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_procedure_fields")),
        sa.UniqueConstraint("code", name=op.f("uq_procedure_fields_code")),
    )
    op.create_table(
        "questionnaires",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("title_en", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_questionnaires")),
        sa.UniqueConstraint("code", name=op.f("uq_questionnaires_code")),
    )
    op.create_table(
        "recount_requests",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("tally", sa.String(), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("tally IN ('ratings', 'polls')", name=op.f("ck_recount_requests_tally")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recount_requests")),
    )
    op.create_index("ix_recount_requests_tally_id", "recount_requests", ["tally", "id"], unique=False)
    op.create_table(
        "visit_baselines",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("visits", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.CheckConstraint("visits >= 0", name=op.f("ck_visit_baselines_not_negative")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_baselines")),
        sa.UniqueConstraint("source", name=op.f("uq_visit_baselines_source")),
    )
    op.create_table(
        "visit_days",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("visits", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_visit_days")),
    )
    op.create_table(
        "visit_sessions",
        sa.Column("token", sa.Uuid(), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "day",
            sa.Date(),
            sa.Computed("(first_seen_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date", persisted=True),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_visit_sessions")),
    )
    op.create_index("ix_visit_sessions_day", "visit_sessions", ["day"], unique=False)
    op.create_index("ix_visit_sessions_last_seen_at", "visit_sessions", ["last_seen_at"], unique=False)
    op.create_table(
        "article_figures",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("written", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"],
            ["articles.id"],
            name=op.f("fk_article_figures_article_id_articles"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article_figures")),
        sa.UniqueConstraint("article_id", "position", name=op.f("uq_article_figures_article_id_position")),
    )
    op.create_table(
        "ballots",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("poll_id", sa.Integer(), nullable=False),
        sa.Column("option_ids", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("cast_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "cast_on",
            sa.Date(),
            sa.Computed("(cast_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date", persisted=True),
            nullable=False,
        ),
        sa.Column("demonstration", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["poll_id"], ["polls.id"], name=op.f("fk_ballots_poll_id_polls")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ballots")),
    )
    op.create_index("ix_ballots_poll_id_cast_on", "ballots", ["poll_id", "cast_on"], unique=False)
    op.create_table(
        "department_fields",
        sa.Column("department_id", sa.Integer(), nullable=False),
        sa.Column("field_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["department_id"], ["departments.id"], name=op.f("fk_department_fields_department_id_departments")
        ),
        sa.ForeignKeyConstraint(
            ["field_id"], ["procedure_fields.id"], name=op.f("fk_department_fields_field_id_procedure_fields")
        ),
        sa.PrimaryKeyConstraint("department_id", "field_id", name=op.f("pk_department_fields")),
    )
    op.create_table(
        "department_versions",
        sa.Column("department_id", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=True),
        sa.Column("short_name", sa.String(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("legal_basis", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["departments.id"],
            name=op.f("fk_department_versions_department_id_departments"),
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["departments.id"], name=op.f("fk_department_versions_parent_id_departments")
        ),
        sa.PrimaryKeyConstraint("department_id", "valid_from", name=op.f("pk_department_versions")),
    )
    op.create_index(op.f("ix_department_versions_parent_id"), "department_versions", ["parent_id"], unique=False)
    op.create_table(
        "office_models",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("about", sa.String(), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["department_id"], ["departments.id"], name=op.f("fk_office_models_department_id_departments")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_office_models")),
        sa.UniqueConstraint("department_id", "title", name=op.f("uq_office_models_department_id_title")),
    )
    op.create_table(
        "places",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=True),
        sa.Column("address", sa.String(), nullable=True),
        sa.Column("department_id", sa.Integer(), nullable=False),
        sa.Column("rated_department_id", sa.Integer(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["department_id"], ["departments.id"], name=op.f("fk_places_department_id_departments")
        ),
        sa.ForeignKeyConstraint(
            ["rated_department_id"],
            ["departments.id"],
            name=op.f("fk_places_rated_department_id_departments"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_places")),
        sa.UniqueConstraint("slug", name=op.f("uq_places_slug")),
    )
    op.create_table(
        "poll_days",
        sa.Column("poll_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("ballots", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["poll_id"], ["polls.id"], name=op.f("fk_poll_days_poll_id_polls")),
        sa.PrimaryKeyConstraint("poll_id", "day", name=op.f("pk_poll_days")),
    )
    op.create_table(
        "poll_options",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("poll_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("text_en", sa.String(), nullable=True),
        sa.Column("praises", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["poll_id"], ["polls.id"], name=op.f("fk_poll_options_poll_id_polls")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_poll_options")),
        sa.UniqueConstraint("poll_id", "position", name=op.f("uq_poll_options_poll_id_position")),
    )
    op.create_table(
        "questionnaire_versions",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("questionnaire_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["questionnaire_id"],
            ["questionnaires.id"],
            name=op.f("fk_questionnaire_versions_questionnaire_id_questionnaires"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_questionnaire_versions")),
        sa.UniqueConstraint(
            "questionnaire_id", "number", name=op.f("uq_questionnaire_versions_questionnaire_id_number")
        ),
    )
    op.create_table(
        "reported_dossiers",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("period_note", sa.String(), nullable=False),
        sa.Column("received", sa.Integer(), nullable=True),
        sa.Column("resolved", sa.Integer(), nullable=True),
        sa.Column("on_time", sa.Integer(), nullable=True),
        sa.Column("early", sa.Integer(), nullable=True),
        sa.Column("late", sa.Integer(), nullable=True),
        sa.Column("published_rate", sa.String(), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.CheckConstraint(
            "early <= coalesce(on_time, resolved, received, early)",
            name=op.f("ck_reported_dossiers_early_within_on_time"),
        ),
        sa.CheckConstraint("ends_on > starts_on", name=op.f("ck_reported_dossiers_period")),
        sa.CheckConstraint(
            "on_time <= coalesce(resolved, received, on_time)",
            name=op.f("ck_reported_dossiers_on_time_within_all"),
        ),
        sa.CheckConstraint(
            "received >= 0 AND resolved >= 0 AND on_time >= 0 AND early >= 0 AND late >= 0",
            name=op.f("ck_reported_dossiers_not_negative"),
        ),
        sa.ForeignKeyConstraint(
            ["department_id"], ["departments.id"], name=op.f("fk_reported_dossiers_department_id_departments")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reported_dossiers")),
    )
    op.create_index("ix_reported_dossiers_department_id", "reported_dossiers", ["department_id"], unique=False)
    op.create_table(
        "reported_ratings",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=False),
        sa.Column("period_kind", sa.String(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("percent", sa.Numeric(precision=6, scale=3), nullable=False),
        sa.Column("written", sa.String(), nullable=False),
        sa.Column("measure", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["department_id"], ["departments.id"], name=op.f("fk_reported_ratings_department_id_departments")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reported_ratings")),
        sa.UniqueConstraint(
            "department_id",
            "period_kind",
            "starts_on",
            "source",
            name=op.f("uq_reported_ratings_department_id_period_kind_starts_on_source"),
        ),
    )
    op.create_table(
        "staff_members",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("username", sa.String(), nullable=False),
        sa.Column("display_name", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("demonstration", sa.Boolean(), nullable=False),
        sa.Column("session_key", sa.String(), nullable=False),
        sa.Column("failed_sign_ins", sa.Integer(), nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_sign_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("role IN ('staff', 'manager', 'administrator')", name=op.f("ck_staff_members_role")),
        sa.CheckConstraint("username = lower(username)", name=op.f("ck_staff_members_username_lower")),
        sa.ForeignKeyConstraint(
            ["department_id"], ["departments.id"], name=op.f("fk_staff_members_department_id_departments")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_members")),
        sa.UniqueConstraint("username", name=op.f("uq_staff_members_username")),
    )
    op.create_table(
        "successions",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("predecessor_id", sa.Integer(), nullable=False),
        sa.Column("successor_id", sa.Integer(), nullable=True),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("legal_basis", sa.String(), nullable=False),
        sa.CheckConstraint(
            "(successor_id IS NULL) = (kind = 'abolish')",
            name=op.f("ck_successions_successor_unless_abolished"),
        ),
        sa.CheckConstraint(
            "kind IN ('rename', 'merge', 'split', 'abolish', 'transfer')", name=op.f("ck_successions_kind")
        ),
        sa.CheckConstraint("predecessor_id <> successor_id", name=op.f("ck_successions_two_departments")),
        sa.ForeignKeyConstraint(
            ["predecessor_id"], ["departments.id"], name=op.f("fk_successions_predecessor_id_departments")
        ),
        sa.ForeignKeyConstraint(
            ["successor_id"], ["departments.id"], name=op.f("fk_successions_successor_id_departments")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_successions")),
        sa.UniqueConstraint(
            "predecessor_id",
            "successor_id",
            "happened_on",
            name=op.f("uq_successions_predecessor_id_successor_id_happened_on"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index(op.f("ix_successions_successor_id"), "successions", ["successor_id"], unique=False)
    op.create_table(
        "audit_events",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["staff_members.id"], name=op.f("fk_audit_events_actor_id_staff_members")
        ),
        sa.ForeignKeyConstraint(
            ["department_id"], ["departments.id"], name=op.f("fk_audit_events_department_id_departments")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_events")),
    )
    op.create_index("ix_audit_events_at", "audit_events", ["at"], unique=False)
    op.create_index("ix_audit_events_subject", "audit_events", ["subject"], unique=False)
    op.create_table(
        "counters",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=True),
        sa.Column("rated_department_id", sa.Integer(), nullable=False),
        sa.Column("field_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["field_id"], ["procedure_fields.id"], name=op.f("fk_counters_field_id_procedure_fields")
        ),
        sa.ForeignKeyConstraint(["place_id"], ["places.id"], name=op.f("fk_counters_place_id_places")),
        sa.ForeignKeyConstraint(
            ["rated_department_id"],
            ["departments.id"],
            name=op.f("fk_counters_rated_department_id_departments"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_counters")),
        sa.UniqueConstraint("place_id", "slug", name=op.f("uq_counters_place_id_slug")),
    )
    op.create_table(
        "daily_tallies",
        sa.Column("department_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("responses", sa.Integer(), nullable=False),
        sa.Column("partial", sa.Integer(), nullable=False),
        sa.Column("assisted", sa.Integer(), nullable=False),
        sa.Column("rapid", sa.Integer(), nullable=False),
        sa.Column("rated", sa.Integer(), nullable=False),
        sa.Column("satisfied", sa.Integer(), nullable=False),
        sa.Column("neutral", sa.Integer(), nullable=False),
        sa.Column("not_satisfied", sa.Integer(), nullable=False),
        sa.Column("scored", sa.Integer(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "rated <= responses AND partial <= responses AND assisted <= responses",
            name=op.f("ck_daily_tallies_within_responses"),
        ),
        sa.CheckConstraint(
            "rated = satisfied + neutral + not_satisfied", name=op.f("ck_daily_tallies_outcomes_add_up")
        ),
        sa.ForeignKeyConstraint(
            ["department_id"], ["departments.id"], name=op.f("fk_daily_tallies_department_id_departments")
        ),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["questionnaire_versions.id"],
            name=op.f("fk_daily_tallies_version_id_questionnaire_versions"),
        ),
        sa.PrimaryKeyConstraint("department_id", "day", "version_id", "channel", name=op.f("pk_daily_tallies")),
    )
    op.create_index("ix_daily_tallies_day", "daily_tallies", ["day"], unique=False)
    op.create_table(
        "place_questionnaires",
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("door", sa.String(), nullable=False),
        sa.Column("questionnaire_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("door IN ('kiosk', 'web')", name=op.f("ck_place_questionnaires_door")),
        sa.ForeignKeyConstraint(["place_id"], ["places.id"], name=op.f("fk_place_questionnaires_place_id_places")),
        sa.ForeignKeyConstraint(
            ["questionnaire_id"],
            ["questionnaires.id"],
            name=op.f("fk_place_questionnaires_questionnaire_id_questionnaires"),
        ),
        sa.PrimaryKeyConstraint("place_id", "door", name=op.f("pk_place_questionnaires")),
    )
    op.create_table(
        "poll_day_votes",
        sa.Column("option_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("votes", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["option_id"], ["poll_options.id"], name=op.f("fk_poll_day_votes_option_id_poll_options")
        ),
        sa.PrimaryKeyConstraint("option_id", "day", name=op.f("pk_poll_day_votes")),
    )
    op.create_table(
        "publications",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("period_kind", sa.String(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("scheme", sa.String(), nullable=False),
        sa.Column("minimum_responses", sa.Integer(), nullable=False),
        sa.Column("demonstration", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "period_kind IN ('month', 'quarter', 'half_year', 'nine_months', 'year')",
            name=op.f("ck_publications_period_kind"),
        ),
        sa.CheckConstraint("number = 1 OR reason IS NOT NULL", name=op.f("ck_publications_restatement_has_reason")),
        sa.ForeignKeyConstraint(
            ["published_by"], ["staff_members.id"], name=op.f("fk_publications_published_by_staff_members")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publications")),
        sa.UniqueConstraint(
            "period_kind", "starts_on", "number", name=op.f("uq_publications_period_kind_starts_on_number")
        ),
    )
    op.create_table(
        "questions",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("overall", sa.Boolean(), nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("shown_for", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("text_en", sa.String(), nullable=True),
        sa.Column("hint", sa.String(), nullable=True),
        sa.Column("hint_en", sa.String(), nullable=True),
        sa.CheckConstraint("NOT overall OR kind = 'single'", name=op.f("ck_questions_overall_is_single")),
        sa.CheckConstraint("kind IN ('single', 'several', 'text')", name=op.f("ck_questions_kind")),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["questionnaire_versions.id"],
            name=op.f("fk_questions_version_id_questionnaire_versions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_questions")),
        sa.UniqueConstraint("version_id", "key", name=op.f("uq_questions_version_id_key")),
        sa.UniqueConstraint("version_id", "position", name=op.f("uq_questions_version_id_position")),
    )
    op.create_index("uq_questions_one_overall", "questions", ["version_id"], unique=True, postgresql_where="overall")
    op.create_table(
        "choices",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("text_en", sa.String(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("points", sa.SmallInteger(), nullable=True),
        sa.CheckConstraint("outcome IN ('satisfied', 'neutral', 'not_satisfied')", name=op.f("ck_choices_outcome")),
        sa.ForeignKeyConstraint(["question_id"], ["questions.id"], name=op.f("fk_choices_question_id_questions")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_choices")),
        sa.UniqueConstraint("question_id", "key", name=op.f("uq_choices_question_id_key")),
        sa.UniqueConstraint("question_id", "position", name=op.f("uq_choices_question_id_position")),
    )
    op.create_table(
        "published_choice_tallies",
        sa.Column("publication_id", sa.Integer(), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=False),
        sa.Column("choice_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("picked", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["choice_id"], ["choices.id"], name=op.f("fk_published_choice_tallies_choice_id_choices")
        ),
        sa.ForeignKeyConstraint(
            ["department_id"], ["departments.id"], name=op.f("fk_published_choice_tallies_department_id_departments")
        ),
        sa.ForeignKeyConstraint(
            ["publication_id"],
            ["publications.id"],
            name=op.f("fk_published_choice_tallies_publication_id_publications"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "publication_id", "department_id", "choice_id", "channel", name=op.f("pk_published_choice_tallies")
        ),
    )
    op.create_table(
        "published_tallies",
        sa.Column("publication_id", sa.Integer(), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("responses", sa.Integer(), nullable=False),
        sa.Column("partial", sa.Integer(), nullable=False),
        sa.Column("assisted", sa.Integer(), nullable=False),
        sa.Column("rapid", sa.Integer(), nullable=False),
        sa.Column("rated", sa.Integer(), nullable=False),
        sa.Column("satisfied", sa.Integer(), nullable=False),
        sa.Column("neutral", sa.Integer(), nullable=False),
        sa.Column("not_satisfied", sa.Integer(), nullable=False),
        sa.Column("scored", sa.Integer(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["department_id"], ["departments.id"], name=op.f("fk_published_tallies_department_id_departments")
        ),
        sa.ForeignKeyConstraint(
            ["publication_id"],
            ["publications.id"],
            name=op.f("fk_published_tallies_publication_id_publications"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["questionnaire_versions.id"],
            name=op.f("fk_published_tallies_version_id_questionnaire_versions"),
        ),
        sa.PrimaryKeyConstraint(
            "publication_id", "department_id", "version_id", "channel", name=op.f("pk_published_tallies")
        ),
    )
    op.create_table(
        "responses",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=True),
        sa.Column("counter_id", sa.Integer(), nullable=True),
        sa.Column("receiving_department_id", sa.Integer(), nullable=False),
        sa.Column("rated_department_id", sa.Integer(), nullable=False),
        sa.Column("field_id", sa.Integer(), nullable=True),
        sa.Column("stage", sa.String(), nullable=True),
        sa.Column("assisted", sa.Boolean(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=True),
        sa.Column("choice_ids", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("revision", sa.SmallInteger(), nullable=False),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "answered_on",
            sa.Date(),
            sa.Computed("(answered_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date", persisted=True),
            nullable=False,
        ),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("keyed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("keyer_id", sa.Integer(), nullable=True),
        sa.Column("rapid", sa.Boolean(), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("demonstration", sa.Boolean(), nullable=False),
        sa.CheckConstraint("channel IN ('kiosk', 'qr', 'web', 'paper', 'scan')", name=op.f("ck_responses_channel")),
        sa.CheckConstraint(
            "channel NOT IN ('paper', 'scan') OR keyed_at IS NOT NULL",
            name=op.f("ck_responses_paper_is_keyed"),
        ),
        sa.CheckConstraint(
            "stage IN ('received', 'supplement', 'refused', 'returned')", name=op.f("ck_responses_stage")
        ),
        sa.CheckConstraint("revision >= 1", name=op.f("ck_responses_revision")),
        sa.ForeignKeyConstraint(["counter_id"], ["counters.id"], name=op.f("fk_responses_counter_id_counters")),
        sa.ForeignKeyConstraint(
            ["field_id"], ["procedure_fields.id"], name=op.f("fk_responses_field_id_procedure_fields")
        ),
        sa.ForeignKeyConstraint(["keyer_id"], ["staff_members.id"], name=op.f("fk_responses_keyer_id_staff_members")),
        sa.ForeignKeyConstraint(["place_id"], ["places.id"], name=op.f("fk_responses_place_id_places")),
        sa.ForeignKeyConstraint(
            ["rated_department_id"],
            ["departments.id"],
            name=op.f("fk_responses_rated_department_id_departments"),
        ),
        sa.ForeignKeyConstraint(
            ["receiving_department_id"],
            ["departments.id"],
            name=op.f("fk_responses_receiving_department_id_departments"),
        ),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["questionnaire_versions.id"],
            name=op.f("fk_responses_version_id_questionnaire_versions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_responses")),
    )
    op.create_index("ix_responses_counted", "responses", ["rated_department_id", "answered_on"], unique=False)
    op.create_index(
        "ix_responses_demonstration",
        "responses",
        ["demonstration"],
        unique=False,
        postgresql_where="demonstration",
    )
    op.create_index(
        "ix_responses_device",
        "responses",
        ["device_id", "answered_at"],
        unique=False,
        postgresql_where="device_id IS NOT NULL",
    )
    op.create_index(
        "ix_responses_keyed",
        "responses",
        ["keyer_id", "keyed_at"],
        unique=False,
        postgresql_where="keyer_id IS NOT NULL",
    )
    op.create_table(
        "comments",
        sa.Column("response_id", sa.Uuid(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.CheckConstraint("state IN ('held', 'cleared', 'refused')", name=op.f("ck_comments_state")),
        sa.ForeignKeyConstraint(["question_id"], ["questions.id"], name=op.f("fk_comments_question_id_questions")),
        sa.ForeignKeyConstraint(
            ["response_id"],
            ["responses.id"],
            name=op.f("fk_comments_response_id_responses"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("response_id", "question_id", name=op.f("pk_comments")),
    )
    op.create_table(
        "daily_choice_tallies",
        sa.Column("department_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("choice_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("picked", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["choice_id"], ["choices.id"], name=op.f("fk_daily_choice_tallies_choice_id_choices")),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["departments.id"],
            name=op.f("fk_daily_choice_tallies_department_id_departments"),
        ),
        sa.PrimaryKeyConstraint("department_id", "day", "choice_id", "channel", name=op.f("pk_daily_choice_tallies")),
    )
    op.create_table(
        "response_conflicts",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("response_id", sa.Uuid(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["response_id"],
            ["responses.id"],
            name=op.f("fk_response_conflicts_response_id_responses"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_response_conflicts")),
    )
    op.create_index(op.f("ix_response_conflicts_response_id"), "response_conflicts", ["response_id"], unique=False)
    op.execute(FREEZE)


def downgrade() -> None:
    op.drop_table("rating_revisions")
    op.drop_index(op.f("ix_response_conflicts_response_id"), table_name="response_conflicts")
    op.drop_table("response_conflicts")
    op.drop_table("daily_choice_tallies")
    op.drop_table("comments")
    op.drop_index("ix_responses_keyed", table_name="responses", postgresql_where="keyer_id IS NOT NULL")
    op.drop_index("ix_responses_device", table_name="responses", postgresql_where="device_id IS NOT NULL")
    op.drop_index("ix_responses_demonstration", table_name="responses", postgresql_where="demonstration")
    op.drop_index("ix_responses_counted", table_name="responses")
    op.drop_table("responses")
    op.drop_table("published_tallies")
    op.drop_table("published_choice_tallies")
    op.drop_table("choices")
    op.drop_index("uq_questions_one_overall", table_name="questions", postgresql_where="overall")
    op.drop_table("questions")
    op.drop_table("publications")
    op.drop_table("poll_day_votes")
    op.drop_table("place_questionnaires")
    op.drop_index("ix_daily_tallies_day", table_name="daily_tallies")
    op.drop_table("daily_tallies")
    op.drop_table("counters")
    op.drop_index("ix_audit_events_subject", table_name="audit_events")
    op.drop_index("ix_audit_events_at", table_name="audit_events")
    op.drop_table("audit_events")
    op.drop_index(op.f("ix_successions_successor_id"), table_name="successions")
    op.drop_table("successions")
    op.drop_table("staff_members")
    op.drop_table("reported_ratings")
    op.drop_index("ix_reported_dossiers_department_id", table_name="reported_dossiers")
    op.drop_table("reported_dossiers")
    op.drop_table("questionnaire_versions")
    op.drop_table("poll_options")
    op.drop_table("poll_days")
    op.drop_table("places")
    op.drop_table("office_models")
    op.drop_index(op.f("ix_department_versions_parent_id"), table_name="department_versions")
    op.drop_table("department_versions")
    op.drop_table("department_fields")
    op.drop_index("ix_ballots_poll_id_cast_on", table_name="ballots")
    op.drop_table("ballots")
    op.drop_table("article_figures")
    op.drop_index("ix_visit_sessions_last_seen_at", table_name="visit_sessions")
    op.drop_index("ix_visit_sessions_day", table_name="visit_sessions")
    op.drop_table("visit_sessions")
    op.drop_table("visit_days")
    op.drop_table("visit_baselines")
    op.drop_index("ix_recount_requests_tally_id", table_name="recount_requests")
    op.drop_table("recount_requests")
    op.drop_table("questionnaires")
    op.drop_table("procedure_fields")
    op.drop_table("polls")
    op.drop_table("departments")
    op.drop_table("articles")
    op.execute("DROP FUNCTION refuse_change_of_published_version, refuse_change_of_audit_trail")
