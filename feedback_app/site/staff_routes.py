"""The managers' first page."""

from typing import Final

from flask import Blueprint, render_template

from feedback_app.kit import clock
from feedback_app.kit.db import db
from feedback_app.kit.web import settings
from feedback_app.site.dashboard import SILENT_DAYS, SILENT_KIOSK_DAYS, against_target, dashboard
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
