"""Pages of verification: forms of the sample keyed again, and settled from the paper where two keyings differ."""

import secrets
from collections.abc import Iterable
from typing import Any, Literal

from flask import flash, jsonify, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from feedback_app.departments import queries as departments
from feedback_app.kit import clock, i18n
from feedback_app.kit.db import db
from feedback_app.kit.errors import Conflict, Invalid
from feedback_app.paper.forms.checks import MissingForm, boxed, second_form, settling_form
from feedback_app.paper.forms.keying import PREFIX
from feedback_app.paper.operations import checks
from feedback_app.paper.queries import checks as queries
from feedback_app.paper.queries.checks import KeyedForm, NotKeyed
from feedback_app.paper.routes.blueprint import blueprint
from feedback_app.paper.routes.refusals import asks_about, committed, keeps_refusals
from feedback_app.paper.serials import BadSerial, grouped, parse_serial, serial
from feedback_app.staff import access
from feedback_app.staff.access import current_member, requires
from feedback_app.surveys import queries as surveys
from feedback_app.surveys.versions import QuestionView, VersionView

Answer = Response | str | tuple[Response | str, int]
State = Literal["waiting", "differs"]
_PAGES: dict[State, str] = {"waiting": "paper.key_again", "differs": "paper.settle"}
_LISTS: dict[State, str] = {"waiting": "paper.to_key_again", "differs": "paper.to_settle"}


@blueprint.get("/nhap-lai")
@requires("staff")
def to_key_again() -> str:
    """Batches with forms that the reader may key again: their numbers, to fetch from the folder, and nothing else."""
    return _listing("waiting")


@blueprint.get("/doi-chieu")
@requires("staff")
def to_settle() -> str:
    """Batches with forms that the reader may settle from the paper."""
    return _listing("differs")


@blueprint.route("/nhap-lai/<written>", methods=["GET", "POST"])
@requires("staff")
def key_again(written: str) -> Answer:
    """One form of the sample, keyed without a word of what was keyed first."""
    number = _number(written)
    found = _admitted(number, "waiting")
    version = surveys.version(db.session(), found.version_id)
    asked = boxed(version)
    form = second_form(asked)
    if form.validate_on_submit():
        answers = form.answers(asked)
        committed(
            lambda: checks.key_again(db.session(), number, now=clock.now(), member=current_member(), answers=answers)
        )
        return _on_to_next(found, "waiting")
    return _form_page(found, "waiting", version, asked, form)


@blueprint.route("/doi-chieu/<written>", methods=["GET", "POST"])
@requires("staff")
def settle(written: str) -> Answer:
    """What stands on the paper, where two keyings differ; who keyed which is not told."""
    number = _number(written)
    found = _admitted(number, "differs")
    check = found.check
    assert check is not None  # noqa: S101  # admitted above
    version = surveys.version(db.session(), found.version_id)
    asked = boxed(version, check.differing)
    sides = [check.first_answers, check.second_answers]
    if secrets.randbelow(2):
        sides.reverse()
    said = {
        question.key: (sides[0].get(question.key, ()), sides[1].get(question.key, ())) for question in asked.questions
    }
    form = settling_form(asked)
    if form.validate_on_submit():
        given = form.answers(asked)
        answers = {question.key: given.get(question.key, ()) for question in asked.questions}
        committed(
            lambda: checks.settle(db.session(), number, now=clock.now(), member=current_member(), answers=answers)
        )
        return _on_to_next(found, "differs")
    notes = {
        question.key: [
            (name, _in_words(question, keys))
            for name, keys in zip((_("Bản A"), _("Bản B")), said[question.key], strict=True)
        ]
        for question in asked.questions
    }
    return _form_page(found, "differs", version, asked, form, notes=notes)


@blueprint.route("/nhap-lai/<written>/khong-thay", methods=["GET", "POST"], defaults={"state": "waiting"})
@blueprint.route("/doi-chieu/<written>/khong-thay", methods=["GET", "POST"], defaults={"state": "differs"})
@requires("staff")
def missing(written: str, state: State) -> Answer:
    """The paper of a form of the sample is not in its folder."""
    number = _number(written)
    found = _admitted(number, state)
    form = MissingForm()
    if form.validate_on_submit():
        try:
            committed(
                lambda: checks.miss(
                    db.session(), number, now=clock.now(), member=current_member(), reason=form.reason.data or ""
                )
            )
        except Invalid as error:
            form.reason.errors = [i18n.say(error)]
        else:
            return _on_to_next(found, state)
    page = render_template(
        "paper/missing.html",
        form=form,
        number=grouped(number),
        heading=_heading(found),
        back=url_for(_PAGES[state], written=serial(number)),
    )
    return page, 422 if form.errors else 200


@blueprint.post("/nhap-lai/tap/<int:batch_id>/cho-phep")
@keeps_refusals
@requires("administrator")
def allow_insiders(batch_id: int) -> Response:
    """Let people of the rated department verify what nobody outside can."""
    session, member, now = db.session(), current_member(), clock.now()
    for each in queries.open_checks(session, batch_id, now=now):
        asks_about(f"batch:{batch_id}", each.department_id)
    try:
        forms = committed(lambda: checks.allow_insiders(session, batch_id, now=now, member=member))
    except Conflict as error:
        flash(i18n.say(error), "error")
    else:
        flash(
            _("Người trong đơn vị được kiểm tra %(count)s phiếu của tập này; kết quả sẽ được ghi rõ.", count=forms),
            "success",
        )
    return redirect(url_for("paper.to_key_again"))


def _listing(state: State) -> str:
    session, member, now = db.session(), current_member(), clock.now()
    found = queries.waiting(session, member, state=state, now=now)
    day = clock.local_day(now)
    stuck = (
        queries.stuck(session, department_ids=access.scope(session, member, day), now=now)
        if state == "waiting" and access.is_at_least("administrator")
        else []
    )
    return render_template(
        "paper/to_check.html",
        state=state,
        waiting=found,
        stuck=stuck,
        names=_names({each.department_id for each in found} | {each.department_id for each in stuck}),
        page=_PAGES[state],
        serial=serial,
        grouped=grouped,
    )


def _form_page(
    found: KeyedForm,
    state: State,
    version: VersionView,
    asked: VersionView,
    form: Any,
    *,
    notes: dict[str, list[tuple[str, str]]] | None = None,
) -> Answer:
    if form.errors and access.wants_json():
        messages = [str(message) for errors in form.errors.values() for message in errors]
        return jsonify(status=422, message=" ".join(dict.fromkeys(messages))), 422
    positions = {question.key: place for place, question in enumerate(version.questions, start=1)}
    page = render_template(
        "paper/check.html",
        state=state,
        form=form,
        version=version,
        number=grouped(found.number),
        heading=_heading(found),
        questions=[(question, form[PREFIX + question.key]) for question in asked.questions],
        positions=positions,
        notes=notes,
        insider=found.check is not None and found.check.insiders_allowed,
        missing_url=url_for("paper.missing", written=serial(found.number), state=state),
        list_url=url_for(_LISTS[state]),
    )
    return page, 422 if form.errors else 200


def _number(written: str) -> int:
    try:
        return parse_serial(written)
    except BadSerial as error:
        raise NotKeyed(error.message) from error


def _admitted(number: int, state: State) -> KeyedForm:
    return committed(lambda: checks.admit(db.session(), number, now=clock.now(), member=current_member(), state=state))


def _on_to_next(found: KeyedForm, state: State) -> Response:
    """To the next form of the batch, or back to the list where there is none."""
    flash(_("Đã ghi phiếu số %(number)s.", number=grouped(found.number)), "success")
    number = queries.next_number(
        db.session(),
        current_member(),
        state=state,
        batch_id=found.batch_id,
        after=found.number,
        now=clock.now(),
    )
    url = url_for(_PAGES[state], written=serial(number)) if number is not None else url_for(_LISTS[state])
    return jsonify(next=url) if access.wants_json() else redirect(url)


def _in_words(question: QuestionView, keys: Iterable[str]) -> str:
    picked = set(keys)
    said = [i18n.text_in(choice.text, choice.text_en) for choice in question.choices if choice.key in picked]
    return "; ".join(said) or _("bỏ trống")


def _heading(found: KeyedForm) -> list[tuple[str, str]]:
    names = _names({found.department_id})
    version = surveys.version(db.session(), found.version_id)
    return [
        (_("Cơ quan, đơn vị"), i18n.text_in(*names[found.department_id])),
        (_("Tập phiếu số"), str(found.batch_id)),
        (_("Mẫu phiếu"), i18n.text_in(version.title, version.title_en)),
    ]


def _names(ids: set[int]) -> dict[int, tuple[str, str | None]]:
    views = departments.departments(db.session(), ids=ids, on=clock.local_day(clock.now()))
    return {view.id: (view.name, view.name_en) for view in views.values()}
