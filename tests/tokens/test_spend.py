"""One dossier has one answer at each stage, whichever door it comes by and however often it is delivered."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from feedback_app.kit.clock import local_day
from feedback_app.surveys import operations
from feedback_app.surveys.models import Response, ResponseConflict
from feedback_app.tokens import operations as tokens
from feedback_app.tokens import queries
from feedback_app.tokens.models import SpentToken
from tests.surveys.halls import MORNING, Hall, command, make_hall, submit
from tests.tokens.making import naming, token

TODAY = local_day(MORNING)


@pytest.fixture
def hall(session: Session) -> Hall:
    return make_hall(session)


def stored(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Response).where(Response.removed_at.is_(None))) or 0


def refusals(session: Session) -> dict[int, int]:
    return queries.answered_before(session, first=TODAY, before=TODAY + timedelta(days=1))


def test_the_second_answer_for_a_dossier_is_not_stored_but_counted(session: Session, hall: Hall) -> None:
    assert submit(session, command(hall, token=token(1), stage="returned")) == "stored"
    assert submit(session, command(hall, token=token(1), stage="returned", channel="web")) == "answered_before"
    assert submit(session, command(hall, token=token(1), stage="returned", channel="web")) == "answered_before"
    assert stored(session) == 1
    assert refusals(session) == {hall.centre: 2}


def test_another_stage_and_another_dossier_have_answers_of_their_own(session: Session, hall: Hall) -> None:
    given = (token(1), token(1, "received"), token(2))
    assert [submit(session, command(hall, token=each)) for each in given] == ["stored"] * 3
    assert refusals(session) == {}


def test_answers_without_a_code_are_never_refused(session: Session, hall: Hall) -> None:
    assert [submit(session, command(hall)) for _ in range(3)] == ["stored"] * 3
    assert session.scalars(select(Response.verification)).all() == [None] * 3


def test_a_repeated_delivery_is_never_told_that_it_was_answered(session: Session, hall: Hall) -> None:
    first = command(hall, token=token(1))
    assert [submit(session, first) for _ in range(3)] == ["stored", "same", "same"]
    assert refusals(session) == {}


def test_a_partial_answer_is_completed_under_its_token(session: Session, hall: Hall) -> None:
    touch = command(hall, token=token(1), sealed=False)
    whole = command(hall, id=touch.id, token=token(1), revision=2, comments={"comment": "Tốt"})
    assert [submit(session, each) for each in (touch, whole, whole)] == ["stored", "completed", "same"]


def test_a_code_given_after_the_first_touch_is_spent_then(session: Session, hall: Hall) -> None:
    touch = command(hall, sealed=False)
    whole = command(hall, id=touch.id, revision=2, token=token(1))
    assert [submit(session, each) for each in (touch, whole)] == ["stored", "completed"]
    assert session.scalars(select(Response.verification)).all() == ["unverified"]
    assert submit(session, command(hall, token=token(1))) == "answered_before"


def test_a_touch_whose_dossier_turns_out_to_be_answered_is_taken_back(session: Session, hall: Hall) -> None:
    submit(session, command(hall, token=token(1)))
    touch = command(hall, sealed=False)
    whole = command(hall, id=touch.id, revision=2, token=token(1))
    assert [submit(session, each) for each in (touch, whole, whole)] == ["stored", "answered_before", "same"]
    assert stored(session) == 1
    assert refusals(session) == {hall.centre: 1}


def test_an_answer_says_whether_the_office_knows_the_dossier(session: Session, hall: Hall) -> None:
    tokens.issue(session, [naming(1, hall.centre), naming(3, hall.centre)], now=MORNING - timedelta(days=2), days=2)
    submit(session, command(hall, token=token(1)))
    submit(session, command(hall, token=token(2)))
    submit(session, command(hall, token=token(3), answered_at=MORNING + timedelta(days=1)))
    assert session.scalars(select(Response.verification).order_by(Response.received_at, Response.id)).all() == [
        "verified",
        "unverified",
        "unverified",  # its slip had expired
    ]


def test_a_conflict_is_kept_without_its_token(session: Session, hall: Hall) -> None:
    first = command(hall, token=token(1))
    submit(session, first)
    other = command(hall, id=first.id, token=token(1), revision=2, answers={"overall": ("neutral",)})
    assert submit(session, other) == "conflict"
    kept = session.scalars(select(ResponseConflict.content)).one()
    assert "token" not in kept
    assert token(1).value.hex() not in str(kept)
    assert token(1).written not in str(kept)


def test_an_answer_that_is_refused_spends_nothing(session: Session, hall: Hall) -> None:
    with pytest.raises(operations.FutureAnswer):
        operations.submit(
            session,
            command(hall, token=token(1), answered_at=MORNING + timedelta(hours=1)),
            now=MORNING,
            rapid_seconds=5,
        )
    session.rollback()
    assert session.scalar(select(func.count()).select_from(SpentToken)) == 0


def test_of_many_doors_at_once_exactly_one_is_stored(engine: Engine, session: Session, hall: Hall) -> None:
    outcomes: list[str] = []
    begin = threading.Barrier(8)

    def answer(number: int) -> None:
        with Session(engine) as own:
            given = command(hall, token=token(1), channel="kiosk" if number % 2 else "web")
            begin.wait()
            outcomes.append(submit(own, given))

    run(answer, 8)
    assert sorted(outcomes) == ["answered_before"] * 7 + ["stored"]
    assert stored(session) == 1
    assert refusals(session) == {hall.centre: 7}


def test_one_answer_delivered_twice_at_once_is_not_told_that_it_came_too_late(
    engine: Engine, session: Session, hall: Hall
) -> None:
    given = command(hall, token=token(1))
    outcomes: list[str] = []
    begin = threading.Barrier(6)

    def deliver(_number: int) -> None:
        with Session(engine) as own:
            begin.wait()
            outcomes.append(submit(own, given))

    run(deliver, 6)
    assert sorted(outcomes) == ["same"] * 5 + ["stored"]
    assert refusals(session) == {}


def test_who_waits_for_a_transaction_that_is_given_up_is_stored(engine: Engine, session: Session, hall: Hall) -> None:
    outcomes: list[str] = []
    with Session(engine) as first:
        assert tokens.spend(first, token(1), department_ids=(), now=MORNING) == "unverified"

        def wait() -> None:
            with Session(engine) as own:
                outcomes.append(submit(own, command(hall, token=token(1))))

        waiting = threading.Thread(target=wait)
        waiting.start()
        waiting.join(0.3)
        assert outcomes == []  # nothing is said before it is known whether the first one is stored
        first.rollback()
        waiting.join(10)
    assert outcomes == ["stored"]


def run(target: object, count: int) -> None:
    threads = [threading.Thread(target=target, args=(number,)) for number in range(count)]  # type: ignore[arg-type]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
