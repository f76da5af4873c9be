"""Reads of the whole fleet, in a number of statements that does not grow with it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import cast
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from feedback_app.departments import queries as departments
from feedback_app.departments.queries import CounterView, PlaceView
from feedback_app.kiosks.models import KioskAlert, KioskAssignment, KioskDay, KioskDevice, KioskReport
from feedback_app.kiosks.queries.devices import DeviceView, as_assignment, as_device
from feedback_app.kiosks.states import Alert, Health

WEEK = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportView:
    """What a device last told of itself; `oldest` is how long its oldest unsent answer had waited."""

    at: datetime
    app: str
    settings: int
    unsent: int
    held: int
    oldest: timedelta | None
    offset: timedelta
    persisted: bool
    used_bytes: int | None
    quota_bytes: int | None


@dataclass(slots=True)
class Counted:
    """What a device counted over some days; `screens`: question key -> [times shown, milliseconds]."""

    touches: int = 0
    completed: int = 0
    first_only: int = 0
    screens: dict[str, list[int]] = field(default_factory=dict)

    def add(self, row: KioskDay) -> None:
        self.touches += row.touches
        self.completed += row.completed
        self.first_only += row.first_only
        for key, told in row.screens.items():
            sums = self.screens.setdefault(key, [0, 0])
            sums[0] += told["n"]
            sums[1] += told["ms"]

    def seconds(self) -> dict[str, float]:
        """Mean seconds on each screen."""
        return {key: spent / shown / 1000 for key, (shown, spent) in self.screens.items() if shown}


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertView:
    kind: Alert
    opened_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetRow:
    """`counter` None: the device stands for its place as a whole. `alerts` are those that are open."""

    device: DeviceView
    place: PlaceView
    counter: CounterView | None
    report: ReportView | None
    today: Counted
    week: Counted
    alerts: tuple[AlertView, ...]

    @property
    def rated_department_id(self) -> int:
        return self.place.rated_department_id if self.counter is None else self.counter.rated_department_id

    def lies_in(self, allowed: frozenset[int] | None) -> bool:
        """Whether somebody who answers for these departments (None: all) answers for this device."""
        mine = {self.place.department_id, self.place.rated_department_id, self.rated_department_id}
        return allowed is None or bool(mine & allowed)


def fleet(session: Session, *, allowed: frozenset[int] | None, today: date) -> list[FleetRow]:
    """The devices of these departments (None: all), in the order of their places, revoked ones last."""
    rows = [each for each in _rows(session, None, today) if each.lies_in(allowed)]
    places = {place.id: number for number, place in enumerate(departments.places(session, on=date.min))}
    return sorted(
        rows, key=lambda each: (each.device.revoked_at is not None, places[each.place.id], each.device.enrolled_at)
    )


def fleet_row(session: Session, device_id: UUID, *, today: date) -> FleetRow | None:
    """One device; None where there is none."""
    return next(iter(_rows(session, device_id, today)), None)


def alerts(session: Session, device_id: UUID, *, limit: int) -> list[AlertView]:
    """The alerts of a device, the newest first."""
    rows = session.scalars(
        select(KioskAlert).where(KioskAlert.device_id == device_id).order_by(KioskAlert.id.desc()).limit(limit)
    )
    return [_alert(row) for row in rows]


def _rows(session: Session, device_id: UUID | None, today: date) -> list[FleetRow]:
    wanted = select(KioskDevice) if device_id is None else select(KioskDevice).where(KioskDevice.id == device_id)
    devices = session.scalars(wanted).all()
    ids = [row.id for row in devices]
    latest = (
        select(func.max(KioskAssignment.id))
        .where(KioskAssignment.device_id.in_(ids))
        .group_by(KioskAssignment.device_id)
    )
    standing = {
        row.device_id: as_assignment(row)
        for row in session.scalars(select(KioskAssignment).where(KioskAssignment.id.in_(latest)))
    }
    reports = {row.device_id: row for row in session.scalars(select(KioskReport).where(KioskReport.device_id.in_(ids)))}
    days, weeks = _counted(session, ids, today)
    opened: dict[UUID, list[AlertView]] = defaultdict(list)
    for row in session.scalars(
        select(KioskAlert).where(KioskAlert.device_id.in_(ids), KioskAlert.closed_at.is_(None)).order_by(KioskAlert.id)
    ):
        opened[row.device_id].append(_alert(row))
    # The first day there is: no place had closed by then, so closed ones are among them.
    places = {place.id: place for place in departments.places(session, on=date.min)}
    counters = departments.counters_of(
        session, ids={each.position.counter_id for each in standing.values() if each.position.counter_id is not None}
    )
    return [
        FleetRow(
            device=as_device(row, standing[row.id]),
            place=places[standing[row.id].position.place_id],
            counter=counters.get(standing[row.id].position.counter_id or 0),
            report=_report(reports[row.id]) if row.id in reports else None,
            today=days[row.id],
            week=weeks[row.id],
            alerts=tuple(opened[row.id]),
        )
        for row in devices
    ]


def _counted(session: Session, ids: Sequence[UUID], today: date) -> tuple[dict[UUID, Counted], dict[UUID, Counted]]:
    """What each counted today, and in the week that ends today."""
    days: dict[UUID, Counted] = defaultdict(Counted)
    weeks: dict[UUID, Counted] = defaultdict(Counted)
    for row in session.scalars(
        select(KioskDay).where(
            KioskDay.device_id.in_(ids), KioskDay.day > today - timedelta(days=WEEK), KioskDay.day <= today
        )
    ):
        weeks[row.device_id].add(row)
        if row.day == today:
            days[row.device_id].add(row)
    return days, weeks


def as_health(row: KioskReport) -> Health:
    return Health(unsent=row.unsent, offset=timedelta(milliseconds=row.offset_ms), persisted=row.persisted)


def _report(row: KioskReport) -> ReportView:
    return ReportView(
        at=row.at,
        app=row.app,
        settings=row.settings,
        unsent=row.unsent,
        held=row.held,
        oldest=None if row.oldest_ms is None else timedelta(milliseconds=row.oldest_ms),
        offset=timedelta(milliseconds=row.offset_ms),
        persisted=row.persisted,
        used_bytes=row.used_bytes,
        quota_bytes=row.quota_bytes,
    )


def _alert(row: KioskAlert) -> AlertView:
    return AlertView(kind=cast(Alert, row.kind), opened_at=row.opened_at, closed_at=row.closed_at)
