"""Nobody learns what a few people answered from two versions of a publication, unless two persons agreed to it."""

from collections.abc import Mapping
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback_app.ratings import operations, queries
from feedback_app.ratings.operations import TellsOfFew
from feedback_app.ratings.periods import parse
from feedback_app.ratings.queries import PublicationView, SmallChange
from feedback_app.staff.models import AuditEvent
from feedback_app.staff.queries import Member
from feedback_app.surveys.versions import VersionView
from tests import factories
from tests.factories import local
from tests.staff.people import add_person, post, sign_in

QUARTER = parse("2026-Q1")
PAGE = "/quan-ly/cong-bo/2026-Q1"
AFTER = local(2026, 4, 1, 0, 10)
LATER = local(2026, 4, 12)
SMALLEST = 5
MINIMA = factories.minima(30, cell=SMALLEST)


@pytest.fixture
def people(session: Session) -> tuple[Member, Member]:
    return add_person(session, "lap", "manager", None), add_person(session, "kiem", "administrator", None)


@pytest.fixture
def version(session: Session) -> VersionView:
    return factories.questionnaire(session)


@pytest.fixture
def department(session: Session, version: VersionView) -> int:
    """36 satisfied of 40 in the first quarter of 2026, published."""
    found = factories.department(session, "do-thi", "Phòng Quản lý đô thị")
    factories.responses(session, version, found, local(2026, 2, 3), satisfied=36, not_satisfied=4)
    publish(session)
    return found


def publish(session: Session) -> None:
    factories.count(session)
    operations.publish(session, QUARTER, now=AFTER, minima=MINIMA)
    session.commit()


def draft(session: Session, people: tuple[Member, Member]) -> PublicationView:
    return operations.draft_publication(
        session, QUARTER, now=LATER, minima=MINIMA, member=people[0], reason="Nhập muộn"
    )


def few(session: Session, draft: PublicationView) -> tuple[SmallChange, ...]:
    return queries.small_changes(session, queries.publications(session, QUARTER)[-1], draft)


def agreed(session: Session) -> set[tuple[int, int, int]]:
    """What the trail says was agreed to: number of the publication, department, answers."""
    events = session.scalars(select(AuditEvent).where(AuditEvent.action == "ratings.few_agreed"))
    return {
        (event.details["number"], event.department_id, event.details["answers"])
        for event in events
        if event.department_id is not None and event.subject == "period:2026-Q1"
    }


def rated(session: Session, publication: PublicationView) -> Mapping[int, int]:
    """What anybody reads: the answers each department's figure rests on."""
    table = queries.table(session, QUARTER, minima=MINIMA, narrowed=queries.Filter(publication=publication))
    return {row.department.id: row.figure.sums.rated for row in table.rows if row.department}


def test_no_two_versions_tell_of_a_few_that_nobody_agreed_to(
    session: Session, version: VersionView, people: tuple[Member, Member]
) -> None:
    """Three restatements in a row; of six departments each adds or takes out another number of answers each time."""
    moves = ((1, 4, 5, 9, 0, -1), (5, -4, -5, 0, 3, 12), (0, 2, 1, -2, -6, 0))
    departments = [factories.department(session, f"don-vi-{place}") for place in range(6)]
    given: dict[int, list[UUID]] = {
        each: factories.responses(session, version, each, local(2026, 2, 3), satisfied=30, not_satisfied=10)
        for each in departments
    }
    publish(session)
    for move in moves:
        for department, number in zip(departments, move, strict=True):
            given[department] += factories.responses(
                session, version, department, local(2026, 2, 9), satisfied=max(number, 0), channel="paper"
            )
            for response_id in [given[department].pop() for _ in range(-number)]:
                factories.surveys.remove(session, response_id, now=LATER)
        made = draft(session, people)
        with pytest.raises(TellsOfFew):
            operations.check_publication(session, made.id, QUARTER, now=LATER, member=people[1])
        operations.check_publication(session, made.id, QUARTER, now=LATER, member=people[1], few_agreed=True)
        operations.publish_publication(session, made.id, QUARTER, now=LATER, member=people[0])
        session.commit()
    versions = queries.publications(session, QUARTER)
    assert len(versions) == 1 + len(moves)
    told = {
        (after.number, department, abs(count - rated(session, before)[department]))
        for before, after in zip(versions, versions[1:], strict=False)
        for department, count in rated(session, after).items()
    }
    assert {each for each in told if 0 < each[2] < SMALLEST} == agreed(session)
    assert {each[2] for each in agreed(session)} == {1, 2, 3, 4}


def test_added_and_taken_out_count_together(
    session: Session, version: VersionView, people: tuple[Member, Member]
) -> None:
    swapped = factories.department(session, "doi-phieu")
    many = factories.department(session, "nhieu-phieu")
    gone = [
        factories.responses(session, version, each, local(2026, 2, 3), satisfied=40)[:number]
        for each, number in ((swapped, 2), (many, 3))
    ]
    publish(session)
    for each, ids in zip((swapped, many), gone, strict=True):
        for response_id in ids:
            factories.surveys.remove(session, response_id, now=LATER)
        factories.responses(session, version, each, local(2026, 2, 3), not_satisfied=2)
    assert few(session, draft(session, people)) == (SmallChange(swapped, 4),)


def test_a_reason_that_was_mended_is_a_few(
    session: Session, version: VersionView, people: tuple[Member, Member], department: int
) -> None:
    """The outcomes stand as they were: the counts of the reasons alone differ."""
    level = "khong-hai-long"
    wrong = factories.response(session, version, department, local(2026, 2, 3), level=level, reasons=("cho-lau",))
    factories.responses(session, version, department, local(2026, 2, 3), satisfied=9)
    publish_again = draft(session, people)
    assert few(session, publish_again) == ()
    operations.check_publication(session, publish_again.id, QUARTER, now=LATER, member=people[1])
    operations.publish_publication(session, publish_again.id, QUARTER, now=LATER, member=people[0])
    factories.surveys.remove(session, wrong, now=LATER)
    factories.response(session, version, department, local(2026, 2, 3), level=level, reasons=("thai-do",))
    assert few(session, draft(session, people)) == (SmallChange(department, 2),)


@pytest.mark.parametrize(
    ("months", "added", "expected"),
    [
        # March is too small to be told beside the other two; what comes to it stays untold, or comes with what it had.
        ((40, 30, 2), (0, 0, 1), None),
        ((40, 30, 2), (0, 0, 3), None),
        # Seven came, and three of them stay untold with March: the figures of the quarter differ by the others.
        ((40, 30, 0), (0, 4, 3), 4),
        ((40, 30, 9), (0, 4, 3), None),
    ],
)
def test_what_neither_version_tells_is_not_counted(
    session: Session,
    version: VersionView,
    people: tuple[Member, Member],
    months: tuple[int, ...],
    added: tuple[int, ...],
    expected: int | None,
) -> None:
    department = factories.department(session, "do-thi")
    for month, number in enumerate(months, 1):
        factories.responses(session, version, department, local(2026, month, 3), satisfied=number)
    publish(session)
    for month, number in enumerate(added, 1):
        factories.responses(session, version, department, local(2026, month, 4), not_satisfied=number)
    made = draft(session, people)
    assert few(session, made) == (() if expected is None else (SmallChange(department, expected),))
    before = queries.publications(session, QUARTER)[-1]
    difference = rated(session, made)[department] - rated(session, before)[department]
    assert (difference if 0 < difference < SMALLEST else None) == expected


def test_a_first_publication_asks_nobody(session: Session, version: VersionView, people: tuple[Member, Member]) -> None:
    factories.responses(session, version, factories.department(session, "do-thi"), local(2026, 2, 3), satisfied=2)
    made = operations.draft_publication(session, QUARTER, now=LATER, minima=MINIMA, member=people[0])
    operations.check_publication(session, made.id, QUARTER, now=LATER, member=people[1])
    assert agreed(session) == set()


def test_who_checks_is_told_and_has_to_agree(
    app: Flask,
    client: FlaskClient,
    session: Session,
    version: VersionView,
    people: tuple[Member, Member],
    department: int,
) -> None:
    factories.responses(session, version, department, local(2026, 2, 3), not_satisfied=2)
    factories.count(session)
    session.commit()
    first, second = sign_in(app, "lap"), sign_in(app, "kiem")
    assert post(first, f"{PAGE}/nhap", {"reason": "Nhập muộn"}).status_code == 302
    told = "Phòng Quản lý đô thị: 2 phiếu thêm vào hoặc bớt đi"
    page = first.get(PAGE).text
    assert "Đính chính này cho thấy câu trả lời của vài người" in page
    assert told in " ".join(page.split())
    assert "Nếu là phiếu đến muộn thì có thể chờ" in page
    page = second.get(f"{PAGE}/kiem-tra").text
    assert told in " ".join(page.split())
    assert 'name="few_agreed"' in page
    assert "few_agreed" not in second.get(f"{PAGE}/tra-lai").text

    session.rollback()
    waiting = queries.draft(session, QUARTER)
    assert waiting
    data: dict[str, object] = {"draft": str(waiting.id)}
    answer = post(second, f"{PAGE}/kiem-tra", data)
    assert answer.status_code == 422
    assert "Xin đánh dấu là bạn đã biết" in answer.text.split('id="few_agreed-error"')[1]
    assert f'value="{waiting.id}"' in answer.text
    session.rollback()
    assert agreed(session) == set()

    # Another answer comes in between: what was agreed to is no longer what would go out.
    factories.responses(session, version, department, local(2026, 2, 3), not_satisfied=1)
    factories.count(session)
    session.commit()
    answer = post(second, f"{PAGE}/kiem-tra", {**data, "few_agreed": "y"})
    assert answer.status_code == 409
    assert "3 phiếu thêm vào hoặc bớt đi" in answer.text
    assert "checked" not in answer.text.split('name="few_agreed"')[1].split(">")[0]
    session.rollback()
    again = queries.draft(session, QUARTER)
    assert again
    assert post(second, f"{PAGE}/kiem-tra", {"draft": str(again.id), "few_agreed": "y"}).status_code == 302
    session.rollback()
    assert agreed(session) == {(2, department, 3)}
    trail = second.get("/quan-ly/nhat-ky").text
    assert "Đồng ý đính chính dù cho thấy câu trả lời của vài người" in trail


def test_nothing_is_asked_where_enough_came(
    app: Flask, session: Session, version: VersionView, people: tuple[Member, Member], department: int
) -> None:
    factories.responses(session, version, department, local(2026, 2, 3), not_satisfied=5)
    factories.count(session)
    session.commit()
    first, second = sign_in(app, "lap"), sign_in(app, "kiem")
    post(first, f"{PAGE}/nhap", {"reason": "Nhập muộn"})
    assert "vài người" not in first.get(PAGE).text
    assert "few_agreed" not in second.get(f"{PAGE}/kiem-tra").text
