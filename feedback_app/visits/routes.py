"""The beacon of a public page. Pages themselves never write: a visit is counted by this POST alone."""

from uuid import UUID

from flask import Blueprint, request

from feedback_app.kit import clock
from feedback_app.kit.db import db
from feedback_app.kit.errors import N_, Invalid
from feedback_app.kit.security import csrf, limiter
from feedback_app.kit.web import public
from feedback_app.visits import operations
from feedback_app.visits.crawlers import is_crawler

blueprint = Blueprint("visits", __name__, template_folder="templates")

_LONGEST_BODY = 200


class BadBeacon(Invalid):
    """The body is not one visit token."""


@blueprint.post("/luot-truy-cap")
@public
# No CSRF token: the beacon reads no cookie and speaks for nobody, so there is no authority to borrow; a page kept in a
# cache or open for days must still be able to send it. What another site's page sends is left out below instead.
@csrf.exempt  # type: ignore[untyped-decorator]
# Every two minutes for each open page, and a hall or an office shares one address.
@limiter.limit("300/minute")
def beacon() -> tuple[str, int]:
    """Count the visit whose token is the body, unless a program or another site's page sent it. Always 204 then."""
    token = _token()
    foreign = request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin"
    if not foreign and not is_crawler(request.headers.get("User-Agent", "")):
        operations.seen(db.session(), token=token, now=clock.now())
        db.session.commit()
    return "", 204


def _token() -> UUID:
    if (request.content_length or 0) > _LONGEST_BODY:
        raise BadBeacon(N_("Nội dung gửi lên quá dài."))
    try:
        return UUID(request.get_data(as_text=True).strip())
    except ValueError as error:
        raise BadBeacon(N_("Nội dung gửi lên không phải mã lượt truy cập.")) from error
