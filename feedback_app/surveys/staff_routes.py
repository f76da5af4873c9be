"""What the people in charge of a place need: its links, its code, its poster, slips for dossiers; and the review of
free text, one comment at a time, the oldest first."""

from datetime import date, datetime
from typing import Final
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms.fields import SelectChoice

from feedback_app.departments import queries as departments
from feedback_app.kit import clock, i18n
from feedback_app.kit.db import db
from feedback_app.kit.errors import Invalid
from feedback_app.kit.web import settings
from feedback_app.staff.access import current_member, requires, scope
from feedback_app.surveys import operations, queries
from feedback_app.surveys.addresses import slip_address
from feedback_app.surveys.forms import ReviewForm, SlipForm
from feedback_app.surveys.masking import PLACEHOLDERS, mask
from feedback_app.surveys.queries import HeldComment
from feedback_app.surveys.slips import MOST_SLIPS, STAGES_ON_PAPER, Slip, read_list, sheets
from feedback_app.tokens.codes import Token
from feedback_app.tokens.installed import codes

blueprint = Blueprint("surveys_staff", __name__, template_folder="templates")

LISTED_DECISIONS: Final = 5
LISTED_LINES: Final = 10


@blueprint.get("/quan-ly/diem-dat")
@requires("manager")
def places() -> str:
    """The places of the departments this account answers for, with what leads to their questionnaires."""
    session = db.session()
    today = clock.local_day(clock.now())
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
        for place in _places(session, today)
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


@blueprint.route("/giay-moi", methods=["GET", "POST"])
@requires("staff")
def slips() -> Response | str | tuple[str, int]:
    """Slips to print for the dossiers whose codes are typed, at a place of the departments this account answers for."""
    session, now = db.session(), clock.now()
    today = clock.local_day(now)
    offered = {place.slug: place for place in _places(session, today)}
    form = SlipForm()
    form.place.choices = [
        SelectChoice(place.slug, i18n.text_in(place.name, place.name_en)) for place in offered.values()
    ]
    if form.validate_on_submit() and (asked := _asked(form)):
        place, stage = offered[form.place.data], form.stage.data
        until = operations.issue_slips(
            session,
            [token for _code, token in asked],
            place=place,
            stage=stage,
            member=current_member(),
            now=now,
            days=settings().dossier_slip_days,
        )
        pdf = sheets(
            [Slip(code, slip_address(place.slug, token)) for code, token in asked],
            single=form.layout.data == "single",
            office=settings().office.name,
            place=place.name,
            stage=STAGES_ON_PAPER[stage],
            address=settings().public_url + url_for("surveys.form", place=place.slug),
            until=until.strftime("%d/%m/%Y"),
            demonstration=queries.shows_demonstration(session, now=now),
        )
        session.commit()
        headers = {"Content-Disposition": 'attachment; filename="phieu-moi.pdf"'}
        return Response(pdf, mimetype="application/pdf", headers=headers)
    return render_template("surveys/slips.html", form=form), 422 if form.errors else 200


def _asked(form: SlipForm) -> list[tuple[str, Token]]:
    """The codes of the form; none when some are wrong, and the messages then stand beside the field."""
    asked, wrong = read_list(form.codes.data or "", form.stage.data, codes())
    messages = [i18n.say(each) for each in wrong[:LISTED_LINES]]
    if len(wrong) > LISTED_LINES:
        messages.append(_("Và %(count)s dòng khác.", count=len(wrong) - LISTED_LINES))
    if len(asked) > MOST_SLIPS:
        messages.append(_("Nhiều nhất %(limit)s mã mỗi lần; xin chia làm nhiều lần.", limit=MOST_SLIPS))
    if not asked and not wrong:
        messages.append(_("Xin nhập ít nhất một mã hồ sơ."))
    form.codes.errors = messages
    return [] if messages else asked


def _places(session: Session, day: date) -> list[departments.PlaceView]:
    """The places of the departments this account answers for."""
    allowed = scope(session, current_member(), day)
    return [
        place
        for place in departments.places(session, on=day)
        if allowed is None or {place.department_id, place.rated_department_id} & allowed
    ]


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
    waiting = queries.held_comments(
        db.session(), department_ids=allowed, before=clock.local_midnight(now), after=after, limit=1
    )
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
    since = clock.local_midnight(now)
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
    return queries.held_comment(db.session(), token, department_ids=allowed, before=clock.local_midnight(now))
