"""One question, open for a time."""
