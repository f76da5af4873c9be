"""What people do with doubtful responses: cases that a rule found, and deliveries that contradict each other."""

from feedback_app.exclusions.operations.cases import (
    LONGEST_WORDS,
    NothingToExclude,
    StateChanged,
    WordsMissing,
    decide,
    keep,
    open_case,
    propose_exclusion,
    propose_return,
    remove_demonstration,
)
from feedback_app.exclusions.operations.conflicts import settle_conflict

__all__ = [
    "LONGEST_WORDS",
    "NothingToExclude",
    "StateChanged",
    "WordsMissing",
    "decide",
    "keep",
    "open_case",
    "propose_exclusion",
    "propose_return",
    "remove_demonstration",
    "settle_conflict",
]
