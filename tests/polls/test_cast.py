"""Casting a ballot: what counts, what is refused, what happens when the same ballot comes twice."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from feedback_app.kit.ids import new_id
from feedback_app.polls import operations, queries
from feedback_app.polls.commands import SubmitBallot
from feedback_app.polls.operations import BadBallot, NoSuchPoll, PollNotOpen
from tests.polls.making import NOON, OPENING, make_poll, recount, vote


def test_a_ballot_is_counted_once_however_often_it_is_delivered(session: Session) -> None:
    poll = make_poll(session)
    ballot = vote(session, poll, 2)

    assert operations.cast(session, ballot, now=NOON) is False
    recount(session)

    assert [option.votes for option in queries.results(session, poll_id=poll.id).options] == [0, 1, 0]


def test_the_first_delivery_stands_when_a_later_one_ticks_something_else(session: Session) -> None:
    poll = make_poll(session)
    ballot = vote(session, poll, 2)

    assert operations.cast(session, replace(ballot, option_ids=(poll.options[0].id,)), now=NOON) is False
    recount(session)

    assert [option.votes for option in queries.results(session, poll_id=poll.id).options] == [0, 1, 0]


def test_a_repeated_delivery_is_no_error_after_the_poll_has_closed(session: Session) -> None:
    poll = make_poll(session, closes_at=NOON + timedelta(hours=1))
    ballot = vote(session, poll, 1)

    assert operations.cast(session, ballot, now=NOON + timedelta(hours=2)) is False


@pytest.mark.parametrize(("several", "count"), [(False, 0), (True, 0), (False, 2)])
def test_none_and_too_many_are_refused_beside_the_options(session: Session, several: bool, count: int) -> None:
    poll = make_poll(session, several=several)
    ballot = SubmitBallot(new_id(), poll.id, tuple(option.id for option in poll.options[:count]))

    with pytest.raises(BadBallot) as refused:
        operations.cast(session, ballot, now=NOON)

    assert refused.value.field == "options"


def test_an_option_of_another_poll_is_refused(session: Session) -> None:
    poll = make_poll(session)
    other = make_poll(session, slug="khac")

    with pytest.raises(BadBallot):
        operations.cast(session, SubmitBallot(new_id(), poll.id, (other.options[0].id,)), now=NOON)


def test_the_same_option_twice_is_one_choice(session: Session) -> None:
    poll = make_poll(session)
    option = poll.options[0].id

    assert operations.cast(session, SubmitBallot(new_id(), poll.id, (option, option)), now=NOON)
    session.commit()
    recount(session)

    assert queries.results(session, poll_id=poll.id).options[0].votes == 1


def test_votes_are_taken_from_opening_until_just_before_closing(session: Session) -> None:
    closing = OPENING + timedelta(days=1)
    poll = make_poll(session, closes_at=closing)

    for early_or_late in (OPENING - timedelta(seconds=1), closing):
        with pytest.raises(PollNotOpen):
            operations.cast(session, SubmitBallot(new_id(), poll.id, (poll.options[0].id,)), now=early_or_late)
    vote(session, poll, 1, now=OPENING)
    vote(session, poll, 1, now=closing - timedelta(seconds=1))


def test_no_such_poll(session: Session) -> None:
    with pytest.raises(NoSuchPoll):
        operations.cast(session, SubmitBallot(new_id(), 4711, (1,)), now=NOON)
