"""The queue of doubtful responses: the cases of a reader's departments, and the proposals that wait for a second one.

What may be done is decided by the operations alone; a page only does not offer what they would refuse.
"""

from collections.abc import Callable, Iterable
from typing import Final

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from feedback_app.departments import queries as departments
from feedback_app.exclusions import operations, queries
from feedback_app.exclusions.forms import CaseForm, DecisionForm, ExclusionForm, KeepForm, ReturnForm
from feedback_app.exclusions.queries import CaseView
from feedback_app.exclusions.staff_routes.blueprint import blueprint
from feedback_app.exclusions.two_persons import refusal
from feedback_app.kit import clock, i18n
from feedback_app.kit.db import db
from feedback_app.kit.errors import Invalid, NotAllowed
from feedback_app.staff import queries as staff
from feedback_app.staff.access import check_scope, current_member, requires, scope

LISTED: Final = 200

Answer = Response | str | tuple[str, int]


@blueprint.get("/bat-thuong")
@requires("manager")
def cases() -> str:
    """Cases that wait for somebody, or with `xong` those that are closed."""
    session, member = db.session(), current_member()
    day = clock.local_day(clock.now())
    settled = bool(request.args.get("xong"))
    allowed = scope(session, member, day)
    found = queries.cases(session, member, scope=allowed, day=day, settled=settled, limit=LISTED)
    return render_template("exclusions/cases.html", cases=found, settled=settled, names=_department_names(found))


@blueprint.get("/bat-thuong/<int:case_id>")
@requires("manager")
def case(case_id: int) -> Answer:
    """One case: what the rule found, what was said, and what the reader may do."""
    return _page(_found(case_id))


@blueprint.post("/bat-thuong/<int:case_id>/giu-lai")
@requires("manager")
def keep(case_id: int) -> Answer:
    """Close the case; its responses stay counted."""
    form = KeepForm()
    return _act(
        case_id,
        form,
        lambda: operations.keep(
            db.session(), case_id, now=clock.now(), member=current_member(), note=form.note.data or ""
        ),
        _("Đã giữ lại: các phiếu vẫn được tính."),
    )


@blueprint.post("/bat-thuong/<int:case_id>/de-nghi-loai")
@requires("manager")
def propose_exclusion(case_id: int) -> Answer:
    """The first person, who answers for the department, proposes to leave the responses out."""
    form = ExclusionForm()
    _check_answers_for(case_id)
    return _act(
        case_id,
        form,
        lambda: operations.propose_exclusion(
            db.session(),
            case_id,
            now=clock.now(),
            member=current_member(),
            reason=form.reason.data or "",
            words=form.words.data or "",
        ),
        _("Đã đề nghị loại. Các phiếu vẫn được tính cho đến khi người thứ hai đồng ý."),
    )


@blueprint.post("/bat-thuong/<int:case_id>/de-nghi-tinh-lai")
@requires("manager")
def propose_return(case_id: int) -> Answer:
    """The first person, who answers for the department, proposes to let the responses count again."""
    form = ReturnForm()
    _check_answers_for(case_id)
    return _act(
        case_id,
        form,
        lambda: operations.propose_return(
            db.session(), case_id, now=clock.now(), member=current_member(), words=form.words.data or ""
        ),
        _("Đã đề nghị tính lại. Các phiếu vẫn ở ngoài kết quả cho đến khi người thứ hai đồng ý."),
    )


@blueprint.post("/bat-thuong/<int:case_id>/quyet-dinh")
@requires("manager")
def decide(case_id: int) -> Answer:
    """The second person agrees or refuses; which, the pressed button says, and only its exact word agrees."""
    form = DecisionForm()
    agreed = request.form.get("decision") == "agree"
    return _act(
        case_id,
        form,
        lambda: operations.decide(
            db.session(),
            case_id,
            now=clock.now(),
            member=current_member(),
            agreed=agreed,
            answer=form.answer.data or "",
        ),
        _("Đã đồng ý; số liệu các ngày liên quan được đếm lại.") if agreed else _("Đã từ chối đề nghị."),
    )


def _found(case_id: int) -> CaseView:
    session, member = db.session(), current_member()
    day = clock.local_day(clock.now())
    return queries.case(session, case_id, member, scope=scope(session, member, day), day=day)


def _check_answers_for(case_id: int) -> None:
    check_scope(db.session(), current_member(), _found(case_id).department_id, clock.local_day(clock.now()))


def _act(case_id: int, form: CaseForm, operation: Callable[[], object], message: str) -> Answer:
    found = _found(case_id)
    try:
        operation()
    except Invalid as error:
        db.session.rollback()
        form[error.field].errors = [i18n.say(error)]
        return _page(found, form), 422
    except NotAllowed:
        # The refused attempt stays in the trail; nothing else was written.
        db.session.commit()
        raise
    db.session.commit()
    flash(message, "success")
    return redirect(url_for("exclusions.cases"))


def _page(found: CaseView, sent: CaseForm | None = None) -> str:
    session, member, now = db.session(), current_member(), clock.now()
    day = clock.local_day(now)
    answers_for = scope(session, member, day)
    forms = {
        name: sent if isinstance(sent, kind) else kind(formdata=None)
        for name, kind in {
            "keeping": KeepForm,
            "excluding": ExclusionForm,
            "returning": ReturnForm,
            "deciding": DecisionForm,
        }.items()
    }
    return render_template(
        "exclusions/case.html",
        case=found,
        sent=sent,
        names=_department_names([found]),
        people=staff.names(session, ids=found.people),
        places={place.id: place for place in departments.places(session, on=found.first_day)},
        fields={field.id: field for field in departments.fields(session)},
        proposes=answers_for is None or found.department_id in answers_for,
        refused=refusal(
            session,
            found.id,
            found.department_id,
            member,
            proposed_by=found.waiting.proposed_by if found.waiting else None,
            now=now,
        ),
        say=i18n.say,
        **forms,
    )


def _department_names(found: Iterable[CaseView]) -> dict[int, tuple[str, str | None]]:
    """Names in Vietnamese and English, as they are today."""
    ids = {each.department_id for each in found}
    views = departments.departments(db.session(), ids=ids, on=clock.local_day(clock.now()))
    return {view.id: (view.name, view.name_en) for view in views.values()}
