"""How figures are made, and what programs ask of every site."""

from datetime import timedelta

from flask import Response, current_app, render_template

from feedback_app.kit import clock
from feedback_app.kit.db import db
from feedback_app.kit.web import public, settings
from feedback_app.ratings import measures
from feedback_app.ratings import queries as ratings
from feedback_app.ratings.standardisation import LEAST_ANSWERS, LEAST_COVERED
from feedback_app.site.paper import paper_forms
from feedback_app.site.routes.blueprint import blueprint


@blueprint.get("/phuong-phap")
@public
def method() -> str:
    """What every number on this site means, in plain words."""
    now = clock.now()
    today = clock.local_day(now)
    return render_template(
        "site/method.html",
        minima=settings().minima,
        paper=paper_forms(db.session(), now=now, first=today - timedelta(days=365), before=today + timedelta(days=1)),
        second_keying_percent=settings().paper_second_keying_percent,
        rapid=settings().rapid_seconds,
        groups=measures.GROUPS,
        measures=measures.MEASURES,
        least_answers=LEAST_ANSWERS,
        least_covered=int(LEAST_COVERED * 100),
        schemes=ratings.schemes(db.session()),
    )


@blueprint.get("/favicon.ico")
@public
def favicon() -> Response:
    """The sign of the site for what asks at this address without reading a page; pages link to favicon.svg."""
    return current_app.send_static_file("favicon.ico")


@blueprint.get("/robots.txt")
@public
def robots() -> Response:
    """What search engines may read."""
    return current_app.send_static_file("robots.txt")
