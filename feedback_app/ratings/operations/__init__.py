"""Counts days again, publishes periods, stores reported ratings, schemes and assessments. Nothing here commits."""

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
from feedback_app.ratings.operations.scoring import (
    AlreadyAppraised,
    BadPoints,
    NotIndependent,
    SchemeKnown,
    appraise,
    assess,
    import_scheme,
)

__all__ = [
    "BATCH",
    "RECOUNT_MEMORY",
    "AlreadyAppraised",
    "BadPoints",
    "NotEnded",
    "NotIndependent",
    "NothingToRestate",
    "Published",
    "SchemeKnown",
    "appraise",
    "assess",
    "import_reported",
    "import_scheme",
    "publish",
    "publish_ended",
    "recount_pending",
    "recount_range",
    "withdraw_demonstration",
]
