"""Two periods side by side."""

from flask import render_template, request

from feedback_app.departments import queries as departments
from feedback_app.kit import clock
from feedback_app.kit.db import db
from feedback_app.kit.web import public, settings
from feedback_app.ratings import queries as ratings
from feedback_app.ratings.forms import read_comparison, read_listing
from feedback_app.site.routes.blueprint import blueprint


@blueprint.get("/ket-qua/so-sanh")
@public
def compared() -> str | tuple[str, int]:
    """The same table for two periods of one length side by side, of all departments or of one (`don-vi`)."""
    session, today = db.session(), clock.local_day(clock.now())
    minima = settings().minima
    read = read_comparison(session, request.args, today=today)
    selection = read.reading.selection
    found = departments.department(session, code=request.args["don-vi"]) if request.args.get("don-vi") else None
    hidden = {"don-vi": found.code} if found else {}
    if read.against is None:
        page = render_template(
            "site/compared.html", form=read.form, selection=selection, department=found, hidden=hidden, table=None
        )
        return page, 422
    narrowed = selection.narrowed(frozenset({found.id}) if found else None)
    table = ratings.table(
        session,
        selection.period,
        minima=minima,
        narrowed=narrowed,
        versions=read.reading.versions,
        against=read.against,
    )
    points = ratings.history(
        session,
        sorted([selection.period, read.against]),
        today=today,
        minima=minima,
        narrowed=narrowed,
        versions=read.reading.versions,
    )
    return render_template(
        "site/compared.html",
        form=read.form,
        selection=selection,
        department=found,
        hidden=hidden,
        table=table,
        listing=read_listing(table.rows, request.args),
        points=points,
        breaks=points[-1].breaks,
        all_channels=ratings.CHANNELS,
    )
