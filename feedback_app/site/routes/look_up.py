"""What became of one's own response: asked by a code from the kiosk's slip, told without what was answered."""

from flask import Response, make_response, render_template, request

from feedback_app import recounts
from feedback_app.exclusions import queries as exclusions
from feedback_app.exclusions.queries import Span
from feedback_app.kit import clock, i18n
from feedback_app.kit.db import db
from feedback_app.kit.security import csrf, limiter
from feedback_app.kit.web import public
from feedback_app.ratings import queries as ratings
from feedback_app.ratings.queries import PublicationView
from feedback_app.recounts import Bucket
from feedback_app.site.routes.blueprint import blueprint
from feedback_app.surveys import queries as surveys
from feedback_app.surveys.queries import LookedUp, LookupNotFound

# Somebody who mistypes needs a few tries, a family behind one address some more; nobody needs thousands.
TRIES = "20/minute"


@blueprint.get("/tra-cuu")
@public
def look_up() -> str:
    """Where the code is typed. It is sent as a form: in an address it would stay in histories and logs."""
    return render_template("site/look_up.html", typed="", error=None, found=None, say=i18n.say)


# Nothing is changed, and another site cannot read the answer: there is nothing to forge.
@csrf.exempt  # type: ignore[untyped-decorator]
@blueprint.post("/tra-cuu")
@limiter.limit(TRIES)
@public
def looked_up() -> Response:
    """What became of the response; 404 and the same words for every code that finds none."""
    session, typed = db.session(), request.form.get("ma", "")
    try:
        found = surveys.look_up(session, typed)
    except LookupNotFound as error:
        page = render_template("site/look_up.html", typed=typed[:40], error=error, found=None, say=i18n.say)
        return make_response(page, 404, {"Cache-Control": "no-store"})
    spans = exclusions.spans(session, found.response_id)
    now = clock.now()
    page = render_template(
        "site/look_up.html",
        typed="",
        error=None,
        found=found,
        left_out=next((each for each in spans if each.holds(now)), None),
        waiting=recounts.waits(session, "ratings", Bucket(found.department_id, found.answered_on)),
        published=[each for each in ratings.holding_publications(session) if _holds(each, found, spans)],
    )
    return make_response(page, 200, {"Cache-Control": "no-store"})


def _holds(publication: PublicationView, found: LookedUp, spans: list[Span]) -> bool:
    """Whether the response counted when the publication was frozen."""
    frozen = publication.as_of
    return (
        publication.period.holds(found.answered_on)
        and found.received_at <= frozen
        and not found.rapid
        and (found.removed_at is None or found.removed_at > frozen)
        and not any(each.holds(frozen) for each in spans)
    )
