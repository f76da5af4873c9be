"""The `flask` commands: what an administrator does from a terminal. One module a topic."""

from flask import Flask

from feedback_app.cli import (
    appraisal,
    articles,
    demo,
    departments,
    dossiers,
    paper,
    petitions,
    polls,
    ratings,
    staff,
    surveys,
    visits,
)


def register(app: Flask) -> None:
    """Add every command group to `app`."""
    topics = (
        appraisal,
        articles,
        demo,
        departments,
        dossiers,
        paper,
        petitions,
        polls,
        ratings,
        staff,
        surveys,
        visits,
    )
    for topic in topics:
        app.cli.add_command(topic.group)
