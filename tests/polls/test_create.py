"""Opening a poll, by hand and from a file."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from feedback_app.kit.documents import BadDocument
from feedback_app.polls import operations, queries
from feedback_app.polls.commands import NewOption
from feedback_app.polls.files import read_poll
from feedback_app.polls.operations import BadPoll, PollTaken
from tests.polls.making import NOON, OPENING, make_poll, new_poll, vote

FILE: dict[str, Any] = {
    "slug": "noi-dung-trang",
    "question": "Trang này có dễ dùng không?",
    "question_en": "Is this site easy to use?",
    "opens_on": "2026-11-01",
    "closes_on": "2026-11-30",
    "options": [{"text": "Dễ", "praises": True}, {"text": "Khó", "text_en": "Hard", "praises": False}],
    "reported": {"participants": 281, "source": "Trang cũ"},
}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"question": "  "}, "question"),
        ({"slug": "Không hợp lệ"}, "slug"),
        ({"options": (NewOption("Một"),)}, "options"),
        ({"options": (NewOption("Một"), NewOption(" Một "))}, "options"),
        ({"closes_at": OPENING}, "closes_at"),
        ({"reported_participants": 281}, "reported_source"),
        ({"reported_participants": -1, "reported_source": "Trang cũ"}, "reported_participants"),
    ],
)
def test_a_bad_poll_is_refused_at_its_field(session: Session, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(BadPoll) as refused:
        operations.create_poll(session, new_poll(**changes))

    assert refused.value.field == field


def test_a_slug_is_used_once(session: Session) -> None:
    make_poll(session)

    with pytest.raises(PollTaken):
        operations.create_poll(session, new_poll())


def test_a_file_gives_whole_vietnamese_days() -> None:
    new = read_poll(json.dumps(FILE))

    assert new.opens_at == datetime(2026, 10, 31, 17, tzinfo=UTC)
    assert new.closes_at == datetime(2026, 11, 30, 17, tzinfo=UTC)
    assert (new.reported_participants, new.reported_source) == (281, "Trang cũ")


def test_the_last_day_shown_is_the_last_day_votes_are_taken(session: Session) -> None:
    operations.import_poll(session, read_poll(json.dumps(FILE)))

    poll = queries.poll(session, slug="noi-dung-trang", now=NOON)

    assert poll is not None
    assert poll.last_day == date(2026, 11, 30)


def test_the_shipped_poll_can_be_read() -> None:
    shipped = Path("feedback_app/demo_data/poll.json").read_text(encoding="utf-8")

    new = read_poll(shipped)

    assert (new.reported_participants, len(new.options)) == (281, 3)


@pytest.mark.parametrize(
    "broken",
    [
        "{",
        "[]",
        json.dumps({**FILE, "options": [{"text": "Dễ"}]}),
        json.dumps({**FILE, "several": "có"}),
        json.dumps({**FILE, "opens_on": "01/11/2026"}),
    ],
)
def test_a_broken_file_says_so(broken: str) -> None:
    with pytest.raises(BadDocument):
        read_poll(broken)


def test_importing_again_updates_dates_and_reported_figures_and_keeps_votes(session: Session) -> None:
    operations.import_poll(session, read_poll(json.dumps(FILE)))
    poll = queries.poll(session, slug="noi-dung-trang", now=NOON)
    assert poll is not None
    vote(session, poll, 2)

    later = {**FILE, "closes_on": "2026-12-31", "reported": {"participants": 282, "source": "Trang cũ"}}
    poll_id, new = operations.import_poll(session, read_poll(json.dumps(later)))

    again = queries.poll(session, slug="noi-dung-trang", now=NOON)
    assert (poll_id, new) == (poll.id, False)
    assert again is not None
    assert (again.last_day, again.reported_participants) == (date(2026, 12, 31), 282)
    assert again.options == poll.options


def test_importing_again_may_not_change_what_voters_saw(session: Session) -> None:
    operations.import_poll(session, read_poll(json.dumps(FILE)))

    with pytest.raises(PollTaken):
        operations.import_poll(session, read_poll(json.dumps({**FILE, "question": "Trang này có đẹp không?"})))


def test_the_commands_add_and_import(app: Flask, session: Session, tmp_path: Path) -> None:
    runner = app.test_cli_runner()
    file = tmp_path / "poll.json"
    file.write_text(json.dumps(FILE), encoding="utf-8")

    added = runner.invoke(
        args=[
            "polls",
            "add",
            "--slug",
            "gio",
            "--question",
            "Gio?",
            "--option",
            "Sang",
            "--praise",
            "Tot",
            "--opens",
            "2026-11-01",
        ]
    )
    imported = runner.invoke(args=["polls", "import", str(file)])
    again = runner.invoke(
        args=[
            "polls",
            "add",
            "--slug",
            "gio",
            "--question",
            "Gio?",
            "--option",
            "Sang",
            "--praise",
            "Tot",
            "--opens",
            "2026-11-01",
        ]
    )

    assert (added.exit_code, imported.exit_code, again.exit_code) == (0, 0, 1)
    assert {poll.slug for poll in queries.polls(session, now=NOON)} == {"gio", "noi-dung-trang"}
