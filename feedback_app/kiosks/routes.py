"""The kiosk page of a place that anybody can open, for a trial: what it shows all day, and what it delivers."""

from typing import Final

from flask import Blueprint, Response, jsonify, make_response, render_template, request, url_for
from flask_wtf.csrf import generate_csrf

from feedback_app.kiosks import deliveries
from feedback_app.kiosks.configuration import in_milliseconds, page_configuration
from feedback_app.kiosks.deliveries import PageSender
from feedback_app.kiosks.forms import LARGEST_BATCH, read_batch
from feedback_app.kiosks.shell import draw_shell
from feedback_app.kit import clock, i18n
from feedback_app.kit.db import db, once_more
from feedback_app.kit.errors import N_, Invalid, NotAllowed
from feedback_app.kit.web import public, read_json, settings
from feedback_app.surveys.doors import doors
from feedback_app.surveys.floods import refuse_floods

blueprint = Blueprint("kiosks", __name__, template_folder="templates")

# The page holds a token of its own, so no cache may hand it to a second device.
_OWN_PAGE: Final = {"Cache-Control": "private, no-cache"}


class NotEnrolled(NotAllowed):
    """This service takes what enrolled devices send, and nothing from a page that anybody can open."""


@blueprint.get("/ki-ot/<place>")
@blueprint.get("/ki-ot/<place>/<counter>")
@public
def page(place: str, counter: str | None = None) -> Response:
    """The page a kiosk shows all day. It begins in Vietnamese whatever the device was set to before."""
    if not settings().unenrolled_kiosks:
        enrolment_url = f"{settings().public_url}/ki-ot"
        return make_response(render_template("kiosks/not_enrolled.html", enrolment_url=enrolment_url), 403, _OWN_PAGE)
    now = clock.now()
    door = doors().find(db.session, place=place, counter=counter, kind="kiosk", now=now)
    spot = door.spot
    data = page_configuration(
        spot,
        door.version,
        settings(),
        url=url_for("kiosks.token", place=place, counter=counter),
        demonstration=door.demonstration,
        now=now,
    )
    drawn = draw_shell(data=data, form_url=url_for("surveys.form", place=spot.place_slug, counter=spot.counter_slug))
    return Response(drawn, headers=_OWN_PAGE)


@blueprint.get("/ki-ot/<place>/phieu")
@blueprint.get("/ki-ot/<place>/<counter>/phieu")
@public
def token(place: str, counter: str | None = None) -> Response:
    """A fresh CSRF token for a kiosk whose old one no longer holds, the version it should be asking, and the time."""
    _refuse_unenrolled()
    now = clock.now()
    door = doors().find(db.session, place=place, counter=counter, kind="kiosk", now=now)
    response = jsonify(csrf=generate_csrf(), version=door.version.id, now=in_milliseconds(now))
    response.headers.update(_OWN_PAGE)
    return response


@blueprint.post("/ki-ot/<place>/phieu")
@blueprint.post("/ki-ot/<place>/<counter>/phieu")
@public
def deliver(place: str, counter: str | None = None) -> tuple[Response, int]:
    """A batch of a page that is not enrolled: 200 and what became of each answer, 422 for what is no batch."""
    _refuse_unenrolled()
    session, now = db.session(), clock.now()
    request.max_content_length = LARGEST_BATCH
    try:
        batch = read_batch(read_json())
        refuse_floods(now, answers=max(1, len(batch.items)))
    except Invalid as error:
        refuse_floods(now)
        return jsonify(field=error.field, message=i18n.say(error)), 422
    sender, rapid_seconds = PageSender(place, counter, now=now), settings().rapid_seconds
    results = once_more(
        session, lambda: deliveries.deliver(session, batch, sender, now=now, rapid_seconds=rapid_seconds)
    )
    session.commit()
    return jsonify(now=in_milliseconds(now), results=[each.as_json() for each in results]), 200


def _refuse_unenrolled() -> None:
    if not settings().unenrolled_kiosks:
        raise NotEnrolled(N_("Ở đây chỉ nhận phiếu của ki-ốt đã ghi danh."))
