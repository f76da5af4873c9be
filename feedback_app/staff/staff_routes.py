"""Administrators' pages: accounts and the audit trail."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms.fields import SelectChoice

from feedback_app.departments import queries as departments
from feedback_app.kit import clock, i18n
from feedback_app.kit.db import db
from feedback_app.kit.errors import Invalid
from feedback_app.staff import access, operations, queries
from feedback_app.staff.access import current_member, requires
from feedback_app.staff.forms import ROLE_LABELS, AccountForm, RoleForm
from feedback_app.staff.labels import action_name, subject_name
from feedback_app.staff.queries import Account, Member

blueprint = Blueprint("accounts", __name__, template_folder="templates", url_prefix="/quan-ly")

EVENTS_ON_A_PAGE: Final = 50


@blueprint.get("/tai-khoan")
@requires("administrator")
def accounts() -> str:
    """Every account the administrator answers for."""
    now = clock.now()
    found = queries.accounts(db.session(), scope=_scope(now))
    return render_template(
        "staff/accounts.html",
        accounts=found,
        department_names=_names({one.member.department_id for one in found}, clock.local_day(now)),
        roles=ROLE_LABELS,
        now=now,
    )


@blueprint.route("/tai-khoan/them", methods=["GET", "POST"])
@requires("administrator")
def add() -> str | tuple[str, int]:
    """Open an account; its generated password is shown once, on the page that answers."""
    now = clock.now()
    form = _with_departments(AccountForm(), now)
    if form.validate_on_submit():
        department_id = _chosen(form, now)
        password = operations.generate_password()
        try:
            member = operations.add_member(
                db.session(),
                now=now,
                actor_id=current_member().id,
                username=form.username.data,
                display_name=form.display_name.data,
                role=form.role.data,
                department_id=department_id,
                password=password,
            )
        except Invalid as error:
            db.session.rollback()
            form[error.field or "username"].errors = [i18n.say(error)]
        else:
            db.session.commit()
            return _password_page(member, password)
    return render_template("staff/add.html", form=form), 422 if form.errors else 200


@blueprint.route("/tai-khoan/<int:member_id>", methods=["GET", "POST"])
@requires("administrator")
def account(member_id: int) -> Response | str | tuple[str, int]:
    """One account: change role and scope, reset the password, close and open again, unlock."""
    now = clock.now()
    found = _found(member_id, now)
    form = _with_departments(RoleForm(), now)
    if form.validate_on_submit():
        operations.set_role(
            db.session(),
            now=now,
            actor_id=current_member().id,
            member_id=member_id,
            role=form.role.data,
            department_id=_chosen(form, now),
        )
        db.session.commit()
        flash(_("Đã lưu vai trò và phạm vi của tài khoản."), "success")
        return redirect(url_for("accounts.accounts"))
    if not form.is_submitted():
        form.role.data = found.member.role
        form.department.data = str(found.member.department_id or "")
    page = render_template("staff/account.html", account_shown=found, form=form, now=now)
    return page, 422 if form.errors else 200


@blueprint.post("/tai-khoan/<int:member_id>/mat-khau")
@requires("administrator")
def reset_password(member_id: int) -> str:
    """Give the account a new generated password and show it once: it is stored nowhere but as a hash."""
    now = clock.now()
    found = _found(member_id, now)
    password = operations.reset_password(db.session(), now=now, actor_id=current_member().id, member_id=member_id)
    db.session.commit()
    return _password_page(found.member, password)


@blueprint.post("/tai-khoan/<int:member_id>/ngung")
@requires("administrator")
def deactivate(member_id: int) -> Response:
    return _change(member_id, operations.deactivate, _("Đã ngừng tài khoản."))


@blueprint.post("/tai-khoan/<int:member_id>/mo-lai")
@requires("administrator")
def activate(member_id: int) -> Response:
    return _change(member_id, operations.activate, _("Đã mở lại tài khoản."))


@blueprint.post("/tai-khoan/<int:member_id>/mo-khoa")
@requires("administrator")
def unlock(member_id: int) -> Response:
    return _change(member_id, operations.unlock, _("Đã mở khóa đăng nhập cho tài khoản."))


@blueprint.get("/nhat-ky")
@requires("administrator")
def trail() -> str:
    """The audit trail, latest first."""
    now = clock.now()
    scope = _scope(now)
    page = max(request.args.get("trang", 1, type=int), 1)
    action = request.args.get("viec") or None
    # One more than a page holds tells whether there is another page.
    entries = queries.trail(
        db.session(),
        scope=scope,
        action=action,
        offset=(page - 1) * EVENTS_ON_A_PAGE,
        limit=EVENTS_ON_A_PAGE + 1,
    )
    shown = entries[:EVENTS_ON_A_PAGE]
    return render_template(
        "staff/trail.html",
        entries=shown,
        action_name=action_name,
        subject_name=subject_name,
        department_names=_names({entry.department_id for entry in shown}, clock.local_day(now)),
        people=_people(shown),
        actions=queries.actions(db.session(), scope=scope),
        action=action,
        page=page,
        another=len(entries) > EVENTS_ON_A_PAGE,
    )


def _scope(now: datetime) -> frozenset[int] | None:
    return access.scope(db.session(), current_member(), clock.local_day(now))


def _found(member_id: int, now: datetime) -> Account:
    return queries.account(db.session(), member_id=member_id, scope=_scope(now))


def _password_page(member: Member, password: str) -> str:
    return render_template("staff/password.html", member=member, password=password, days=queries.DEPENDENCE.days)


def _change(member_id: int, operation: Callable[..., None], message: str) -> Response:
    now = clock.now()
    found = _found(member_id, now)
    operation(db.session(), now=now, actor_id=current_member().id, member_id=found.member.id)
    db.session.commit()
    flash(message, "success")
    return redirect(url_for("accounts.account", member_id=member_id))


def _with_departments(form: Any, now: datetime) -> Any:
    """Offer today's departments within the scope, and the whole service only to who has it."""
    scope = _scope(now)
    session: Session = db.session()
    views = [
        view
        for view in departments.departments_on(session, day=clock.local_day(now))
        if scope is None or view.id in scope
    ]
    whole = [SelectChoice("", _("Toàn bộ hệ thống"))] if scope is None else []
    form.department.choices = whole + [
        SelectChoice(str(view.id), "\u2003" * depth + view.name) for depth, view in departments.in_tree_order(views)
    ]
    return form


def _chosen(form: Any, now: datetime) -> int | None:
    department_id = int(form.department.data) if form.department.data else None
    access.check_scope(db.session(), current_member(), department_id, clock.local_day(now))
    return department_id


def _names(ids: set[int | None], day: date) -> dict[int, str]:
    wanted = {department_id for department_id in ids if department_id is not None}
    return {view.id: view.name for view in departments.departments(db.session(), ids=wanted, on=day).values()}


def _people(entries: list[queries.TrailEntry]) -> dict[str, str]:
    """Names for subjects such as `staff:7`."""
    ids = {int(entry.subject.removeprefix("staff:")) for entry in entries if entry.subject.startswith("staff:")}
    names = queries.names(db.session(), ids=frozenset(ids))
    return {f"staff:{member_id}": name for member_id, name in names.items()}
