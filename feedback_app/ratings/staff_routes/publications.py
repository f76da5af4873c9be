"""Publications: drafts that wait, the steps two persons take with them, and all that was published."""

from typing import Final

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from feedback_app.departments import queries as departments
from feedback_app.kit import clock, i18n
from feedback_app.kit.db import db
from feedback_app.kit.errors import N_, Invalid, NotAllowed
from feedback_app.kit.web import settings
from feedback_app.ratings import operations, queries
from feedback_app.ratings.forms import DraftForm, StepForm, read_period
from feedback_app.ratings.periods import Period
from feedback_app.ratings.queries import Filter, PublicationView, RatingTable
from feedback_app.ratings.staff_routes.blueprint import blueprint
from feedback_app.ratings.two_persons import Step, WrongState, refusal
from feedback_app.staff import queries as staff
from feedback_app.staff.access import current_member, requires, scope

LISTED_PUBLICATIONS: Final = 100
# The addresses of the steps that a draft goes through, and what is said once one is taken.
STEPS: Final[dict[str, Step]] = {"kiem-tra": "check", "tra-lai": "return", "cong-bo": "publish"}
DONE: Final = {
    "check": lazy_gettext("Đã ghi nhận bạn kiểm tra xong. Bản nháp chờ công bố."),
    "return": lazy_gettext("Đã trả lại bản nháp."),
    "publish": lazy_gettext("Đã công bố. Từ nay số liệu này được giữ nguyên."),
}

Answer = Response | str | tuple[str, int]


@blueprint.get("/cong-bo")
@requires("manager")
def publications() -> str:
    """Drafts that wait for somebody; then every publication and restatement, who made it and when."""
    session = db.session()
    drafts = queries.drafts(session)
    found = queries.all_publications(session, limit=LISTED_PUBLICATIONS)
    return render_template(
        "ratings/publications.html", drafts=drafts, publications=found, names=_names(*drafts, *found)
    )


@blueprint.get("/cong-bo/<code>")
@requires("manager")
def publication(code: str) -> str:
    """One period: its draft with the figures it would publish, what may be done with it, and what was published."""
    period = read_period(code)
    waiting = queries.draft(db.session(), period)
    return _publication_page(period, DraftForm(formdata=None, reason=waiting.reason if waiting else None))


@blueprint.post("/cong-bo/<code>/nhap")
@requires("manager")
def draft(code: str) -> Answer:
    """Draft a period that is over, or a restatement of one that was published; the first person."""
    period, form = read_period(code), DraftForm()
    try:
        operations.draft_publication(
            db.session(),
            period,
            now=clock.now(),
            minima=settings().minima,
            member=current_member(),
            reason=form.reason.data,
        )
    except Invalid as error:
        db.session.rollback()
        form.reason.errors = [i18n.say(error)]
        return _publication_page(period, form), 422
    except NotAllowed:
        # The refused attempt stays in the trail; nothing else was written.
        db.session.commit()
        raise
    db.session.commit()
    flash(_("Đã lập bản nháp. Người khác phải kiểm tra trước khi công bố."), "success")
    return redirect(url_for("ratings.publication", code=code))


@blueprint.route("/cong-bo/<code>/<any('kiem-tra', 'tra-lai', 'cong-bo'):path>", methods=["GET", "POST"])
@requires("manager")
def publication_step(code: str, path: str) -> Answer:
    """Check, return or publish the draft: a page that repeats what is signed, and the signature."""
    session, period, step, form = db.session(), read_period(code), STEPS[path], StepForm()
    if not form.is_submitted():
        waiting = queries.draft(session, period)
        refused = refusal(session, step, waiting, current_member(), now=clock.now())
        if refused is not None:
            raise refused
        form.draft.data = str(waiting.id) if waiting else ""
        return _step_page(period, step, form)
    try:
        _take(session, period, step, form)
    except Invalid as error:
        db.session.rollback()
        form[error.field or "reason"].errors = [i18n.say(error)]
        return _step_page(period, step, form), 422
    except operations.DraftOutdated as error:
        db.session.rollback()
        operations.refresh(session, period, now=clock.now(), minima=settings().minima, actor_id=current_member().id)
        db.session.commit()
        again = queries.draft(session, period)
        form.draft.data = str(again.id) if again else ""
        # What they agreed to was another draft.
        form.few_agreed.data = False
        return _step_page(period, step, form, outdated=i18n.say(error)), 409
    except NotAllowed:
        db.session.commit()
        raise
    db.session.commit()
    flash(DONE[step], "success")
    return redirect(url_for("ratings.publication", code=code))


def _take(session: Session, period: Period, step: Step, form: StepForm) -> None:
    now, member = clock.now(), current_member()
    if step == "check":
        operations.check_publication(
            session, form.draft_id, period, now=now, member=member, few_agreed=form.few_agreed.data
        )
    elif step == "return":
        operations.return_publication(
            session, form.draft_id, period, now=now, member=member, reason=form.reason.data or ""
        )
    else:
        operations.publish_publication(session, form.draft_id, period, now=now, member=member)


def _publication_page(period: Period, form: DraftForm) -> str:
    session, now = db.session(), clock.now()
    found = queries.publications(session, period)
    newest = found[-1] if found else None
    waiting = queries.draft(session, period)
    read = waiting or newest
    changes = queries.compare(session, newest, waiting) if newest and waiting else None
    few = queries.small_changes(session, newest, waiting) if newest and waiting else ()
    ids = {each.department_id for each in changes.departments if each.department_id} if changes else set()
    ids |= {each.department_id for each in few}
    return render_template(
        "ratings/publication.html",
        period=period,
        ended=period.ended(clock.local_day(now)),
        publications=found,
        newest=newest,
        draft=waiting,
        since=queries.moved(session, read) if read else None,
        changes=changes,
        few=few,
        departments=departments.departments(session, ids=ids, on=period.last_day),
        table=_draft_table(session, waiting) if waiting else None,
        refusals={
            step: i18n.say(refused) if refused else ""
            for step in ("draft", *STEPS.values())
            for refused in [refusal(session, step, waiting, current_member(), now=now)]
        },
        names=_names(*found, *([waiting] if waiting else [])),
        form=form,
    )


def _step_page(period: Period, step: Step, form: StepForm, *, outdated: str = "") -> str:
    session = db.session()
    waiting = queries.draft(session, period)
    if waiting is None:
        raise WrongState(N_("Bản nháp này không còn, hoặc đã được lập lại. Xin xem lại số liệu mới."))
    newest = queries.newest_publications(session, [period]).get(period)
    few = queries.small_changes(session, newest, waiting) if newest and step == "check" else ()
    return render_template(
        "ratings/publication_step.html",
        period=period,
        step=step,
        draft=waiting,
        table=_draft_table(session, waiting),
        since=queries.moved(session, waiting),
        outdated=outdated,
        few=few,
        departments=departments.departments(session, ids={each.department_id for each in few}, on=period.last_day),
        form=form,
        names=_names(waiting),
    )


def _draft_table(session: Session, waiting: PublicationView) -> RatingTable:
    """What the draft would publish, of the departments the reader answers for."""
    allowed = scope(session, current_member(), clock.local_day(clock.now()))
    return queries.table(
        session, waiting.period, minima=settings().minima, narrowed=Filter(allowed, publication=waiting)
    )


def _names(*found: PublicationView) -> dict[int, str]:
    """Names of everybody who had a hand in these publications."""
    return staff.names(db.session(), ids=frozenset().union(*(each.people for each in found)))
