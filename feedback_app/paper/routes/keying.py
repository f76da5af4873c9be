"""Keying pages: what a stack has in common, the forms of the stack one after another, and taking the last one back."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any, Final, Literal
from uuid import UUID

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask_babel import format_date, format_time
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms.fields import SelectChoice

from feedback_app.departments import queries as departments
from feedback_app.kit import clock, i18n
from feedback_app.kit.db import db
from feedback_app.kit.errors import N_, Invalid
from feedback_app.kit.ids import new_id
from feedback_app.kit.web import settings
from feedback_app.paper import operations
from feedback_app.paper.commands import Sitting
from feedback_app.paper.days import parse_day
from feedback_app.paper.forms.keying import PREFIX, STAGES, SittingForm, UndoForm, paper_form
from feedback_app.paper.routes.blueprint import blueprint
from feedback_app.staff import access
from feedback_app.staff.access import current_member, requires
from feedback_app.surveys import queries as surveys
from feedback_app.surveys.operations import AlreadySealed
from feedback_app.surveys.versions import VersionView
from feedback_app.tokens.codes import Token
from feedback_app.tokens.commands import Stage
from feedback_app.tokens.installed import codes

# What became of a form that was sent.
Kept = Literal["stored", "refused", "answered_before"]
_STATUS: Final = {"stored": 200, "refused": 422, "answered_before": 409}
LAST_FORMS: Final = 5
# Arguments of an address that name a stack.
# Before the code of a procedure in the list that holds fields too.
PROCEDURE: Final = "thu-tuc:"
STACK: Final = ("don-vi", "mau", "ngay", "linh-vuc", "thu-tuc", "giai-doan", "tro-giup", "ma-ho-so")


class BadSitting(Invalid):
    """The address does not name a stack that can be keyed."""


@blueprint.route("/nhap-phieu", methods=["GET", "POST"])
@requires("staff")
def choose() -> Response | str | tuple[str, int]:
    """Ask once for what a whole stack has in common; the answer goes into the address of the keying page."""
    now = clock.now()
    form = _sitting_form(now)
    if form.validate_on_submit():
        try:
            sitting = _sitting(
                now,
                {
                    "don-vi": form.department.data,
                    "mau": form.version.data,
                    "ngay": form.answered_on.data,
                    **_about(form.field.data or ""),
                    "giai-doan": form.stage.data,
                    "tro-giup": "1" if form.assisted.data else "",
                    "ma-ho-so": "1" if form.coded.data else "",
                },
            )
        except Invalid as error:
            form[error.field or "answered_on"].errors = [i18n.say(error)]
        else:
            return redirect(url_for("paper.key", **_address(sitting)))
    return render_template("paper/choose.html", form=form), 422 if form.errors else 200


@blueprint.route("/nhap-phieu/phieu", methods=["GET", "POST"])
@requires("staff")
def key() -> Response | str | tuple[Response | str, int]:
    """One form after another. A page without scripts posts and comes back; the script posts in the background."""
    now = clock.now()
    try:
        sitting = _sitting(now, request.args)
    except Invalid as error:
        if request.method == "POST":
            raise
        flash(i18n.say(error), "error")
        return redirect(url_for("paper.choose", **_passed_on()))
    version = surveys.version(db.session(), sitting.version_id)
    form = paper_form(version, coded=sitting.coded)
    outcome = _store(form, version, sitting, now) if form.validate_on_submit() else "refused"
    if outcome == "stored":
        if access.wants_json():
            return jsonify(panel=render_template("paper/panel.html", **_today(now, sitting)))
        flash(_("Đã lưu phiếu."), "success")
        return redirect(url_for("paper.key", **_address(sitting)))
    if form.errors and access.wants_json():
        messages = [str(message) for errors in form.errors.values() for message in errors]
        return jsonify(status=_STATUS[outcome], message=" ".join(messages)), _STATUS[outcome]
    if not form.is_submitted():
        form.response_id.data = str(new_id())
    page = render_template(
        "paper/key.html",
        form=form,
        version=version,
        code=form.dossier if sitting.coded else None,
        questions=[(question, form[PREFIX + question.key]) for question in version.questions],
        sitting=sitting,
        heading=_heading(sitting),
        change_url=url_for("paper.choose", **_passed_on()),
        **_today(now, sitting),
    )
    return page, _STATUS[outcome] if form.errors else 200


@blueprint.route("/nhap-phieu/hoan-tac/<uuid:response_id>", methods=["GET", "POST"])
@requires("staff")
def undo(response_id: UUID) -> Response | str | tuple[str, int]:
    """Take back the form keyed last; the address carries the stack on, to go back to it."""
    now = clock.now()
    member = current_member()
    last = surveys.last_keyed(db.session(), keyer_id=member.id, since=operations.start_of_day(now), limit=1)
    if not last or last[0].id != response_id:
        raise operations.NotTheLast(N_("Chỉ hoàn tác được phiếu bạn vừa nhập sau cùng trong hôm nay."))
    form = UndoForm()
    if form.validate_on_submit():
        try:
            operations.undo_last(
                db.session(),
                now=now,
                keyer=member,
                response_id=response_id,
                reason=form.reason.data,
                words=form.words.data or "",
            )
        except Invalid as error:
            form[error.field or "reason"].errors = [i18n.say(error)]
        else:
            db.session.commit()
            flash(_("Đã hoàn tác phiếu vừa nhập."), "success")
            return redirect(url_for("paper.key", **_passed_on()))
    names = _names({last[0].rated_department_id}, last[0].answered_on)
    page = render_template(
        "paper/undo.html",
        form=form,
        keyed=last[0],
        department=names[last[0].rated_department_id],
        back=url_for("paper.key", **_passed_on()),
    )
    return page, 422 if form.errors else 200


def _token(form: Any, stage: Stage | None) -> Token | None:
    """What stands for the dossier whose code was typed, if any. Raises BadCode."""
    written = form.dossier.data or ""
    return codes().token(written, stage) if written.strip() else None


def _store(form: Any, version: VersionView, sitting: Sitting, now: datetime) -> Kept:
    """Store the form, unless it was refused and the messages stand beside its fields."""
    try:
        receipt = operations.key_form(
            db.session(),
            now=now,
            keyer=current_member(),
            sitting=sitting,
            response_id=UUID(form.response_id.data),
            answers=form.answers(version),
            comments=form.comments(version),
            token=_token(form, sitting.stage) if sitting.coded else None,
            rapid_seconds=settings().rapid_seconds,
        )
    except Invalid as error:
        db.session.rollback()
        name = "dossier" if error.field == "dossier" else PREFIX + (error.field or "")
        if name in form:
            form[name].errors = [i18n.say(error)]
        else:
            form.form_errors.append(i18n.say(error))
        return "refused"
    db.session.commit()
    if receipt.outcome == "answered_before":
        form.dossier.errors = [
            _(
                "Hồ sơ này đã có câu trả lời ở bước này (điện thoại, ki-ốt hoặc phiếu khác) nên phiếu không được lưu. "
                "Nếu gõ nhầm, hãy sửa mã; nếu mã đúng, để phiếu sang một bên và tải lại trang (F5) để nhập phiếu khác."
            )
        ]
        return "answered_before"
    if receipt.outcome == "conflict":
        raise AlreadySealed(
            N_("Mã phiếu này đã được lưu với nội dung khác. Nội dung vừa gửi được giữ lại để đối chiếu.")
        )
    return "stored"


def _sitting(now: datetime, given: Mapping[str, str]) -> Sitting:
    """The stack an address or the first form names. Raises Invalid with a field of that form, or OutsideScope."""
    session = db.session()
    answered_on = parse_day(given.get("ngay", ""), today=clock.local_day(now))
    try:
        department = departments.department(session, code=given.get("don-vi", ""))
    except departments.DepartmentNotFound as error:
        raise BadSitting(N_("Xin chọn cơ quan, đơn vị."), field="department") from error
    access.check_scope(session, current_member(), department.id, clock.local_day(now))
    operations.check_existed(session, department_id=department.id, day=answered_on)
    try:
        version = surveys.version(session, int(given.get("mau", "")))
    except (ValueError, surveys.NoQuestionnaire) as error:
        raise BadSitting(N_("Xin chọn mẫu phiếu."), field="version") from error
    fields = {field.code: field.id for field in departments.fields(session)}
    field_code, procedure_code = given.get("linh-vuc", ""), given.get("thu-tuc", "")
    stage = given.get("giai-doan", "")
    if field_code and field_code not in fields:
        raise BadSitting(N_("Không có lĩnh vực này."), field="field")
    procedure = next((each for each in departments.procedures(session) if each.code == procedure_code), None)
    if procedure_code and procedure is None:
        raise BadSitting(N_("Không có thủ tục này."), field="field")
    if procedure and field_code and procedure.field_id != fields[field_code]:
        raise BadSitting(N_("Thủ tục này không thuộc lĩnh vực đã chọn."), field="field")
    if stage not in dict(STAGES):
        raise BadSitting(N_("Không có thời điểm này."), field="stage")
    return Sitting(
        department_id=department.id,
        version_id=version.id,
        answered_on=answered_on,
        field_id=procedure.field_id if procedure else fields.get(field_code),
        procedure_id=procedure.id if procedure else None,
        stage=stage or None,  # type: ignore[arg-type]  # one of STAGES
        assisted=given.get("tro-giup") == "1",
        coded=given.get("ma-ho-so") == "1",
    )


def _address(sitting: Sitting) -> dict[str, Any]:
    """The sitting as arguments of an address; what is not set is left out."""
    session = db.session()
    department = departments.departments(session, ids=[sitting.department_id], on=sitting.answered_on)
    fields = {field.id: field.code for field in departments.fields(session)}
    written = (
        department[sitting.department_id].code,
        str(sitting.version_id),
        sitting.answered_on.isoformat(),
        fields[sitting.field_id] if sitting.field_id and not sitting.procedure_id else "",
        _procedure(sitting.procedure_id).code if sitting.procedure_id else "",
        sitting.stage or "",
        "1" if sitting.assisted else "",
        "1" if sitting.coded else "",
    )
    return {name: value for name, value in zip(STACK, written, strict=True) if value}


def _about(value: str) -> dict[str, str]:
    """What a choice of the list of fields and procedures says, as arguments of an address."""
    code = value.removeprefix(PROCEDURE)
    return {"linh-vuc" if code == value else "thu-tuc": code}


def _procedure(procedure_id: int) -> departments.ProcedureView:
    (found,) = departments.procedures(db.session(), ids=[procedure_id])
    return found


def _passed_on() -> dict[str, Any]:
    """The arguments of this address that name a stack, for links that lead back to it; nothing else is carried on."""
    return {name: request.args[name] for name in STACK if name in request.args}


def _sitting_form(now: datetime) -> SittingForm:
    """The first form with its lists, filled from the address when the keyer comes back to change something."""
    session, args = db.session(), request.args
    form = SittingForm(
        data={
            "department": args.get("don-vi"),
            "version": args.get("mau"),
            "answered_on": _as_typed(args.get("ngay", "")),
            "field": PROCEDURE + args["thu-tuc"] if args.get("thu-tuc") else args.get("linh-vuc"),
            "stage": args.get("giai-doan"),
            "assisted": args.get("tro-giup") == "1",
            "coded": args.get("ma-ho-so") == "1",
        }
    )
    scope = access.scope(session, current_member(), clock.local_day(now))
    views = [view for view in departments.all_departments(session) if scope is None or view.id in scope]
    form.department.choices = _with_blank(
        [
            SelectChoice(view.code, "\u2003" * depth + view.name + _until(view.closed_on))
            for depth, view in departments.in_tree_order(views)
        ],
        _("Chọn cơ quan, đơn vị"),
    )
    versions = sorted(surveys.published_versions(session).values(), key=lambda each: (each.code, -each.number))
    form.version.choices = _with_blank(
        [
            SelectChoice(
                str(each.id),
                _(
                    "%(title)s (bản %(number)s)",
                    title=i18n.text_in(each.title, each.title_en),
                    number=each.number,
                ),
            )
            for each in versions
        ],
        _("Chọn mẫu phiếu"),
    )
    form.field.choices = [SelectChoice("", _("Không ghi")), *_fields_and_procedures(session)]
    return form


def _fields_and_procedures(session: Session) -> Iterator[SelectChoice]:
    """Each field, and under its name its procedures where it has some."""
    procedures = departments.procedures(session)
    for field in departments.fields(session):
        name = i18n.text_in(field.name, field.name_en)
        own = [each for each in procedures if each.field_id == field.id]
        if not own:
            yield SelectChoice(field.code, name)
            continue
        yield SelectChoice(field.code, _("cả lĩnh vực, không rõ thủ tục"), optgroup=name)
        for each in own:
            yield SelectChoice(PROCEDURE + each.code, i18n.text_in(each.name, each.name_en), optgroup=name)


def _with_blank(choices: list[SelectChoice], prompt: str) -> list[SelectChoice]:
    """A list of one needs no choosing; a longer one begins with nothing chosen."""
    return choices if len(choices) == 1 else [SelectChoice("", prompt), *choices]


def _until(closed_on: date | None) -> str:
    if closed_on is None:
        return ""
    words = _("(hoạt động đến trước ngày %(day)s)", day=format_date(closed_on, "dd/MM/yyyy"))
    return f" {words}"


def _as_typed(day: str) -> str:
    try:
        return date.fromisoformat(day).strftime("%d/%m/%Y")
    except ValueError:
        return day


def _heading(sitting: Sitting) -> list[tuple[str, str]]:
    """What the stack has in common, in words."""
    names = _names({sitting.department_id}, sitting.answered_on)
    stages = dict(STAGES)
    fields = {field.id: i18n.text_in(field.name, field.name_en) for field in departments.fields(db.session())}
    rows = [
        (_("Cơ quan, đơn vị"), names[sitting.department_id]),
        (_("Ngày trả lời"), format_date(sitting.answered_on, "dd/MM/yyyy")),
    ]
    if sitting.field_id:
        rows.append((_("Lĩnh vực"), fields[sitting.field_id]))
    if sitting.procedure_id:
        procedure = _procedure(sitting.procedure_id)
        rows.append((_("Thủ tục"), i18n.text_in(procedure.name, procedure.name_en)))
    if sitting.stage:
        rows.append((_("Thời điểm"), str(stages[sitting.stage])))
    if sitting.assisted:
        rows.append((_("Trợ giúp"), _("Có cán bộ trợ giúp")))
    return rows


def _today(now: datetime, sitting: Sitting) -> dict[str, Any]:
    """The running count of the keyer's day and the last forms with their numbers in it."""
    session, since = db.session(), operations.start_of_day(now)
    keyer_id = current_member().id
    count = surveys.keyed_count(session, keyer_id=keyer_id, since=since)
    last = surveys.last_keyed(session, keyer_id=keyer_id, since=since, limit=LAST_FORMS)
    return {
        "keyed_today": count,
        "last_forms": [
            (count - place, format_time(keyed.keyed_at, "HH:mm"), keyed) for place, keyed in enumerate(last)
        ],
        "undo_url": url_for("paper.undo", response_id=last[0].id, **_address(sitting)) if last else None,
    }


def _names(ids: set[int], day: date) -> dict[int, str]:
    found = departments.departments(db.session(), ids=ids, on=day)
    return {view.id: i18n.text_in(view.name, view.name_en) for view in found.values()}
