"""What people do with batches: issuing, spoiling and replacing forms, closing and reopening."""

from collections.abc import Callable
from datetime import date, datetime

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from wtforms.fields import SelectChoice

from feedback_app.departments import queries as departments
from feedback_app.kit import clock, i18n
from feedback_app.kit.db import db
from feedback_app.kit.errors import N_, Conflict, Invalid
from feedback_app.paper import operations, queries
from feedback_app.paper.days import parse_day
from feedback_app.paper.forms.batches import CloseForm, IssueForm, PrintForm, ReasonForm, ReplaceForm, SpoilForm
from feedback_app.paper.queries import BatchView
from feedback_app.paper.routes.batches import Answer, batch_page, found_batch
from feedback_app.paper.routes.blueprint import blueprint
from feedback_app.paper.routes.lists import version_choices, with_blank
from feedback_app.paper.routes.refusals import asks_about, keeps_refusals
from feedback_app.paper.serials import grouped, parse_serial
from feedback_app.staff import access
from feedback_app.staff.access import current_member, requires


@blueprint.route("/tap-phieu/moi", methods=["GET", "POST"])
@keeps_refusals
@requires("staff")
def issue() -> Answer:
    """Give out the numbers of a new batch; its page then prints the forms."""
    session, now = db.session(), clock.now()
    form = _issue_form(now)
    if form.validate_on_submit():
        try:
            department = departments.department(session, code=form.department.data)
            asks_about(f"department:{department.id}", department.id)
            issued = operations.issue(
                session,
                now=now,
                issuer=current_member(),
                department_id=department.id,
                place_id=int(form.place.data) if form.place.data else None,
                version_id=int(form.version.data),
                size=form.size.data,
                coded=form.coded.data,
                stage=form.stage.data or None,
                answered_on=_day(form.answered_on.data, now),
                count=form.count.data,
                demonstration=False,
            )
        except Invalid as error:
            session.rollback()
            form[error.field if error.field in form else "version"].errors = [i18n.say(error)]
        else:
            session.commit()
            flash(_("Đã tạo tập phiếu. Tiếp theo: tạo tệp in."), "success")
            return redirect(url_for("paper.batch", batch_id=issued.batch_id))
    return render_template("paper/issue.html", form=form), 422 if form.errors else 200


@blueprint.route("/tap-phieu/<int:batch_id>/hong", methods=["GET", "POST"])
@keeps_refusals
@requires("staff")
def spoil(batch_id: int) -> Answer:
    """Write a form down as spoiled, and print another in its place if wanted."""
    session, now = db.session(), clock.now()
    found, form = found_batch(batch_id), SpoilForm()
    if form.validate_on_submit():
        try:
            number = parse_serial(form.number.data)
            if queries.batch_of(session, number) != batch_id:
                raise operations.NumberRefused(
                    N_("Phiếu này không thuộc tập %(batch)s."), field="number", batch=batch_id
                )
            operations.spoil(session, number, now=now, member=current_member(), reason=form.said)
            replacement = (
                operations.reprint(session, number, now=now, member=current_member()) if form.again.data else None
            )
        except (Invalid, Conflict) as error:
            session.rollback()
            form[error.field if error.field in form else "number"].errors = [i18n.say(error)]
        else:
            session.commit()
            flash(_("Đã ghi phiếu số %(number)s là không dùng.", number=grouped(number)), "success")
            if replacement is not None:
                flash(_("Phiếu in thay mang số %(number)s; hãy tạo tệp in.", number=grouped(replacement)), "info")
            return redirect(url_for("paper.batch", batch_id=batch_id))
    return render_template("paper/spoil.html", form=form, batch=found), 422 if form.errors else 200


@blueprint.post("/tap-phieu/<int:batch_id>/in-thay/<int:number>")
@keeps_refusals
@requires("staff")
def reprint(batch_id: int, number: int) -> Answer:
    """Give out a new number for a form that was spoiled before."""
    found = _found_with(batch_id, number)
    form = ReplaceForm()
    if not form.validate_on_submit():
        return batch_page(found, PrintForm(formdata=None)), 422
    try:
        replacement = operations.reprint(db.session(), number, now=clock.now(), member=current_member())
    except Conflict as error:
        db.session.rollback()
        flash(i18n.say(error), "error")
        return batch_page(found_batch(batch_id), PrintForm(formdata=None)), 409
    db.session.commit()
    flash(_("Phiếu in thay mang số %(number)s; hãy tạo tệp in.", number=grouped(replacement)), "success")
    return redirect(url_for("paper.batch", batch_id=batch_id))


@blueprint.route("/tap-phieu/<int:batch_id>/dung-lai/<int:number>", methods=["GET", "POST"])
@keeps_refusals
@requires("staff")
def restore(batch_id: int, number: int) -> Answer:
    """A form that was written down as spoiled by mistake is out again."""
    found = _found_with(batch_id, number)
    return _with_reason(
        found,
        _("Dùng lại phiếu số %(number)s", number=grouped(number)),
        _("Phiếu được tính là còn ở ngoài, nhập được như trước. Người làm và lý do được ghi vào nhật ký."),
        lambda reason: operations.restore(
            db.session(), number, now=clock.now(), member=current_member(), reason=reason
        ),
    )


@blueprint.route("/tap-phieu/<int:batch_id>/dong", methods=["GET", "POST"])
@keeps_refusals
@requires("staff")
def close(batch_id: int) -> Answer:
    """Close a batch once it adds up; who closes it with forms missing confirms that and says why."""
    session = db.session()
    found = found_batch(batch_id)
    form = CloseForm(data={"missing": found.still_out})
    status = 200
    if form.validate_on_submit():
        try:
            operations.close(
                session,
                batch_id,
                now=clock.now(),
                member=current_member(),
                not_returned=form.missing.data or 0,
                reason=form.reason.data or "",
            )
        except (Invalid, Conflict) as error:
            session.rollback()
            found = found_batch(batch_id)
            form.confirmed.errors = [i18n.say(error)]
            form.confirmed.data, form.missing.data = False, found.still_out
            status = 409 if isinstance(error, Conflict) else 422
        else:
            session.commit()
            flash(_("Đã đóng tập phiếu."), "success")
            return redirect(url_for("paper.batch", batch_id=batch_id))
    elif form.errors:
        status = 422
    waiting = queries.waiting_numbers(session, batch_id)
    missing = [
        (grouped(each.number), each.number in waiting) for each in queries.forms(session, batch_id) if each.is_out
    ]
    page = render_template("paper/close.html", form=form, batch=found, missing=missing, waiting=len(waiting))
    return page, status


@blueprint.route("/tap-phieu/<int:batch_id>/mo-lai", methods=["GET", "POST"])
@keeps_refusals
@requires("administrator")
def reopen(batch_id: int) -> Answer:
    return _with_reason(
        found_batch(batch_id),
        _("Mở lại tập phiếu %(batch)s", batch=batch_id),
        _("Tập nhận phiếu trở lại; phiếu chưa thu về lại được tính là còn ở ngoài. Việc này được ghi vào nhật ký."),
        lambda reason: operations.reopen(
            db.session(), batch_id, now=clock.now(), member=current_member(), reason=reason
        ),
    )


def _with_reason(found: BatchView, title: str, text: str, operation: Callable[[str], None]) -> Answer:
    """A page that asks why before it does something."""
    form, status = ReasonForm(), 200
    if form.validate_on_submit():
        try:
            operation(form.reason.data or "")
        except (Invalid, Conflict) as error:
            db.session.rollback()
            form.reason.errors = [i18n.say(error)]
            status = 409 if isinstance(error, Conflict) else 422
        else:
            db.session.commit()
            flash(_("Đã ghi lại."), "success")
            return redirect(url_for("paper.batch", batch_id=found.id))
    elif form.errors:
        status = 422
    return render_template("paper/reason.html", form=form, batch=found, title=title, text=text), status


def _found_with(batch_id: int, number: int) -> BatchView:
    """The same, where the number is one of the batch. Raises FormNotFound too."""
    found = found_batch(batch_id)
    if queries.batch_of(db.session(), number) != batch_id:
        raise operations.FormNotFound(N_("Trong tập này không có phiếu mang số ấy."))
    return found


def _issue_form(now: datetime) -> IssueForm:
    session, today = db.session(), clock.local_day(now)
    form = IssueForm()
    scope = access.scope(session, current_member(), today)
    offered = [
        view
        for view in departments.all_departments(session)
        if (scope is None or view.id in scope) and (view.closed_on is None or view.closed_on > today)
    ]
    form.department.choices = with_blank(
        [
            SelectChoice(view.code, "\u2003" * depth + i18n.text_in(view.name, view.name_en))
            for depth, view in departments.in_tree_order(offered)
        ],
        _("Chọn cơ quan, đơn vị"),
    )
    ids = {view.id for view in offered}
    form.place.choices = [
        SelectChoice("", _("Không ghi")),
        *(
            SelectChoice(str(place.id), i18n.text_in(place.name, place.name_en))
            for place in departments.places(session, on=today)
            if place.rated_department_id in ids or place.department_id in ids
        ),
    ]
    form.version.choices = version_choices(session)
    return form


def _day(written: str | None, now: datetime) -> date | None:
    """The day of a whole batch, if it has one. Raises BadDay."""
    if not (written or "").strip():
        return None
    return parse_day(written or "", today=clock.local_day(now))
