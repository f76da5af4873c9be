"""All that was published, and what each restatement changed."""

from typing import Final

from flask import render_template, request

from feedback_app.departments import queries as departments
from feedback_app.kit.db import db
from feedback_app.kit.web import public, settings
from feedback_app.ratings import queries as ratings
from feedback_app.ratings.forms import read_period
from feedback_app.ratings.queries import Filter
from feedback_app.site.kept import kept
from feedback_app.site.routes.blueprint import blueprint

PUBLICATIONS_ON_A_PAGE: Final = 100


@blueprint.get("/ket-qua/cong-bo")
@public
@kept
def publications() -> str:
    """Every publication and restatement with its hash, newest first."""
    page = max(request.args.get("trang", 1, type=int), 1)
    # One more than a page holds tells whether there is another page.
    found = ratings.all_publications(
        db.session(), limit=PUBLICATIONS_ON_A_PAGE + 1, offset=(page - 1) * PUBLICATIONS_ON_A_PAGE
    )
    return render_template(
        "site/publications.html",
        publications=found[:PUBLICATIONS_ON_A_PAGE],
        page=page,
        another=len(found) > PUBLICATIONS_ON_A_PAGE,
    )


@blueprint.get("/ket-qua/cong-bo/<period>/<int:number>")
@public
@kept
def publication(period: str, number: int) -> str:
    """One publication: how it came about, its hash, and of a restatement what it changed and why."""
    session = db.session()
    found = ratings.publication(session, read_period(period), number)
    changes = ratings.restatement(session, found) if found.number > 1 else None
    ids = {each.department_id for each in changes.departments if each.department_id} if changes else set()
    return render_template(
        "site/publication.html",
        publication=found,
        newest=ratings.newest_publications(session, [found.period])[found.period],
        changes=changes,
        departments=departments.departments(session, ids=ids, on=found.period.last_day),
        together=ratings.table(
            session, found.period, minima=settings().minima, narrowed=Filter(publication=found)
        ).together,
    )
