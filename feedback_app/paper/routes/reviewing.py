"""The review screen: doubtful fields one after another, dossier codes, handwriting, and papers that contradict."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response
from wtforms.fields import SelectChoice

from feedback_app.departments import queries as departments
from feedback_app.kit import clock, i18n
from feedback_app.kit.db import db
from feedback_app.kit.errors import Conflict, Invalid
from feedback_app.kit.web import settings
from feedback_app.paper import operations, queries
from feedback_app.paper.days import parse_day
from feedback_app.paper.forms.scans import DECISIONS, ConflictForm, DossierForm, FieldForm, WritingForm, choices
from feedback_app.paper.operations import NothingThere, PauseRule
from feedback_app.paper.queries import FieldView, WritingView
from feedback_app.paper.routes.blueprint import blueprint
from feedback_app.paper.routes.refusals import committed
from feedback_app.paper.routes.uploads import picture
from feedback_app.paper.serials import grouped
from feedback_app.staff.access import current_member, requires
from feedback_app.tokens.commands import Stage
from feedback_app.tokens.installed import codes


@blueprint.get("/duyet-quet")
@requires("staff")
def review() -> str:
    """The field that waits longest, of one batch with `tap`; once none waits, the dossier code that does, and the way
    back to what was decided last."""
    session, allowed = db.session(), _allowed()
    batch_id = request.args.get("tap", type=int)
    field = queries.next_field(session, department_ids=allowed, batch_id=batch_id)
    if field is not None:
        return _field_page(field)
    return _dossier_page(queries.next_writing(session, kind="dossier", department_ids=allowed), DossierForm())


@blueprint.route("/duyet-quet/<int:field_id>", methods=["GET", "POST"])
@requires("staff")
def review_field(field_id: int) -> Response | str | tuple[str, int]:
    """One field; what is posted is kept, and the next one opens."""
    session, member = db.session(), current_member()
    form = FieldForm()
    if form.validate_on_submit():
        try:
            committed(
                lambda: operations.decide_field(
                    session,
                    field_id,
                    verdict=form.verdict.data if form.verdict.data in _VERDICTS else "marked",
                    chosen=_places(request.form.getlist("chosen")),
                    member=member,
                    rule=PauseRule(settings().paper_pause_per_mille, settings().paper_pause_base),
                    now=clock.now(),
                )
            )
        except operations.AlreadyDecided as error:
            flash(i18n.say(error), "warn")
        except operations.BadDecision as error:
            flash(i18n.say(error), "error")
            return redirect(url_for("paper.review_field", field_id=field_id, **_batch()))
        return redirect(url_for("paper.review", **_batch()))
    _check(queries.page_of_field(session, field_id), f"scan_field:{field_id}")
    field = queries.field_view(session, field_id, member_id=member.id)
    if field is None:
        raise NothingThere
    return _field_page(field)


@blueprint.get("/duyet-quet/lui")
@requires("staff")
def review_back() -> Response:
    """The field the reviewer decided last, while it can still be changed."""
    field = queries.last_decided(db.session(), decided_by=current_member().id, department_ids=_allowed())
    if field is None:
        flash(_("Không còn câu nào lùi lại được: các phiếu trước đã được tính."), "warn")
        return redirect(url_for("paper.review", **_batch()))
    return redirect(url_for("paper.review_field", field_id=field.id, **_batch()))


@blueprint.post("/duyet-quet/ma-ho-so/<int:writing_id>")
@requires("staff")
def review_dossier(writing_id: int) -> Response | str | tuple[str, int]:
    """The dossier code read from a paper, which then is a response or came too late."""
    session = db.session()
    form = DossierForm()
    form.validate_on_submit()
    written = (form.dossier.data or "").strip()
    _check(queries.page_of_writing(session, writing_id), f"scan_writing:{writing_id}")
    writing = queries.writing_view(session, writing_id, kind="dossier")
    try:
        unreadable = request.form.get("decision") == "unreadable"
        if not written and not unreadable:
            form.dossier.errors = [_("Xin gõ mã hồ sơ, hoặc chọn “Không đọc được”.")]
            return _dossier_page(writing, form), 422
        stage: Stage | None = writing.stage if writing else None  # type: ignore[assignment]  # checked by the table
        token = None if unreadable else codes().token(written, stage)
        state = committed(
            lambda: operations.name_dossier(session, writing_id, token=token, member=current_member(), now=clock.now())
        )
    except Conflict as error:
        flash(i18n.say(error), "warn")
    except Invalid as error:
        form.dossier.errors = [i18n.say(error)]
        return _dossier_page(writing, form), 422
    else:
        if state == "answered_before":
            flash(
                _("Hồ sơ này đã có câu trả lời ở bước này nên phiếu không được tính; phiếu được ghi riêng trong tập."),
                "warn",
            )
    return redirect(url_for("paper.review"))


@blueprint.get("/duyet-quet/hinh/<int:field_id>.png")
@requires("staff")
def field_picture(field_id: int) -> Response:
    """The row of the page."""
    session = db.session()
    _check(queries.page_of_field(session, field_id), f"scan_field:{field_id}")
    return _found(queries.field_crop(session, field_id), "image/png")


@blueprint.get("/duyet-quet/chu-viet/<int:writing_id>.png")
@requires("staff")
def writing_picture(writing_id: int) -> Response:
    """The space that was written in."""
    session = db.session()
    _check(queries.page_of_writing(session, writing_id), f"scan_writing:{writing_id}")
    return _found(queries.writing_crop(session, writing_id), "image/png")


@blueprint.get("/duyet-quet/trang/<int:page_id>.jpg")
@requires("staff")
def page_picture(page_id: int) -> Response:
    """A page of a conflict, small."""
    _check(page_id, f"scan_page:{page_id}")
    return _found(queries.page_image(db.session(), page_id), "image/jpeg")


@blueprint.get("/duyet-quet/gop-y")
@requires("staff")
def writings() -> str:
    """The handwriting that waits longest, or behind `sau`."""
    after = request.args.get("sau", default=0, type=int)
    writing = queries.next_writing(db.session(), kind="comment", department_ids=_allowed(), after=after)
    return _writing_page(writing, WritingForm())


@blueprint.post("/duyet-quet/gop-y/<int:writing_id>")
@requires("staff")
def writing(writing_id: int) -> Response | tuple[str, int]:
    """What somebody typed, or why they did not."""
    session, form = db.session(), WritingForm()
    _check(queries.page_of_writing(session, writing_id), f"scan_writing:{writing_id}")
    if form.validate_on_submit():
        try:
            if request.form.get("decision") == "refuse":
                committed(
                    lambda: operations.refuse_writing(
                        session, writing_id, reason=form.reason.data or "", member=current_member(), now=clock.now()
                    )
                )
            else:
                committed(
                    lambda: operations.type_comment(
                        session, writing_id, text=form.text.data or "", member=current_member(), now=clock.now()
                    )
                )
        except operations.AlreadyDecided as error:
            flash(i18n.say(error), "warn")
            return redirect(url_for("paper.writings"))
        except Invalid as error:
            name = error.field if error.field in form else "text"
            form[name].errors = [i18n.say(error)]
        else:
            return redirect(url_for("paper.writings"))
    found = queries.writing_view(session, writing_id, kind="comment")
    return _writing_page(found, form), 422


@blueprint.get("/duyet-quet/trung-so")
@requires("staff")
def conflicts() -> str:
    """The paper that waits longest to be settled."""
    return _conflict_page(None, ConflictForm())


@blueprint.route("/duyet-quet/trung-so/<int:page_id>", methods=["GET", "POST"])
@requires("staff")
def conflict(page_id: int) -> Response | str | tuple[str, int]:
    """One paper and what is decided about it."""
    session, form, now = db.session(), ConflictForm(), clock.now()
    _check(page_id, f"scan_page:{page_id}")
    form.decision.choices = [SelectChoice(value, label) for value, label in DECISIONS.items()]
    if request.method == "GET":
        return _conflict_page(page_id, form)
    if form.validate_on_submit():
        try:
            written = form.answered_on.data
            answered_on = parse_day(written, today=clock.local_day(now)) if written else None
            committed(
                lambda: operations.decide_conflict(
                    session,
                    page_id,
                    decision=form.decision.data,
                    reason=form.reason.data or "",
                    answered_on=answered_on,
                    member=current_member(),
                    now=now,
                )
            )
        except operations.NotOffered as error:
            if not operations.decisions(session, page_id):
                flash(i18n.say(error), "warn")
                return redirect(url_for("paper.conflicts"))
            form.decision.errors = [i18n.say(error)]
            return _conflict_page(page_id, form), 409
        except Conflict as error:
            flash(i18n.say(error), "warn")
            return redirect(url_for("paper.conflicts"))
        except Invalid as error:
            name = error.field if error.field in form else "reason"
            form[name].errors = [i18n.say(error)]
        else:
            flash(_("Đã giải quyết."), "success")
            return redirect(url_for("paper.conflicts"))
    return _conflict_page(page_id, form), 422


_VERDICTS = ("marked", "blank", "several", "unreadable")


def _allowed() -> frozenset[int] | None:
    return operations.reviewable(db.session(), current_member(), day=clock.local_day(clock.now()))


def _check(page_id: int | None, subject: str) -> None:
    """Raise NothingThere for what does not exist, and OwnDepartment or NotTheirs, which stay in the trail."""
    session = db.session()
    committed(
        lambda: operations.check_reviewer_of(
            session, page_id, member=current_member(), subject=subject, now=clock.now()
        )
    )


def _batch() -> dict[str, Any]:
    """The batch a reviewer keeps to, carried on."""
    batch_id = request.args.get("tap", type=int)
    return {} if batch_id is None else {"tap": batch_id}


def _places(written: list[str]) -> list[int]:
    return [int(each) for each in written if each.isascii() and each.isdigit() and len(each) < 4]


def _found(content: bytes | None, kind: str) -> Response:
    if content is None:
        raise NothingThere
    return picture(content, kind)


def _frame(**more: Any) -> dict[str, Any]:
    """What every page of the review shows: where else something waits."""
    session, allowed = db.session(), _allowed()
    waiting = queries.waiting_by_batch(session, department_ids=allowed)
    ids = {department_id for _id, department_id, _count in waiting}
    ids |= {each.department_id for each in more.values() if isinstance(each, FieldView | WritingView)}
    if more.get("conflict"):
        ids.add(more["conflict"].department_id)
    return {
        "waiting": waiting,
        "fields_waiting": sum(count for _id, _department_id, count in waiting),
        "dossiers_waiting": queries.waiting_writings(session, kind="dossier", department_ids=allowed),
        "comments_waiting": queries.waiting_writings(session, kind="comment", department_ids=allowed),
        "conflicts_waiting": queries.waiting_conflicts(session, department_ids=allowed),
        "own_left_out": allowed is not None and current_member().department_id not in allowed,
        "departments": departments.departments(session, ids=ids, on=clock.local_day(clock.now())),
        "grouped": grouped,
        **more,
    }


def _field_page(field: FieldView) -> str:
    return render_template(
        "paper/review_scans.html", **_frame(field=field, writing=None, form=FieldForm(), batch_argument=_batch())
    )


def _dossier_page(writing: WritingView | None, form: DossierForm) -> str:
    last = queries.last_decided(db.session(), decided_by=current_member().id, department_ids=_allowed())
    return render_template(
        "paper/review_scans.html",
        **_frame(field=None, writing=writing, form=form, batch_argument=_batch()),
        goes_back=last is not None,
    )


def _writing_page(writing: WritingView | None, form: WritingForm) -> str:
    return render_template("paper/review_writings.html", **_frame(writing=writing, form=form))


def _conflict_page(page_id: int | None, form: ConflictForm) -> str:
    session = db.session()
    found = queries.conflicts(session, department_ids=_allowed(), page_id=page_id)
    if page_id is not None and not found:
        raise NothingThere
    conflict = found[0] if found else None
    offered: tuple[str, ...] = ()
    if conflict is not None:
        offered = operations.decisions(session, conflict.page_id)
        form.decision.choices = choices(conflict, offered)
    if conflict is None or ("day" not in conflict.whys and not form.answered_on.errors):
        del form.answered_on
    return render_template("paper/review_conflicts.html", **_frame(conflict=conflict, form=form, offered=offered))
