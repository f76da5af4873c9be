"""The managers' pages of doubtful responses: the queue of cases, and deliveries that contradict each other."""

from feedback_app.exclusions.staff_routes import cases, conflicts
from feedback_app.exclusions.staff_routes.blueprint import blueprint

# The modules put their pages on the one blueprint when they are imported.
__all__ = ["blueprint", "cases", "conflicts"]
