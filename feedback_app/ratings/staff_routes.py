"""The managers' pages: their departments in one period, as files, scored, published, and what people wrote."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Final
from uuid import UUID

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from feedback_app.departments import queries as departments
from feedback_app.departments.queries import DepartmentView
from feedback_app.kit import clock, i18n
from feedback_app.kit.db import db
from feedback_app.kit.errors import N_, Conflict, Invalid, NotAllowed
from feedback_app.kit.i18n import text_in
from feedback_app.kit.web import settings
from feedback_app.ratings import comments, exports, operations, queries, reports
from feedback_app.ratings.exports import Sheet
from feedback_app.ratings.forms import (
    DraftForm,
    ExportForm,
    FigureForm,
    Order,
    PointsForm,
    ScoredPeriodForm,
    Selection,
    StepForm,
    points_form,
    read_comment_selection,
    read_period,
    read_scored_period,
    read_selection,
)
from feedback_app.ratings.periods import Period
from feedback_app.ratings.queries import FileNotFound, Filter, PublicationView, RatingRow, RatingTable, Scores
from feedback_app.ratings.sending import send
from feedback_app.ratings.two_persons import Step, WrongState, refusal
from feedback_app.staff import queries as staff
from feedback_app.staff.access import check_scope, current_member, requires, scope
from feedback_app.staff.queries import Member

blueprint = Blueprint("ratings", __name__, template_folder="templates", url_prefix="/quan-ly")

LISTED_PUBLICATIONS: Final = 100
LISTED_EXPORTS: Final = 50
# The addresses of the steps that a draft goes through, and what is said once one is taken.
STEPS: Final[dict[str, Step]] = {"kiem-tra": "check", "tra-lai": "return", "cong-bo": "publish"}
DONE: Final = {
    "check": lazy_gettext("Đã ghi nhận bạn kiểm tra xong. Bản nháp chờ công bố."),
    "return": lazy_gettext("Đã trả lại bản nháp."),
    "publish": lazy_gettext("Đã công bố. Từ nay số liệu này được giữ nguyên."),
}

Answer = Response | str | tuple[str, int]


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


@blueprint.get("/cong-bo")
@requires("manager")
def publications() -> str:
    """Drafts that wait for somebody; then every publication and restatement, who made it and when."""
    session = db.session()
    drafts = queries.drafts(session)
    found = queries.all_publications(session, limit=LISTED_PUBLICATIONS)
    return render_template(
        "ratings/publications.html", drafts=drafts, publications=found, names=_names(*drafts, *found)
    )


@blueprint.get("/cong-bo/<code>")
@requires("manager")
def publication(code: str) -> str:
    """One period: its draft with the figures it would publish, what may be done with it, and what was published."""
    period = read_period(code)
    waiting = queries.draft(db.session(), period)
    return _publication_page(period, DraftForm(formdata=None, reason=waiting.reason if waiting else None))


@blueprint.post("/cong-bo/<code>/nhap")
@requires("manager")
def draft(code: str) -> Answer:
    """Draft a period that is over, or a restatement of one that was published; the first person."""
    period, form = read_period(code), DraftForm()
    try:
        operations.draft_publication(
            db.session(),
            period,
            now=clock.now(),
            minima=settings().minima,
            member=current_member(),
            reason=form.reason.data,
        )
    except Invalid as error:
        db.session.rollback()
        form.reason.errors = [i18n.say(error)]
        return _publication_page(period, form), 422
    except NotAllowed:
        # The refused attempt stays in the trail; nothing else was written.
        db.session.commit()
        raise
    db.session.commit()
    flash(_("Đã lập bản nháp. Người khác phải kiểm tra trước khi công bố."), "success")
    return redirect(url_for("ratings.publication", code=code))


@blueprint.route("/cong-bo/<code>/<any('kiem-tra', 'tra-lai', 'cong-bo'):path>", methods=["GET", "POST"])
@requires("manager")
def publication_step(code: str, path: str) -> Answer:
    """Check, return or publish the draft: a page that repeats what is signed, and the signature."""
    session, period, step, form = db.session(), read_period(code), STEPS[path], StepForm()
    if not form.is_submitted():
        waiting = queries.draft(session, period)
        refused = refusal(step, waiting, current_member())
        if refused is not None:
            raise refused
        form.draft.data = str(waiting.id) if waiting else ""
        return _step_page(period, step, form)
    try:
        _take(session, period, step, form)
    except Invalid as error:
        db.session.rollback()
        form.reason.errors = [i18n.say(error)]
        return _step_page(period, step, form), 422
    except operations.DraftOutdated as error:
        db.session.rollback()
        operations.refresh(session, period, now=clock.now(), minima=settings().minima, actor_id=current_member().id)
        db.session.commit()
        again = queries.draft(session, period)
        form.draft.data = str(again.id) if again else ""
        return _step_page(period, step, form, outdated=i18n.say(error)), 409
    except NotAllowed:
        db.session.commit()
        raise
    db.session.commit()
    flash(DONE[step], "success")
    return redirect(url_for("ratings.publication", code=code))


def _take(session: Session, period: Period, step: Step, form: StepForm) -> None:
    now, member = clock.now(), current_member()
    if step == "check":
        operations.check_publication(session, form.draft_id, period, now=now, member=member)
    elif step == "return":
        operations.return_publication(
            session, form.draft_id, period, now=now, member=member, reason=form.reason.data or ""
        )
    else:
        operations.publish_publication(session, form.draft_id, period, now=now, member=member)


def _publication_page(period: Period, form: DraftForm) -> str:
    session, today = db.session(), clock.local_day(clock.now())
    found = queries.publications(session, period)
    newest = found[-1] if found else None
    waiting = queries.draft(session, period)
    read = waiting or newest
    changes = queries.compare(session, newest, waiting) if newest and waiting else None
    ids = {each.department_id for each in changes.departments if each.department_id} if changes else set()
    return render_template(
        "ratings/publication.html",
        period=period,
        ended=period.ended(today),
        publications=found,
        newest=newest,
        draft=waiting,
        since=queries.moved(session, read) if read else None,
        changes=changes,
        departments=departments.departments(session, ids=ids, on=period.last_day),
        table=_draft_table(session, waiting) if waiting else None,
        refusals={
            step: i18n.say(refused) if refused else ""
            for step in ("draft", *STEPS.values())
            for refused in [refusal(step, waiting, current_member())]
        },
        names=_names(*found, *([waiting] if waiting else [])),
        form=form,
    )


def _step_page(period: Period, step: Step, form: StepForm, *, outdated: str = "") -> str:
    session = db.session()
    waiting = queries.draft(session, period)
    if waiting is None:
        raise WrongState(N_("Bản nháp này không còn, hoặc đã được lập lại. Xin xem lại số liệu mới."))
    return render_template(
        "ratings/publication_step.html",
        period=period,
        step=step,
        draft=waiting,
        table=_draft_table(session, waiting),
        since=queries.moved(session, waiting),
        outdated=outdated,
        form=form,
        names=_names(waiting),
    )


def _draft_table(session: Session, waiting: PublicationView) -> RatingTable:
    """What the draft would publish, of the departments the reader answers for."""
    allowed = scope(session, current_member(), clock.local_day(clock.now()))
    return queries.table(
        session, waiting.period, minima=settings().minima, narrowed=Filter(allowed, publication=waiting)
    )


def _names(*found: PublicationView) -> dict[int, str]:
    """Names of everybody who had a hand in these publications."""
    return staff.names(db.session(), ids=frozenset().union(*(each.people for each in found)))


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
