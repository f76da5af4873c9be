"""Polls written in a file: reading them, without storing anything."""

import json
from datetime import date, datetime, time, timedelta
from typing import Any

from feedback_app.kit.clock import VIETNAM
from feedback_app.kit.errors import N_, Invalid
from feedback_app.polls.commands import NewOption, NewPoll


class BadPollFile(Invalid):
    """The file is no JSON, or a part of the poll is missing or of the wrong kind."""


def read_poll(text: str, *, opens_on: date | None = None) -> NewPoll:
    """A poll from JSON; `opens_on` stands in for a day the file does not give.

    `slug`, `question`, `options` (each with `text` and `praises`, and `text_en` if there is one) and `opens_on` are
    required; `question_en`, `several`, `closes_on` (the last day) and `reported` (`participants`, `source`) are
    not.
    """
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        raise BadPollFile(N_("Tệp không phải JSON: dòng %(line)s."), line=error.lineno) from error
    try:
        reported = content.get("reported") or {}
        opening_day = date.fromisoformat(content["opens_on"]) if opens_on is None else opens_on
        return NewPoll(
            slug=str(content["slug"]),
            question=str(content["question"]),
            question_en=content.get("question_en"),
            several=_flag(content, "several", default=False),
            options=tuple(
                NewOption(str(each["text"]), each.get("text_en"), _flag(each, "praises")) for each in content["options"]
            ),
            opens_at=opening(opening_day),
            closes_at=closing(date.fromisoformat(content["closes_on"])) if content.get("closes_on") else None,
            reported_participants=reported.get("participants"),
            reported_source=reported.get("source"),
        )
    except KeyError as error:
        raise BadPollFile(N_("Tệp thiếu mục “%(name)s”."), name=error.args[0]) from error
    except (TypeError, ValueError, AttributeError) as error:
        raise BadPollFile(N_("Tệp có mục sai kiểu: %(reason)s."), reason=error) from error


def opening(day: date) -> datetime:
    """The first moment of a Vietnamese day."""
    return datetime.combine(day, time(), VIETNAM)


def closing(last_day: date) -> datetime:
    """The moment after the last one of a Vietnamese day."""
    return opening(last_day + timedelta(days=1))


def _flag(content: dict[str, Any], name: str, *, default: bool | None = None) -> bool:
    value = content.get(name, default)
    if value is None:
        raise KeyError(name)
    if not isinstance(value, bool):
        raise TypeError(f"{name}: {value!r}")
    return value
