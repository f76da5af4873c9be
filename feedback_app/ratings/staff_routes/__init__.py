"""The managers' pages: their departments in one period, as files, scored, published, and what people wrote."""

from feedback_app.ratings.staff_routes import comments, exports, figures, publications, scoring
from feedback_app.ratings.staff_routes.blueprint import blueprint

# The modules put their pages on the one blueprint when they are imported.
__all__ = ["blueprint", "comments", "exports", "figures", "publications", "scoring"]
