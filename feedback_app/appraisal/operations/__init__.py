"""Entering officers' quarters, looking at other people's points, contesting and deciding. Nothing here commits.

Every look at somebody else's points, and every attempt that is refused, is written to the audit trail before the answer
is given, so a caller commits either way. The trail says who, whose and which period, never a figure and none of the
words: administrators read it, and looking after accounts is no reason to know a colleague's points.
"""

from feedback_app.appraisal.operations.contesting import (
    LONGEST_WORDS,
    BadContest,
    MayNotDecide,
    StateChanged,
    TooLate,
    WordsMissing,
    contest,
    decide,
)
from feedback_app.appraisal.operations.importing import import_quarters, remove_demonstration
from feedback_app.appraisal.operations.looking import (
    NotYourPoints,
    check_manager,
    look_at_contest,
    look_at_officers,
    look_at_years,
)

__all__ = [
    "LONGEST_WORDS",
    "BadContest",
    "MayNotDecide",
    "NotYourPoints",
    "StateChanged",
    "TooLate",
    "WordsMissing",
    "check_manager",
    "contest",
    "decide",
    "import_quarters",
    "look_at_contest",
    "look_at_officers",
    "look_at_years",
    "remove_demonstration",
]
