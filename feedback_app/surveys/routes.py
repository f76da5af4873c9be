"""The public doors: the kiosk, the form on a phone, and the code that leads to it."""

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from flask import Blueprint, Response, abort, current_app, jsonify, render_template, request, url_for
from flask_babel import force_locale, gettext
from flask_wtf.csrf import generate_csrf
from werkzeug.exceptions import BadRequest

from feedback_app.departments import queries as departments
from feedback_app.departments.queries import PlaceNotFound, Spot
from feedback_app.kit import clock, i18n, ids
from feedback_app.kit.db import db
from feedback_app.kit.errors import N_, Invalid
from feedback_app.kit.security import csrf, limiter
from feedback_app.kit.visitor_tokens import Visitor, VisitorTokens
from feedback_app.kit.web import public, settings
from feedback_app.surveys import operations, posters, queries
from feedback_app.surveys.doors import Door, Doors
from feedback_app.surveys.floods import Floods
from feedback_app.surveys.forms import (
    BadDelivery,
    LapsedForm,
    OutdatedForm,
    read_delivery,
    read_envelope,
    read_form,
)
from feedback_app.surveys.frames import Frames, Page
from feedback_app.surveys.operations import AlreadySealed
from feedback_app.surveys.queries import NoQuestionnaire
from feedback_app.surveys.versions import VersionView

blueprint = Blueprint("surveys", __name__, template_folder="templates")

# A whole hall may stand behind one address; this stops a flood, not a queue.
_floods: Final = Floods(240)
# A form holds an id and a token of its own, so no cache may hand it to a second person.
_OWN_PAGE: Final = {"Cache-Control": "private, no-cache"}


@blueprint.get("/ki-ot/<place>")
@blueprint.get("/ki-ot/<place>/<counter>")
@public
def kiosk(place: str, counter: str | None = None) -> Response:
    """The page a kiosk shows all day. It begins in Vietnamese whatever the device was set to before."""
    door = _doors().find(db.session, place=place, counter=counter, kind="kiosk", now=clock.now())
    spot, version = door.spot, door.version
    with force_locale("vi"):
        page = render_template(
            "surveys/kiosk.html",
            spot=spot,
            version=version,
            data=_kiosk_data(spot, version),
            form_url=url_for("surveys.form", place=spot.place_slug, counter=spot.counter_slug),
            demonstration=door.demonstration,
        )
    return Response(page, headers=_OWN_PAGE)


@blueprint.get("/ki-ot/<place>/phieu")
@blueprint.get("/ki-ot/<place>/<counter>/phieu")
@public
def kiosk_token(place: str, counter: str | None = None) -> Response:
    """A fresh CSRF token for a kiosk whose old one no longer holds, and the version it should be asking."""
    door = _doors().find(db.session, place=place, counter=counter, kind="kiosk", now=clock.now())
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
        door = _doors().find(db.session, place=place, counter=counter, kind="kiosk", now=now - delivery.age)
        _asked_here(queries.version(session, delivery.version_id), door)
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


@blueprint.get("/khao-sat/<place>")
@blueprint.get("/khao-sat/<place>/<counter>")
@public
def form(place: str, counter: str | None = None) -> Response:
    """The form for a phone or any browser; `?kenh=qr` says that a code led here."""
    door = _doors().find(db.session, place=place, counter=counter, kind="web", now=clock.now())
    visitor = _tokens().visitor(request)
    page = Page(
        spot=door.spot,
        version=door.version,
        offers=door.offers,
        channel="qr" if request.args.get("kenh") == "qr" else "web",
        response_id=ids.new_id(),
        token=visitor.token,
        demonstration=door.demonstration,
    )
    return _own_page(page, visitor)


@blueprint.post("/khao-sat/<place>")
@blueprint.post("/khao-sat/<place>/<counter>")
@public
# The visitor's own token is checked below instead, where a form without it can be given back filled as it was.
@csrf.exempt  # type: ignore[untyped-decorator]
def answer(place: str, counter: str | None = None) -> Response:
    """Take a filled form: 303 to the thanks, 400 or 422 with everything typed still there; raises AlreadySealed."""
    session = db.session()
    now = clock.now()
    _refuse_floods(now)
    door = _doors().find(db.session, place=place, counter=counter, kind="web", now=now)
    envelope = read_envelope(request.form)
    try:
        version, outdated = _asked_here(queries.version(session, envelope.version_id), door), None
    except NoQuestionnaire:
        version, outdated = door.version, OutdatedForm()
    command, filled = read_form(request.form, envelope, version, door.spot, door.offers, new_id=ids.new_id(), now=now)
    visitor = _tokens().visitor(request)
    lapsed = None if _tokens().is_own(request, visitor) else LapsedForm()
    filled.notice = outdated or lapsed
    if outdated:
        filled.errors.clear()  # nobody has been asked these questions yet
    if filled.notice or filled.errors:
        page = Page(
            spot=door.spot,
            version=version,
            offers=door.offers,
            channel=command.channel,
            response_id=command.id,
            token=visitor.token,
            demonstration=door.demonstration,
            filled=filled,
        )
        return _own_page(page, visitor, status=400 if lapsed else 422)
    receipt = operations.submit(session, command, now=now, rapid_seconds=settings().rapid_seconds)
    session.commit()
    if receipt.outcome == "conflict":
        raise AlreadySealed(
            N_(
                "Phiếu này đã được gửi trước đó với nội dung khác. Cả hai lần gửi đều được giữ lại để người có trách "
                "nhiệm xem xét. Nếu muốn góp ý thêm, xin mở một phiếu mới."
            )
        )
    language = i18n.locale() if "lang" in request.args else None
    return Response(status=303, headers={"Location": url_for("surveys.thanks", place=place, lang=language)})


def _own_page(page: Page, visitor: Visitor, *, status: int = 200) -> Response:
    response = Response(_frames().render(page), status=status, headers=_OWN_PAGE)
    _tokens().remember(visitor, response)
    return response


@blueprint.get("/khao-sat/<place>/cam-on")
@public
def thanks(place: str) -> str:
    """Says nothing of what was answered, so that it may stay open, be shared or be reloaded."""
    spot = departments.spot(db.session(), place=place, on=clock.local_day(clock.now()))
    return render_template("surveys/thanks.html", again=url_for("surveys.form", place=spot.place_slug))


@blueprint.get("/khao-sat/<place>/ma-qr.svg")
@blueprint.get("/khao-sat/<place>/<counter>/ma-qr.svg")
@public
def qr_code(place: str, counter: str | None = None) -> Response:
    """The code that opens the form, as a drawing to print at any size."""
    spot = departments.spot(db.session(), place=place, counter=counter, on=clock.local_day(clock.now()))
    return Response(posters.qr_svg(_printed_url(spot)), mimetype="image/svg+xml")


@blueprint.get("/khao-sat/<place>/ap-phich.pdf")
@blueprint.get("/khao-sat/<place>/<counter>/ap-phich.pdf")
@public
@limiter.limit("30 per minute")
def poster(place: str, counter: str | None = None) -> Response:
    """An A4 sheet with the code, ready to be hung up."""
    spot = departments.spot(db.session(), place=place, counter=counter, on=clock.local_day(clock.now()))
    office = settings().office
    name = spot.place_name if spot.counter_name is None else f"{spot.place_name} – {spot.counter_name}"
    pdf = posters.poster(
        url=_printed_url(spot),
        place=name,
        office=office.name,
        parent=office.parent_name,
        department=spot.rated_department_name,
    )
    return Response(pdf, mimetype="application/pdf")


def _printed_url(spot: Spot) -> str:
    """What a code holds: the address people reach the service at, not the one this request came by."""
    path = url_for("surveys.form", place=spot.place_slug, counter=spot.counter_slug)
    return f"{settings().public_url}{path}?kenh=qr"


def _asked_here(version: VersionView, door: Door) -> VersionView:
    """`version` if it is of the questionnaire this door asks, in whatever version; else nobody here was shown it."""
    if version.questionnaire_id != door.version.questionnaire_id:
        raise NoQuestionnaire(N_("Nơi này không hỏi mẫu phiếu đó. Xin mở lại trang và trả lời mẫu phiếu hiện có."))
    return version


def _doors() -> Doors:
    doors: Doors | None = current_app.extensions.get("surveys.doors")
    if doors is None:
        # Tests change places between two requests.
        seconds = 0 if settings().environment == "test" else 5
        doors = current_app.extensions["surveys.doors"] = Doors(timedelta(seconds=seconds))
    return doors


def _tokens() -> VisitorTokens:
    tokens: VisitorTokens = current_app.extensions["visitor_tokens"]
    return tokens


def _frames() -> Frames:
    frames: Frames = current_app.extensions.setdefault("surveys.frames", Frames())
    return frames


def _kiosk_data(spot: Spot, version: VersionView) -> dict[str, Any]:
    """What kiosk.js needs: every text in both languages, the seconds, the version and where answers go."""
    kiosk = settings().kiosk
    address = url_for("surveys.kiosk_token", place=spot.place_slug, counter=spot.counter_slug)
    texts = {}
    for language in i18n.LANGUAGES:
        with force_locale(language):
            texts[language] = _kiosk_texts(spot, version)
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


def _kiosk_texts(spot: Spot, version: VersionView) -> dict[str, str]:
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
