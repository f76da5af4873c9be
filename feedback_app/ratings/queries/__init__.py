"""Ratings as they are read, never written: tallies, the figures made of them, publications, and reported ratings."""

from feedback_app.ratings.queries.distributions import QuestionCounts, distribution
from feedback_app.ratings.queries.left_out import left_out
from feedback_app.ratings.queries.parts import DepartmentParts, Filter, department_parts, period_rows
from feedback_app.ratings.queries.period_figures import (
    CHANNELS,
    HistoryPoint,
    RatingRow,
    RatingTable,
    VersionFigure,
    by_version,
    figure,
    history,
    table,
)
from feedback_app.ratings.queries.published import (
    PublicationView,
    all_publications,
    newest_published,
    publications,
    since_publication,
)
from feedback_app.ratings.queries.reported import RatingNotFound, ReportedRatingView, reported_rating, reported_ratings
from feedback_app.ratings.queries.scoring import (
    INDICES,
    AssessmentView,
    Scores,
    assessments,
    index_points,
    scheme_in_force,
    schemes,
    scores,
)
from feedback_app.ratings.queries.tallies import PeriodRows, Row, first_day, revision

__all__ = [
    "CHANNELS",
    "INDICES",
    "AssessmentView",
    "DepartmentParts",
    "Filter",
    "HistoryPoint",
    "PeriodRows",
    "PublicationView",
    "QuestionCounts",
    "RatingNotFound",
    "RatingRow",
    "RatingTable",
    "ReportedRatingView",
    "Row",
    "Scores",
    "VersionFigure",
    "all_publications",
    "assessments",
    "by_version",
    "department_parts",
    "distribution",
    "figure",
    "first_day",
    "history",
    "index_points",
    "left_out",
    "newest_published",
    "period_rows",
    "publications",
    "reported_rating",
    "reported_ratings",
    "revision",
    "scheme_in_force",
    "schemes",
    "scores",
    "since_publication",
    "table",
]
