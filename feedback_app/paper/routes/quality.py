"""How often the reader was sure and wrong, by department; and pauses of its being believed."""

from datetime import timedelta
from typing import Final

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from feedback_app.departments import queries as departments
from feedback_app.kit import clock, i18n
from feedback_app.kit.charts import Bar
from feedback_app.kit.db import db
from feedback_app.kit.i18n import text_in
from feedback_app.kit.web import settings
from feedback_app.paper import operations, queries
from feedback_app.paper.forms.scans import PauseForm
from feedback_app.paper.routes.blueprint import blueprint
from feedback_app.paper.routes.refusals import committed
from feedback_app.staff import access
from feedback_app.staff import queries as staff
from feedback_app.staff.access import current_member, requires

DAYS: Final = 90
LISTED_PAUSES: Final = 20


@blueprint.get("/quan-ly/chat-luong-quet")
@requires("manager")
def scan_quality() -> str:
    """The last DAYS days by department."""
    return _page(PauseForm(), None)


@blueprint.post("/quan-ly/chat-luong-quet/<int:department_id>/tiep-tuc")
@requires("manager")
def end_pause(department_id: int) -> Response | tuple[str, int]:
    """Believe the reader again about a department."""
    session, member, now = db.session(), current_member(), clock.now()
    form = PauseForm()
    access.check_scope(session, member, department_id, clock.local_day(now))
    if form.validate_on_submit():
        try:
            committed(
                lambda: operations.end_pause(
                    session, department_id, reason=form.reason.data or "", member=member, now=now
                )
            )
        except operations.ReasonMissing as error:
            form.reason.errors = [i18n.say(error)]
        else:
            flash(_("Phiếu của đơn vị này được nhận tự động trở lại."), "success")
            return redirect(url_for("paper.scan_quality"))
    return _page(form, department_id), 422


def _page(form: PauseForm, of: int | None) -> str:
    session, now = db.session(), clock.now()
    today = clock.local_day(now)
    allowed = access.scope(session, current_member(), today)
    since = now - timedelta(days=DAYS)
    measured = queries.quality(session, department_ids=allowed, since=since)
    read = queries.read_fields(session, department_ids=allowed, since=since)
    pauses = queries.pauses(session, department_ids=allowed, limit=LISTED_PAUSES)
    ids = set(measured) | set(read) | {each.department_id for each in pauses}
    names = {
        view.id: text_in(view.name, view.name_en)
        for view in departments.departments(session, ids=ids, on=today).values()
    }
    rows = sorted((names.get(each, "?"), each) for each in set(measured) | set(read))
    return render_template(
        "paper/scan_quality.html",
        form=form,
        of=of,
        bars=[_bar(name, measured[each]) for name, each in rows if each in measured],
        rows=[(name, read.get(each, (0, 0)), measured.get(each)) for name, each in rows],
        pauses=[(names.get(each.department_id, "?"), each) for each in pauses],
        people=staff.names(session, ids=frozenset(each.ended_by for each in pauses if each.ended_by)),
        may_end={
            each.department_id
            for each in pauses
            if each.ended_at is None
            and staff.is_outside(session, current_member(), department_id=each.department_id, day=today)
        },
        days=DAYS,
        percent=settings().paper_blind_review_percent,
        per_mille=settings().paper_pause_per_mille,
        base=settings().paper_pause_base,
    )


def _bar(name: str, quality: queries.Quality) -> Bar:
    """Share of wrong fields in percent."""
    interval = quality.interval
    return Bar(
        label=name,
        value=100 * quality.wrong / quality.looked_at,
        low=100 * interval.low,
        high=100 * interval.high,
        n=quality.looked_at,
    )
