"""Articles as the public reads them."""

from typing import Final

from flask import Blueprint, Response, make_response, render_template, request, url_for

from feedback_app.articles import queries
from feedback_app.articles.queries import ArticleNotFound
from feedback_app.kit import clock
from feedback_app.kit.db import db
from feedback_app.kit.errors import N_
from feedback_app.kit.web import public, settings
from feedback_app.polls.forms import poll_box
from feedback_app.staff import access

blueprint = Blueprint("articles", __name__, template_folder="templates")

_OTHERS: Final = 5


@blueprint.get("/bai-viet")
@public
def index() -> str:
    """Every published article, newest first."""
    return render_template("articles/index.html", articles=queries.articles(db.session()))


@blueprint.get("/bai-viet/<slug>")
@public
def page(slug: str) -> Response:
    """One article with its figures and their sources, the open poll and other news; a draft for managers alone."""
    session, now = db.session(), clock.now()
    article = queries.article(session, slug=slug)
    if article.draft and not access.is_at_least("manager"):
        raise ArticleNotFound(N_("Không có bài viết này."))
    page = render_template(
        "articles/page.html",
        article=article,
        figures=queries.checked_figures(session, slug=slug, now=now, minima=settings().minima),
        others=queries.others(session, slug=slug, limit=_OTHERS),
        poll_box=poll_box(session, cookies=request.cookies, back=url_for(".page", slug=slug), now=now),
    )
    response = make_response(page)
    if article.draft:
        response.headers["Cache-Control"] = "no-store"
    return response
