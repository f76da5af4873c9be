"""Articles as their editors see them: do the figures in the text still agree with the stored ones?"""

from flask import Blueprint, render_template

from feedback_app.articles import queries
from feedback_app.kit import clock
from feedback_app.kit.db import db
from feedback_app.kit.web import settings
from feedback_app.staff.access import requires

blueprint = Blueprint("articles_staff", __name__, template_folder="templates")


@blueprint.get("/quan-ly/bai-viet")
@requires("manager")
def figures() -> str:
    """Every article with its bound figures: as written, as stored, and the verdict."""
    articles = queries.checked_articles(db.session(), now=clock.now(), minima=settings().minima)
    return render_template("articles/figures.html", articles=articles)
