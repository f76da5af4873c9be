"""Writes of the paper desk. Nothing here commits."""

from feedback_app.paper.operations.keying import (
    LONGEST_REASON,
    DepartmentNotThen,
    NotTheLast,
    ReasonMissing,
    answered_at,
    check_existed,
    key_form,
    start_of_day,
    undo_last,
)

__all__ = [
    "LONGEST_REASON",
    "DepartmentNotThen",
    "NotTheLast",
    "ReasonMissing",
    "answered_at",
    "check_existed",
    "key_form",
    "start_of_day",
    "undo_last",
]
