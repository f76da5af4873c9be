"""Points a department gives itself and points another person appraises: two people, one of them from outside."""

from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from feedback_app.ratings import operations, queries
from feedback_app.ratings.operations import AlreadyAppraised, BadPoints, NotEnded, NotIndependent
from feedback_app.ratings.periods import parse
from feedback_app.staff import queries as staff
from feedback_app.staff.queries import Member
from tests import factories
from tests.factories import local
from tests.staff.people import Office, add_made, add_person, make_office

QUARTER = parse("2026-Q1")
NOW = local(2026, 4, 10)


@pytest.fixture
def office(session: Session) -> Office:
    return make_office(session)


@pytest.fixture
def owner(session: Session, office: Office) -> Member:
    return add_person(session, "phuong", "manager", office.ward)


def assess(session: Session, member: Member, department: int, points: dict[int, int], **given: object) -> None:
    operations.assess(
        session,
        **{"now": NOW, "member": member, "department_id": department, "period": QUARTER, "points": points, **given},
    )


def appraise(
    session: Session, member: Member, department: int, points: dict[int, int], reasons: dict[int, str] | None = None
) -> None:
    operations.appraise(
        session,
        now=NOW,
        member=member,
        department_id=department,
        period=QUARTER,
        points=points,
        reasons=reasons or {},
    )


def of_ward(session: Session, office: Office) -> dict[int, tuple[int, int | None, str | None]]:
    found = queries.assessments(session, QUARTER, [office.ward]).get(office.ward, {})
    return {number: (view.points.own, view.points.appraised, view.points.reason) for number, view in found.items()}


def test_own_points_and_appraised_points_stand_side_by_side(session: Session, office: Office, owner: Member) -> None:
    whole = add_person(session, "toanbo", "manager", None)
    assess(session, owner, office.ward, {5: 2, 9: 2})
    appraise(session, whole, office.ward, {5: 2, 9: 1}, {9: "Chỉ  20 % hồ sơ trực tuyến"})
    assert of_ward(session, office) == {5: (2, 2, None), 9: (2, 1, "Chỉ 20 % hồ sơ trực tuyến")}
    found = queries.scores(session, QUARTER, office.ward, minima=factories.minima(30), day=NOW.date())
    assert (found.indices.own_total, found.indices.total) == (Decimal(4), Decimal(3))
    trail = staff.trail(session, scope=frozenset({office.ward}), limit=4)
    assert [(entry.action, entry.details, entry.reason) for entry in trail] == [
        ("ratings.appraised", {"index": 9, "points": 1}, "Chỉ 20 % hồ sơ trực tuyến"),
        ("ratings.appraised", {"index": 5, "points": 2}, None),
        ("ratings.assessed", {"index": 9, "points": 2}, None),
        ("ratings.assessed", {"index": 5, "points": 2}, None),
    ]


def test_another_index_may_follow_later_and_own_points_change_until_they_are_appraised(
    session: Session, office: Office, owner: Member
) -> None:
    assess(session, owner, office.ward, {5: 2})
    assess(session, owner, office.ward, {5: 1, 8: 2})
    assert of_ward(session, office) == {5: (1, None, None), 8: (2, None, None)}
    appraise(session, add_person(session, "toanbo", "manager", None), office.ward, {5: 1})
    assess(session, owner, office.ward, {5: 1, 8: 1})
    with pytest.raises(AlreadyAppraised) as refused:
        assess(session, owner, office.ward, {5: 2})
    assert refused.value.field == "points_5"


@pytest.mark.parametrize("points", [{}, {1: 2}, {7: 1}, {5: 3}, {5: -1}])
def test_only_indices_and_points_of_the_scheme_are_taken(
    session: Session, office: Office, owner: Member, points: dict[int, int]
) -> None:
    with pytest.raises(BadPoints):
        assess(session, owner, office.ward, points)


def test_a_period_is_assessed_when_it_is_over(session: Session, office: Office, owner: Member) -> None:
    with pytest.raises(NotEnded):
        assess(session, owner, office.ward, {5: 2}, now=local(2026, 3, 31))


def test_a_difference_without_a_reason_is_refused(session: Session, office: Office, owner: Member) -> None:
    assess(session, owner, office.ward, {5: 2})
    whole = add_person(session, "toanbo", "manager", None)
    for reasons in ({}, {5: "  "}):
        with pytest.raises(BadPoints) as refused:
            appraise(session, whole, office.ward, {5: 1}, reasons)
        assert refused.value.field == "reason_5"


def test_what_was_not_assessed_is_not_appraised(session: Session, office: Office, owner: Member) -> None:
    with pytest.raises(BadPoints) as refused:
        appraise(session, add_person(session, "toanbo", "manager", None), office.ward, {5: 1}, {5: "…"})
    assert refused.value.field == "points_5"


@pytest.mark.parametrize(
    ("place", "why"), [("ward", "own_department"), ("city", "own_department"), ("none", "same_person")]
)
def test_nobody_appraises_their_own_or_from_within(
    app: Flask, session: Session, office: Office, place: str, why: str
) -> None:
    """Of the department, of the one above it, or the very person who assessed."""
    member = add_person(session, "nguoi", "manager", {"ward": office.ward, "city": office.city, "none": None}[place])
    assessor = member if place == "none" else add_person(session, "khac", "manager", office.ward)
    assess(session, assessor, office.ward, {5: 2})
    with pytest.raises(NotIndependent):
        appraise(session, member, office.ward, {5: 2})
    assert of_ward(session, office) == {5: (2, None, None)}
    (entry,) = staff.trail(session, scope=None, action="ratings.appraisal_refused", limit=9)
    assert (entry.reason, entry.department_id) == (why, office.ward)


def test_one_of_another_department_beside_it_may(session: Session, office: Office, owner: Member) -> None:
    assess(session, owner, office.ward, {5: 2})
    appraise(session, add_person(session, "nguoi", "manager", office.bureau), office.ward, {5: 2})
    assert of_ward(session, office) == {5: (2, 2, None)}


@pytest.mark.parametrize("direction", ["assessor made", "appraiser made"])
def test_nor_does_who_made_the_others_account(session: Session, office: Office, direction: str) -> None:
    if direction == "assessor made":
        appraiser = add_person(session, "quantri", "administrator", None)
        assessor = add_made(session, "khac", "manager", office.ward, maker=appraiser, now=NOW)
    else:
        assessor = add_person(session, "khac", "administrator", office.ward)
        appraiser = add_made(session, "quanly", "manager", None, maker=assessor, now=NOW)
    assess(session, assessor, office.ward, {5: 2})
    with pytest.raises(NotIndependent):
        appraise(session, appraiser, office.ward, {5: 2})
    (entry,) = staff.trail(session, scope=None, action="ratings.appraisal_refused", limit=9)
    assert entry.reason == "known_password"
    appraise(session, add_person(session, "toanbo", "manager", None), office.ward, {5: 2})
