"""What enrolled kiosks ask of the server (docs/kiosks.md), and dossiers called up on them (docs/slips.md).

A device shows its key and nothing else: no cookie, so no page can act in its name.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Final, TypeVar, cast

from flask import Blueprint, g, jsonify, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from feedback_app.departments.queries import PlaceNotFound
from feedback_app.kiosks import operations, queries
from feedback_app.kiosks.configuration import device_configuration, digest, in_milliseconds
from feedback_app.kiosks.deliveries import EnrolledSender, Result, deliver
from feedback_app.kiosks.forms import LARGEST_BATCH, read_batch, read_identifier, read_report
from feedback_app.kiosks.queries import DeviceView
from feedback_app.kit import clock
from feedback_app.kit.db import db, once_more
from feedback_app.kit.errors import N_, NotAllowed
from feedback_app.kit.keys import by_key, key_rejected, shown_key
from feedback_app.kit.security import csrf, limiter
from feedback_app.kit.web import public, read_json, settings
from feedback_app.staff.access import requires_key
from feedback_app.surveys import operations as surveys
from feedback_app.surveys import posters
from feedback_app.surveys.asked_slips import read_slip
from feedback_app.surveys.doors import doors
from feedback_app.surveys.operations import OutsideKey
from feedback_app.surveys.queries import NoQuestionnaire
from feedback_app.tokens import operations as tokens


class HandoverOff(NotAllowed):
    """The settings of this device do not offer it."""


View = TypeVar("View", bound=Callable[..., Any])

blueprint = Blueprint("kiosks_api", __name__, url_prefix="/api/v1/kiosks")
calls = Blueprint("kiosks_calls", __name__, url_prefix="/api/v1/calls")

# Counted for each key, as a whole hall may stand behind one address. A kiosk sends a batch after each touch and reports
# once a minute; after a week without network its 20,000 answers are 400 batches, gone in a few minutes.
RATE: Final = "120/minute"
# A counter finishes one dossier after another; a city has some hundred counters.
CALLS: Final = "600/minute"
# Somebody who types a code needs one try or two.
ENROLMENTS: Final = "10/minute"


def requires_device(view: View) -> View:
    """Open a view only to devices that send a key in use: `Authorization: Bearer …`; others get 401."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        device = queries.device_of_key(db.session(), shown_key())
        if device is None:
            return key_rejected(gettext("Ki-ốt này chưa ghi danh hoặc đã bị thu hồi."))
        g.kiosk_device = device
        return view(*args, **kwargs)

    guarded.audience = "device"  # type: ignore[attr-defined]
    return cast(View, guarded)


def current_device() -> DeviceView:
    """The device behind this request; only for views behind `requires_device`."""
    device: DeviceView = g.kiosk_device
    return device


# A forged request is one to which a browser adds its cookies unasked. These views read none, and no browser adds a key.
@csrf.exempt  # type: ignore[untyped-decorator]
@blueprint.post("/enrolments")
@limiter.limit(ENROLMENTS)
@public
def enrol() -> tuple[Response, int]:
    """Turn a code into a device; its key is told this once."""
    now = clock.now()
    document = read_json()
    code = document.get("code") if isinstance(document, dict) else None
    done = operations.enrol(db.session(), now=now, code=code if isinstance(code, str) else "")
    db.session.commit()
    told = jsonify(device=str(done.device_id), key=done.key, name=done.name, now=in_milliseconds(now))
    told.headers["Cache-Control"] = "no-store"
    return told, 201


@blueprint.get("/self")
@limiter.limit(RATE, key_func=by_key)
@requires_device
def configuration() -> Response:
    """What the device is to work with; unchanged, 304."""
    session, now = db.session(), clock.now()
    found = _configuration(current_device())
    found["settings"] = operations.note_configuration(session, current_device().id, digest(found))
    operations.note_seen(session, current_device().id, now=now)
    session.commit()
    told = jsonify(**found, now=in_milliseconds(now))
    told.set_etag(digest(found).hex())
    told.headers["Cache-Control"] = "private, no-cache"
    return told.make_conditional(request)


@csrf.exempt  # type: ignore[untyped-decorator]
@blueprint.post("/responses")
@limiter.limit(RATE, key_func=by_key)
@requires_device
def respond() -> Response:
    """Store a batch of answers: one result for each, one commit for all."""
    request.max_content_length = LARGEST_BATCH
    session, now = db.session(), clock.now()
    batch, device = read_batch(read_json()), current_device()

    def store() -> list[Result]:
        operations.note_seen(session, device.id, now=now)
        return deliver(session, batch, EnrolledSender(session, device), now=now, rapid_seconds=settings().rapid_seconds)

    results = once_more(session, store)
    session.commit()
    return jsonify(now=in_milliseconds(now), results=[each.as_json() for each in results])


@csrf.exempt  # type: ignore[untyped-decorator]
@blueprint.post("/reports")
@limiter.limit(RATE, key_func=by_key)
@requires_device
def report() -> Response:
    """Take down how the device is; the answer says which revision of its settings it should have."""
    session, now, device = db.session(), clock.now(), current_device()
    told = read_report(read_json())
    operations.note_seen(session, device.id, now=now)
    operations.store_report(session, device.id, told, now=now)
    try:
        revision = operations.note_configuration(session, device.id, digest(_configuration(device)))
    except (PlaceNotFound, NoQuestionnaire):
        # Nothing to be asked there at present: it goes on with what it has, and its report counts all the same.
        revision = device.settings_revision
    session.commit()
    return jsonify(now=in_milliseconds(now), settings=revision)


@csrf.exempt  # type: ignore[untyped-decorator]
@blueprint.post("/handovers")
@limiter.limit(RATE, key_func=by_key)
@requires_device
def hand_over() -> tuple[Response, int]:
    """A code by which a response begun here is finished on a phone: its address, told this once, and as a drawing."""
    session, now, device = db.session(), clock.now(), current_device()
    if not device.settings.handover:
        raise HandoverOff(N_("Ki-ốt này không cho viết tiếp trên điện thoại."))
    token = surveys.hand_over(session, read_identifier(read_json()), device_id=device.id, now=now)
    session.commit()
    url = f"{settings().public_url}{url_for('surveys.handover', token=token)}"
    told = jsonify(url=url, svg=posters.qr_svg(url).decode(), now=in_milliseconds(now))
    told.headers["Cache-Control"] = "no-store"
    return told, 201


def _configuration(device: DeviceView) -> dict[str, Any]:
    """Raises PlaceNotFound and NoQuestionnaire."""
    session, now = db.session(), clock.now()
    spot = queries.present_spot(session, device, now=now)
    door = doors().find(db.session, place=spot.place_slug, counter=spot.counter_slug, kind="kiosk", now=now)
    return device_configuration(device, door.spot, door.version, settings(), demonstration=door.demonstration)


@blueprint.get("/call")
@limiter.limit(RATE, key_func=by_key)
@requires_device
def call() -> Response:
    """The dossier the counter has just finished, told once; null where there is none."""
    session, now, device = db.session(), clock.now(), current_device()
    taken = operations.take_call(session, device.assignment.position, now=now)
    if taken is not None:
        session.commit()
    told = None if taken is None else {"id": taken.id, "dossier": taken.token.written, "stage": taken.stage}
    answer = jsonify(now=in_milliseconds(now), call=told)
    answer.headers["Cache-Control"] = "no-store"
    return answer


# A forged request is one to which a browser adds its cookies unasked. This view reads none, and no browser adds a key.
@csrf.exempt  # type: ignore[untyped-decorator]
@calls.post("")
@limiter.limit(CALLS, key_func=by_key)
@requires_key
def call_up() -> tuple[Response, int]:
    """The one-stop system has finished with a dossier: the device at its counter asks for it."""
    session, now = db.session(), clock.now()
    try:
        asked = read_slip(read_json())
    except OutsideKey:
        session.commit()  # the attempt stays in the audit trail
        raise
    named = asked.naming
    tokens.issue(session, [named], now=now, days=settings().dossier_slip_days)
    number, until = operations.call_up(session, named.token, spot=asked.spot, stage=named.stage, now=now)
    session.commit()
    return jsonify(id=number, expires=until.isoformat(timespec="seconds")), 201
