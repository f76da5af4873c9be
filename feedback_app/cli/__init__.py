"""The `flask` commands: what an administrator does from a terminal. One module a topic."""

from flask import Flask


def register(app: Flask) -> None:
    """Add every command group to `app`."""
