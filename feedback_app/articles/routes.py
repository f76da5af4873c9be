"""Articles as the public reads them."""

from typing import Final

from flask import Blueprint, render_template, request, url_for

from feedback_app.articles import queries
from feedback_app.kit import clock
from feedback_app.kit.db import db
from feedback_app.kit.web import public, settings
from feedback_app.polls.forms import poll_box

blueprint = Blueprint("articles", __name__, template_folder="templates")

_OTHERS: Final = 5


@blueprint.get("/bai-viet")
@public
def index() -> str:
    """Every article, newest first."""
    return render_template("articles/index.html", articles=queries.articles(db.session()))


@blueprint.get("/bai-viet/<slug>")
@public
def page(slug: str) -> str:
    """One article with its figures and where they are from, the open poll and other news."""
    session, now = db.session(), clock.now()
    return render_template(
        "articles/page.html",
        article=queries.article(session, slug=slug),
        figures=queries.checked_figures(session, slug=slug, now=now, minima=settings().minima),
        others=queries.others(session, slug=slug, limit=_OTHERS),
        poll_box=poll_box(session, cookies=request.cookies, back=url_for(".page", slug=slug), now=now),
    )
