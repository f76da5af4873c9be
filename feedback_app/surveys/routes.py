"""The public doors: the kiosk, the form on a phone, and the code that leads to it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from flask import Blueprint, Response, current_app, render_template, request, url_for

from feedback_app.departments import queries as departments
from feedback_app.departments.queries import Spot
from feedback_app.kit import clock, i18n, ids
from feedback_app.kit.db import db
from feedback_app.kit.errors import N_, Conflict, Gone, NotFound
from feedback_app.kit.security import csrf, limiter
from feedback_app.kit.visitor_tokens import Visitor, VisitorTokens
from feedback_app.kit.web import public, settings
from feedback_app.surveys import operations, posters, queries
from feedback_app.surveys.doors import doors
from feedback_app.surveys.floods import floods
from feedback_app.surveys.forms import (
    Filled,
    LapsedForm,
    LapsedSlip,
    OpenedSlip,
    OutdatedForm,
    read_envelope,
    read_form,
)
from feedback_app.surveys.frames import Frames, Page
from feedback_app.surveys.operations import AlreadySealed
from feedback_app.surveys.queries import NoQuestionnaire
from feedback_app.surveys.versions import BadAnswer
from feedback_app.tokens import queries as tokens
from feedback_app.tokens.codes import Token
from feedback_app.tokens.installed import codes

blueprint = Blueprint("surveys", __name__, template_folder="templates")

# A form holds an id and a token of its own, so no cache may hand it to a second person.
_OWN_PAGE: Final = {"Cache-Control": "private, no-cache"}


@blueprint.get("/khao-sat/<place>")
@blueprint.get("/khao-sat/<place>/<counter>")
@public
def form(place: str, counter: str | None = None) -> Response:
    """The form for a phone or any browser; `?kenh=qr` says that a code led here, `?hs=` is the token of a slip.

    Whether a slip was used is not told before a form is sent: looking must not be a way to learn when it was.
    """
    now = clock.now()
    door = doors().find(db.session, place=place, counter=counter, kind="web", now=now)
    slip = _slip(request.args.get("hs", ""), door.spot, now)
    visitor = _tokens().visitor(request)
    page = Page(
        spot=door.spot,
        version=door.version,
        offers=door.offers,
        channel="qr" if request.args.get("kenh") == "qr" else "web",
        response_id=ids.new_id(),
        token=visitor.token,
        demonstration=door.demonstration,
        slip=slip,
        filled=Filled(notice=LapsedSlip()) if "hs" in request.args and not slip else None,
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
    if floods(now):
        return _ask_to_wait()
    door = doors().find(db.session, place=place, counter=counter, kind="web", now=now)
    envelope = read_envelope(request.form)
    try:
        version, outdated = door.of_its_kind(queries.version(session, envelope.version_id)), None
    except NoQuestionnaire:
        version, outdated = door.version, OutdatedForm()
    slip = _slip(envelope.slip, door.spot, now)
    command, filled = read_form(
        request.form, envelope, version, door.spot, door.offers, codes=codes(), slip=slip, new_id=ids.new_id(), now=now
    )
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
            slip=slip,
            filled=filled,
        )
        return _own_page(page, visitor, status=400 if lapsed else 422)
    receipt = operations.submit(session, command, now=now, rapid_seconds=settings().rapid_seconds)
    session.commit()
    if receipt.outcome == "answered_before":
        return _answered_before(place, counter, command.channel, list(filled.comments.values()))
    if receipt.outcome == "conflict":
        raise AlreadySealed(
            N_(
                "Phiếu này đã được gửi trước đó với nội dung khác. Cả hai lần gửi đều được giữ lại để người có trách "
                "nhiệm xem xét. Nếu muốn góp ý thêm, xin mở một phiếu mới."
            )
        )
    way = _way(command.channel)
    return Response(status=303, headers={"Location": url_for("surveys.thanks", place=place, counter=counter, **way)})


def _slip(written: str, spot: Spot, now: datetime) -> OpenedSlip | None:
    """The slip of a token that an office named for a department of this spot; one of elsewhere is none here."""
    token = Token.read(written)
    if token is None:
        return None
    concerned = {spot.receiving_department_id, spot.rated_department_id}
    stage = tokens.issued_stage(db.session(), token, department_ids=concerned, day=clock.local_day(now))
    return stage and OpenedSlip(token, stage)


def _asked_language() -> str | None:
    """A language asked for in the address holds for the page behind it too."""
    return i18n.locale() if "lang" in request.args else None


def _way(channel: str | None) -> dict[str, Any]:
    """Arguments that keep to the next page how somebody came here and which language they read."""
    return {"kenh": "qr" if channel == "qr" else None, "lang": _asked_language()}


def _answered_before(place: str, counter: str | None, channel: str, comments: list[str]) -> Response:
    """Says that the dossier has its answer, gives back what was written, and shows the way to a form without a code."""
    again = url_for("surveys.form", place=place, counter=counter, **_way(channel))
    path = url_for("surveys.form", place=place, counter=counter)
    page = render_template("surveys/answered_before.html", again=again, form_path=path, comments=comments)
    return Response(page, status=409, headers=_OWN_PAGE)


def _ask_to_wait() -> Response:
    """429 for whoever shares an address with a flood: the form waits on the page, to be sent again as it is."""
    page = render_template("surveys/wait.html", sent=request.form.items(multi=True))
    return Response(page, status=429, headers=_OWN_PAGE | {"Retry-After": "60"})


def _own_page(page: Page, visitor: Visitor, *, status: int = 200) -> Response:
    response = Response(_frames().render(page), status=status, headers=_OWN_PAGE)
    _tokens().remember(visitor, response)
    return response


@blueprint.get("/khao-sat/<place>/cam-on")
@blueprint.get("/khao-sat/<place>/<counter>/cam-on")
@public
def thanks(place: str, counter: str | None = None) -> str:
    """Says nothing of what was answered, so that it may stay open, be shared or be reloaded."""
    departments.spot(db.session(), place=place, counter=counter, on=clock.local_day(clock.now()))
    path = url_for("surveys.form", place=place, counter=counter)
    again = url_for("surveys.form", place=place, counter=counter, **_way(request.args.get("kenh")))
    return render_template("surveys/thanks.html", again=again, form_path=path)


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


@blueprint.get("/tiep-tuc/<token>")
@public
def handover(token: str) -> Response:
    """What a kiosk leaves to its citizen's phone: the texts, without a script. 404, 409 or 410 where there are none."""
    try:
        asked = operations.handed_over(db.session(), token, now=clock.now())
    except (operations.HandoverNotFound, operations.HandoverOver, AlreadySealed) as error:
        return _handover_ended(error)
    return _handover_page(asked)


@blueprint.post("/tiep-tuc/<token>")
@public
# As with the form: a page whose token has lapsed comes back as it was filled.
@csrf.exempt  # type: ignore[untyped-decorator]
def finish(token: str) -> Response:
    """Finish a kiosk's response: 303 to the thanks, 400 or 422 with everything typed still there."""
    session, now = db.session(), clock.now()
    if floods(now):
        return _ask_to_wait()
    typed = {key.removeprefix("q-"): text for key, text in request.form.items() if key.startswith("q-")}
    receipt = None
    try:
        if not _tokens().is_own(request, _tokens().visitor(request)):
            asked = operations.handed_over(session, token, now=now, within=operations.WRITING)
            return _handover_page(asked, typed=typed, lapsed=LapsedForm())
        try:
            receipt = operations.finish(session, token, typed, now=now)
        except BadAnswer as error:
            session.rollback()
            asked = operations.handed_over(session, token, now=now, within=operations.WRITING)
            return _handover_page(asked, typed=typed, error=error)
        session.commit()
        if receipt.outcome == "conflict":
            raise AlreadySealed(
                N_("Phiếu này đã được gửi trước đó. Điều Ông/Bà vừa viết được giữ lại để người có trách nhiệm xem xét.")
            )
    except (operations.HandoverNotFound, operations.HandoverOver, AlreadySealed) as error:
        return _handover_ended(error, [] if receipt else list(typed.values()))
    return Response(status=303, headers={"Location": url_for("surveys.finished", lang=_asked_language())})


@blueprint.get("/tiep-tuc/cam-on")
@public
def finished() -> str:
    """Thanks without an invitation to answer again: the visit has its response."""
    return render_template("surveys/thanks.html", again=None)


def _handover_page(
    asked: operations.Asked,
    *,
    typed: Mapping[str, str] = MappingProxyType({}),
    error: BadAnswer | None = None,
    lapsed: LapsedForm | None = None,
) -> Response:
    visitor = _tokens().visitor(request)
    page = render_template(
        "surveys/handover.html",
        questions=asked.questions,
        typed=typed,
        error=error,
        lapsed=lapsed and i18n.say(lapsed),
        say=i18n.say,
        token=visitor.token,
    )
    response = Response(page, status=400 if lapsed else 422 if error else 200, headers={"Cache-Control": "no-store"})
    _tokens().remember(visitor, response)
    return response


def _handover_ended(error: NotFound | Gone | Conflict, comments: Sequence[str] = ()) -> Response:
    """Why nothing more is taken; `comments` that were not kept are given back."""
    status = 404 if isinstance(error, NotFound) else 410 if isinstance(error, Gone) else 409
    page = render_template("surveys/handover.html", ended=i18n.say(error), comments=comments)
    return Response(page, status=status, headers={"Cache-Control": "no-store"})


def _printed_url(spot: Spot) -> str:
    """What a code holds: the address people reach the service at, not the one this request came by."""
    path = url_for("surveys.form", place=spot.place_slug, counter=spot.counter_slug)
    return f"{settings().public_url}{path}?kenh=qr"


def _tokens() -> VisitorTokens:
    tokens: VisitorTokens = current_app.extensions["visitor_tokens"]
    return tokens


def _frames() -> Frames:
    frames: Frames = current_app.extensions.setdefault("surveys.frames", Frames())
    return frames
