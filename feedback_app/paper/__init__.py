"""Paper forms keyed by staff."""
