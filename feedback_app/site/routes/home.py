"""The front page."""

from typing import Final

from flask import render_template, request, url_for

from feedback_app.articles import queries as articles
from feedback_app.kit import clock
from feedback_app.kit.db import db
from feedback_app.kit.web import public, settings
from feedback_app.polls.forms import poll_box
from feedback_app.ratings import queries as ratings
from feedback_app.ratings.forms import newest_first
from feedback_app.ratings.periods import period_of
from feedback_app.site.routes.blueprint import blueprint
from feedback_app.site.routes.places import places_to_answer
from feedback_app.visits import queries as visits

NEWS: Final = 6
# More places than these are found by name.
PLACES_AT_HOME: Final = 12


@blueprint.get("/")
@public
def home() -> str:
    """The front page: what was measured last, how to take part, what is new."""
    session, now = db.session(), clock.now()
    today, minima = clock.local_day(now), settings().minima
    newest = newest_first(session, today=today)
    running = period_of("month", today)
    return render_template(
        "site/home.html",
        newest=ratings.table(session, newest, minima=minima),
        running=ratings.history(session, [running], today=today, minima=minima)[0],
        places=places_to_answer(session, today),
        listed=PLACES_AT_HOME,
        articles=articles.latest(session, limit=NEWS),
        poll_box=poll_box(session, cookies=request.cookies, back=url_for("site.home"), now=now),
        visit_counts=visits.visit_counts(session, now=now),
        today=today,
    )
