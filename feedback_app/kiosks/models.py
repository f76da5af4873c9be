"""Enrolled kiosks: what they are, where they stood when, what they last told, how their clocks were read.

A device knows neither its place nor its counter: both stand here, so moving it needs nobody in front of it.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, DateTime, ForeignKey, Identity, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from feedback_app.kit.db import Model

_STAGES = "stage IN ('received', 'supplement', 'refused', 'returned')"


class KioskDevice(Model):
    """`key_digest` is the SHA-256 of the device's key. `settings_revision` grows with every change of what the device
    is configured with; `configuration_digest` is of what it was last offered, so that changes made elsewhere (a new
    questionnaire, another name of the place) are noticed too. The PIN opens the hidden menu and is checked on the
    device, without network. `seen_at` is when it last asked anything."""

    __tablename__ = "kiosk_devices"
    __table_args__ = (
        CheckConstraint("settings_revision >= 1", name="settings_revision"),
        CheckConstraint("num_nulls(revoked_at, revoked_by) IN (0, 2)", name="revoked_by_somebody"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    key_digest: Mapped[bytes]
    enrolled_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    seen_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    revoked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    revoked_by: Mapped[int | None] = mapped_column(ForeignKey("staff_members.id"))
    pin_salt: Mapped[bytes]
    pin_hash: Mapped[bytes]
    pin_iterations: Mapped[int]
    keyboard: Mapped[bool] = mapped_column(default=True)
    printer: Mapped[bool] = mapped_column(default=False)
    called: Mapped[bool] = mapped_column(default=False)
    handover: Mapped[bool] = mapped_column(default=False)
    assisted: Mapped[bool] = mapped_column(default=False)
    dossiers_asked: Mapped[bool] = mapped_column(default=False)
    settings_revision: Mapped[int] = mapped_column(default=1)
    configuration_digest: Mapped[bytes | None]


class KioskAssignment(Model):
    """Where a device stands from a moment on. Answers name the assignment they were given under, so that those which
    arrive after a move still count where their citizen stood."""

    __tablename__ = "kiosk_assignments"
    __table_args__ = (
        CheckConstraint(_STAGES, name="stage"),
        CheckConstraint("ends_at >= starts_at", name="ends_after_start"),
        Index("ix_kiosk_assignments_device_id", "device_id"),
        Index("uq_kiosk_assignments_present", "device_id", unique=True, postgresql_where="ends_at IS NULL"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    device_id: Mapped[UUID] = mapped_column(ForeignKey("kiosk_devices.id", ondelete="CASCADE"))
    place_id: Mapped[int] = mapped_column(ForeignKey("places.id"))
    counter_id: Mapped[int | None] = mapped_column(ForeignKey("counters.id"))
    stage: Mapped[str | None]
    starts_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ends_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class KioskCode(Model):
    """A code that enrols one device, once, within a day; only its digest is kept."""

    __tablename__ = "kiosk_codes"
    __table_args__ = (
        CheckConstraint(_STAGES, name="stage"),
        CheckConstraint("num_nulls(used_at, device_id) IN (0, 2)", name="used_by_a_device"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    digest: Mapped[bytes] = mapped_column(unique=True)
    name: Mapped[str]
    place_id: Mapped[int] = mapped_column(ForeignKey("places.id"))
    counter_id: Mapped[int | None] = mapped_column(ForeignKey("counters.id"))
    stage: Mapped[str | None]
    pin_salt: Mapped[bytes]
    pin_hash: Mapped[bytes]
    pin_iterations: Mapped[int]
    made_by: Mapped[int] = mapped_column(ForeignKey("staff_members.id"))
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    used_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    device_id: Mapped[UUID | None] = mapped_column(ForeignKey("kiosk_devices.id", ondelete="CASCADE"))


class KioskReport(Model):
    """What a device last told of itself. `offset_ms` is the server's clock minus the device's; `settings` the revision
    it works with; `oldest_ms` how long its oldest unsent answer has waited."""

    __tablename__ = "kiosk_reports"

    device_id: Mapped[UUID] = mapped_column(ForeignKey("kiosk_devices.id", ondelete="CASCADE"), primary_key=True)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    boot: Mapped[UUID]
    offset_ms: Mapped[int] = mapped_column(BigInteger)
    app: Mapped[str]
    settings: Mapped[int]
    unsent: Mapped[int]
    held: Mapped[int]
    oldest_ms: Mapped[int | None] = mapped_column(BigInteger)
    persisted: Mapped[bool]
    used_bytes: Mapped[int | None] = mapped_column(BigInteger)
    quota_bytes: Mapped[int | None] = mapped_column(BigInteger)


class KioskDay(Model):
    """What a device counted on one day of its own calendar: `first_only` are those who touched once and left;
    `screens` maps a question's key to {"n": times shown, "ms": time on it in all}."""

    __tablename__ = "kiosk_days"
    __table_args__ = (CheckConstraint("touches >= 0 AND completed >= 0 AND first_only >= 0", name="counts"),)

    device_id: Mapped[UUID] = mapped_column(ForeignKey("kiosk_devices.id", ondelete="CASCADE"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    touches: Mapped[int]
    completed: Mapped[int]
    first_only: Mapped[int]
    screens: Mapped[dict[str, Any]] = mapped_column(JSONB)


class KioskReading(Model):
    """How the time of a response was found. `device_clock` is the kiosk's at the first touch, `known_offset_ms` what it
    then knew of the server's clock minus its own, `offset_ms` the same at the upload. `flagged` says that its clock was
    off by more than five minutes, or that the time had to be moved to where it can have been. Without `device_id`
    it was a page that is not enrolled."""

    __tablename__ = "kiosk_readings"
    __table_args__ = (
        CheckConstraint("method IN ('mono', 'known', 'upload', 'clock')", name="method"),
        Index("ix_kiosk_readings_device_id_sequence", "device_id", "sequence"),
    )

    response_id: Mapped[UUID] = mapped_column(ForeignKey("responses.id", ondelete="CASCADE"), primary_key=True)
    device_id: Mapped[UUID | None] = mapped_column(ForeignKey("kiosk_devices.id"))
    sequence: Mapped[int] = mapped_column(BigInteger)
    device_clock: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    known_offset_ms: Mapped[int | None] = mapped_column(BigInteger)
    offset_ms: Mapped[int | None] = mapped_column(BigInteger)
    method: Mapped[str]
    flagged: Mapped[bool]


class KioskAlert(Model):
    """Something about a device that somebody should look at, from when to when; one of a kind at a time."""

    __tablename__ = "kiosk_alerts"
    __table_args__ = (
        CheckConstraint("kind IN ('silent', 'unsent', 'clock', 'storage')", name="kind"),
        CheckConstraint("closed_at >= opened_at", name="closes_after_opening"),
        Index("ix_kiosk_alerts_device_id", "device_id"),
        Index("uq_kiosk_alerts_open", "device_id", "kind", unique=True, postgresql_where="closed_at IS NULL"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    device_id: Mapped[UUID] = mapped_column(ForeignKey("kiosk_devices.id", ondelete="CASCADE"))
    kind: Mapped[str]
    opened_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    closed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class KioskCall(Model):
    """A dossier the counter has just finished: the device standing there asks for it. Deleted as soon as it is taken,
    or has lapsed; unlogged, so that no copy of token and moment is kept in the log."""

    __tablename__ = "kiosk_calls"
    __table_args__ = (
        CheckConstraint(_STAGES, name="stage"),
        Index("ix_kiosk_calls_place_id", "place_id"),
        {"prefixes": ["UNLOGGED"]},
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("places.id"))
    counter_id: Mapped[int | None] = mapped_column(ForeignKey("counters.id"))
    token: Mapped[bytes]
    stage: Mapped[str]
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
