"""What leaves the house: exports of many periods, drawn by the worker, and the report of one."""

from typing import Final
from uuid import UUID

from flask import make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from feedback_app.departments import queries as departments
from feedback_app.kit import clock, i18n
from feedback_app.kit.db import db
from feedback_app.kit.errors import N_, Conflict, Invalid
from feedback_app.kit.web import settings
from feedback_app.ratings import operations, queries, reports
from feedback_app.ratings.forms import ExportForm, read_period
from feedback_app.ratings.queries import FileNotFound, Filter
from feedback_app.ratings.sending import send
from feedback_app.ratings.staff_routes.blueprint import blueprint
from feedback_app.staff import queries as staff
from feedback_app.staff.access import current_member, requires, scope
from feedback_app.staff.queries import Member

LISTED_EXPORTS: Final = 50


@blueprint.route("/xuat", methods=["GET", "POST"])
@requires("manager")
def exports_page() -> str | Response | tuple[str, int]:
    """Ask for many periods at once, and find what was asked for before."""
    session, now = db.session(), clock.now()
    member = current_member()
    form = ExportForm()
    status = 200
    if request.method == "POST":
        status = 422
        if form.validate():
            try:
                export_id = operations.ask_export(
                    session,
                    form.command(asked_by=member.id, department_ids=scope(session, member, clock.local_day(now))),
                    now=now,
                )
                session.commit()
                return redirect(url_for("ratings.export_page", export_id=export_id), 303)
            except (Invalid, Conflict) as refused:
                session.rollback()
                status = 422 if isinstance(refused, Invalid) else 409
                form.last.errors = [i18n.say(refused)]
    found = queries.exports(session, asked_by=_whose(member), limit=LISTED_EXPORTS)
    names = staff.names(session, ids=frozenset(each.asked_by for each in found))
    page = render_template("ratings/exports.html", form=form, exports=found, names=names, days=operations.KEPT_DAYS)
    return page, status


@blueprint.get("/xuat/<uuid:export_id>")
@requires("manager")
def export_page(export_id: UUID) -> Response:
    """How far an export is; asks itself again every few seconds until there is nothing more to wait for."""
    found = queries.export(db.session(), export_id=export_id, asked_by=_whose(current_member()))
    response = make_response(render_template("ratings/export.html", export=found))
    if found.state in ("queued", "running"):
        # Without a script, and of the page that holds no form: nothing typed is lost.
        response.headers["Refresh"] = "3"
    return response


@blueprint.get("/xuat/<uuid:export_id>/tep")
@requires("manager")
def export_file(export_id: UUID) -> Response:
    """The finished file, for who asked for it and for administrators. Raises FileNotFound."""
    found = queries.export(db.session(), export_id=export_id, asked_by=_whose(current_member()))
    if found.file is None:
        raise FileNotFound(N_("Tệp chưa có, hoặc đã hết hạn."))
    return send(found.file)


def _whose(member: Member) -> int | None:
    """Whose exports somebody may see: their own, administrators of the whole service everybody's."""
    return None if member.role == "administrator" and member.department_id is None else member.id


@blueprint.get("/bao-cao/<period>.pdf")
@requires("manager")
def report(period: str) -> Response:
    """A period as an official report over the departments the reader answers for; a draft until it is published."""
    session, now = db.session(), clock.now()
    member = current_member()
    allowed = scope(session, member, clock.local_day(now))
    table = queries.table(
        session, read_period(period), minima=settings().minima, narrowed=Filter(department_ids=allowed)
    )
    reach = reports.WHOLE
    if member.department_id is not None:
        own = departments.departments(session, ids=[member.department_id], on=table.period.last_day)
        reach = f"{own[member.department_id].name} và các đơn vị trực thuộc"
    return reports.answer(table, office=settings().office, reach=reach, now=now)
