"""Keying pages: one form after another, and taking the last one back."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final, Literal
from uuid import UUID

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask_babel import format_time
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from feedback_app.kit import clock, i18n
from feedback_app.kit.db import db
from feedback_app.kit.errors import N_, Invalid
from feedback_app.kit.ids import new_id
from feedback_app.kit.web import settings
from feedback_app.paper import operations, queries
from feedback_app.paper.commands import Sitting
from feedback_app.paper.days import parse_day
from feedback_app.paper.forms.keying import PREFIX, UndoForm, paper_form
from feedback_app.paper.queries import checks
from feedback_app.paper.routes.blueprint import blueprint
from feedback_app.paper.routes.refusals import asks_about, keeps_refusals
from feedback_app.paper.routes.sittings import (
    address_of,
    heading_of,
    names_of,
    passed_on,
    sitting_of,
)
from feedback_app.paper.routes.vault import vault
from feedback_app.paper.serials import BadSerial, grouped, parse_serial, serial
from feedback_app.staff import access
from feedback_app.staff import queries as staff
from feedback_app.staff.access import current_member, requires
from feedback_app.surveys import queries as surveys
from feedback_app.surveys.operations import AlreadySealed
from feedback_app.surveys.versions import VersionView
from feedback_app.tokens.codes import Token
from feedback_app.tokens.commands import Stage
from feedback_app.tokens.installed import codes

# What became of a form that was sent.
Kept = Literal["stored", "blank", "refused", "answered_before"]
_STATUS: Final = {"stored": 200, "blank": 200, "refused": 422, "answered_before": 409}
LAST_FORMS: Final = 5
A_YEAR: Final = timedelta(days=365)


@blueprint.route("/nhap-phieu/phieu", methods=["GET", "POST"])
@keeps_refusals
@requires("staff")
def key() -> Response | str | tuple[Response | str, int]:
    """One form after another. A page without scripts posts and comes back; the script posts in the background."""
    now = clock.now()
    try:
        sitting = sitting_of(now, request.args)
    except Invalid as error:
        if request.method == "POST":
            raise
        flash(i18n.say(error), "error")
        return redirect(url_for("paper.choose", **passed_on()))
    version = surveys.version(db.session(), sitting.version_id)
    form = paper_form(version, sitting)
    outcome: Kept = "refused"
    if form.validate_on_submit() and (dated := _dated(form, sitting, now)):
        sitting = dated
        outcome = _store(form, version, sitting, now)
    if outcome in ("stored", "blank"):
        if access.wants_json():
            return jsonify(panel=render_template("paper/panel.html", **_today(now, sitting)))
        flash(
            _("Đã lưu phiếu.") if outcome == "stored" else _("Phiếu trống: đã ghi là trả lại để trống, không tính."),
            "success",
        )
        return redirect(url_for("paper.key", **address_of(sitting)))
    if form.errors and access.wants_json():
        messages = [str(message) for errors in form.errors.values() for message in errors]
        field = next(
            (name for name in ("number", "answered_on", "dossier") if name in form and form[name].errors), None
        )
        return jsonify(status=_STATUS[outcome], message=" ".join(messages), field=field), _STATUS[outcome]
    if not form.is_submitted():
        form.response_id.data = str(new_id())
        if sitting.dated_each and request.args.get("ngay"):
            form.answered_on.data = sitting.answered_on.strftime("%d/%m/%Y")
    page = render_template(
        "paper/key.html",
        form=form,
        version=version,
        typed_first=[form[name] for name in ("number", "answered_on", "dossier") if name in form],
        questions=[(question, form[PREFIX + question.key]) for question in version.questions],
        numbers=_numbers(sitting.batch_id) if sitting.batch_id is not None else None,
        sitting=sitting,
        heading=heading_of(sitting),
        change_url=url_for("paper.choose", **passed_on()),
        vault=vault(),
        **_today(now, sitting),
    )
    return page, _STATUS[outcome] if form.errors else 200


@blueprint.get("/nhap-phieu/tap/<int:batch_id>/so")
@keeps_refusals
@requires("staff")
def numbers(batch_id: int) -> Response:
    """The numbers of a batch as they are now, for a page that has been open for long, and why `so` is none of them."""
    asks_about(f"batch:{batch_id}", queries.batch(db.session(), batch_id).department_id)
    typed, said = request.args.get("so", ""), None
    if typed:
        try:
            operations.check_of_batch(
                db.session(), _number(typed, batch_id), batch_id, member=current_member(), now=clock.now()
            )
        except Invalid as error:
            said = i18n.say(error)
    return jsonify(_numbers(batch_id) | {"said": said})


@blueprint.route("/nhap-phieu/hoan-tac/<uuid:response_id>", methods=["GET", "POST"])
@keeps_refusals
@requires("staff")
def undo(response_id: UUID) -> Response | str | tuple[str, int]:
    """Take back the form keyed last; the address carries the sitting on, to go back to it."""
    now = clock.now()
    member = current_member()
    last = surveys.last_keyed(db.session(), keyer_id=member.id, since=operations.start_of_day(now), limit=1)
    if not last or last[0].id != response_id:
        department_id = queries.department_of_keyed(db.session(), response_id)
        if department_id is not None:
            asks_about(f"response:{response_id}", department_id)
        raise operations.NotTheLast(N_("Chỉ hoàn tác được phiếu bạn vừa nhập sau cùng trong hôm nay."))
    number = queries.form_of_response(db.session(), response_id)
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
            said = [_("Đã hoàn tác phiếu vừa nhập.")]
            if number is not None:
                said.append(_("Số %(number)s nhập lại được.", number=grouped(number)))
                if queries.paper_waits(db.session(), number):
                    said.append(_("Tờ phiếu đã quét của số này nay đợi người xem; xin hỏi lại trước khi nhập."))
            flash(" ".join(said), "success")
            return redirect(url_for("paper.key", **passed_on()))
    names = names_of({last[0].rated_department_id}, last[0].answered_on)
    page = render_template(
        "paper/undo.html",
        form=form,
        keyed=last[0],
        number=grouped(number) if number is not None else None,
        department=names[last[0].rated_department_id],
        back=url_for("paper.key", **passed_on()),
    )
    return page, 422 if form.errors else 200


def _token(form: Any, stage: Stage | None) -> Token | None:
    """What stands for the dossier whose code was typed, if any. Raises BadCode."""
    written = form.dossier.data or ""
    return codes().token(written, stage) if written.strip() else None


def _dated(form: Any, sitting: Sitting, now: datetime) -> Sitting | None:
    """The sitting with the day this form says, where each says its own; None, with a message, for what is no day."""
    if not sitting.dated_each:
        return sitting
    try:
        return replace(sitting, answered_on=parse_day(form.answered_on.data, today=clock.local_day(now)))
    except Invalid as error:
        form.answered_on.errors = [i18n.say(error)]
        return None


def _store(form: Any, version: VersionView, sitting: Sitting, now: datetime) -> Kept:
    """Store the form, unless it was refused and the messages stand beside its fields."""
    answers, comments = form.answers(version), form.comments(version)
    try:
        number = _number(form.number.data, sitting.batch_id) if sitting.batch_id is not None else None
        if sitting.batch_id is not None and not answers and not comments:
            operations.return_blank(
                db.session(), now=now, keyer=current_member(), batch_id=sitting.batch_id, number=number
            )
            db.session.commit()
            return "blank"
        receipt = operations.key_form(
            db.session(),
            now=now,
            keyer=current_member(),
            sitting=sitting,
            number=number,
            response_id=UUID(form.response_id.data),
            answers=answers,
            comments=comments,
            token=_token(form, sitting.stage) if sitting.coded else None,
            rapid_seconds=settings().rapid_seconds,
            second_keying_percent=settings().paper_second_keying_percent,
        )
    except Invalid as error:
        db.session.rollback()
        name = "number" if isinstance(error, BadSerial) else error.field or ""
        name = name if name in form else PREFIX + name
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


def _number(typed: str, batch_id: int) -> int:
    """The number that was typed: whole, or its last figures where only one number of the batch ends so.

    Raises BadSerial and NumberRefused.
    """
    figures = "".join(each for each in typed if each.isascii() and each.isdigit())
    if len(figures) >= len(serial(0)):
        return parse_serial(typed)
    found = [
        each.number
        for each in queries.forms(db.session(), batch_id)
        if figures and serial(each.number).endswith(figures)
    ]
    if len(found) == 1:
        return found[0]
    if found:
        raise operations.NumberRefused(N_("Nhiều số trong tập kết thúc như vậy. Xin gõ thêm chữ số."), field="number")
    raise operations.NumberRefused(N_("Trong tập này không có số phiếu nào kết thúc như vậy."), field="number")


def _numbers(batch_id: int) -> dict[str, Any]:
    """Every number of a batch as printed, and for those that are not out the sentence that refuses them."""
    session = db.session()
    forms = queries.forms(session, batch_id)
    people = staff.names(session, ids=frozenset(each.keyer_id for each in forms if each.keyer_id))
    refusals = ((each, operations.refusal_of(each, people)) for each in forms)
    return {
        "serials": [serial(each.number) for each in forms],
        "taken": {serial(each.number): i18n.say(refused) for each, refused in refusals if refused},
    }


def _today(now: datetime, sitting: Sitting) -> dict[str, Any]:
    """How far the batch is, the running count of the keyer's day and the last forms with their numbers."""
    session, since = db.session(), operations.start_of_day(now)
    keyer_id = current_member().id
    count = surveys.keyed_count(session, keyer_id=keyer_id, since=since)
    last = surveys.last_keyed(session, keyer_id=keyer_id, since=since, limit=LAST_FORMS)
    printed = queries.numbers_of(session, [keyed.id for keyed in last])
    return {
        "sums": queries.sums(session, sitting.batch_id) if sitting.batch_id is not None else None,
        "batch_id": sitting.batch_id,
        "own_rate": checks.error_rate(session, now=now, keyer_ids=[keyer_id], first=clock.local_day(now) - A_YEAR),
        "keyed_today": count,
        "last_forms": [
            (
                grouped(printed[keyed.id]) if keyed.id in printed else None,
                count - place,
                format_time(keyed.keyed_at, "HH:mm"),
                keyed,
            )
            for place, keyed in enumerate(last)
        ],
        "undo_url": url_for("paper.undo", response_id=last[0].id, **address_of(sitting)) if last else None,
    }
