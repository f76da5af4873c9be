"""A kiosk that delivers an excluded response again is thanked, and the response stays out."""

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback_app.exclusions import operations
from feedback_app.kit import clock
from feedback_app.kit.ids import new_id
from feedback_app.ratings.models import DailyTally
from feedback_app.surveys.models import Response
from tests import factories
from tests.exclusions.queue import command
from tests.staff.people import add_person
from tests.surveys.halls import Kiosk, delivery, make_hall


def test_it_is_acknowledged_and_stays_out(app: Flask, session: Session) -> None:
    hall = make_hall(session)
    kiosk = Kiosk(app.test_client())
    finished, begun = new_id(), new_id()
    kiosk.send(finished, delivery(hall, sealed=True))
    kiosk.send(begun, delivery(hall, boot=str(new_id())))
    now = clock.now()
    today = clock.local_day(now)
    first, second = (add_person(session, name, "manager", None) for name in ("mot", "hai"))
    given = command(hall.centre, [finished, begun], first_day=today, last_day=today)
    case_id = operations.open_case(session, given, now=now)
    operations.propose_exclusion(session, case_id, now=now, member=first, reason="device", words="Chạm thử.")
    assert operations.decide(session, case_id, now=now, member=second, agreed=True) == 2
    session.commit()
    assert kiosk.result(finished, delivery(hall, sealed=True)) == {"outcome": "same", "sealed": True}
    completed = kiosk.result(begun, delivery(hall, revision=2, sealed=True, answers={"overall": ["not-satisfied"]}))
    assert completed == {"outcome": "completed", "sealed": True}
    factories.count(session)
    session.commit()
    assert session.scalars(select(DailyTally)).all() == []
    assert all(session.scalars(select(Response.excluded_at)))
    # Once given back it counts as its citizen left it.
    operations.propose_return(session, case_id, now=now, member=first, words="Không phải chạm thử.")
    operations.decide(session, case_id, now=now, member=second, agreed=True)
    factories.count(session)
    tally = session.scalars(select(DailyTally)).one()
    assert (tally.responses, tally.partial, tally.satisfied, tally.not_satisfied) == (2, 0, 1, 1)
