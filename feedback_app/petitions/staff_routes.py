"""The managers' page of petitions: how many came about each department and what became of them, and the single ones."""

from datetime import date
from math import ceil
from typing import Final

from flask import Blueprint, make_response, render_template, request, url_for
from werkzeug.wrappers import Response

from feedback_app.departments import queries as departments
from feedback_app.kit import clock
from feedback_app.kit.db import db
from feedback_app.petitions import queries, sheets
from feedback_app.petitions.forms import YearForm, read_year
from feedback_app.staff.access import current_member, requires, scope

blueprint = Blueprint("petitions", __name__, template_folder="templates", url_prefix="/quan-ly/phan-anh")

PAGE_SIZE: Final = 50


@blueprint.get("")
@requires("manager")
def overview() -> str:
    """Petitions of a year or quarter about the departments the reader answers for, as they stand today."""
    session = db.session()
    form, allowed, today = _asked()
    first, before = form.days
    counts = queries.counts_by_department(session, first=first, before=before, day=today, department_ids=allowed)
    pages = ceil(sum(each.received for each in counts.values()) / PAGE_SIZE)
    page = max(1, min(request.args.get("trang", 1, type=int), pages))
    found = queries.petitions(
        session,
        first=first,
        before=before,
        department_ids=allowed,
        limit=PAGE_SIZE,
        offset=(page - 1) * PAGE_SIZE,
    )
    return render_template(
        "petitions/overview.html",
        form=form,
        counts=counts,
        petitions=found,
        departments=departments.departments(session, ids=set(counts), on=today),
        today=today,
        page=page,
        pages=pages,
        page_url=lambda number: url_for("petitions.overview", **form.data, trang=number),
    )


@blueprint.get("/so.csv")
@requires("manager")
def register() -> Response:
    """The same petitions as the sheet they can be entered from."""
    form, allowed, today = _asked()
    first, before = form.days
    found = queries.petitions(db.session(), first=first, before=before, department_ids=allowed)
    views = departments.departments(db.session(), ids={each.department_id for each in found}, on=today)
    content = sheets.write(
        (each.reference, views[each.department_id].code, each.received_on, each.petition, each.source) for each in found
    )
    response = make_response(content)
    response.headers["Content-Type"] = "text/csv; charset=utf-8"
    response.headers["Content-Disposition"] = 'attachment; filename="phan-anh.csv"'
    return response


def _asked() -> tuple[YearForm, frozenset[int] | None, date]:
    today = clock.local_day(clock.now())
    allowed = scope(db.session(), current_member(), today)
    return (
        read_year(request.args, known=queries.years(db.session(), department_ids=allowed), today=today),
        allowed,
        today,
    )
