"""Two people, or a person and a scanner, want the same paper in the same moment."""

import threading

from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from feedback_app.paper.models import PaperForm
from feedback_app.paper.operations.locking import hold_batch
from tests.paper.scanned import GOOD, make_desk, responses, sheet, take_in


def somebody_waits_for(session: Session) -> bool:
    """Whether another transaction wants what this one holds."""
    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))"
    return bool(session.scalar(text(waiting)))


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
    while scanning.is_alive() and not somebody_waits_for(session):
        scanning.join(0.01)
    session.get_one(PaperForm, number, with_for_update={"nowait": True}, populate_existing=True)
    session.commit()
    scanning.join()
    assert responses(session) == 1
