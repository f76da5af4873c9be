"""A quarter goes out over two persons; what one of them alone tries is refused and stays in the trail."""

import ast
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from feedback_app.kit.errors import Refused
from feedback_app.ratings import operations, queries
from feedback_app.ratings.operations import DraftOutdated, NothingToRestate, ReasonMissing
from feedback_app.ratings.periods import parse
from feedback_app.ratings.queries import PublicationView
from feedback_app.ratings.two_persons import KnownPassword, MayNotSign, SamePerson, WrongState
from feedback_app.staff import operations as staff
from feedback_app.staff.models import AuditEvent
from feedback_app.staff.queries import Member
from tests import factories
from tests.factories import local
from tests.staff.people import add_made, add_person

QUARTER = parse("2026-Q3")
AFTER = local(2026, 10, 1, 0, 10)
MINIMA = factories.minima(30)


@pytest.fixture
def department(session: Session) -> int:
    """36 satisfied of 40 in the third quarter of 2026."""
    found, version = factories.department(session, "mot-cua"), factories.questionnaire(session)
    factories.responses(session, version, found, local(2026, 8, 3), satisfied=36, not_satisfied=4)
    factories.count(session)
    return found


@pytest.fixture
def people(session: Session, department: int) -> dict[str, Member]:
    return {
        "first": add_person(session, "first", "manager", None),
        "second": add_person(session, "second", "administrator", None),
        "keyer": add_person(session, "keyer", "staff", None),
        "own": add_person(session, "own", "manager", department),
    }


def draft_by(session: Session, member: Member, reason: str | None = None) -> PublicationView:
    return operations.draft_publication(session, QUARTER, now=AFTER, minima=MINIMA, member=member, reason=reason)


def timetable_draft(session: Session) -> PublicationView:
    while operations.publish_ended(session, now=AFTER, minima=MINIMA, limit=1):
        pass
    found = queries.draft(session, QUARTER)
    assert found is not None
    return found


def check(session: Session, draft: PublicationView, member: Member) -> None:
    operations.check_publication(session, draft.id, QUARTER, now=AFTER, member=member)


def publish(session: Session, draft: PublicationView, member: Member) -> operations.Published:
    return operations.publish_publication(session, draft.id, QUARTER, now=AFTER, member=member)


def refusals(session: Session) -> list[tuple[str, str]]:
    session.flush()
    events = session.scalars(select(AuditEvent).where(AuditEvent.action == "ratings.attempt_refused"))
    return [(event.details["attempt"], event.details["why"]) for event in events]


def test_one_drafts_another_checks_either_publishes(session: Session, people: dict[str, Member]) -> None:
    draft = draft_by(session, people["first"])
    assert queries.publications(session, QUARTER) == []
    assert queries.newest_published(session, "quarter") is None
    assert queries.table(session, QUARTER, minima=MINIMA).publication is None
    check(session, draft, people["second"])
    assert publish(session, draft, people["first"]).number == 1
    (found,) = queries.publications(session, QUARTER)
    assert (found.drafted_by, found.checked_by, found.published_by) == (
        people["first"].id,
        people["second"].id,
        people["first"].id,
    )
    assert queries.drafts(session) == []


def test_nobody_checks_their_own_draft(session: Session, people: dict[str, Member]) -> None:
    draft = draft_by(session, people["first"])
    with pytest.raises(SamePerson):
        check(session, draft, people["first"])
    assert refusals(session) == [("check", "SamePerson")]
    with pytest.raises(WrongState):
        publish(session, draft, people["second"])


def test_what_the_timetable_drafted_still_takes_two(session: Session, people: dict[str, Member]) -> None:
    draft = timetable_draft(session)
    assert draft.drafted_by is None
    check(session, draft, people["first"])
    with pytest.raises(SamePerson):
        publish(session, draft, people["first"])
    assert publish(session, draft, people["second"]).number == 1


@pytest.mark.parametrize("drafter", ["second", "made"])
def test_who_made_the_others_account_is_no_second_person(
    session: Session, people: dict[str, Member], drafter: str
) -> None:
    people["made"] = add_made(session, "made", "manager", None, maker=people["second"], now=AFTER)
    draft = draft_by(session, people[drafter])
    with pytest.raises(KnownPassword, match="30 ngày qua"):
        check(session, draft, people["made" if drafter == "second" else "second"])
    assert refusals(session) == [("check", "KnownPassword")]
    check(session, draft, people["first"])
    assert publish(session, draft, people[drafter]).number == 1


def test_nor_who_set_its_password_and_31_days_later_they_are_two(session: Session, people: dict[str, Member]) -> None:
    staff.reset_password(session, now=AFTER, actor_id=people["second"].id, member_id=people["first"].id)
    draft = draft_by(session, people["second"])
    with pytest.raises(KnownPassword):
        check(session, draft, people["first"])
    later = AFTER + timedelta(days=31)
    operations.check_publication(session, draft.id, QUARTER, now=later, member=people["first"])


@pytest.mark.parametrize("checker", ["second", "made"])
def test_what_the_timetable_drafted_takes_two_who_did_not_make_each_other(
    session: Session, people: dict[str, Member], checker: str
) -> None:
    people["made"] = add_made(session, "made", "manager", None, maker=people["second"], now=AFTER)
    draft = timetable_draft(session)
    check(session, draft, people[checker])
    with pytest.raises(KnownPassword):
        publish(session, draft, people["made" if checker == "second" else "second"])
    assert publish(session, draft, people["first"]).number == 1


@pytest.mark.parametrize("who", ["keyer", "own"])
def test_who_does_not_answer_for_the_whole_office_signs_nothing(
    session: Session, people: dict[str, Member], who: str
) -> None:
    with pytest.raises(MayNotSign):
        draft_by(session, people[who])
    draft = draft_by(session, people["first"])
    with pytest.raises(MayNotSign):
        check(session, draft, people[who])
    with pytest.raises(MayNotSign):
        operations.return_publication(session, draft.id, QUARTER, now=AFTER, member=people[who], reason="x")
    check(session, draft, people["second"])
    with pytest.raises(MayNotSign):
        publish(session, draft, people[who])
    assert [attempt for attempt, _ in refusals(session)] == ["draft", "check", "return", "publish"]


def test_a_draft_is_returned_with_a_reason_and_drafted_again(session: Session, people: dict[str, Member]) -> None:
    draft = draft_by(session, people["first"])
    check(session, draft, people["second"])

    def give_back(reason: str) -> None:
        operations.return_publication(session, draft.id, QUARTER, now=AFTER, member=people["second"], reason=reason)

    for reason in ("", " ", "x" * 501):
        with pytest.raises(ReasonMissing):
            give_back(reason)
    give_back("Còn một tập phiếu giấy chưa nhập")
    returned = queries.draft(session, QUARTER)
    assert returned is not None
    assert (returned.state, returned.return_reason) == ("returned", "Còn một tập phiếu giấy chưa nhập")
    for step in (check, publish):
        with pytest.raises(WrongState):
            step(session, draft, people["second"])
    operations.publish_ended(session, now=AFTER, minima=MINIMA, limit=99)
    operations.publish_ended(session, now=AFTER, minima=MINIMA, limit=99)
    assert queries.draft(session, QUARTER) == returned
    again = draft_by(session, people["second"])
    check(session, again, people["first"])
    publish(session, again, people["first"])


def test_a_checked_draft_is_not_drafted_over(session: Session, people: dict[str, Member]) -> None:
    draft = draft_by(session, people["first"])
    check(session, draft, people["second"])
    with pytest.raises(WrongState):
        draft_by(session, people["first"])


def test_an_outdated_draft_is_frozen_again_before_it_is_checked(session: Session, people: dict[str, Member]) -> None:
    draft = draft_by(session, people["first"])
    version = factories.survey_queries.current_versions(session)[0]
    ids = factories.responses(
        session, version, factories.department_id(session, "mot-cua"), local(2026, 9, 1), satisfied=3, channel="paper"
    )
    with pytest.raises(DraftOutdated) as caught:
        check(session, draft, people["second"])
    assert caught.value.values == {"added": 3, "removed": 0}
    operations.refresh(session, QUARTER, now=AFTER, minima=MINIMA, actor_id=people["second"].id)
    again = queries.draft(session, QUARTER)
    assert again is not None
    assert (again.drafted_by, again.id == draft.id) == (people["first"].id, False)
    with pytest.raises(WrongState):  # what was seen is no longer what would be signed
        check(session, draft, people["second"])
    check(session, again, people["second"])
    factories.surveys.remove(session, ids[0], now=AFTER)
    factories.count(session)
    publish(session, again, people["second"])
    assert queries.table(session, QUARTER, minima=MINIMA).together.figure.sums.rated == 43


def test_the_timetable_keeps_waiting_drafts_up_to_date(session: Session, people: dict[str, Member]) -> None:
    draft = timetable_draft(session)
    version = factories.survey_queries.current_versions(session)[0]
    factories.response(session, version, factories.department_id(session, "mot-cua"), local(2026, 9, 1))
    factories.count(session)
    again = timetable_draft(session)
    assert again.id != draft.id
    assert not queries.moved(session, again).differs
    assert timetable_draft(session) == again


def test_months_wait_for_two_persons_where_the_office_wants_it(session: Session, people: dict[str, Member]) -> None:
    handled = operations.publish_ended(session, now=AFTER, minima=MINIMA, limit=99, publish_months=False)
    assert {each.published for each in handled} == {False}
    august = parse("2026-08")
    with pytest.raises(MayNotSign):
        operations.publish_month(session, august, now=AFTER, minima=MINIMA, publish_months=False)


def test_a_restatement_of_a_month_takes_two_as_well(session: Session, people: dict[str, Member]) -> None:
    august = parse("2026-08")
    operations.publish_month(session, august, now=AFTER, minima=MINIMA, publish_months=True)
    with pytest.raises(MayNotSign):
        operations.publish_month(session, august, now=AFTER, minima=MINIMA, publish_months=True)


def test_a_restatement_is_drafted_for_a_reason_and_a_change(session: Session, people: dict[str, Member]) -> None:
    draft = draft_by(session, people["first"])
    check(session, draft, people["second"])
    publish(session, draft, people["first"])
    with pytest.raises(NothingToRestate):
        draft_by(session, people["first"], "Thử")
    version = factories.survey_queries.current_versions(session)[0]
    factories.response(session, version, factories.department_id(session, "mot-cua"), local(2026, 9, 1))
    with pytest.raises(NothingToRestate):
        draft_by(session, people["first"])
    assert draft_by(session, people["first"], "Nhập muộn").number == 2
    assert queries.table(session, QUARTER, minima=MINIMA).together.figure.sums.rated == 40


def test_two_who_publish_at_once_make_one_publication(
    session: Session, engine: Engine, people: dict[str, Member]
) -> None:
    draft = draft_by(session, people["first"])
    check(session, draft, people["second"])
    session.commit()
    outcomes: list[str] = []
    ready = threading.Barrier(2)

    def go(member: Member) -> None:
        with Session(engine) as own:
            ready.wait()
            try:
                publish(own, draft, member)
                own.commit()
                outcomes.append("published")
            except Refused as error:
                outcomes.append(type(error).__name__)

    threads = [threading.Thread(target=go, args=(people[name],)) for name in ("first", "second")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["WrongState", "published"]
    assert len(queries.publications(session, QUARTER)) == 1
    assert [chain.broken for chain in queries.verify(session)] == [None, None]


def test_no_page_task_or_command_reaches_the_step_that_asks_nobody() -> None:
    found = []
    for path in [*Path("feedback_app").rglob("*.py"), *Path("tasks").rglob("*.py")]:
        if path.parent == Path("feedback_app/ratings/operations"):
            continue
        source = path.read_text(encoding="utf-8")
        if "feedback_app.ratings" not in source:
            continue
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Attribute) and node.attr == "publish" and isinstance(node.value, ast.Name):
                found.append(f"{path}: {node.value.id}.publish")
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("feedback_app.ratings.operations"):
                found += [f"{path}: {name.name}" for name in node.names if name.name in ("publish", "seal")]
    assert found == []
