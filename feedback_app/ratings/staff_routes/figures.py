"""Departments by period, within what the reader answers for, as a page and as files."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from flask import make_response, render_template, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from feedback_app.kit import clock
from feedback_app.kit.db import db
from feedback_app.kit.web import settings
from feedback_app.ratings import exports, queries
from feedback_app.ratings.exports import Sheet
from feedback_app.ratings.forms import FigureForm, Order, Selection, read_counted_period, read_listing, read_selection
from feedback_app.ratings.queries import Filter, RatingRow, RatingTable, StandardisedShare
from feedback_app.ratings.staff_routes.blueprint import blueprint
from feedback_app.staff.access import current_member, requires, scope
from feedback_app.surveys import queries as surveys
from feedback_app.tokens import queries as tokens


@blueprint.get("")
@requires("manager")
def overview() -> str:
    """Departments by period, within what the reader answers for."""
    read = _read()
    listing = read_listing(read.rows, request.args)
    return render_template(
        "ratings/overview.html",
        form=read.form,
        selection=read.selection,
        order=read.order,
        table=read.table,
        listing=listing,
        standardised=_standardised(read, listing.rows),
        since=_since(read.table),
        today=clock.local_day(clock.now()),
    )


@blueprint.get("/ma-ho-so")
@requires("manager")
def dossier_codes() -> str:
    """By department, how many responses of the period came with a dossier code, and how many came too late for it."""
    session = db.session()
    today = clock.local_day(clock.now())
    allowed = scope(session, current_member(), today)
    form, period = read_counted_period(session, request.args, today=today)
    table = queries.table(session, period, minima=settings().minima, narrowed=Filter(department_ids=allowed))
    first, before = period.starts_on, period.ends_on
    with_code = surveys.coded(session, first=first, before=before, department_ids=allowed)
    too_late = tokens.answered_before(session, first=first, before=before, department_ids=allowed)
    none = surveys.Coded(0, 0)
    rows = []
    for row in table.rows:
        department = row.department
        if department is None:
            continue
        found = with_code.get(department.id, none)
        # What was published stands still, what came with a code is counted now.
        without = max(0, row.figure.sums.responses - found.verified - found.unverified)
        rows.append((department, found, without, too_late.get(department.id, 0)))
    return render_template("ratings/dossier_codes.html", form=form, period=period, rows=rows)


@blueprint.get("/xuat.csv")
@requires("manager")
def export_csv() -> Response:
    """What `overview` shows under the same address arguments."""
    selection, content = _sheet()
    return _file(exports.as_csv(content), "text/csv; charset=utf-8", selection, "csv")


@blueprint.get("/xuat.xlsx")
@requires("manager")
def export_xlsx() -> Response:
    """What `overview` shows under the same address arguments."""
    selection, content = _sheet()
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return _file(exports.as_xlsx(content), kind, selection, "xlsx")


@dataclass(frozen=True, slots=True)
class _Read:
    """What the address asks for, within what the reader answers for; `rows` are those of `table`, sorted."""

    form: FigureForm
    selection: Selection
    order: Order
    narrowed: Filter
    table: RatingTable
    rows: list[RatingRow]


def _read() -> _Read:
    session: Session = db.session()
    today = clock.local_day(clock.now())
    reading = read_selection(session, request.args, today=today)
    selection = reading.selection
    order = Order.read(request.args)
    narrowed = selection.narrowed(scope(session, current_member(), today))
    table = queries.table(
        session,
        selection.period,
        minima=settings().minima,
        narrowed=narrowed,
        versions=reading.versions,
    )
    if narrowed.department_ids is not None:
        # A rank is one among all, whoever reads it.
        everybody = queries.table(
            session,
            selection.period,
            minima=settings().minima,
            narrowed=selection.narrowed(),
            versions=reading.versions,
        )
        table = replace(table, bands=everybody.bands)
    return _Read(reading.form, selection, order, narrowed, table, order.sort(table.rows))


def _sheet() -> tuple[Selection, Sheet]:
    read = _read()
    selection, table = read.selection, read.table
    titles: dict[str, str] = dict(read.form.phieu.choices)
    content = exports.sheet(
        table,
        read.rows,
        standardised=_standardised(read, read.rows),
        channel=selection.channel,
        questionnaire=titles[selection.questionnaire] if selection.questionnaire else None,
        since=_since(table),
        left_out=queries.left_out(db.session(), table, read.narrowed),
        now=clock.now(),
    )
    return selection, content


def _standardised(read: _Read, rows: Sequence[RatingRow]) -> dict[int, StandardisedShare]:
    return queries.standardised(db.session(), read.table, rows, smallest=settings().minima.cell, narrowed=read.narrowed)


def _since(table: RatingTable) -> int:
    return queries.since_publication(db.session(), table.publication) if table.publication else 0


def _file(content: bytes, kind: str, selection: Selection, ending: str) -> Response:
    response = make_response(content)
    response.headers["Content-Type"] = kind
    name = "-".join(("ket-qua", *selection.arguments.values()))
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{ending}"'
    return response
