"""Kiosks are enrolled: devices with keys, where they stand and stood, what they report, how their clocks were read."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.create_table(
        "kiosk_devices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("key_digest", sa.LargeBinary(), nullable=False),
        sa.Column("enrolled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by", sa.Integer(), nullable=True),
        sa.Column("pin_salt", sa.LargeBinary(), nullable=False),
        sa.Column("pin_hash", sa.LargeBinary(), nullable=False),
        sa.Column("pin_iterations", sa.Integer(), nullable=False),
        sa.Column("keyboard", sa.Boolean(), nullable=False),
        sa.Column("printer", sa.Boolean(), nullable=False),
        sa.Column("called", sa.Boolean(), nullable=False),
        sa.Column("handover", sa.Boolean(), nullable=False),
        sa.Column("assisted", sa.Boolean(), nullable=False),
        sa.Column("dossiers_asked", sa.Boolean(), nullable=False),
        sa.Column("settings_revision", sa.Integer(), nullable=False),
        sa.Column("configuration_digest", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "num_nulls(revoked_at, revoked_by) IN (0, 2)", name=op.f("ck_kiosk_devices_revoked_by_somebody")
        ),
        sa.CheckConstraint("settings_revision >= 1", name=op.f("ck_kiosk_devices_settings_revision")),
        sa.ForeignKeyConstraint(
            ["revoked_by"], ["staff_members.id"], name=op.f("fk_kiosk_devices_revoked_by_staff_members")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kiosk_devices")),
    )
    op.create_table(
        "kiosk_alerts",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('silent', 'unsent', 'clock', 'storage')", name=op.f("ck_kiosk_alerts_kind")),
        sa.CheckConstraint("closed_at >= opened_at", name=op.f("ck_kiosk_alerts_closes_after_opening")),
        sa.ForeignKeyConstraint(
            ["device_id"],
            ["kiosk_devices.id"],
            name=op.f("fk_kiosk_alerts_device_id_kiosk_devices"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kiosk_alerts")),
    )
    op.create_index("ix_kiosk_alerts_device_id", "kiosk_alerts", ["device_id"])
    op.create_index(
        "uq_kiosk_alerts_open", "kiosk_alerts", ["device_id", "kind"], unique=True, postgresql_where="closed_at IS NULL"
    )
    op.create_table(
        "kiosk_assignments",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("counter_id", sa.Integer(), nullable=True),
        sa.Column("stage", sa.String(), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "stage IN ('received', 'supplement', 'refused', 'returned')", name=op.f("ck_kiosk_assignments_stage")
        ),
        sa.CheckConstraint("ends_at >= starts_at", name=op.f("ck_kiosk_assignments_ends_after_start")),
        sa.ForeignKeyConstraint(["counter_id"], ["counters.id"], name=op.f("fk_kiosk_assignments_counter_id_counters")),
        sa.ForeignKeyConstraint(
            ["device_id"],
            ["kiosk_devices.id"],
            name=op.f("fk_kiosk_assignments_device_id_kiosk_devices"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["place_id"], ["places.id"], name=op.f("fk_kiosk_assignments_place_id_places")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kiosk_assignments")),
    )
    op.create_index("ix_kiosk_assignments_device_id", "kiosk_assignments", ["device_id"])
    op.create_index(
        "uq_kiosk_assignments_present",
        "kiosk_assignments",
        ["device_id"],
        unique=True,
        postgresql_where="ends_at IS NULL",
    )
    op.create_table(
        "kiosk_codes",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("counter_id", sa.Integer(), nullable=True),
        sa.Column("stage", sa.String(), nullable=True),
        sa.Column("pin_salt", sa.LargeBinary(), nullable=False),
        sa.Column("pin_hash", sa.LargeBinary(), nullable=False),
        sa.Column("pin_iterations", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("device_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "stage IN ('received', 'supplement', 'refused', 'returned')", name=op.f("ck_kiosk_codes_stage")
        ),
        sa.CheckConstraint("num_nulls(used_at, device_id) IN (0, 2)", name=op.f("ck_kiosk_codes_used_by_a_device")),
        sa.ForeignKeyConstraint(["counter_id"], ["counters.id"], name=op.f("fk_kiosk_codes_counter_id_counters")),
        sa.ForeignKeyConstraint(
            ["device_id"], ["kiosk_devices.id"], name=op.f("fk_kiosk_codes_device_id_kiosk_devices"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["made_by"], ["staff_members.id"], name=op.f("fk_kiosk_codes_made_by_staff_members")),
        sa.ForeignKeyConstraint(["place_id"], ["places.id"], name=op.f("fk_kiosk_codes_place_id_places")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kiosk_codes")),
        sa.UniqueConstraint("digest", name=op.f("uq_kiosk_codes_digest")),
    )
    op.create_table(
        "kiosk_days",
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("touches", sa.Integer(), nullable=False),
        sa.Column("completed", sa.Integer(), nullable=False),
        sa.Column("first_only", sa.Integer(), nullable=False),
        sa.Column("screens", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.CheckConstraint("touches >= 0 AND completed >= 0 AND first_only >= 0", name=op.f("ck_kiosk_days_counts")),
        sa.ForeignKeyConstraint(
            ["device_id"], ["kiosk_devices.id"], name=op.f("fk_kiosk_days_device_id_kiosk_devices"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("device_id", "day", name=op.f("pk_kiosk_days")),
    )
    op.create_table(
        "kiosk_reports",
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("boot", sa.Uuid(), nullable=False),
        sa.Column("offset_ms", sa.BigInteger(), nullable=False),
        sa.Column("app", sa.String(), nullable=False),
        sa.Column("settings", sa.Integer(), nullable=False),
        sa.Column("unsent", sa.Integer(), nullable=False),
        sa.Column("held", sa.Integer(), nullable=False),
        sa.Column("oldest_ms", sa.BigInteger(), nullable=True),
        sa.Column("persisted", sa.Boolean(), nullable=False),
        sa.Column("used_bytes", sa.BigInteger(), nullable=True),
        sa.Column("quota_bytes", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["device_id"],
            ["kiosk_devices.id"],
            name=op.f("fk_kiosk_reports_device_id_kiosk_devices"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("device_id", name=op.f("pk_kiosk_reports")),
    )
    op.create_table(
        "kiosk_readings",
        sa.Column("response_id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=True),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("device_clock", sa.DateTime(timezone=True), nullable=False),
        sa.Column("known_offset_ms", sa.BigInteger(), nullable=True),
        sa.Column("offset_ms", sa.BigInteger(), nullable=True),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("flagged", sa.Boolean(), nullable=False),
        sa.CheckConstraint("method IN ('mono', 'known', 'upload', 'clock')", name=op.f("ck_kiosk_readings_method")),
        sa.ForeignKeyConstraint(
            ["device_id"], ["kiosk_devices.id"], name=op.f("fk_kiosk_readings_device_id_kiosk_devices")
        ),
        sa.ForeignKeyConstraint(
            ["response_id"], ["responses.id"], name=op.f("fk_kiosk_readings_response_id_responses"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("response_id", name=op.f("pk_kiosk_readings")),
    )
    op.create_index("ix_kiosk_readings_device_id_sequence", "kiosk_readings", ["device_id", "sequence"])


def downgrade() -> None:
    op.drop_table("kiosk_readings")
    op.drop_table("kiosk_reports")
    op.drop_table("kiosk_days")
    op.drop_table("kiosk_codes")
    op.drop_table("kiosk_assignments")
    op.drop_table("kiosk_alerts")
    op.drop_table("kiosk_devices")
