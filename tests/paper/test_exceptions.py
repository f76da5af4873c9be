"""People of the rated department verify only what nobody else can, and are marked so."""

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from feedback_app.kit.errors import NotAllowed
from feedback_app.paper.operations import checks
from feedback_app.staff.models import AuditEvent, StaffMember
from feedback_app.staff.queries import Member
from tests.paper.samples import NOW, SAID, Sample, check_of, make_sample
from tests.staff.people import add_person


@pytest.fixture
def sample(session: Session) -> Sample:
    return make_sample(session, drawn=1)


@pytest.fixture
def head(session: Session, sample: Sample) -> Member:
    """Administers the city the ward lies in."""
    return add_person(session, "head", "administrator", sample.office.city)


def close_outside(session: Session, sample: Sample) -> None:
    outside = [each.id for each in (sample.beside, sample.another, sample.stranger)]
    session.execute(update(StaffMember).where(StaffMember.id.in_(outside)).values(active=False))
    session.commit()


def test_while_somebody_outside_can_nobody_else_is_let_in(session: Session, sample: Sample, head: Member) -> None:
    with pytest.raises(checks.OthersMay, match="Có 3 tài khoản"):
        checks.allow_insiders(session, sample.batch_id, now=NOW, member=head)


def test_otherwise_a_colleague_may_and_is_marked(session: Session, sample: Sample, head: Member) -> None:
    close_outside(session, sample)
    assert checks.allow_insiders(session, sample.batch_id, now=NOW, member=head) == 1
    with pytest.raises(NotAllowed):
        checks.key_again(session, 1, now=NOW, member=sample.keyer, answers=SAID)
    checks.key_again(session, 1, now=NOW, member=sample.colleague, answers=SAID)
    row = check_of(session, 1)
    assert (row.not_independent, row.allowed_by) == (True, head.id)
    (event,) = session.scalars(select(AuditEvent).where(AuditEvent.action == "paper.insiders_allowed"))
    assert (event.subject, event.details) == (f"batch:{sample.batch_id}", {"forms": 1})
    with pytest.raises(checks.NothingWaits):
        checks.allow_insiders(session, sample.batch_id, now=NOW, member=head)


def test_somebody_outside_who_comes_after_all_is_not_marked(session: Session, sample: Sample, head: Member) -> None:
    close_outside(session, sample)
    checks.allow_insiders(session, sample.batch_id, now=NOW, member=head)
    checks.key_again(session, 1, now=NOW, member=sample.beside, answers=SAID)
    assert not check_of(session, 1).not_independent
