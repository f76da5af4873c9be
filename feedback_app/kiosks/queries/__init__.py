"""Reads of the fleet: plain values, no ORM objects."""

from feedback_app.kiosks.queries.devices import (
    AssignmentView,
    DeviceNotFound,
    DeviceView,
    assignments,
    device,
    device_of_key,
    present_spot,
)
from feedback_app.kiosks.queries.fleet import AlertView, Counted, FleetRow, ReportView, alerts, fleet, fleet_row

__all__ = [
    "AlertView",
    "AssignmentView",
    "Counted",
    "DeviceNotFound",
    "DeviceView",
    "FleetRow",
    "ReportView",
    "alerts",
    "assignments",
    "device",
    "device_of_key",
    "fleet",
    "fleet_row",
    "present_spot",
]
