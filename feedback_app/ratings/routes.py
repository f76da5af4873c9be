"""What anybody may take away of published periods."""

from itertools import groupby

from flask import Blueprint, Response, render_template, request

from feedback_app.kit import clock
from feedback_app.kit.db import db
from feedback_app.kit.errors import N_, NotFound
from feedback_app.kit.security import limiter
from feedback_app.kit.web import public, settings
from feedback_app.ratings import dataset, queries, reports
from feedback_app.ratings.forms import read_period, read_publication
from feedback_app.ratings.queries import Filter
from feedback_app.ratings.sending import send

blueprint = Blueprint("ratings_public", __name__, template_folder="templates")


class NotPublished(NotFound):
    """The period has no publication yet."""


@blueprint.get("/ket-qua/<period>/bao-cao.pdf")
@public
# Setting a page of type costs as much as a hundred pages of figures.
@limiter.limit("30/minute")
def report(period: str) -> Response:
    """The report of a published period over all departments, of an older publication by `ban`. Raises NotPublished."""
    session, asked = db.session(), read_period(period)
    publication, _restated_by = read_publication(session, asked, request.args.get("ban", ""))
    table = queries.table(session, asked, minima=settings().minima, narrowed=Filter(publication=publication))
    if table.publication is None:
        raise NotPublished(N_("Kỳ này chưa công bố."))
    return reports.answer(table, office=settings().office, reach=reports.WHOLE, now=clock.now())


@blueprint.get("/du-lieu-mo")
@public
def open_data() -> str:
    """What may be taken away of every published period, with its checksums."""
    files = queries.open_files(db.session())
    publications = [
        (period, number, list(found))
        for (period, number), found in groupby(files, lambda each: (each.period, each.number))
    ]
    return render_template("ratings/open_data.html", publications=publications)


@blueprint.get("/du-lieu-mo/tu-dien")
@public
def dictionary() -> str:
    """What each column of the open data means."""
    return render_template("ratings/dictionary.html", columns=dataset.COLUMNS, zone=clock.VIETNAM.key)


@blueprint.get("/du-lieu-mo/<name>")
@public
@limiter.limit("120/minute")
def open_file(name: str) -> Response:
    """One open file; the page of another site may read it too. Raises FileNotFound."""
    file = queries.open_file(db.session(), name=name)
    response = send(file)
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.set_etag(file.sha256)
    return response
