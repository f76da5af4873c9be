"""Deliveries that said something else of a finished response: what waits, side by side, and what was decided.

Who may settle one is decided by the operation alone; a page only does not offer what it would refuse, nor show it.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any, Final

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from feedback_app.departments import queries as departments
from feedback_app.exclusions import operations, queries
from feedback_app.exclusions.staff_routes.blueprint import blueprint
from feedback_app.kit import clock, i18n
from feedback_app.kit.db import db
from feedback_app.kit.errors import NotAllowed
from feedback_app.staff import queries as staff
from feedback_app.staff.access import current_member, requires, scope
from feedback_app.surveys import queries as surveys
from feedback_app.surveys.commands import ConflictDecision
from feedback_app.surveys.labels import CHANNEL_LABELS, STAGE_LABELS

LISTED: Final = 50
_STEPS: Final[dict[str, ConflictDecision]] = {"giu-phieu-dang-tinh": "kept", "tinh-phieu-den-sau": "replaced"}
_STEP: Final = f"<any({', '.join(repr(step) for step in _STEPS)}):step>"


@blueprint.get("/phieu-trai-nhau")
@requires("manager")
def conflicts() -> str:
    """What waits for a decision, and what was decided lately."""
    session, member, now = db.session(), current_member(), clock.now()
    allowed = scope(session, member, clock.local_day(now))
    waiting = queries.conflicts(session, member, scope=allowed, now=now, limit=LISTED)
    settled = surveys.settled_conflicts(session, department_ids=allowed, settled_by=member.id, limit=LISTED)
    return render_template(
        "exclusions/conflicts.html",
        waiting=waiting,
        settled=settled,
        people=staff.names(session, ids=frozenset(each.settled_by for each in settled)),
        words=_words([each.view for each in waiting], more={each.department_id for each in settled}),
        steps={decision: step for step, decision in _STEPS.items()},
        say=i18n.say,
    )


@blueprint.get(f"/phieu-trai-nhau/<int:conflict_id>/{_STEP}")
@requires("manager")
def conflict_step(conflict_id: int, step: str) -> str:
    """The question before a decision."""
    session, member, now = db.session(), current_member(), clock.now()
    allowed = scope(session, member, clock.local_day(now))
    found = queries.conflict(session, conflict_id, member, scope=allowed, now=now)
    return render_template(
        "exclusions/conflict_step.html", each=found, decision=_STEPS[step], words=_words([found.view]), say=i18n.say
    )


@blueprint.post(f"/phieu-trai-nhau/<int:conflict_id>/{_STEP}")
@requires("manager")
def settle_conflict(conflict_id: int, step: str) -> Response:
    """Decide which of the two counts."""
    decision = _STEPS[step]
    try:
        operations.settle_conflict(
            db.session(), conflict_id, now=clock.now(), member=current_member(), decision=decision
        )
    except NotAllowed:
        # The refused attempt stays in the trail; nothing else was written.
        db.session.commit()
        raise
    db.session.commit()
    if decision == "kept":
        flash(_("Đã giữ phiếu đang tính; số liệu không đổi."), "success")
    else:
        flash(_("Phiếu đến sau được tính thay; số liệu ngày ấy được đếm lại, góp ý chờ duyệt."), "success")
    return redirect(url_for("exclusions.conflicts"))


def _words(views: Iterable[surveys.ConflictView], more: Iterable[int] = ()) -> dict[str, Any]:
    """What the pages call departments, places (closed ones too) and the rest by."""
    session, today = db.session(), clock.local_day(clock.now())
    sides = [side for view in views for side in (view.stored, view.later)]
    ids = {side.department_id for side in sides} | set(more)
    named = {side.procedure_id for side in sides if side.procedure_id is not None}
    return {
        "departments": departments.departments(session, ids=ids, on=today),
        "places": {place.id: place for place in departments.places(session, on=date.min)},
        "fields": {field.id: field for field in departments.fields(session)},
        "procedures": {each.id: each for each in departments.procedures(session, ids=named)},
        "channels": CHANNEL_LABELS,
        "stages": STAGE_LABELS,
    }
