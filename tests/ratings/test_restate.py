"""What happens after a publication leaves its numbers alone; a restatement says what changed and why."""

from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app.departments import operations as departments
from feedback_app.exclusions import operations as exclusions
from feedback_app.kit.ids import new_id
from feedback_app.ratings import operations, queries
from feedback_app.ratings.periods import parse
from feedback_app.ratings.queries import Restatement
from feedback_app.staff.queries import Member
from feedback_app.surveys.versions import VersionView
from tests import factories
from tests.exclusions.queue import command
from tests.factories import local
from tests.staff.people import add_person

QUARTER = parse("2026-Q3")
AFTER = local(2026, 10, 1, 0, 10)
LATER = local(2026, 10, 12, 9)
MINIMA = factories.minima(30)


@pytest.fixture
def people(session: Session) -> tuple[Member, Member]:
    return add_person(session, "first", "manager", None), add_person(session, "second", "administrator", None)


@pytest.fixture
def version(session: Session) -> VersionView:
    return factories.questionnaire(session)


@pytest.fixture
def department(session: Session, version: VersionView) -> int:
    """36 satisfied of 40 in the third quarter of 2026, published."""
    found = factories.department(session, "mot-cua", "Bộ phận Một cửa")
    factories.responses(session, version, found, local(2026, 8, 3), satisfied=36, not_satisfied=4)
    factories.count(session)
    operations.publish(session, QUARTER, now=AFTER, minima=MINIMA)
    session.commit()
    return found


def shown(session: Session, number: int | None = None) -> tuple[int, int]:
    chosen = queries.publication(session, QUARTER, number) if number else None
    table = queries.table(session, QUARTER, minima=MINIMA, narrowed=queries.Filter(publication=chosen))
    sums = table.together.figure.sums
    return sums.satisfied, sums.rated


def restate(session: Session, people: tuple[Member, Member], reason: str) -> Restatement:
    first, second = people
    draft = operations.draft_publication(session, QUARTER, now=LATER, minima=MINIMA, member=first, reason=reason)
    operations.check_publication(session, draft.id, QUARTER, now=LATER, member=second)
    operations.publish_publication(session, draft.id, QUARTER, now=LATER, member=first)
    session.commit()
    return queries.restatement(session, queries.publications(session, QUARTER)[-1])


def test_late_paper(session: Session, version: VersionView, department: int, people: tuple[Member, Member]) -> None:
    factories.responses(session, version, department, local(2026, 9, 2), not_satisfied=10, channel="paper")
    factories.count(session)
    assert shown(session) == (36, 40)
    changes = restate(session, people, "Phiếu giấy nhập muộn")
    assert (changes.added, changes.removed) == ({"paper": 10}, {})
    (step,) = changes.departments
    assert (step.department_id, step.before, step.after) == (department, 40, 50)
    assert (step.share_before, step.share_after) == (Decimal("90.0"), Decimal("72.0"))
    assert changes.together == queries.Step(None, 40, 50, Decimal("90.0"), Decimal("72.0"))
    assert (shown(session), shown(session, 1), shown(session, 2)) == ((36, 50), (36, 40), (36, 50))
    assert [each.broken for each in queries.verify(session)] == [None, None]


def test_responses_taken_out(
    session: Session, version: VersionView, department: int, people: tuple[Member, Member]
) -> None:
    extra = factories.responses(session, version, department, local(2026, 9, 2), satisfied=5, channel="qr")
    changes = restate(session, people, "Nhập muộn")
    for response_id in extra[:2]:
        factories.surveys.remove(session, response_id, now=LATER)
    factories.count(session)
    assert shown(session) == (41, 45)
    changes = restate(session, people, "Hai phiếu của cùng một người")
    assert (changes.added, changes.removed) == ({}, {"qr": 2})
    assert changes.publication.number == 3
    assert shown(session) == (39, 43)


def test_exclusions_by_two_persons_are_told_by_reason(
    session: Session, version: VersionView, department: int, people: tuple[Member, Member]
) -> None:
    extra = factories.responses(session, version, department, local(2026, 9, 2), satisfied=5)
    restate(session, people, "Nhập muộn")
    case_id = exclusions.open_case(session, command(department, extra[:3]), now=LATER)
    first, second = people
    words = "Một người chạm liên tục vào màn hình."
    exclusions.propose_exclusion(session, case_id, now=LATER, member=first, reason="repeated", words=words)
    exclusions.decide(session, case_id, now=LATER, member=second, agreed=True)
    factories.count(session)
    assert shown(session) == (41, 45)
    changes = restate(session, people, "Loại phiếu của một người trả lời nhiều lần")
    assert changes.excluded == {"repeated": (0, 3)}
    assert (changes.added, changes.removed) == ({}, {"kiosk": 3})
    assert changes.publication.excluded == {"repeated": 3}
    assert shown(session) == (38, 42)


def test_rapid_repeats_are_told_by_reason(
    session: Session, version: VersionView, department: int, people: tuple[Member, Member]
) -> None:
    device = new_id()
    for second in (0, 2):
        moment = local(2026, 9, 2, 9, 0, second)
        factories.response(session, version, department, moment, device_id=device, rapid_seconds=5)
    changes = restate(session, people, "Ki-ốt gửi muộn")
    assert changes.excluded == {"rapid": (0, 1)}
    assert changes.added == {"kiosk": 1}


def test_a_share_is_told_only_where_both_may_be(
    session: Session, version: VersionView, department: int, people: tuple[Member, Member]
) -> None:
    few = factories.department(session, "tu-phap", "Phòng Tư pháp")
    factories.responses(session, version, few, local(2026, 9, 2), satisfied=31, channel="paper")
    changes = restate(session, people, "Phiếu giấy nhập muộn")
    (step,) = changes.departments
    assert (step.department_id, step.before, step.after) == (few, 0, 31)
    assert (step.share_before, step.share_after) == (None, None)


@pytest.mark.parametrize("fate", ["merge", "abolish"])
def test_a_department_that_ended_in_the_middle_of_the_quarter(
    session: Session, client: FlaskClient, version: VersionView, people: tuple[Member, Member], fate: str
) -> None:
    old = factories.department(session, "ward-old", "Phường Cũ")
    new = factories.department(session, "ward-new", "Phường Mới")
    factories.responses(session, version, old, local(2026, 7, 3), satisfied=30, not_satisfied=10)
    factories.responses(session, version, new, local(2026, 9, 3), satisfied=38, not_satisfied=2)
    factories.count(session)
    operations.publish(session, QUARTER, now=AFTER, minima=MINIMA)
    before = queries.table(session, QUARTER, minima=MINIMA)
    departments.succeed(
        session,
        LATER,
        kind=fate,
        predecessors=["ward-old"],
        successors=["ward-new"] if fate == "merge" else [],
        day=local(2026, 8, 15).date(),
        legal_basis="Nghị quyết thử",
    )
    factories.count(session)
    session.commit()
    after = queries.table(session, QUARTER, minima=MINIMA)
    assert [row.figure for row in after.rows] == [row.figure for row in before.rows]
    factories.responses(session, version, old, local(2026, 8, 14), not_satisfied=10, channel="paper", now=LATER)
    changes = restate(session, people, "Phiếu giấy của phường cũ nhập muộn")
    (step,) = changes.departments
    assert (step.department_id, step.before, step.after) == (old, 40, 50)
    page = client.get("/ket-qua/cong-bo/2026-Q3/2").text
    assert "Phường Cũ" in page
    assert "Phường Mới" not in page.split("<tbody>")[1].split("</tbody>")[0]
