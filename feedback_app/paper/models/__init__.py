"""Tables of the paper desk."""

from feedback_app.paper.models.batches import PaperBatch, PaperForm, PaperKeying, PaperPrinting
from feedback_app.paper.models.checks import PaperCheck
from feedback_app.paper.models.scans import (
    PaperPage,
    PaperPause,
    PaperScan,
    PaperScanField,
    PaperUpload,
    PaperWriting,
)

__all__ = [
    "PaperBatch",
    "PaperCheck",
    "PaperForm",
    "PaperKeying",
    "PaperPage",
    "PaperPause",
    "PaperPrinting",
    "PaperScan",
    "PaperScanField",
    "PaperUpload",
    "PaperWriting",
]
