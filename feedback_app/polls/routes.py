"""A poll's own page, and the address every ballot is sent to, from whichever page it was filled in."""

from typing import Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from feedback_app.kit import clock, i18n
from feedback_app.kit.db import db
from feedback_app.kit.errors import N_, NotFound
from feedback_app.kit.security import limiter
from feedback_app.kit.web import local_path, public
from feedback_app.polls import operations, queries
from feedback_app.polls.forms import COOKIE, PollBox, ballot_form, cookie_with, poll_box, votes_remembered
from feedback_app.polls.operations import BadBallot, PollNotOpen
from feedback_app.polls.queries import PollView

blueprint = Blueprint("polls", __name__, template_folder="templates")

_REMEMBERED_SECONDS: Final = 180 * 24 * 3600


class PollNotFound(NotFound):
    """No poll has this address."""


@blueprint.get("/binh-chon/<slug>")
@public
def page(slug: str) -> str:
    """The poll with its form, or with its results once this browser has voted or the poll has closed."""
    poll = _poll(slug)
    box = poll_box(
        db.session(),
        cookies=request.cookies,
        back=url_for("polls.page", slug=slug),
        now=clock.now(),
        poll=poll,
    )
    return render_template("polls/page.html", poll=poll, poll_box=box)


@blueprint.post("/binh-chon/<slug>")
@public
# A hall of phones shares one address, so the limit stops floods and not queues.
@limiter.limit("60/minute")
def vote(slug: str) -> Response | tuple[str, int]:
    """Take a ballot and go back to where it was filled in. A repeated vote is answered kindly and not counted."""
    poll = _poll(slug)
    form = ballot_form(poll, back=url_for("polls.page", slug=slug))
    target = local_path(form.back.data) or url_for("polls.page", slug=slug)
    if poll.id in votes_remembered(request.cookies):
        flash(
            _(
                "Bạn đã bình chọn câu hỏi này. Mỗi trình duyệt bình chọn một lần; "
                "phiếu trước của bạn vẫn được giữ nguyên."
            ),
            "info",
        )
        return redirect(target, 303)
    command = form.command(poll)
    try:
        new = operations.cast(db.session(), command, now=clock.now())
    except BadBallot as error:
        form.choice.errors = [i18n.say(error)]
        box = PollBox(poll, url_for("polls.page", slug=slug), form, results=None, voted=False)
        return render_template("polls/page.html", poll=poll, poll_box=box), 422
    except PollNotOpen as error:
        flash(i18n.say(error), "warn")
        return redirect(url_for("polls.page", slug=slug), 303)
    db.session.commit()
    if new:
        flash(_("Cảm ơn bạn. Phiếu bình chọn đã được ghi nhận và sẽ có trong kết quả sau vài giây."), "success")
    else:
        flash(_("Phiếu này đã được ghi nhận trước đó và được tính một lần."), "info")
    response = redirect(target, 303)
    # Only this browser knows which ballot was its own: the server keeps neither address nor identity beside a vote.
    response.set_cookie(
        COOKIE,
        cookie_with(request.cookies, poll_id=poll.id, ballot_id=command.ballot_id),
        max_age=_REMEMBERED_SECONDS,
        httponly=True,
        samesite="Lax",
        secure=request.is_secure,
    )
    return response


def _poll(slug: str) -> PollView:
    found = queries.poll(db.session(), slug=slug, now=clock.now())
    if found is None:
        raise PollNotFound(N_("Không có cuộc bình chọn này."))
    return found
