"""Pages of the paper desk."""

from feedback_app.paper.routes import checks, keying
from feedback_app.paper.routes.blueprint import blueprint

# The modules put their pages on the one blueprint when they are imported.
__all__ = ["blueprint", "checks", "keying"]
