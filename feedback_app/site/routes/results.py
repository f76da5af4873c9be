"""Every department in one period."""

from flask import render_template, request, url_for

from feedback_app.departments import queries as departments
from feedback_app.departments.queries import DepartmentView
from feedback_app.kit import clock
from feedback_app.kit.db import db
from feedback_app.kit.i18n import text_in
from feedback_app.kit.web import public, settings
from feedback_app.ratings import queries as ratings
from feedback_app.ratings.forms import Order, read_listing, read_selection
from feedback_app.ratings.queries import RatingRow
from feedback_app.site import drawings
from feedback_app.site.history import history
from feedback_app.site.kept import kept
from feedback_app.site.routes.blueprint import blueprint


@blueprint.get("/ket-qua")
@public
@kept
def results() -> str:
    """Every department in one period, all of them together, and the periods before."""
    session, today = db.session(), clock.local_day(clock.now())
    minima = settings().minima
    reading = read_selection(session, request.args, today=today)
    selection, narrowed = reading.selection, reading.selection.narrowed()
    order = Order.read(request.args)
    table = ratings.table(session, selection.period, minima=minima, narrowed=narrowed, versions=reading.versions)
    listing = read_listing(order.sort(table.rows), request.args)
    reported = ratings.reported_ratings(session)
    return render_template(
        "site/results.html",
        form=reading.form,
        selection=selection,
        order=order,
        table=table,
        listing=listing,
        standardised=ratings.standardised(session, table, listing.rows, smallest=minima.cell, narrowed=narrowed),
        bars=drawings.bars(listing.rows, name=_name, url=lambda row: _department_url(row.department, selection.which)),
        since=(
            ratings.since_publication(session, table.publication)
            if table.publication and not selection.restated_by
            else 0
        ),
        left_out=ratings.left_out(session, table, narrowed),
        points=history(session, reading, today=today, minima=minima, narrowed=narrowed),
        reported=reported,
        reported_departments=departments.departments(
            session, ids={rating.department_id for rating in reported}, on=today
        ),
        today=today,
        drawings=drawings,
    )


def _name(row: RatingRow) -> str:
    return text_in(row.department.name, row.department.name_en) if row.department else ""


def _department_url(view: DepartmentView | None, arguments: dict[str, str]) -> str:
    return url_for("site.department", code=view.code, **arguments) if view else ""  # type: ignore[arg-type]  # a query
