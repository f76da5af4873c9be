"""The managers' first page, and how well paper forms are keyed."""

from typing import Final

from flask import Blueprint, render_template, request

from feedback_app.departments import queries as departments
from feedback_app.kit import clock
from feedback_app.kit.db import db
from feedback_app.kit.text import sort_key
from feedback_app.kit.web import settings
from feedback_app.paper.queries import checks
from feedback_app.ratings.forms import read_selection
from feedback_app.site.dashboard import SILENT_DAYS, SILENT_KIOSK_DAYS, against_target, dashboard
from feedback_app.staff import queries as staff
from feedback_app.staff.access import current_member, requires, scope

blueprint = Blueprint("site_staff", __name__, template_folder="templates", url_prefix="/quan-ly")

# Of a whole province thousands could stand in these lists; the page gives the first ones and how many there are.
LISTED: Final = 30


@blueprint.get("/tong-quan")
@requires("manager")
def overview() -> str:
    """How the reader's departments stand this quarter and the last published one, and what waits for them."""
    session, now, member = db.session(), clock.now(), current_member()
    today = clock.local_day(now)
    allowed = scope(session, member, today)
    found = dashboard(session, member, allowed=allowed, now=now, minima=settings().minima, days_off=settings().days_off)
    target = settings().target_share
    return render_template(
        "site/dashboard.html",
        board=found,
        target=target,
        verdicts={
            each.period: against_target(each.together.figure, target)
            for each in (found.running, found.published)
            if each
        },
        today=today,
        listed=LISTED,
        silent_days=SILENT_DAYS,
        silent_kiosk_days=SILENT_KIOSK_DAYS,
    )


@blueprint.get("/chat-luong-nhap")
@requires("manager")
def keying_quality() -> str:
    """By department and keyer, how often the first keying of a period's sample was wrong."""
    session, now = db.session(), clock.now()
    today = clock.local_day(now)
    allowed = scope(session, current_member(), today)
    reading = read_selection(session, request.args, today=today)
    period = reading.selection.period
    first, before = period.starts_on, period.ends_on
    by_department = checks.error_rates(
        session, "department", now=now, first=first, before=before, department_ids=allowed
    )
    by_keyer = checks.error_rates(session, "keyer", now=now, first=first, before=before, department_ids=allowed)
    views = departments.departments(session, ids=by_department.keys(), on=min(period.last_day, today))
    people = staff.names(session, ids=frozenset(by_keyer))
    return render_template(
        "site/keying_quality.html",
        period_form=reading.form.ky,
        period=period,
        together=checks.error_rate(session, now=now, first=first, before=before, department_ids=allowed),
        sources=checks.paper_sources(session, first=first, before=before, department_ids=allowed),
        departments=[(view, by_department[view.id]) for _, view in departments.in_tree_order(views.values())],
        keyers=sorted(((people[each], rate) for each, rate in by_keyer.items()), key=lambda pair: sort_key(pair[0])),
    )
