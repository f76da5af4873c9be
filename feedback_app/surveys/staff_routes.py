"""What the people in charge of a place need: its links, its code, its poster; and the review of free text, one comment
at a time, the oldest first."""

from datetime import datetime, time
from typing import Final
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from feedback_app.departments import queries as departments
from feedback_app.kit import clock, i18n
from feedback_app.kit.db import db
from feedback_app.kit.errors import Invalid
from feedback_app.kit.web import settings
from feedback_app.staff.access import current_member, requires, scope
from feedback_app.surveys import operations, queries
from feedback_app.surveys.forms import ReviewForm
from feedback_app.surveys.masking import PLACEHOLDERS, mask
from feedback_app.surveys.queries import HeldComment

blueprint = Blueprint("surveys_staff", __name__, template_folder="templates")

LISTED_DECISIONS: Final = 5


@blueprint.get("/quan-ly/diem-dat")
@requires("manager")
def places() -> str:
    """The places of the departments this account answers for, with what leads to their questionnaires."""
    session = db.session()
    today = clock.local_day(clock.now())
    allowed = scope(session, current_member(), today)
    asked = {(each.place_id, each.door): each for each in queries.assignments(session)}
    listed = [
        {
            "place": place,
            "spots": [
                _links(place.slug, counter.slug, counter.name, counter.name_en)
                for counter in departments.counters(session, place_id=place.id)
            ],
            "whole": _links(place.slug, None, place.name, place.name_en),
            "kiosk": asked.get((place.id, "kiosk")),
            "web": asked.get((place.id, "web")),
        }
        for place in departments.places(session, on=today)
        if allowed is None or {place.department_id, place.rated_department_id} & allowed
    ]
    return render_template(
        "surveys/places.html", places=listed, public_url=settings().public_url, open_kiosks=settings().unenrolled_kiosks
    )


def _links(place: str, counter: str | None, name: str, name_en: str | None) -> dict[str, str | None]:
    return {
        "name": name,
        "name_en": name_en,
        "kiosk": url_for("kiosks.page", place=place, counter=counter),
        "form": url_for("surveys.form", place=place, counter=counter),
        "code": url_for("surveys.qr_code", place=place, counter=counter),
        "poster": url_for("surveys.poster", place=place, counter=counter),
    }


@blueprint.get("/quan-ly/gop-y")
@requires("manager")
def review() -> str:
    """The comment that waits longest, or the one behind `sau`."""
    now = clock.now()
    try:
        after = UUID(request.args.get("sau", ""))
    except ValueError:
        after = None
    allowed = operations.reviewable(db.session(), current_member(), day=clock.local_day(now))
    waiting = queries.held_comments(db.session(), department_ids=allowed, before=_midnight(now), after=after, limit=1)
    held = waiting[0] if waiting else None
    return _page(held, ReviewForm(text=mask(held.text).text) if held else None, now)


@blueprint.route("/quan-ly/gop-y/<uuid:token>", methods=["GET", "POST"])
@requires("manager")
def comment(token: UUID) -> Response | str | tuple[str, int]:
    """One comment; posted with `decision` it is cleared or refused, and the next one opens."""
    now, reviewer = clock.now(), current_member()
    if request.method == "GET":
        held = _held(token, now)
        return _page(held, ReviewForm(text=mask(held.text).text), now)
    form = ReviewForm()
    if form.validate_on_submit():
        try:
            if form.refuses:
                operations.refuse_comment(db.session(), token, reason=form.said, reviewer=reviewer, now=now)
                done = _("Góp ý sẽ không hiện.")
            else:
                operations.clear_comment(db.session(), token, text=form.text.data or "", reviewer=reviewer, now=now)
                done = _("Đã duyệt góp ý.")
        except Invalid as error:
            db.session.rollback()
            form[error.field or "text"].errors = [i18n.say(error)]
        except operations.ReviewerInvolved:
            db.session.commit()  # that it was tried stays in the trail
            raise
        else:
            db.session.commit()
            flash(done, "success")
            return redirect(url_for("surveys_staff.review"))
    return _page(_held(token, now), form, now), 422


@blueprint.post("/quan-ly/gop-y/<uuid:token>/hoan-tac")
@requires("manager")
def reopen(token: UUID) -> Response:
    """Take a decision back; the comment opens again."""
    try:
        operations.reopen_comment(db.session(), token, reviewer=current_member(), now=clock.now())
    except operations.ReviewerInvolved:
        db.session.commit()  # that it was tried stays in the trail
        raise
    db.session.commit()
    flash(_("Đã hoàn tác; góp ý chờ duyệt lại."), "success")
    return redirect(url_for("surveys_staff.comment", token=token))


def _page(held: HeldComment | None, form: ReviewForm | None, now: datetime) -> str:
    session, member, today = db.session(), current_member(), clock.local_day(now)
    since = _midnight(now)
    allowed = operations.reviewable(session, member, day=today)
    decided = queries.decisions(session, reviewer_id=member.id, since=since, limit=LISTED_DECISIONS)
    ids = {each.department_id for each in decided} | ({held.department_id} if held else set())
    return render_template(
        "surveys/review.html",
        held=held,
        form=form,
        masked=mask(held.text) if held else None,
        placeholders=PLACEHOLDERS,
        waiting=queries.held_count(session, department_ids=allowed, before=since),
        decided=decided,
        departments=departments.departments(session, ids=ids, on=today),
        bounded=allowed is not None,
    )


def _held(token: UUID, now: datetime) -> HeldComment:
    allowed = operations.reviewable(db.session(), current_member(), day=clock.local_day(now))
    return queries.held_comment(db.session(), token, department_ids=allowed, before=_midnight(now))


def _midnight(now: datetime) -> datetime:
    """Where today began in Vietnam: what arrived later enters the queue tomorrow."""
    return datetime.combine(clock.local_day(now), time(0), clock.VIETNAM)
