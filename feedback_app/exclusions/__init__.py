"""Doubtful responses: the queue of cases, and taking responses out of the count by two people, with a reason."""
