"""One's own points, those of the officers a manager answers for, and objections. None of it is public.

The pages for managers are open to every account only so that the operations may refuse it, and write that down: a page
that refused by role alone would leave no trace. Administrators are refused like everybody else.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Final, TypeVar

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from feedback_app.appraisal import operations, queries
from feedback_app.appraisal.forms import ContestForm, DecisionForm, period_form, read_period, read_quarter
from feedback_app.appraisal.queries import ContestView, OfficerView, QuarterView, YearView
from feedback_app.departments import queries as departments
from feedback_app.kit import clock, i18n
from feedback_app.kit.db import db
from feedback_app.kit.errors import Conflict, Invalid, NotAllowed, NotFound
from feedback_app.kit.web import settings
from feedback_app.ratings.periods import Period
from feedback_app.staff import queries as staff
from feedback_app.staff.access import current_member, requires, scope

blueprint = Blueprint("appraisal", __name__, template_folder="templates")

LISTED: Final = 200

Answer = Response | str | tuple[str, int]
Found = TypeVar("Found")


@blueprint.get("/toi/danh-gia")
@requires("staff")
def own() -> Answer:
    """The reader's own points of a quarter or year, how each came about, and the objections to them."""
    return _own_page()


@blueprint.post("/toi/danh-gia/khieu-nai")
@requires("staff")
def contest() -> Answer:
    """Object to one index of an own quarter."""
    form, quarter = ContestForm(), read_quarter(request.args)
    if quarter is None:
        return redirect(url_for("appraisal.own"))
    try:
        _written_down(
            lambda: operations.contest(
                db.session(),
                current_member(),
                quarter,
                form.index.data or 0,
                reason=form.reason.data or "",
                days=settings().contest_days,
                now=clock.now(),
            )
        )
    except Invalid as error:
        form[error.field].errors = [i18n.say(error)]
        return _own_page(form), 422
    flash(_("Đã gửi khiếu nại. Người ngoài đơn vị sẽ quyết định; điểm được ghi là đang khiếu nại."), "success")
    return redirect(url_for("appraisal.own", ky=quarter.code))


@blueprint.get("/quan-ly/diem-can-bo")
@requires("staff")
def officers() -> Answer:
    """Officers of the reader's departments in one quarter or year; that they were looked at stays in the trail."""
    session, member, now = db.session(), current_member(), clock.now()
    period, today = read_period(request.args), clock.local_day(now)
    allowed = scope(session, member, today)
    if period is not None and period.kind == "year":
        return _officers_of_year(period, allowed)
    known, views = _written_down(
        lambda: operations.look_at_officers(
            session, member, period, scope=allowed, minimum=settings().minimum_officer_dossiers, now=now
        )
    )
    chosen = period or next(iter(known), None)
    return render_template(
        "appraisal/officers.html",
        form=None if chosen is None else period_form(known, chosen),
        quarter=chosen,
        views=views,
        scheme=views[0].scheme if views else None,
        names=_names({each.department_id for each in views} | {each.officer.department_id for each in views}),
        minimum=settings().minimum_officer_dossiers,
    )


@blueprint.get("/quan-ly/khieu-nai-diem")
@requires("staff")
def contests() -> Answer:
    """Objections that wait, or with `xong` those that were decided; without any points."""
    session, member = db.session(), current_member()
    now, settled = clock.now(), bool(request.args.get("xong"))
    _written_down(lambda: operations.check_manager(session, member, now=now))
    allowed = scope(session, member, clock.local_day(now))
    found = queries.contests(session, member, scope=allowed, now=now, settled=settled, limit=LISTED)
    return render_template(
        "appraisal/contests.html", contests=found, settled=settled, names=_names(each.department_id for each in found)
    )


@blueprint.get("/quan-ly/khieu-nai-diem/<int:contest_id>")
@requires("staff")
def one_contest(contest_id: int) -> Answer:
    """One objection beside the figure it is about, for those who answer for the officer and those who may decide."""
    return _contest_page(*_look(contest_id), DecisionForm(formdata=None))


@blueprint.post("/quan-ly/khieu-nai-diem/<int:contest_id>/quyet-dinh")
@requires("staff")
def decide(contest_id: int) -> Answer:
    """Uphold or reject; which, the pressed button says, and only its exact word upholds."""
    form = DecisionForm()
    upheld = request.form.get("decision") == "uphold"
    refused = not form.validate()
    if not refused:
        try:
            _written_down(
                lambda: operations.decide(
                    db.session(),
                    current_member(),
                    contest_id,
                    upheld=upheld,
                    answer=form.answer.data or "",
                    corrected=form.corrected(),
                    now=clock.now(),
                )
            )
        except Invalid as error:
            form[error.field].errors = [i18n.say(error)]
            refused = True
    if refused:
        return _contest_page(*_look(contest_id), form), 422
    message = _("Đã chấp nhận khiếu nại; điểm đã sửa là phiên bản mới.") if upheld else _("Đã bác khiếu nại.")
    flash(message, "success")
    return redirect(url_for("appraisal.contests"))


def _written_down(operation: Callable[[], Found]) -> Found:
    """What an operation gives, committed, with the line of the trail that goes with it; a refusal's line as well."""
    try:
        found = operation()
    except Invalid:
        db.session.rollback()
        raise
    except (Conflict, NotAllowed, NotFound):
        # Nothing else was written.
        db.session.commit()
        raise
    db.session.commit()
    return found


def _look(contest_id: int) -> tuple[ContestView, QuarterView]:
    session, member, now = db.session(), current_member(), clock.now()
    allowed = scope(session, member, clock.local_day(now))
    return _written_down(
        lambda: operations.look_at_contest(
            session, member, contest_id, scope=allowed, minimum=settings().minimum_officer_dossiers, now=now
        )
    )


def _own_page(sent: ContestForm | None = None) -> str:
    session, today = db.session(), clock.local_day(clock.now())
    officer = queries.officer_of(session, current_member())
    known = [] if officer is None else queries.quarters(session, [officer.id])
    chosen = read_period(request.args) or next(iter(known), None)
    minimum = settings().minimum_officer_dossiers
    if chosen is not None and chosen.kind == "year":
        return _own_year(officer, known, chosen)
    views = (
        [] if officer is None or chosen is None else queries.quarter_views(session, [officer], chosen, minimum=minimum)
    )
    view = next(iter(views), None)
    form = sent or ContestForm(formdata=None)
    if view is not None:
        form.offer(view)
    until = None if view is None else view.contest_until(settings().contest_days)
    return render_template(
        "appraisal/own.html",
        officer=officer,
        choice=None if chosen is None else period_form(known, chosen),
        quarter=chosen,
        view=view,
        form=form,
        until=until,
        open=until is not None and today <= until,
        names=_names([] if view is None else [view.department_id]),
        minimum=minimum,
    )


def _own_year(officer: OfficerView | None, known: Sequence[Period], year: Period) -> str:
    session, minimum = db.session(), settings().minimum_officer_dossiers
    views = [] if officer is None else queries.year_views(session, [officer], year, minimum=minimum)
    return render_template(
        "appraisal/own_year.html",
        officer=officer,
        choice=period_form(known, year),
        year=year,
        view=next(iter(views), None),
        names=_names(_departments(views)),
        minimum=minimum,
    )


def _officers_of_year(year: Period, allowed: frozenset[int] | None) -> str:
    session, member, minimum = db.session(), current_member(), settings().minimum_officer_dossiers
    known, views = _written_down(
        lambda: operations.look_at_years(session, member, year, scope=allowed, minimum=minimum, now=clock.now())
    )
    indices = {score.index.number: score.index for view in views if view.figure for score in view.figure.scores}
    return render_template(
        "appraisal/officers_year.html",
        form=period_form(known, year),
        year=year,
        views=views,
        indices=[indices[number] for number in sorted(indices)],
        names=_names(_departments(views)),
        minimum=minimum,
    )


def _departments(views: Iterable[YearView]) -> set[int]:
    """Every department to be named beside these years."""
    worked = {department_id for view in views for department_id, _quarters in view.departments}
    return worked | {view.officer.department_id for view in views}


def _contest_page(found: ContestView, view: QuarterView, form: DecisionForm) -> str:
    session = db.session()
    return render_template(
        "appraisal/contest.html",
        contest=found,
        view=view,
        form=form,
        obstacle=queries.obstacle(session, current_member(), found, now=clock.now()),
        days=staff.DEPENDENCE.days,
        names=_names([found.department_id]),
        minimum=settings().minimum_officer_dossiers,
    )


def _names(ids: Iterable[int]) -> dict[int, tuple[str, str | None]]:
    """Names of departments in Vietnamese and English, as they are today."""
    views = departments.departments(db.session(), ids=set(ids), on=clock.local_day(clock.now()))
    return {view.id: (view.name, view.name_en) for view in views.values()}
