"""Two people, or a person and a scanner, want the same paper in the same moment."""

import threading
from collections.abc import Callable

from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from feedback_app.kit.errors import Conflict
from feedback_app.paper import operations, queries
from feedback_app.paper.models import PaperForm, PaperPage
from feedback_app.paper.operations import AlreadyDecided, checks, drawing
from feedback_app.paper.operations.locking import hold_batch, lock_number
from feedback_app.staff.models import AuditEvent
from feedback_app.staff.queries import Member
from tests.paper import samples
from tests.paper.scanned import DOUBTFUL, GOOD, NOW, RULE, make_desk, responses, sheet, take_in
from tests.staff.people import add_person

Work = Callable[[Session], object]


def at_once(engine: Engine, held: Session, *works: Work) -> list[Conflict | None]:
    """Do each of `works` in a transaction of its own once all of them wait for what `held` holds; what refused each."""
    outcomes: list[Conflict | None] = [None] * len(works)

    def run(place: int, work: Work) -> None:
        with Session(engine) as own:
            try:
                work(own)
                own.commit()
            except Conflict as refused:
                outcomes[place] = refused

    threads = [threading.Thread(target=run, args=each) for each in enumerate(works)]
    for thread in threads:
        thread.start()
    while all(thread.is_alive() for thread in threads) and _waiting(engine) < len(works):
        threads[0].join(0.01)
    held.commit()
    for thread in threads:
        thread.join()
    return outcomes


def _waiting(engine: Engine) -> int:
    """How many transactions wait for a lock; asked on a connection of its own, which sees them as they are now."""
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    with engine.connect() as connection:
        return connection.scalar(text(waiting)) or 0


def loser(outcomes: list[Conflict | None]) -> Conflict:
    """What was said to the one of two who came too late."""
    (refused,) = (each for each in outcomes if each is not None)
    assert len(outcomes) == 2
    return refused


def test_a_scanned_paper_waits_for_who_adds_its_batch_up_and_keeps_no_form_meanwhile(
    session: Session, engine: Engine
) -> None:
    desk = make_desk(session)
    number = desk.numbers[0]
    paper = sheet(session, number, GOOD)
    batch_id = session.get_one(PaperForm, number).batch_id

    def scan() -> None:
        with Session(engine) as own:
            take_in(own, [paper], desk.uploader)

    scanning = threading.Thread(target=scan)
    hold_batch(session, batch_id, alone=True)
    scanning.start()
    while scanning.is_alive() and not _waiting(engine):
        scanning.join(0.01)
    session.get_one(PaperForm, number, with_for_update={"nowait": True}, populate_existing=True)
    session.commit()
    scanning.join()
    assert responses(session) == 1


def test_one_of_two_settles_what_two_keyings_have_differently(session: Session, engine: Engine) -> None:
    sample = samples.make_sample(session, drawn=1)
    checks.key_again(session, 1, now=samples.NOW, member=sample.beside, answers=samples.OTHERWISE)
    session.commit()

    def settle(member: Member, said: str) -> Work:
        return lambda own: checks.settle(own, 1, now=samples.NOW, member=member, answers={"chung": (said,)})

    drawing.locked(session, sample.responses[0])
    outcomes = at_once(
        engine, session, settle(sample.another, "binh-thuong"), settle(sample.stranger, "khong-hai-long")
    )
    refused = loser(outcomes)
    assert isinstance(refused, drawing.AlreadyChecked)
    assert "đã có người khác kiểm tra rồi; việc bạn vừa làm không được ghi" in refused.message
    won_by, said = (sample.another, "binh-thuong") if outcomes[0] is None else (sample.stranger, "khong-hai-long")
    row = samples.check_of(session, 1)
    assert (row.state, row.settled_by) == ("settled", won_by.id)
    assert row.settled_answers == {"chung": [said], "thai-do": ["tot"]}
    trail = session.scalars(select(AuditEvent.actor_id).where(AuditEvent.action == "paper.settled")).all()
    assert trail == [won_by.id]


def test_one_of_two_settles_a_paper_under_a_number_that_is_taken(session: Session, engine: Engine) -> None:
    desk = make_desk(session)
    number = desk.numbers[0]
    other = add_person(session, "nguoi-khac", "staff", None)
    take_in(session, [sheet(session, number, GOOD)], desk.uploader)
    take_in(session, [sheet(session, number, {"chung": [2]}, wobble=2)], desk.uploader)
    (conflict,) = queries.conflicts(session, department_ids=None)
    session.commit()

    def decide(member: Member) -> Work:
        return lambda own: operations.decide_conflict(
            own, conflict.page_id, decision="second", reason="", member=member, now=NOW
        )

    lock_number(session, number)
    outcomes = at_once(engine, session, decide(desk.uploader), decide(other))
    refused = loser(outcomes)
    assert isinstance(refused, AlreadyDecided)
    assert refused.message == "Trang này vừa có người khác phân xử."
    won_by = desk.uploader if outcomes[0] is None else other
    assert session.get_one(PaperPage, conflict.page_id, populate_existing=True).decided_by == won_by.id
    assert responses(session) == 2, "the first paper and the second, once"


def test_one_of_two_decides_a_doubtful_field(session: Session, engine: Engine) -> None:
    desk = make_desk(session)
    other = add_person(session, "nguoi-khac", "staff", None)
    take_in(session, [sheet(session, desk.numbers[0], DOUBTFUL)], desk.uploader)
    field = queries.next_field(session, department_ids=None)
    assert field is not None
    session.commit()

    def decide(member: Member, choice: int) -> Work:
        return lambda own: operations.decide_field(
            own, field.id, verdict="marked", chosen=[choice], member=member, rule=RULE, now=NOW
        )

    lock_number(session, desk.numbers[0])
    outcomes = at_once(engine, session, decide(desk.uploader, 0), decide(other, 1))
    refused = loser(outcomes)
    assert isinstance(refused, AlreadyDecided)
    assert refused.message == "Câu này vừa có người khác xem, hoặc phiếu đã được tính."
    won_by, place = (desk.uploader, 0) if outcomes[0] is None else (other, 1)
    view = queries.last_decided(session, decided_by=won_by.id, department_ids=None)
    assert view is not None
    assert view.chosen == (place,)
