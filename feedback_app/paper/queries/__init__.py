"""Reads of the paper desk."""

from feedback_app.paper.queries.batches import (
    BatchNotFound,
    BatchView,
    FormView,
    KeyerProgress,
    PrintingView,
    Sums,
    batch,
    batch_count,
    batch_of,
    batches,
    forms,
    keyers,
    printings,
    sums,
)
from feedback_app.paper.queries.printable import Printable, printable

__all__ = [
    "BatchNotFound",
    "BatchView",
    "FormView",
    "KeyerProgress",
    "Printable",
    "PrintingView",
    "Sums",
    "batch",
    "batch_count",
    "batch_of",
    "batches",
    "forms",
    "keyers",
    "printable",
    "printings",
    "sums",
]
