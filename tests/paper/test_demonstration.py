"""Demonstration batches: one closed with forms missing, one in work, and both gone with the rest."""

from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from feedback_app.demo.accounts import load_accounts
from feedback_app.demo.office import load_questionnaires, load_register
from feedback_app.demo.paper import load_batches
from feedback_app.paper import operations, queries
from feedback_app.paper.models import PaperBatch, PaperForm, PaperKeying, PaperPrinting
from feedback_app.surveys import operations as surveys
from feedback_app.surveys.models import Response
from tests.paper.batches import make_batch
from tests.paper.stacks import publish
from tests.staff.people import add_person, make_office

NOW = datetime(2026, 11, 25, 3, tzinfo=UTC)


def test_what_was_invented_adds_up_and_goes_without_what_is_real(session: Session) -> None:
    load_register(session, NOW)
    load_questionnaires(session, NOW)
    load_batches(session, NOW, load_accounts(session, NOW), rapid_seconds=5)
    session.commit()
    work, closed = queries.batches(session, scope=None, limit=10)
    assert (closed.is_open, closed.not_returned, closed.sums.spoiled, closed.sums.keyed) == (False, 2, 1, 17)
    assert (work.is_open, work.still_out, work.sums.keyed) == (True, 19, 11)
    assert session.scalar(select(func.count()).select_from(Response).where(~Response.demonstration)) == 0

    office = make_office(session)
    real = make_batch(session, add_person(session, "owner", "staff", office.ward), office.ward, publish(session))
    assert operations.remove_demonstration(session) == 2
    assert surveys.remove_demonstration(session, now=NOW) == 28
    session.commit()
    assert [each.id for each in queries.batches(session, scope=None, limit=10)] == [real.batch_id]
    for table, left in ((PaperBatch, 1), (PaperForm, 5), (PaperPrinting, 0), (PaperKeying, 0), (Response, 0)):
        assert session.scalar(select(func.count()).select_from(table)) == left
