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

__all__ = ["AssignmentView", "DeviceNotFound", "DeviceView", "assignments", "device", "device_of_key", "present_spot"]
