"""Where a one-stop system asks for slips; described in docs/slips.md."""

from typing import Final

from flask import Blueprint, jsonify, request
from werkzeug.wrappers import Response

from feedback_app.kit import clock, i18n
from feedback_app.kit.db import db
from feedback_app.kit.errors import N_, Refused
from feedback_app.kit.keys import by_key
from feedback_app.kit.problems import problem
from feedback_app.kit.security import csrf, limiter
from feedback_app.kit.web import read_json, settings
from feedback_app.staff.access import requires_key
from feedback_app.surveys import posters
from feedback_app.surveys.addresses import slip_address
from feedback_app.surveys.asked_slips import AskedSlip, BadSlip, read_slip
from feedback_app.surveys.operations import OutsideKey
from feedback_app.tokens import operations as tokens

blueprint = Blueprint("surveys_api", __name__, url_prefix="/api/v1/slips")

# A counter asks for one with every dossier; a city has some hundred counters.
RATE: Final = "600/minute"
MOST: Final = 100


# A forged request is one to which a browser adds its cookies unasked. This view reads none, and no browser adds a key.
@csrf.exempt  # type: ignore[untyped-decorator]
@blueprint.post("")
@limiter.limit(RATE, key_func=by_key)
@requires_key
def make() -> tuple[Response, int] | Response:
    """One slip, or a list of up to 100, all made or none: token, address, last day, and with `?svg` a drawing."""
    now = clock.now()
    body = read_json()
    listed = body if isinstance(body, list) else [body]
    if not 0 < len(listed) <= MOST:
        return problem(422, [("", i18n.say(BadSlip(N_("Mỗi lần gửi từ 1 đến %(most)s phiếu mời."), most=MOST)))])
    asked: list[AskedSlip] = []
    faults: list[tuple[str, str]] = []
    for number, each in enumerate(listed, start=1):
        try:
            asked.append(read_slip(each))
        except OutsideKey:
            db.session.commit()  # the attempt stays in the audit trail
            raise
        except Refused as error:
            field = error.field or ""
            faults.append((f"{number}.{field}" if isinstance(body, list) else field, i18n.say(error)))
    if faults:
        return problem(422, faults)
    until = tokens.issue(db.session(), [each.naming for each in asked], now=now, days=settings().dossier_slip_days)
    db.session.commit()
    made = [
        {"token": token.written, "url": address, "expires": until.isoformat()}
        | ({"svg": posters.qr_svg(address).decode()} if "svg" in request.args else {})
        for token, address in ((each.naming.token, _address(each)) for each in asked)
    ]
    return jsonify(slips=made) if isinstance(body, list) else jsonify(made[0]), 201


def _address(slip: AskedSlip) -> str:
    return slip_address(slip.spot.place_slug, slip.naming.token, slip.spot.counter_slug)
