"""Where a one-stop system delivers the dossiers of a day; described in docs/import-dossiers.md."""

from typing import Final

from flask import Blueprint, jsonify
from werkzeug.wrappers import Response

from feedback_app.dossiers import operations
from feedback_app.dossiers.messages import read_message
from feedback_app.dossiers.operations import OutsideKey
from feedback_app.kit import clock, i18n
from feedback_app.kit.db import db
from feedback_app.kit.errors import Refused
from feedback_app.kit.keys import by_key
from feedback_app.kit.problems import problem
from feedback_app.kit.security import csrf, limiter
from feedback_app.kit.web import read_json
from feedback_app.staff.access import current_key, requires_key

blueprint = Blueprint("dossiers_api", __name__, url_prefix="/api/v1/dossiers")

# A city sends some thirty departments now and then; guessing a key of 256 bits is hopeless at any pace.
RATE: Final = "120/minute"


# A forged request is one to which a browser adds its cookies unasked. This view reads none, and no browser adds a key.
@csrf.exempt  # type: ignore[untyped-decorator]
@blueprint.put("/<department_code>/<day>")
@limiter.limit(RATE, key_func=by_key)
@requires_key
def put_day(department_code: str, day: str) -> Response:
    """Replace what the source says of the department's day; the same again changes nothing."""
    message, problems = read_message(read_json(), department=department_code, day=day)
    if message is None:
        return _problems([(problem.field or "", problem) for problem in problems])
    try:
        done = operations.put_day(
            db.session(),
            message.lines,
            department=department_code,
            day=message.day,
            source=message.source,
            key=current_key(),
            now=clock.now(),
        )
    except OutsideKey:
        db.session.commit()  # the attempt stays in the audit trail
        raise
    if done.rejected:
        return _problems(
            [
                (f"counts.{each.number}.{each.problem.field}".removesuffix(".None"), each.problem)
                for each in done.rejected
            ]
        )
    db.session.commit()
    (entered,) = done.days
    return jsonify(
        department=department_code,
        day=message.day.isoformat(),
        source=done.source,
        lines=len(entered.new.lines),
        outcome=entered.outcome,
    )


def _problems(problems: list[tuple[str, Refused]]) -> Response:
    return problem(422, [(field, i18n.say(each)) for field, each in problems])
