"""Counts days again, publishes periods and stores reported ratings. Nothing here commits."""

from feedback_app.ratings.operations.publishing import (
    NotEnded,
    NothingToRestate,
    Published,
    publish,
    publish_ended,
    withdraw_demonstration,
)
from feedback_app.ratings.operations.recounting import BATCH, RECOUNT_MEMORY, recount_pending, recount_range
from feedback_app.ratings.operations.reporting import import_reported

__all__ = [
    "BATCH",
    "RECOUNT_MEMORY",
    "NotEnded",
    "NothingToRestate",
    "Published",
    "import_reported",
    "publish",
    "publish_ended",
    "recount_pending",
    "recount_range",
    "withdraw_demonstration",
]
