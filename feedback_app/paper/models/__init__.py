"""Tables of the paper desk."""

from feedback_app.paper.models.batches import PaperBatch, PaperForm, PaperKeying, PaperPrinting
from feedback_app.paper.models.checks import PaperCheck

__all__ = ["PaperBatch", "PaperCheck", "PaperForm", "PaperKeying", "PaperPrinting"]
