"""The `flask` commands: what an administrator does from a terminal. One module a topic."""

from flask import Flask

from feedback_app.cli import (
    appraisal,
    articles,
    demo,
    departments,
    dossiers,
    petitions,
    polls,
    ratings,
    staff,
    surveys,
    visits,
)


def register(app: Flask) -> None:
    """Add every command group to `app`."""
    for topic in (appraisal, articles, demo, departments, dossiers, petitions, polls, ratings, staff, surveys, visits):
        app.cli.add_command(topic.group)
