"""Reads of questionnaires and the responses given to them, and of free text."""

from feedback_app.surveys.queries.coded import Coded, coded
from feedback_app.surveys.queries.comments import (
    ClearedComment,
    CommentNotFound,
    Decision,
    HeldComment,
    cleared_comments,
    decisions,
    held_comment,
    held_comments,
    held_count,
)
from feedback_app.surveys.queries.counting import (
    BUCKET,
    answered_days,
    between,
    countable,
    day_tallies,
    on_days,
    placing,
)
from feedback_app.surveys.queries.demonstration import (
    forget_demonstration,
    has_demonstration,
    has_demonstration_between,
    shows_demonstration,
)
from feedback_app.surveys.queries.doubts import (
    Given,
    answers_given,
    keyed_between,
    on_paper,
    touched_on,
    touches_by_hour,
)
from feedback_app.surveys.queries.keying import KeyedForm, choices_given, keyed_any, keyed_count, last_keyed
from feedback_app.surveys.queries.kiosks import places_touched
from feedback_app.surveys.queries.lookups import LookedUp, LookupNotFound, look_up
from feedback_app.surveys.queries.questionnaires import (
    Assignment,
    NoQuestionnaire,
    assignments,
    current_version,
    current_versions,
    published_versions,
    version,
    version_at,
)

__all__ = [
    "BUCKET",
    "Assignment",
    "ClearedComment",
    "Coded",
    "CommentNotFound",
    "Decision",
    "Given",
    "HeldComment",
    "KeyedForm",
    "LookedUp",
    "LookupNotFound",
    "NoQuestionnaire",
    "answered_days",
    "answers_given",
    "assignments",
    "between",
    "choices_given",
    "cleared_comments",
    "coded",
    "countable",
    "current_version",
    "current_versions",
    "day_tallies",
    "decisions",
    "forget_demonstration",
    "has_demonstration",
    "has_demonstration_between",
    "held_comment",
    "held_comments",
    "held_count",
    "keyed_between",
    "keyed_any",
    "keyed_count",
    "last_keyed",
    "look_up",
    "on_days",
    "on_paper",
    "places_touched",
    "placing",
    "published_versions",
    "shows_demonstration",
    "touched_on",
    "touches_by_hour",
    "version",
    "version_at",
]
