"""The managers' pages: their departments in one period, as files, scored, published, and what people wrote."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Final

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from feedback_app.departments import queries as departments
from feedback_app.departments.queries import DepartmentView
from feedback_app.kit import clock
from feedback_app.kit.db import db
from feedback_app.kit.errors import Conflict, Invalid
from feedback_app.kit.i18n import text_in
from feedback_app.kit.web import settings
from feedback_app.ratings import comments, exports, operations, queries
from feedback_app.ratings.exports import Sheet
from feedback_app.ratings.forms import (
    FigureForm,
    Order,
    PointsForm,
    ScoredPeriodForm,
    Selection,
    points_form,
    read_comment_selection,
    read_scored_period,
    read_selection,
)
from feedback_app.ratings.queries import RatingRow, RatingTable, Scores
from feedback_app.staff import queries as staff
from feedback_app.staff.access import check_scope, current_member, requires, scope

blueprint = Blueprint("ratings", __name__, template_folder="templates", url_prefix="/quan-ly")

LISTED_PUBLICATIONS: Final = 100


@blueprint.get("")
@requires("manager")
def overview() -> str:
    """Departments by period, within what the reader answers for."""
    form, selection, order, table, rows = _read()
    return render_template(
        "ratings/overview.html",
        form=form,
        selection=selection,
        order=order,
        table=table,
        rows=rows,
        since=_since(table),
        today=clock.local_day(clock.now()),
    )


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


@blueprint.get("/cong-bo")
@requires("manager")
def publications() -> str:
    """Every publication and restatement, who made it and when."""
    found = queries.all_publications(db.session(), limit=LISTED_PUBLICATIONS)
    names = staff.names(db.session(), ids=frozenset(each.published_by for each in found if each.published_by))
    return render_template("ratings/publications.html", publications=found, names=names)


@blueprint.get("/cham-diem")
@requires("manager")
def scoring() -> str:
    """Departments of one quarter or year, and how far they have been assessed and appraised."""
    session, today = db.session(), clock.local_day(clock.now())
    form, period = read_scored_period(request.args, today=today)
    allowed = scope(session, current_member(), today)
    found = [
        view
        for view in departments.departments_on(session, day=min(period.last_day, today))
        if allowed is None or view.id in allowed
    ]
    rules = queries.scheme_in_force(session, queries.INDICES, period).index_rules
    return render_template(
        "ratings/scoring.html",
        form=form,
        period=period,
        departments=departments.in_tree_order(found),
        assessments=queries.assessments(session, period, [view.id for view in found]),
        assessed=sum("assessment" in index.sources for index in rules.indices),
    )


@blueprint.get("/cham-diem/<code>")
@requires("manager")
def scores(code: str) -> str:
    """One department by every scheme, index by index, with the forms of those who assess and appraise."""
    return _scores_page(code).render()


@blueprint.post("/cham-diem/<code>/tu-cham")
@requires("manager")
def assess(code: str) -> Response | tuple[str, int]:
    """The points a department gives itself."""
    page = _scores_page(code)
    return _settle(page, page.own, operations.assess)


@blueprint.post("/cham-diem/<code>/tham-dinh")
@requires("manager")
def appraise(code: str) -> Response | tuple[str, int]:
    """The points of somebody outside the department."""
    page = _scores_page(code)
    try:
        return _settle(page, page.appraisal, partial(operations.appraise, reasons=page.appraisal.reasons()))
    except operations.NotIndependent:
        db.session.commit()  # the trail keeps that it was tried
        raise


@dataclass(frozen=True, slots=True)
class _ScoresPage:
    department: DepartmentView
    choice: ScoredPeriodForm
    scores: Scores
    own: PointsForm
    appraisal: PointsForm
    outside: bool
    today: date

    def render(self) -> str:
        people = {each.own_by for each in self.scores.assessments.values()}
        people |= {each.appraised_by for each in self.scores.assessments.values() if each.appraised_by}
        return render_template(
            "ratings/scores.html",
            department=self.department,
            form=self.choice,
            period=self.scores.period,
            scores=self.scores,
            own=self.own,
            appraisal=self.appraisal,
            outside=self.outside,
            ended=self.scores.period.ended(self.today),
            names=staff.names(db.session(), ids=frozenset(people)),
        )


def _scores_page(code: str) -> _ScoresPage:
    """The page of a department the reader answers for. Raises DepartmentNotFound, OutsideScope, NoSuchPeriod."""
    session, member, today = db.session(), current_member(), clock.local_day(clock.now())
    choice, period = read_scored_period(request.args, today=today)
    department = departments.department(session, code=code, on=min(period.last_day, today))
    check_scope(session, member, department.id, today)
    found = queries.scores(session, period, department.id, minima=settings().minima, day=today)
    rules = found.indices_scheme.index_rules
    return _ScoresPage(
        department=department,
        choice=choice,
        scores=found,
        own=points_form(rules, found.assessments, prefix="tu-cham-"),
        appraisal=points_form(rules, found.assessments, prefix="tham-dinh-", appraising=True),
        outside=staff.is_outside(session, member, department_id=department.id, day=today),
        today=today,
    )


def _settle(page: _ScoresPage, form: PointsForm, operation: Callable[..., None]) -> Response | tuple[str, int]:
    """Do what the form asks for, or show it again with what was typed and why it was refused."""
    status = 422
    if form.validate_on_submit():
        try:
            operation(
                db.session(),
                now=clock.now(),
                member=current_member(),
                department_id=page.department.id,
                period=page.scores.period,
                points=form.points(),
            )
        except (Conflict, Invalid) as error:
            db.session.rollback()
            form.blame(error)
            status = 409 if isinstance(error, Conflict) else 422
        else:
            db.session.commit()
            flash(_("Đã lưu điểm."), "success")
            return redirect(url_for("ratings.scores", code=page.department.code, ky=page.scores.period.code))
    return page.render(), status


@blueprint.get("/gop-y/da-duyet")
@requires("manager")
def cleared_comments() -> str:
    """What people wrote, as it was cleared, about the departments the reader answers for."""
    session: Session = db.session()
    today = clock.local_day(clock.now())
    allowed = scope(session, current_member(), today)
    views = [view for view in departments.all_departments(session) if allowed is None or view.id in allowed]
    codes = {view.code: view for _depth, view in departments.in_tree_order(views)}
    form, selection = read_comment_selection(
        session,
        request.args,
        offered=[(code, text_in(view.name, view.name_en)) for code, view in codes.items()],
        today=today,
    )
    return render_template(
        "ratings/cleared_comments.html",
        form=form,
        selection=selection,
        page=comments.cleared_comments(
            session,
            selection.period,
            department_ids=frozenset({codes[selection.department].id}) if selection.department else allowed,
            minima=settings().minima,
            question=selection.question,
            outcome=selection.outcome,
            search=selection.search,
            page=selection.page,
        ),
        names={view.id: text_in(view.name, view.name_en) for view in views},
        minima=settings().minima,
    )


def _read() -> tuple[FigureForm, Selection, Order, RatingTable, list[RatingRow]]:
    session: Session = db.session()
    today = clock.local_day(clock.now())
    reading = read_selection(session, request.args, today=today)
    selection = reading.selection
    order = Order.read(request.args)
    allowed = scope(session, current_member(), today)
    table = queries.table(
        session,
        selection.period,
        minima=settings().minima,
        narrowed=selection.narrowed(allowed),
        versions=reading.versions,
    )
    return reading.form, selection, order, table, order.sort(table.rows)


def _sheet() -> tuple[Selection, Sheet]:
    form, selection, _order, table, rows = _read()
    titles: dict[str, str] = dict(form.phieu.choices)
    content = exports.sheet(
        table,
        rows,
        channel=selection.channel,
        questionnaire=titles[selection.questionnaire] if selection.questionnaire else None,
        since=_since(table),
        now=clock.now(),
    )
    return selection, content


def _since(table: RatingTable) -> int:
    return queries.since_publication(db.session(), table.publication) if table.publication else 0


def _file(content: bytes, kind: str, selection: Selection, ending: str) -> Response:
    response = make_response(content)
    response.headers["Content-Type"] = kind
    name = "-".join(("ket-qua", *selection.arguments.values()))
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{ending}"'
    return response
