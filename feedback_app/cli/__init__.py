"""The `flask` commands: what an administrator does from a terminal. One module a topic."""

from flask import Flask

from feedback_app.cli.surveys import surveys


def register(app: Flask) -> None:
    """Add every command group to `app`."""
    app.cli.add_command(surveys)
