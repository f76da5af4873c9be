"""Writes of questionnaires and the responses given to them, and of what becomes of free text."""

from feedback_app.surveys.operations.comments import (
    LONGEST_REASON,
    LONGEST_SHOWN,
    AlreadyReviewed,
    BadReview,
    OriginalErased,
    ReviewerInvolved,
    clear_comment,
    erase_originals,
    refuse_comment,
    reopen_comment,
    reviewable,
)
from feedback_app.surveys.operations.questionnaires import ask_at, publish_questionnaire
from feedback_app.surveys.operations.responses import (
    AlreadySealed,
    FutureAnswer,
    Outcome,
    Receipt,
    ResponseNotFound,
    exclude,
    include,
    remove,
    remove_demonstration,
    submit,
)

__all__ = [
    "LONGEST_REASON",
    "LONGEST_SHOWN",
    "AlreadyReviewed",
    "AlreadySealed",
    "BadReview",
    "FutureAnswer",
    "OriginalErased",
    "Outcome",
    "Receipt",
    "ResponseNotFound",
    "ReviewerInvolved",
    "ask_at",
    "clear_comment",
    "erase_originals",
    "exclude",
    "include",
    "publish_questionnaire",
    "refuse_comment",
    "remove",
    "remove_demonstration",
    "reopen_comment",
    "reviewable",
    "submit",
]
