"""Pages of the paper desk."""

from feedback_app.paper.routes import batch_changes, batches, checks, choosing, keying, quality, reviewing, uploads
from feedback_app.paper.routes.blueprint import blueprint

# The modules put their pages on the one blueprint when they are imported.
__all__ = ["batch_changes", "batches", "blueprint", "checks", "choosing", "keying", "quality", "reviewing", "uploads"]
