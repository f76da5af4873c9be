"""Objecting to an index and deciding from outside: who may, until when, and what becomes of the figure."""

from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from feedback_app.appraisal import operations, queries
from feedback_app.appraisal.models import Contest
from feedback_app.appraisal.operations import (
    BadContest,
    MayNotDecide,
    NotYourPoints,
    StateChanged,
    TooLate,
    WordsMissing,
)
from feedback_app.appraisal.queries import ContestNotFound
from feedback_app.ratings.schemes import Points
from feedback_app.staff import operations as staff
from feedback_app.staff.queries import Member
from tests.appraisal.making import (
    DAYS,
    FULL,
    NOW,
    QUARTER,
    REASON,
    SOON,
    Workplace,
    enter,
    line,
    object_to,
    points_of,
    trail,
)
from tests.staff.people import add_made

ANSWER = "Đã đối chiếu ba hồ sơ; lỗi do người nộp."
CORRECTED = Points(66, 60)


def decide(session: Session, member: Member, contest_id: int, *, upheld: bool = True) -> None:
    """Decide and commit, a refusal as well, as the page does."""
    try:
        operations.decide(
            session,
            member,
            contest_id,
            upheld=upheld,
            answer=ANSWER,
            corrected=CORRECTED if upheld else None,
            now=SOON,
        )
    finally:
        session.commit()


def test_a_contested_figure_is_marked_and_stays_what_it_was(session: Session, place: Workplace) -> None:
    before = points_of(session, place.clerk)
    object_to(session, place)
    view = points_of(session, place.clerk)
    assert (before.contested, view.contested) == (False, True)
    assert view.figure.total == before.figure.total
    assert [(each.index_number, each.reason, each.version) for each in view.contests] == [(3, REASON, 1)]
    assert not points_of(session, place.colleague).contested


def test_upheld_makes_the_next_version_and_keeps_both(session: Session, place: Workplace) -> None:
    contest_id = object_to(session, place)
    decide(session, place.chief, contest_id)
    view = points_of(session, place.clerk)
    assert (view.version, view.contested, view.corrected) == (2, False, True)
    assert {score.index.number: (score.numerator, score.denominator) for score in view.figure.scores} == {
        number: (each.points, each.scored) for number, each in {**FULL, 3: CORRECTED}.items()
    }
    assert str(view.figure.total) == "5.1"
    assert [(each.version, str(each.figure.total)) for each in view.earlier] == [(1, "5.0")]
    decided = view.contests[0]
    assert (decided.upheld, decided.answer, decided.corrected_version) == (True, ANSWER, 2)


def test_rejected_keeps_the_figure_and_says_why(session: Session, place: Workplace) -> None:
    contest_id = object_to(session, place)
    decide(session, place.chief, contest_id, upheld=False)
    view = points_of(session, place.clerk)
    assert (view.version, view.contested, view.corrected) == (1, False, False)
    assert (view.contests[0].upheld, view.contests[0].answer) == (False, ANSWER)


def test_two_indices_are_two_contests_and_two_versions(session: Session, place: Workplace) -> None:
    third, fourth = object_to(session, place, 3), object_to(session, place, 4)
    decide(session, place.chief, third)
    decide(session, place.chief, fourth)
    view = points_of(session, place.clerk)
    assert view.version == 3
    assert (view.score(3).numerator, view.score(4).numerator) == (66, 66)
    assert [each.version for each in view.earlier] == [1, 2]


def test_one_open_at_a_time_for_each_index(session: Session, place: Workplace) -> None:
    contest_id = object_to(session, place)
    with pytest.raises(BadContest, match="đang có một khiếu nại"):
        object_to(session, place)
    session.rollback()
    decide(session, place.chief, contest_id, upheld=False)
    object_to(session, place)
    session.add(
        Contest(
            officer_id=points_of(session, place.clerk).officer.id,
            starts_on=QUARTER.starts_on,
            version=1,
            index_number=3,
            reason="x",
            filed_by=place.clerk.id,
            filed_at=SOON,
        )
    )
    with pytest.raises(IntegrityError, match="uq_officer_contests_open"):
        session.flush()


@pytest.mark.parametrize("index", [0, 5, 9])
def test_only_indices_of_officers(session: Session, place: Workplace, index: int) -> None:
    with pytest.raises(BadContest, match="Xin chọn chỉ số"):
        object_to(session, place, index)


@pytest.mark.parametrize("reason", ["", "  \n", "a" * 1001])
def test_a_reason_people_can_read(session: Session, place: Workplace, reason: str) -> None:
    with pytest.raises(WordsMissing):
        operations.contest(session, place.clerk, QUARTER, 3, reason=reason, days=DAYS, now=SOON)


def test_within_the_days_and_not_after(session: Session, place: Workplace) -> None:
    # 6 April and fifteen days: the whole of 21 April, by a Vietnamese clock.
    last_moment = NOW.replace(day=21, hour=16, minute=59)
    object_to(session, place, 3, now=last_moment)
    with pytest.raises(TooLate):
        operations.contest(
            session, place.clerk, QUARTER, 4, reason=REASON, days=DAYS, now=last_moment + timedelta(minutes=1)
        )
    session.commit()
    assert trail(session, "appraisal.refused")[-1].details == {"attempt": "file", "why": "too_late"}


def test_a_decision_gives_no_new_days_but_a_new_import_does(session: Session, place: Workplace) -> None:
    decide(session, place.chief, object_to(session, place))
    assert points_of(session, place.clerk).contest_until(DAYS).day == 21
    enter(session, place, line("CB-02", counted={**FULL, 1: Points(1, 100)}), now=SOON)
    assert points_of(session, place.colleague).contest_until(DAYS).day == 25


def test_only_the_officer_contests(session: Session, place: Workplace) -> None:
    for member in (place.ward, place.chief, place.administrator):
        with pytest.raises(NotYourPoints):
            operations.contest(session, member, QUARTER, 3, reason=REASON, days=DAYS, now=SOON)
        session.commit()
    assert [event.actor_id for event in trail(session, "appraisal.refused")] == [
        place.ward.id,
        place.chief.id,
        place.administrator.id,
    ]


def test_the_decision_comes_from_outside(session: Session, place: Workplace) -> None:
    contest_id = object_to(session, place)
    for member, why in (
        (place.clerk, "role"),
        (place.colleague, "role"),
        (place.administrator, "role"),
        (place.ward, "own_department"),
        (place.city, "own_department"),
        (place.importer, "importer"),
    ):
        with pytest.raises(MayNotDecide):
            decide(session, member, contest_id)
        event = trail(session, "appraisal.refused")[-1]
        assert (event.actor_id, event.subject, event.details) == (
            member.id,
            f"contest:{contest_id}",
            {"attempt": "decide", "why": why},
        )
    assert points_of(session, place.clerk).contested
    decide(session, place.bureau, contest_id)
    assert points_of(session, place.clerk).version == 2


@pytest.mark.parametrize("other", ["clerk", "importer"])
@pytest.mark.parametrize("made_by_other", [False, True])
def test_nor_from_who_made_the_others_account_or_set_its_password(
    session: Session, place: Workplace, other: str, made_by_other: bool
) -> None:
    contest_id = object_to(session, place)
    known = getattr(place, other)
    if made_by_other:
        decider = add_made(session, "moi", "manager", None, maker=known, now=SOON)
    else:
        decider = place.chief
        staff.reset_password(session, now=SOON, actor_id=decider.id, member_id=known.id)
    with pytest.raises(MayNotDecide, match="30 ngày qua"):
        decide(session, decider, contest_id)
    assert trail(session, "appraisal.refused")[-1].details == {"attempt": "decide", "why": "known_password"}
    found = queries.contest(session, contest_id)
    assert not queries.may_decide(session, decider, found, now=SOON)
    assert queries.may_decide(session, decider, found, now=SOON + timedelta(days=31))
    decide(session, place.bureau, contest_id)


def test_who_manages_the_whole_service_does_not_decide_about_themselves(session: Session, place: Workplace) -> None:
    enter(session, place, line("CB-30", "toanbo"))
    contest_id = operations.contest(session, place.chief, QUARTER, 3, reason=REASON, days=DAYS, now=SOON)
    session.commit()
    with pytest.raises(MayNotDecide):
        decide(session, place.chief, contest_id)
    assert trail(session, "appraisal.refused")[-1].details["why"] == "own_points"


def test_who_moved_is_not_judged_by_the_new_department_either(session: Session, place: Workplace) -> None:
    contest_id = object_to(session, place)
    staff.set_role(
        session,
        now=SOON,
        actor_id=None,
        member_id=place.clerk.id,
        role="staff",
        department_id=place.office.elsewhere,
    )
    session.commit()
    for member in (place.stranger, place.ward):
        with pytest.raises(MayNotDecide):
            decide(session, member, contest_id)
    decide(session, place.bureau, contest_id)


def test_decided_once(session: Session, place: Workplace) -> None:
    contest_id = object_to(session, place)
    decide(session, place.chief, contest_id, upheld=False)
    with pytest.raises(StateChanged):
        decide(session, place.bureau, contest_id)
    assert points_of(session, place.clerk).version == 1
    with pytest.raises(ContestNotFound):
        decide(session, place.chief, contest_id + 1000)


@pytest.mark.parametrize("corrected", [None, Points(121, 60), FULL[3]])
def test_upheld_needs_another_sum_that_can_be(session: Session, place: Workplace, corrected: Points | None) -> None:
    contest_id = object_to(session, place)
    with pytest.raises(BadContest):
        operations.decide(session, place.chief, contest_id, upheld=True, answer=ANSWER, corrected=corrected, now=SOON)
    session.rollback()
    assert points_of(session, place.clerk).contested


def test_a_decision_says_why(session: Session, place: Workplace) -> None:
    contest_id = object_to(session, place)
    with pytest.raises(WordsMissing):
        operations.decide(session, place.chief, contest_id, upheld=False, answer=" ", corrected=None, now=SOON)
    session.rollback()
    assert points_of(session, place.clerk).contested


def test_the_trail_names_every_step_and_no_figure_or_word(session: Session, place: Workplace) -> None:
    contest_id = object_to(session, place)
    decide(session, place.chief, contest_id)
    for action, member in (("appraisal.contested", place.clerk), ("appraisal.upheld", place.chief)):
        event = trail(session, action)[0]
        assert (event.actor_id, event.subject, event.department_id, event.reason) == (
            member.id,
            f"contest:{contest_id}",
            place.office.ward,
            None,
        )
        assert event.details == {"officer": "CB-01", "period": "2026-Q1", "index": 3}


def test_lists_are_for_who_answers_for_the_officer_and_who_may_decide(session: Session, place: Workplace) -> None:
    contest_id = object_to(session, place)

    def listed(member: Member, scope: frozenset[int] | None, *, settled: bool = False) -> list[int]:
        found = queries.contests(session, member, scope=scope, now=SOON, settled=settled, limit=10)
        return [each.id for each in found]

    nothing: frozenset[int] = frozenset()
    ward = frozenset({place.office.ward})
    assert listed(place.ward, ward) == [contest_id]
    assert listed(place.stranger, nothing) == [contest_id]
    decide(session, place.chief, contest_id)
    assert listed(place.stranger, nothing) == []
    assert listed(place.stranger, nothing, settled=True) == []
    assert listed(place.ward, ward, settled=True) == [contest_id]
