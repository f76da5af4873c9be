"""What a reader may choose in an address, and what people fill in to score a department or publish a period."""

from feedback_app.ratings.forms.comments import CommentForm, CommentSelection, read_comment_selection
from feedback_app.ratings.forms.comparison import ComparisonForm, ComparisonReading, read_comparison
from feedback_app.ratings.forms.exports import ExportForm
from feedback_app.ratings.forms.figures import FigureForm, Order, Reading, Selection, read_publication, read_selection
from feedback_app.ratings.forms.listing import Listing, read_listing
from feedback_app.ratings.forms.periods import NoSuchPeriod, PeriodForm, newest_first, read_counted_period, read_period
from feedback_app.ratings.forms.publications import DraftForm, StepForm
from feedback_app.ratings.forms.scoring import PointsForm, points_form, read_scored_period

__all__ = [
    "ComparisonForm",
    "ComparisonReading",
    "read_comparison",
    "CommentForm",
    "CommentSelection",
    "DraftForm",
    "ExportForm",
    "FigureForm",
    "Listing",
    "NoSuchPeriod",
    "Order",
    "PeriodForm",
    "PointsForm",
    "Reading",
    "Selection",
    "StepForm",
    "newest_first",
    "points_form",
    "read_comment_selection",
    "read_counted_period",
    "read_listing",
    "read_period",
    "read_publication",
    "read_scored_period",
    "read_selection",
]
