"""Public pages that show several capabilities together: home, results, one department, how figures are made."""

from feedback_app.site.routes import comparison, department, home, look_up, method, places, publications, results
from feedback_app.site.routes.blueprint import blueprint

# The modules put their pages on the one blueprint when they are imported.
__all__ = ["blueprint", "comparison", "department", "home", "look_up", "method", "places", "publications", "results"]
