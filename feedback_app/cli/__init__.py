"""The `flask` commands: what an administrator does from a terminal. One module a topic."""

from flask import Flask

from feedback_app.cli import staff, surveys


def register(app: Flask) -> None:
    """Add every command group to `app`."""
    app.cli.add_command(staff.group)
    app.cli.add_command(surveys.group)
