"""Tables of the paper desk."""

from feedback_app.paper.models.batches import PaperBatch, PaperForm, PaperKeying, PaperPrinting

__all__ = ["PaperBatch", "PaperForm", "PaperKeying", "PaperPrinting"]
