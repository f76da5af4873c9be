"""Departments scored by quarter and year: their points by every scheme, assessed by themselves, appraised by others."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from feedback_app.departments import queries as departments
from feedback_app.departments.queries import DepartmentView
from feedback_app.kit import clock, i18n
from feedback_app.kit.db import db
from feedback_app.kit.errors import Conflict, Invalid
from feedback_app.kit.web import settings
from feedback_app.ratings import operations, queries
from feedback_app.ratings.forms import PeriodForm, PointsForm, points_form, read_scored_period
from feedback_app.ratings.queries import Scores
from feedback_app.ratings.staff_routes.blueprint import blueprint
from feedback_app.ratings.two_persons import refusal_to_appraise
from feedback_app.staff import queries as staff
from feedback_app.staff.access import check_scope, current_member, requires, scope


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
    choice: PeriodForm
    scores: Scores
    own: PointsForm
    appraisal: PointsForm
    now: datetime

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
            settled=[number for number, view in self.scores.assessments.items() if view.appraised_at],
            withheld=self._withheld(),
            ended=self.scores.period.ended(clock.local_day(self.now)),
            names=staff.names(db.session(), ids=frozenset(people)),
        )

    def _withheld(self) -> dict[int, str]:
        """Why the reader may not appraise an index that was assessed, by its number; the others they may."""
        refusals = {
            number: refusal_to_appraise(db.session(), self.department.id, {view.own_by}, current_member(), now=self.now)
            for number, view in self.scores.assessments.items()
        }
        return {number: i18n.say(refused) for number, refused in refusals.items() if refused is not None}


def _scores_page(code: str) -> _ScoresPage:
    """The page of a department the reader answers for. Raises DepartmentNotFound, OutsideScope, NoSuchPeriod."""
    session, member, now = db.session(), current_member(), clock.now()
    today = clock.local_day(now)
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
        now=now,
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
