"""A second person keys a form of the sample, blind."""

import threading
from collections.abc import Mapping

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from feedback_app.kit.errors import NotAllowed
from feedback_app.paper import separation
from feedback_app.paper.operations import ReasonMissing, checks, drawing
from feedback_app.paper.queries.checks import NotKeyed, waiting
from feedback_app.staff.models import AuditEvent
from feedback_app.staff.queries import Member
from feedback_app.surveys import operations as surveys
from tests.paper.samples import KEYED, NOW, OTHERWISE, SAID, Sample, check_of, make_sample
from tests.staff.people import add_made


@pytest.fixture
def sample(session: Session) -> Sample:
    return make_sample(session, drawn=1)


def key_again(session: Session, member: Member, answers: Mapping[str, tuple[str, ...]] = SAID, number: int = 1) -> str:
    return checks.key_again(session, number, now=NOW, member=member, answers=answers)


def test_the_same_answers_agree_and_are_measured_without_error(session: Session, sample: Sample) -> None:
    assert key_again(session, sample.beside) == "agrees"
    row = check_of(session, 1)
    assert (row.fields, row.first_errors, row.second_errors) == (3, 0, 0)
    assert (row.second_keyer_id, row.not_independent) == (sample.beside.id, False)


@pytest.mark.parametrize("answers", [OTHERWISE, {"chung": ("hai-long",)}, {**SAID, "ly-do": ("xa",)}, {}])
def test_any_other_answer_or_blank_differs_and_waits_for_a_third_person(
    session: Session, sample: Sample, answers: Mapping[str, tuple[str, ...]]
) -> None:
    assert key_again(session, sample.beside, answers) == "differs"
    assert check_of(session, 1).fields is None


@pytest.mark.parametrize(
    ("who", "why"),
    [("keyer", "own_keying"), ("colleague", "own_department"), ("above", "own_department")],
)
def test_who_is_not_outside_is_refused_and_the_attempt_kept(
    session: Session, sample: Sample, who: str, why: str
) -> None:
    member = getattr(sample, who)
    with pytest.raises(NotAllowed):
        key_again(session, member)
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "paper.attempt_refused")).one()
    assert (event.actor_id, event.subject, event.department_id) == (member.id, "paper_form:1", sample.office.ward)
    assert event.details == {"attempt": "key_again", "why": why}
    assert check_of(session, 1).state == "waiting"


def test_whoever_knew_the_keyers_password_is_no_second_person(session: Session, sample: Sample) -> None:
    made = add_made(session, "made", "staff", sample.office.bureau, maker=sample.keyer, now=KEYED)
    with pytest.raises(separation.KnownPassword):
        key_again(session, made)


def test_who_may_not_verify_does_not_learn_what_was_drawn(session: Session, sample: Sample) -> None:
    for member in (sample.keyer, sample.colleague):
        said = set()
        for number in sample.numbers:
            with pytest.raises(NotAllowed) as refused:
                key_again(session, member, number=number)
            said.add(str(refused.value))
        assert len(said) == 1
        assert waiting(session, member, state="waiting", now=NOW) == []


def test_a_form_that_was_not_drawn_or_never_keyed_is_not_taken(session: Session, sample: Sample) -> None:
    with pytest.raises(checks.NotDrawn):
        key_again(session, sample.beside, number=2)
    with pytest.raises(NotKeyed):
        key_again(session, sample.beside, number=3)


def test_sent_twice_is_once_and_a_second_second_keyer_comes_too_late(session: Session, sample: Sample) -> None:
    assert key_again(session, sample.beside, OTHERWISE) == key_again(session, sample.beside, OTHERWISE) == "differs"
    with pytest.raises(drawing.AlreadyChecked):
        key_again(session, sample.beside)
    with pytest.raises(drawing.AlreadyChecked):
        key_again(session, sample.stranger)


def test_of_two_second_keyers_at_once_one_is_taken(session: Session, engine: Engine, sample: Sample) -> None:
    together = threading.Barrier(2)
    outcomes: list[str] = []

    def run(member: Member) -> None:
        with Session(engine) as own:
            together.wait()
            try:
                outcomes.append(key_again(own, member))
                own.commit()
            except drawing.AlreadyChecked:
                outcomes.append("too late")

    threads = [threading.Thread(target=run, args=(each,)) for each in (sample.beside, sample.stranger)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["agrees", "too late"]


def test_undone_while_it_is_keyed_again_ends_one_way_or_the_other(
    session: Session, engine: Engine, sample: Sample
) -> None:
    together = threading.Barrier(2)
    outcomes: list[str] = []

    def undo() -> None:
        with Session(engine) as own:
            together.wait()
            try:
                drawing.withdraw(own, sample.responses[0])
                surveys.remove(own, sample.responses[0], now=NOW)
                own.commit()
                outcomes.append("undone")
            except drawing.AlreadyChecked:
                outcomes.append("kept")

    def verify() -> None:
        with Session(engine) as own:
            together.wait()
            try:
                key_again(own, sample.beside)
                own.commit()
                outcomes.append("verified")
            except checks.NotDrawn:
                outcomes.append("gone")

    threads = [threading.Thread(target=undo), threading.Thread(target=verify)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) in (["gone", "undone"], ["kept", "verified"])


def test_a_paper_that_is_not_there_is_said_with_a_reason(session: Session, sample: Sample) -> None:
    with pytest.raises(ReasonMissing):
        checks.miss(session, 1, now=NOW, member=sample.beside, reason=" ")
    with pytest.raises(separation.OwnDepartment):
        checks.miss(session, 1, now=NOW, member=sample.colleague, reason="Không có")
    checks.miss(session, 1, now=NOW, member=sample.beside, reason="Không có trong kẹp của tập.")
    row = check_of(session, 1)
    assert (row.state, row.missed_by, row.missed_reason) == ("missing", sample.beside.id, "Không có trong kẹp của tập.")
    with pytest.raises(drawing.AlreadyChecked):
        key_again(session, sample.beside)
