"""The ballot, and the box that holds it: on its own page, on the home page and beside an article."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from wtforms import Field, HiddenField, RadioField, SelectChoice, SelectMultipleField
from wtforms.widgets import CheckboxInput, ListWidget

from feedback_app.kit.forms import Form
from feedback_app.kit.i18n import text_in
from feedback_app.kit.ids import new_id
from feedback_app.polls import queries
from feedback_app.polls.commands import SubmitBallot
from feedback_app.polls.queries import PollResults, PollView

COOKIE: Final = "binh_chon"
_REMEMBERED_POLLS = 20


class BallotForm(Form):
    """`choice` is one option or several, never chosen beforehand; the subclasses say which."""

    ballot = HiddenField()
    back = HiddenField(name="tiep")
    choice: Field

    def command(self, poll: PollView) -> SubmitBallot:
        """What was ticked. An option that is no number becomes one that no poll has, for the operation to refuse."""
        # All that was sent, not the first of it: a second choice in a poll of one is refused, not dropped.
        chosen = self.choice.raw_data or []
        return SubmitBallot(
            ballot_id=self._ballot_id(),
            poll_id=poll.id,
            option_ids=tuple(
                int(each) if each.isascii() and each.isdigit() and len(each) < 10 else 0 for each in chosen
            ),
        )

    def _ballot_id(self) -> UUID:
        try:
            return UUID(self.ballot.data or "")
        except ValueError:
            return new_id()


class OneChoice(BallotForm):
    choice = RadioField(validate_choice=False)


class SeveralChoices(BallotForm):
    choice = SelectMultipleField(
        validate_choice=False, widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )


@dataclass(frozen=True, slots=True)
class PollBox:
    """What `polls/_poll_box.html` draws: the form while this reader may vote, else the results."""

    poll: PollView
    action: str
    form: BallotForm | None
    results: PollResults | None
    voted: bool


def ballot_form(poll: PollView, *, back: str) -> BallotForm:
    """A form for `poll` with a ballot id of its own; after voting the reader goes to `back`."""
    form: BallotForm = SeveralChoices() if poll.several else OneChoice()
    form.choice.label.text = text_in(poll.question, poll.question_en)
    form.choice.description = _("Có thể chọn nhiều phương án.") if poll.several else _("Chọn một phương án.")
    form.choice.choices = [
        SelectChoice(str(option.id), text_in(option.text, option.text_en)) for option in poll.options
    ]
    form.ballot.data = form.ballot.data or str(new_id())
    form.back.data = form.back.data or back
    return form


def poll_box(
    session: Session,
    *,
    cookies: Mapping[str, str],
    back: str,
    now: datetime,
    poll: PollView | None = None,
    form: BallotForm | None = None,
) -> PollBox | None:
    """The box for `poll`, or for the newest open one; None when no poll is open.

    `form` is a refused form to show again. Results are read only for readers who may see them.
    """
    poll = poll or queries.open_poll(session, now=now)
    if poll is None:
        return None
    voted = poll.id in votes_remembered(cookies)
    votes = poll.is_open and not voted
    return PollBox(
        poll=poll,
        action=url_for("polls.page", slug=poll.slug),
        form=(form or ballot_form(poll, back=back)) if votes else None,
        results=queries.results(session, poll_id=poll.id) if voted or poll.has_closed else None,
        voted=voted,
    )


def votes_remembered(cookies: Mapping[str, str]) -> dict[int, str]:
    """Poll ids and ballot ids that this browser keeps of its own votes; what is unreadable is left out."""
    found: dict[int, str] = {}
    for each in cookies.get(COOKIE, "").split("~"):
        poll_id, _dot, ballot_id = each.partition(".")
        if poll_id.isascii() and poll_id.isdigit() and ballot_id:
            found[int(poll_id)] = ballot_id
    return found


def cookie_with(cookies: Mapping[str, str], *, poll_id: int, ballot_id: UUID) -> str:
    """The cookie's new value: the newest votes last, the oldest forgotten."""
    votes = votes_remembered(cookies) | {poll_id: ballot_id.hex}
    newest = list(votes.items())[-_REMEMBERED_POLLS:]
    return "~".join(f"{poll}.{ballot}" for poll, ballot in newest)
