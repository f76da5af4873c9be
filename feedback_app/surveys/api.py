"""Where a one-stop system asks for slips; described in docs/slips.md."""

from typing import Any, Final

from flask import Blueprint, jsonify, request
from werkzeug.wrappers import Response

from feedback_app.departments import queries as departments
from feedback_app.kit import clock, i18n
from feedback_app.kit.db import db
from feedback_app.kit.errors import N_, Invalid, Refused
from feedback_app.kit.problems import problem
from feedback_app.kit.security import csrf, limiter
from feedback_app.kit.web import settings
from feedback_app.staff.access import current_key, requires_key
from feedback_app.surveys import operations, posters
from feedback_app.surveys.addresses import slip_address
from feedback_app.surveys.forms import STAGES
from feedback_app.surveys.operations import OutsideKey
from feedback_app.tokens import operations as tokens
from feedback_app.tokens.codes import Token
from feedback_app.tokens.commands import Stage
from feedback_app.tokens.installed import codes

blueprint = Blueprint("surveys_api", __name__, url_prefix="/api/v1/slips")

# A counter asks for one with every dossier; a city has some hundred counters.
RATE: Final = "600/minute"
MOST: Final = 100


class BadRequest(Invalid):
    """What was sent is not what this address takes; `field` names the part."""


# A forged request is one to which a browser adds its cookies unasked. This view reads none, and no browser adds a key.
@csrf.exempt  # type: ignore[untyped-decorator]
@blueprint.post("")
@limiter.limit(RATE)
@requires_key
def make() -> tuple[Response, int] | Response:
    """One slip, or a list of up to 100, all made or none: token, address, last day, and with `?svg` a drawing."""
    body, now = request.get_json(silent=True), clock.now()
    listed = body if isinstance(body, list) else [body]
    if not 0 < len(listed) <= MOST:
        return problem(422, [("", i18n.say(BadRequest(N_("Mỗi lần gửi từ 1 đến %(most)s phiếu mời."), most=MOST)))])
    asked: list[tuple[str, Stage, Token]] = []
    faults: list[tuple[str, str]] = []
    for number, each in enumerate(listed, start=1):
        try:
            asked.append(_read(each))
        except OutsideKey:
            db.session.commit()  # the attempt stays in the audit trail
            raise
        except Refused as error:
            field = error.field or ""
            faults.append((f"{number}.{field}" if isinstance(body, list) else field, i18n.say(error)))
    if faults:
        return problem(422, faults)
    until = tokens.issue(
        db.session(), [token for _place, _stage, token in asked], now=now, days=settings().dossier_slip_days
    )
    db.session.commit()
    made = [
        {"token": token.written, "url": address, "expires": until.isoformat()}
        | ({"svg": posters.qr_svg(address).decode()} if "svg" in request.args else {})
        for token, address in ((token, slip_address(place, token, stage)) for place, stage, token in asked)
    ]
    return jsonify(slips=made) if isinstance(body, list) else jsonify(made[0]), 201


def _read(given: Any) -> tuple[str, Stage, Token]:
    """Slug of the place, stage and token. Raises BadRequest, BadCode, PlaceNotFound and OutsideKey."""
    if not isinstance(given, dict):
        raise BadRequest(N_("Nội dung gửi lên không phải là một phiếu mời."))
    place, code = (given.get(name) for name in ("place", "dossier"))
    if not isinstance(place, str):
        raise BadRequest(N_("Thiếu điểm phục vụ."), field="place")
    if not isinstance(code, str):
        raise BadRequest(N_("Thiếu mã hồ sơ."), field="dossier")
    stage = next((each for each in STAGES if each == given.get("stage")), None)
    if stage is None:
        raise BadRequest(N_("Bước của hồ sơ phải là một trong: %(stages)s."), field="stage", stages=", ".join(STAGES))
    now = clock.now()
    spot = departments.spot(db.session(), place=place, on=clock.local_day(now))
    operations.check_key(db.session(), current_key(), spot, now=now)
    return spot.place_slug, stage, codes().token(code, stage)
