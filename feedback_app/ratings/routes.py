"""What anybody may take away of published periods."""

from flask import Blueprint, Response

from feedback_app.kit import clock
from feedback_app.kit.db import db
from feedback_app.kit.errors import N_, NotFound
from feedback_app.kit.security import limiter
from feedback_app.kit.web import public, settings
from feedback_app.ratings import queries, reports
from feedback_app.ratings.forms import read_period

blueprint = Blueprint("ratings_public", __name__, template_folder="templates")


class NotPublished(NotFound):
    """The period has no publication yet."""


@blueprint.get("/ket-qua/<period>/bao-cao.pdf")
@public
# Setting a page of type costs as much as a hundred pages of figures.
@limiter.limit("30/minute")
def report(period: str) -> Response:
    """The report of a published period over all departments. Raises NotPublished."""
    table = queries.table(db.session(), read_period(period), minima=settings().minima)
    if table.publication is None:
        raise NotPublished(N_("Kỳ này chưa công bố."))
    return reports.answer(table, office=settings().office, reach=reports.WHOLE, now=clock.now())
