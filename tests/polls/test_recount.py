"""Counting days again: from the ballots, by Vietnam's calendar, without harm from repetition."""

from datetime import UTC, date, datetime
from decimal import Decimal

from sqlalchemy import text
from sqlalchemy.orm import Session

from feedback_app.polls import operations, queries
from tests.polls.making import NOON, make_poll, recount, vote


def test_several_choices_count_options_and_not_combinations(session: Session) -> None:
    poll = make_poll(session, several=True)
    for positions in ((1, 2), (1, 2), (1, 3), (1,)):
        vote(session, poll, *positions)
    recount(session)

    results = queries.results(session, poll_id=poll.id)

    assert results.ballots == 4
    assert [(option.votes, option.share) for option in results.options] == [
        (4, Decimal("100.0")),
        (2, Decimal("50.0")),
        (1, Decimal("25.0")),
    ]


def test_a_ballot_belongs_to_the_vietnamese_day(session: Session) -> None:
    poll = make_poll(session)
    vote(session, poll, 1, now=datetime(2026, 11, 20, 16, 59, 59, tzinfo=UTC))
    vote(session, poll, 1, now=datetime(2026, 11, 20, 17, 0, tzinfo=UTC))
    recount(session)

    days = session.execute(text("SELECT day, ballots FROM poll_days ORDER BY day")).all()

    assert [tuple(day) for day in days] == [(date(2026, 11, 20), 1), (date(2026, 11, 21), 1)]


def test_settles_as_many_requests_as_it_took_and_leaves_the_rest(session: Session) -> None:
    poll = make_poll(session)
    for _ in range(3):
        vote(session, poll, 1)

    assert operations.recount_pending(session, limit=2) == 2
    session.commit()
    assert operations.recount_pending(session, limit=2) == 1
    session.commit()
    assert operations.recount_pending(session, limit=2) == 0
    assert queries.results(session, poll_id=poll.id).ballots == 3


def test_counting_again_changes_nothing_and_repairs_what_is_wrong(session: Session) -> None:
    poll = make_poll(session)
    vote(session, poll, 1)
    recount(session)
    session.execute(text("UPDATE poll_days SET ballots = 77"))

    assert operations.request_days(session, since=date(2026, 11, 1), now=NOON) == 1
    recount(session)

    assert queries.results(session, poll_id=poll.id).ballots == 1


def test_a_day_without_ballots_disappears_from_the_tallies(session: Session) -> None:
    poll = make_poll(session)
    vote(session, poll, 1)
    recount(session)
    session.execute(text("UPDATE ballots SET demonstration = true"))

    assert operations.remove_demonstration(session, now=NOON) == 1
    recount(session)

    assert session.scalar(text("SELECT count(*) FROM poll_days")) == 0
    results = queries.results(session, poll_id=poll.id)
    assert results.ballots == 0
    assert [option.share for option in results.options] == [None, None, None]


def test_a_request_made_while_another_worker_counts_is_not_lost(session: Session, engine: object) -> None:
    """Two workers hold requests of one day; the second waits for the first and then counts both ballots."""
    poll = make_poll(session)
    vote(session, poll, 1)
    assert operations.recount_pending(session, limit=10) == 1
    with Session(engine) as other:  # type: ignore[arg-type]
        vote(other, poll, 2)
        waiting = other.scalar(text("SELECT count(*) FROM recount_requests WHERE tally = 'polls'"))
    session.commit()
    recount(session)

    assert waiting == 2
    assert queries.results(session, poll_id=poll.id).ballots == 2
