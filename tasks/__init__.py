"""Routes that arrive by clock or queue instead of HTTP: they open a transaction, call one operation and commit."""
