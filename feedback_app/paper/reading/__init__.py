"""Reading marks from images of numbered forms. Pure: arrays in, values out; no database, no web, no clock."""

from feedback_app.paper.reading.decisions import Verdict, decide
from feedback_app.paper.reading.hands import Question
from feedback_app.paper.reading.inks import correlation
from feedback_app.paper.reading.pages import read_page
from feedback_app.paper.reading.results import FieldReading, PageReading, WrittenReading
from feedback_app.paper.reading.sheets import split_sheets
from feedback_app.paper.reading.thresholds import THRESHOLDS, Thresholds

__all__ = [
    "THRESHOLDS",
    "FieldReading",
    "PageReading",
    "Question",
    "Thresholds",
    "Verdict",
    "WrittenReading",
    "correlation",
    "decide",
    "read_page",
    "split_sheets",
]
