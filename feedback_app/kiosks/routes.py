"""The kiosk: the page it shows all day, and what it delivers."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from flask import Blueprint, Response, abort, jsonify, render_template, request, url_for
from flask_babel import force_locale, gettext
from flask_wtf.csrf import generate_csrf
from werkzeug.exceptions import BadRequest

from feedback_app.departments.queries import PlaceNotFound, Spot
from feedback_app.kiosks.forms import BadDelivery, read_delivery
from feedback_app.kit import clock, i18n
from feedback_app.kit.db import db
from feedback_app.kit.errors import N_, Invalid
from feedback_app.kit.web import public, settings
from feedback_app.surveys import operations, queries
from feedback_app.surveys.doors import doors
from feedback_app.surveys.floods import Floods
from feedback_app.surveys.queries import NoQuestionnaire
from feedback_app.surveys.versions import VersionView

blueprint = Blueprint("kiosks", __name__, template_folder="templates")

# Several kiosks may stand behind one address; this stops a flood, not a queue.
_floods: Final = Floods(240)
# The page holds a token of its own, so no cache may hand it to a second device.
_OWN_PAGE: Final = {"Cache-Control": "private, no-cache"}


@blueprint.get("/ki-ot/<place>")
@blueprint.get("/ki-ot/<place>/<counter>")
@public
def page(place: str, counter: str | None = None) -> Response:
    """The page a kiosk shows all day. It begins in Vietnamese whatever the device was set to before."""
    door = doors().find(db.session, place=place, counter=counter, kind="kiosk", now=clock.now())
    spot, version = door.spot, door.version
    with force_locale("vi"):
        drawn = render_template(
            "kiosks/kiosk.html",
            spot=spot,
            version=version,
            data=_data(spot, version),
            form_url=url_for("surveys.form", place=spot.place_slug, counter=spot.counter_slug),
            demonstration=door.demonstration,
        )
    return Response(drawn, headers=_OWN_PAGE)


@blueprint.get("/ki-ot/<place>/phieu")
@blueprint.get("/ki-ot/<place>/<counter>/phieu")
@public
def token(place: str, counter: str | None = None) -> Response:
    """A fresh CSRF token for a kiosk whose old one no longer holds, and the version it should be asking."""
    door = doors().find(db.session, place=place, counter=counter, kind="kiosk", now=clock.now())
    response = jsonify(csrf=generate_csrf(), version=door.version.id)
    response.headers.update(_OWN_PAGE)
    return response


@blueprint.put("/ki-ot/<place>/phieu/<uuid:response_id>")
@blueprint.put("/ki-ot/<place>/<counter>/phieu/<uuid:response_id>")
@public
def deliver(place: str, response_id: UUID, counter: str | None = None) -> tuple[Response, int]:
    """One delivery of a kiosk: 200 and what became of it, 409 if kept for review, 422 naming what is at fault."""
    session = db.session()
    now = clock.now()
    _refuse_floods(now)
    try:
        delivery = read_delivery(_json())
        door = doors().find(db.session, place=place, counter=counter, kind="kiosk", now=now - delivery.age)
        door.of_its_kind(queries.version(session, delivery.version_id))
        receipt = operations.submit(
            session,
            delivery.command(response_id, door.spot, now=now),
            now=now,
            rapid_seconds=settings().rapid_seconds,
        )
        session.commit()
    except Invalid as error:
        return jsonify(field=error.field, message=i18n.say(error)), 422
    except (PlaceNotFound, NoQuestionnaire) as error:
        return jsonify(field=error.field or "version", message=i18n.say(error)), 404
    return jsonify(outcome=receipt.outcome, sealed=receipt.sealed), 409 if receipt.outcome == "conflict" else 200


def _refuse_floods(now: datetime) -> None:
    if _floods.carries(request.remote_addr or "", now=now):
        abort(429)


def _json() -> Any:
    try:
        return request.get_json()
    except (BadRequest, RecursionError) as error:
        raise BadDelivery(N_("Nội dung gửi lên không phải là một phiếu."), field="body") from error


def _data(spot: Spot, version: VersionView) -> dict[str, Any]:
    """What kiosk.js needs: every text in both languages, the seconds, the version and where answers go."""
    kiosk = settings().kiosk
    address = url_for("kiosks.token", place=spot.place_slug, counter=spot.counter_slug)
    texts = {}
    for language in i18n.LANGUAGES:
        with force_locale(language):
            texts[language] = _texts(spot, version)
    return {
        "version": version.id,
        "url": address,
        "texts": texts,
        "seconds": {
            "idle": kiosk.idle_after_rating,
            "typing": kiosk.idle_while_typing,
            "countdown": kiosk.countdown,
            "thanks": kiosk.thanks,
        },
    }


def _texts(spot: Spot, version: VersionView) -> dict[str, str]:
    """Texts of the kiosk by key, in the language in force. A text without English is given in Vietnamese."""
    office = settings().office
    say = i18n.text_in
    texts = {
        "title": gettext("Đánh giá sự phục vụ"),
        "office": say(office.name, office.name_en),
        "place": say(spot.place_name, spot.place_name_en),
        "start-hint": gettext("Chạm vào một khuôn mặt. Không ghi tên người đánh giá."),
        "language": gettext("Ngôn ngữ"),
        "display": gettext("Cách hiển thị"),
        "large": gettext("Chữ lớn"),
        "contrast": gettext("Tương phản cao"),
        "choose": gettext("Chọn mức này"),
        "continue": gettext("Tiếp tục"),
        "skip": gettext("Bỏ qua"),
        "send": gettext("Gửi góp ý"),
        "thanks": gettext("Cảm ơn Ông/Bà đã đánh giá"),
        "thanks-hint": gettext("Ý kiến đã được ghi nhận."),
        "thanks-sending": gettext("Ý kiến đang được gửi."),
        "next-person": gettext("Mời người tiếp theo"),
        "idle-title": gettext("Ông/Bà còn ở đây không?"),
        "idle-before": gettext("Màn hình sẽ trở về ban đầu sau"),
        "idle-unit": gettext("giây"),
        "more-time": gettext("Tôi cần thêm thời gian"),
        "unsent": gettext("Phiếu đang chờ gửi"),
        "demonstration": gettext("Dữ liệu trình diễn – không phải số liệu thật"),
    }
    if spot.counter_name:
        texts["place"] += f" – {say(spot.counter_name, spot.counter_name_en)}"
    for question in version.questions:
        texts[f"q-{question.key}"] = say(question.text, question.text_en)
        texts[f"h-{question.key}"] = say(question.hint or "", question.hint_en)
        for choice in question.choices:
            texts[f"c-{question.key}-{choice.key}"] = say(choice.text, choice.text_en)
    return texts
