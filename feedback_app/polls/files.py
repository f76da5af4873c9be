"""Polls written in a file: reading them, without storing anything."""

from datetime import date, datetime, time, timedelta

from feedback_app.kit.clock import VIETNAM
from feedback_app.kit.documents import Part, read_json
from feedback_app.polls.commands import NewOption, NewPoll


def read_poll(text: str, *, opens_on: date | None = None) -> NewPoll:
    """A poll from JSON; `opens_on` stands in for a day the file does not give.

    `slug`, `question`, `options` (each with `text` and `praises`, and `text_en` if there is one) and `opens_on` are
    required; `question_en`, `several`, `closes_on` (the last day) and `reported` (`participants`, `source`) are
    not. Raises BadDocument.
    """
    poll = read_json(text)
    english, several, closes_on = poll.maybe("question_en"), poll.maybe("several"), poll.maybe("closes_on")
    reported = poll.maybe("reported")
    participants, source = (reported.maybe("participants"), reported.maybe("source")) if reported else (None, None)
    return NewPoll(
        slug=poll.part("slug").text(),
        question=poll.part("question").text(),
        question_en=english.text() if english else None,
        several=several.flag() if several else False,
        options=tuple(_option(each) for each in poll.part("options").parts()),
        opens_at=opening(opens_on or poll.part("opens_on").day()),
        closes_at=closing(closes_on.day()) if closes_on else None,
        reported_participants=participants.count() if participants else None,
        reported_source=source.text() if source else None,
    )


def opening(day: date) -> datetime:
    """The first moment of a Vietnamese day."""
    return datetime.combine(day, time(), VIETNAM)


def closing(last_day: date) -> datetime:
    """The moment after the last one of a Vietnamese day."""
    return opening(last_day + timedelta(days=1))


def _option(part: Part) -> NewOption:
    english = part.maybe("text_en")
    return NewOption(part.part("text").text(), english.text() if english else None, part.part("praises").flag())
