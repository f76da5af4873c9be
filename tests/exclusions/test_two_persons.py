"""One person alone cannot, nor the first twice, nor anybody of the rated department; every attempt is told."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from feedback_app.exclusions import operations
from feedback_app.exclusions.models import CaseResponse, Proposal, ReviewCase
from feedback_app.exclusions.operations import NothingToExclude, StateChanged, WordsMissing
from feedback_app.exclusions.queries import CaseNotFound
from feedback_app.exclusions.two_persons import KnownPassword, OwnDepartment, OwnKeying, SamePerson
from feedback_app.recounts import RecountRequest
from feedback_app.staff import operations as staff
from feedback_app.staff.models import AuditEvent
from feedback_app.staff.queries import belongs, is_outside
from feedback_app.surveys.models import Response
from tests import factories
from tests.exclusions.queue import LATER, NOW, WORDS, Queue, command, exclude, make_queue
from tests.factories import local
from tests.staff.people import add_made


@pytest.fixture
def queue(session: Session) -> Queue:
    return make_queue(session)


def propose(session: Session, queue: Queue, member: Any) -> None:
    operations.propose_exclusion(session, queue.case_id, now=NOW, member=member, reason="device", words=WORDS)


def decide(session: Session, queue: Queue, member: Any, *, agreed: bool = True, answer: str = "") -> int:
    return operations.decide(session, queue.case_id, now=LATER, member=member, agreed=agreed, answer=answer)


def state(session: Session, queue: Queue) -> str:
    return session.get_one(ReviewCase, queue.case_id, populate_existing=True).state


def trail(session: Session) -> list[tuple[str, int | None]]:
    rows = session.execute(
        select(AuditEvent.action, AuditEvent.actor_id).where(AuditEvent.subject.like("case:%")).order_by(AuditEvent.id)
    )
    return [(row.action, row.actor_id) for row in rows]


def nothing_is_out(session: Session) -> bool:
    return not session.scalar(select(func.count()).select_from(Response).where(Response.excluded_at.is_not(None)))


def test_both_names_and_reasons_stand_in_the_trail(session: Session, queue: Queue) -> None:
    exclude(session, queue)
    assert trail(session) == [("exclusions.proposed", queue.chief.id), ("exclusions.excluded", queue.second.id)]
    proposed, excluded = session.scalars(
        select(AuditEvent).where(AuditEvent.subject == f"case:{queue.case_id}").order_by(AuditEvent.id)
    )
    assert (proposed.reason, proposed.details) == (WORDS, {"reason": "device"})
    assert (excluded.department_id, excluded.details) == (queue.office.ward, {"responses": 13})


def test_the_first_cannot_be_the_second(session: Session, queue: Queue) -> None:
    propose(session, queue, queue.chief)
    with pytest.raises(SamePerson):
        decide(session, queue, queue.chief)
    session.commit()
    assert (state(session, queue), nothing_is_out(session)) == ("proposed", True)
    assert trail(session)[-1] == ("exclusions.attempt_refused", queue.chief.id)
    refused = session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc()).limit(1)).one()
    assert refused.details == {"attempt": "exclude", "why": "same_person"}


@pytest.mark.parametrize("who", ["insider", "above"])
def test_nobody_of_the_rated_department_or_above_it_is_the_second(session: Session, queue: Queue, who: str) -> None:
    propose(session, queue, queue.chief)
    with pytest.raises(OwnDepartment):
        decide(session, queue, getattr(queue, who))
    session.commit()
    assert (state(session, queue), nothing_is_out(session)) == ("proposed", True)
    refused = session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc()).limit(1)).one()
    assert refused.details == {"attempt": "exclude", "why": "own_department"}


def test_nobody_below_the_rated_department_is_the_second(session: Session, queue: Queue) -> None:
    about_city = operations.open_case(session, command(queue.office.city, list(queue.doubtful[:1])), now=NOW)
    operations.propose_exclusion(session, about_city, now=NOW, member=queue.chief, reason="device", words=WORDS)
    for below in (queue.insider, queue.beside):
        with pytest.raises(OwnDepartment):
            operations.decide(session, about_city, now=LATER, member=below, agreed=True)
    assert operations.decide(session, about_city, now=LATER, member=queue.stranger, agreed=True) == 1


@pytest.mark.parametrize("who", ["beside", "stranger", "second"])
def test_anybody_outside_is(session: Session, queue: Queue, who: str) -> None:
    propose(session, queue, queue.insider)
    assert decide(session, queue, getattr(queue, who)) == 13
    assert state(session, queue) == "excluded"


def test_who_stands_outside(session: Session, queue: Queue) -> None:
    outside = {
        who: is_outside(session, getattr(queue, who), department_id=queue.office.ward, day=NOW.date())
        for who in ("insider", "above", "beside", "stranger", "chief")
    }
    assert outside == {"insider": False, "above": False, "beside": True, "stranger": True, "chief": True}
    of_it = {
        who: belongs(session, getattr(queue, who), department_id=queue.office.ward, day=NOW.date()) for who in outside
    }
    assert of_it == {"insider": True, "above": False, "beside": False, "stranger": False, "chief": False}


def test_a_case_about_numbers_has_nothing_to_leave_out(session: Session, queue: Queue) -> None:
    found = command(queue.office.ward, [], rule="surplus", subject=f"department:{queue.office.ward}", hours=None)
    case_id = operations.open_case(session, found, now=NOW)
    with pytest.raises(NothingToExclude):
        operations.propose_exclusion(session, case_id, now=NOW, member=queue.chief, reason="device", words=WORDS)
    operations.keep(session, case_id, now=NOW, member=queue.chief, note="Tư vấn cũng được đánh giá.")
    kept = session.get(ReviewCase, case_id)
    assert kept is not None
    assert kept.state == "kept"


def test_nothing_is_agreed_that_nobody_proposed(session: Session, queue: Queue) -> None:
    with pytest.raises(StateChanged):
        decide(session, queue, queue.second)
    exclude(session, queue)
    with pytest.raises(StateChanged):
        decide(session, queue, queue.stranger)


def test_a_return_needs_two_as_well(session: Session, queue: Queue) -> None:
    exclude(session, queue)
    operations.propose_return(session, queue.case_id, now=NOW, member=queue.chief, words="Nhầm ngày.")
    for member, refusal in ((queue.chief, SamePerson), (queue.insider, OwnDepartment), (queue.above, OwnDepartment)):
        with pytest.raises(refusal):
            decide(session, queue, member)
    assert not nothing_is_out(session)
    assert decide(session, queue, queue.stranger) == 13
    assert (state(session, queue), nothing_is_out(session)) == ("kept", True)
    assert trail(session)[-1] == ("exclusions.returned", queue.stranger.id)


def test_a_refusal_says_why_and_moves_nothing(session: Session, queue: Queue) -> None:
    session.execute(RecountRequest.__table__.delete())
    propose(session, queue, queue.chief)
    with pytest.raises(WordsMissing) as missing:
        decide(session, queue, queue.second, agreed=False, answer="  ")
    assert missing.value.field == "answer"
    assert decide(session, queue, queue.second, agreed=False, answer="Chưa đủ chứng cứ.") == 0
    assert (state(session, queue), nothing_is_out(session)) == ("open", True)
    assert session.scalar(select(func.count()).select_from(RecountRequest)) == 0
    assert trail(session)[-1] == ("exclusions.refused", queue.second.id)
    exclude(session, queue)
    operations.propose_return(session, queue.case_id, now=NOW, member=queue.chief, words="Nhầm ngày.")
    assert decide(session, queue, queue.second, agreed=False, answer="Không nhầm.") == 0
    assert (state(session, queue), nothing_is_out(session)) == ("excluded", False)


def test_the_rated_department_does_not_clear_itself(session: Session, queue: Queue) -> None:
    for member in (queue.insider, queue.above):
        with pytest.raises(OwnDepartment):
            operations.keep(session, queue.case_id, now=NOW, member=member, note="Không có gì.")
        assert trail(session)[-1] == ("exclusions.attempt_refused", member.id)
    assert state(session, queue) == "open"


@pytest.mark.parametrize("who", ["beside", "stranger", "chief", "second"])
def test_somebody_from_outside_clears_it(session: Session, queue: Queue, who: str) -> None:
    operations.keep(session, queue.case_id, now=NOW, member=getattr(queue, who), note="Ngày trả thẻ, đông thật.")
    assert state(session, queue) == "kept"
    assert trail(session)[-1] == ("exclusions.kept", getattr(queue, who).id)


def test_the_top_department_is_cleared_by_somebody_of_none(session: Session, queue: Queue) -> None:
    about_city = operations.open_case(session, command(queue.office.city, list(queue.doubtful[:1])), now=NOW)
    for member in (queue.above, queue.insider, queue.beside):
        with pytest.raises(OwnDepartment):
            operations.keep(session, about_city, now=NOW, member=member, note="Không có gì.")
    operations.keep(session, about_city, now=NOW, member=queue.second, note="Đông thật.")
    assert session.get_one(ReviewCase, about_city).state == "kept"


def test_nobody_judges_forms_they_keyed_themselves(session: Session, queue: Queue) -> None:
    ward, day = queue.office.ward, local(2026, 3, 4)
    by_chief = {"channel": "paper", "keyer_id": queue.chief.id}
    keyed = factories.responses(session, queue.version, ward, day, satisfied=3, **by_chief)
    about_keying = operations.open_case(session, command(ward, keyed, subject="keyer:1"), now=NOW)
    with pytest.raises(OwnKeying):
        operations.keep(session, about_keying, now=NOW, member=queue.chief, note="Tôi nhập đúng.")
    assert trail(session)[-1] == ("exclusions.attempt_refused", queue.chief.id)
    operations.propose_exclusion(
        session, about_keying, now=NOW, member=queue.second, reason="device", words="Xem lại từng phiếu."
    )
    with pytest.raises(OwnKeying):
        operations.decide(session, about_keying, now=NOW, member=queue.chief, agreed=False, answer="Không cần.")
    assert session.get_one(ReviewCase, about_keying).state == "proposed"


@pytest.mark.parametrize("proposer", ["second", "made"])
def test_who_made_the_others_account_is_not_the_second(session: Session, queue: Queue, proposer: str) -> None:
    made = add_made(session, "moi", "manager", None, maker=queue.second, now=NOW)
    first, other = (queue.second, made) if proposer == "second" else (made, queue.second)
    propose(session, queue, first)
    for agreed in (True, False):
        with pytest.raises(KnownPassword, match="30 ngày qua"):
            decide(session, queue, other, agreed=agreed, answer="Đã xem.")
    session.commit()
    assert (state(session, queue), nothing_is_out(session)) == ("proposed", True)
    refused = session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc()).limit(1)).one()
    assert refused.details == {"attempt": "exclude", "why": "known_password"}
    assert decide(session, queue, queue.chief) == 13


def test_nor_who_set_the_others_password_for_thirty_days(session: Session, queue: Queue) -> None:
    staff.reset_password(session, now=NOW, actor_id=queue.second.id, member_id=queue.chief.id)
    propose(session, queue, queue.chief)
    with pytest.raises(KnownPassword):
        decide(session, queue, queue.second)
    later = NOW + timedelta(days=31)
    moved = operations.decide(session, queue.case_id, now=later, member=queue.second, agreed=True)
    assert moved == 13


def test_a_kept_case_can_be_taken_up_again(session: Session, queue: Queue) -> None:
    operations.keep(session, queue.case_id, now=NOW, member=queue.chief, note="Đông thật.")
    propose(session, queue, queue.chief)
    assert decide(session, queue, queue.second, agreed=False, answer="Đúng là đông.") == 0
    assert state(session, queue) == "kept"
    propose(session, queue, queue.chief)
    assert decide(session, queue, queue.second) == 13


@pytest.mark.parametrize(
    ("reason", "words", "field"),
    [("", WORDS, "reason"), ("x", WORDS, "reason"), ("device", " ", "words"), ("device", "x" * 501, "words")],
)
def test_an_exclusion_has_a_reason_and_words(
    session: Session, queue: Queue, reason: str, words: str, field: str
) -> None:
    with pytest.raises(WordsMissing) as missing:
        operations.propose_exclusion(session, queue.case_id, now=NOW, member=queue.chief, reason=reason, words=words)
    assert missing.value.field == field


def test_the_database_itself_wants_two_people(session: Session, queue: Queue) -> None:
    propose(session, queue, queue.chief)
    proposal = session.scalars(select(Proposal)).one()
    proposal.decided_by, proposal.decided_at, proposal.agreed = queue.chief.id, NOW, True
    with pytest.raises(IntegrityError, match="two_persons"):
        session.flush()


def test_the_same_finding_is_the_same_case_and_follows_it_while_open(session: Session, queue: Queue) -> None:
    ids = list(queue.doubtful)
    again = operations.open_case(session, command(queue.office.ward, ids), now=LATER)
    assert again == queue.case_id
    operations.open_case(
        session, command(queue.office.ward, ids[2:] + list(queue.honest[:1]), evidence={"peak": 12}), now=LATER
    )
    held = set(session.scalars(select(CaseResponse.response_id)))
    assert held == {*ids[2:], queue.honest[0]}
    row = session.get_one(ReviewCase, queue.case_id)
    assert (row.evidence, row.found_at) == ({"peak": 12}, NOW)
    propose(session, queue, queue.chief)
    operations.open_case(session, command(queue.office.ward, ids[:1]), now=LATER + timedelta(days=1))
    assert set(session.scalars(select(CaseResponse.response_id))) == held


def test_no_such_case(session: Session, queue: Queue) -> None:
    with pytest.raises(CaseNotFound):
        operations.keep(session, 0, now=NOW, member=queue.chief, note="x")
