"""What is published stays; a later change stands beside it, with its reason."""

import threading
from datetime import date

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from feedback_app.ratings import operations, queries
from feedback_app.ratings.models import PublishedTally
from feedback_app.ratings.operations import NotEnded, NothingToRestate
from feedback_app.ratings.periods import parse
from feedback_app.staff.models import AuditEvent
from feedback_app.surveys.versions import VersionView
from tests import factories
from tests.factories import local

QUARTER = parse("2026-Q3")
AFTER = local(2026, 10, 1, 0, 10)


@pytest.fixture
def office(session: Session) -> tuple[int, VersionView]:
    """A department with 36 satisfied of 40 in the third quarter of 2026."""
    department, version = factories.department(session, "mot-cua"), factories.questionnaire(session)
    factories.responses(session, version, department, local(2026, 7, 1, 0, 0, 0), satisfied=20)
    factories.responses(session, version, department, local(2026, 9, 30, 23, 59, 59), satisfied=16, not_satisfied=4)
    factories.count(session)
    return department, version


def shown(session: Session) -> tuple[int, int]:
    sums = queries.table(session, QUARTER, minima=factories.minima(30)).together.figure.sums
    return sums.satisfied, sums.rated


def test_freezes_sums_and_choices(session: Session, office: tuple[int, VersionView]) -> None:
    department, version = office
    published = operations.publish(session, QUARTER, now=AFTER, minima=factories.minima(30))
    assert published.number == 1
    factories.response(
        session, version, department, local(2026, 8, 1), level="khong-hai-long", channel="paper", now=AFTER
    )
    factories.count(session)
    table = queries.table(session, QUARTER, minima=factories.minima(30))
    assert shown(session) == (36, 40)
    assert table.publication is not None
    assert queries.since_publication(session, table.publication) == 1
    parts = queries.department_parts(session, QUARTER, department_id=department, smallest=1)
    assert parts is not None
    overall = queries.distribution(parts, version, minimum=1)[0]
    assert [count for _, count in overall.picked] == [36, 0, 0, 4, 0]
    # The month before it was published from is still counted from its days.
    assert queries.table(session, parse("2026-08"), minima=factories.minima(1)).together.figure.sums.rated == 1


def test_what_is_frozen_is_remembered_by_its_own_database_alone(
    session: Session, second_session: Session, office: tuple[int, VersionView]
) -> None:
    first = operations.publish(session, QUARTER, now=AFTER, minima=factories.minima(30))
    assert shown(session) == (36, 40)
    department, version = factories.department(second_session, "mot-cua"), factories.questionnaire(second_session)
    factories.responses(second_session, version, department, local(2026, 8, 1), satisfied=30)
    factories.count(second_session)
    second_session.execute(text(f"ALTER TABLE publications ALTER COLUMN id RESTART WITH {first.publication_id}"))
    second = operations.publish(second_session, QUARTER, now=AFTER, minima=factories.minima(30))
    assert second.publication_id == first.publication_id
    assert shown(second_session) == (30, 30)


def test_counts_what_still_waits_first(session: Session, office: tuple[int, VersionView]) -> None:
    department, version = office
    factories.response(session, version, department, local(2026, 8, 1))
    operations.publish(session, QUARTER, now=AFTER, minima=factories.minima(30))
    assert shown(session) == (37, 41)


def test_waits_for_a_worker_that_holds_answers(
    session: Session, engine: Engine, office: tuple[int, VersionView]
) -> None:
    department, version = office
    factories.response(session, version, department, local(2026, 8, 1))
    session.commit()
    worker = Session(engine)
    assert operations.recount_pending(worker) == 1

    def publish() -> None:
        with Session(engine) as own:
            operations.publish(own, QUARTER, now=AFTER, minima=factories.minima(30))
            own.commit()

    publisher = threading.Thread(target=publish)
    publisher.start()
    publisher.join(0.5)
    assert publisher.is_alive()
    worker.commit()
    worker.close()
    publisher.join()
    assert shown(session) == (37, 41)


def test_a_restatement_needs_a_reason_and_a_change(session: Session, office: tuple[int, VersionView]) -> None:
    department, version = office
    operations.publish(session, QUARTER, now=AFTER, minima=factories.minima(30))
    with pytest.raises(NothingToRestate):
        operations.publish(session, QUARTER, now=AFTER, minima=factories.minima(30), reason="Thử")
    factories.response(session, version, department, local(2026, 8, 1), channel="paper", now=AFTER)
    for reason in (None, "", "  "):
        with pytest.raises(NothingToRestate):
            operations.publish(session, QUARTER, now=AFTER, minima=factories.minima(30), reason=reason)
    restated = operations.publish(
        session, QUARTER, now=AFTER, minima=factories.minima(30), reason="Phiếu giấy nhập muộn"
    )
    assert restated.number == 2
    assert shown(session) == (37, 41)
    first, second = queries.publications(session, QUARTER)
    assert (first.reason, second.reason) == (None, "Phiếu giấy nhập muộn")
    kept = session.scalar(select(func.sum(PublishedTally.rated)).where(PublishedTally.publication_id == first.id))
    assert kept == 40
    assert queries.since_publication(session, second) == 0


@pytest.mark.parametrize("code", ["2026-Q4", "2026-10", "2026-H2", "2026"])
def test_not_before_the_end(session: Session, code: str) -> None:
    with pytest.raises(NotEnded):
        operations.publish(session, parse(code), now=local(2026, 10, 30), minima=factories.minima(30))


def test_the_last_second_is_too_early(session: Session, office: tuple[int, VersionView]) -> None:
    with pytest.raises(NotEnded):
        operations.publish(session, QUARTER, now=local(2026, 9, 30, 23, 59, 59), minima=factories.minima(30))
    assert (
        operations.publish(session, QUARTER, now=local(2026, 10, 1, 0, 0, 0), minima=factories.minima(30)).number == 1
    )


def test_days_are_not_published(session: Session) -> None:
    with pytest.raises(NotEnded):
        operations.publish(session, parse("2026-07-01"), now=AFTER, minima=factories.minima(30))


def test_every_ended_period_once(session: Session, office: tuple[int, VersionView]) -> None:
    handled = []
    while done := operations.publish_ended(session, now=AFTER, minima=factories.minima(30), limit=1):
        handled += done
    assert {each.period.code for each in handled if each.published} == {"2026-07", "2026-08", "2026-09"}
    assert {each.period.code for each in handled if not each.published} == {"2026-Q3", "2026-9M"}
    assert [each.period.ends_on for each in handled] == sorted(each.period.ends_on for each in handled)
    assert operations.publish_ended(session, now=AFTER, minima=factories.minima(30), limit=9) == []


def test_nothing_to_publish_without_answers(session: Session) -> None:
    assert operations.publish_ended(session, now=AFTER, minima=factories.minima(30), limit=9) == []


def test_the_minimum_is_frozen_too(session: Session, office: tuple[int, VersionView]) -> None:
    operations.publish(session, QUARTER, now=AFTER, minima=factories.minima(30))
    assert queries.table(session, QUARTER, minima=factories.minima(1000)).together.figure.state == "shown"
    assert (
        queries.history(session, [QUARTER], today=date(2026, 10, 2), minima=factories.minima(1000))[0].figure.state
        == "shown"
    )


def test_leaves_a_trail(session: Session, office: tuple[int, VersionView]) -> None:
    operations.publish(session, QUARTER, now=AFTER, minima=factories.minima(30))
    session.flush()
    event = session.scalars(select(AuditEvent)).one()
    (published,) = queries.publications(session, QUARTER)
    assert (event.action, event.subject) == ("ratings.published", "period:2026-Q3")
    assert event.details == {"number": 1, "hash": published.hash}


def test_demonstration_is_withdrawn_and_real_answers_are_published_anew(session: Session) -> None:
    department, version = factories.department(session, "mot-cua"), factories.questionnaire(session)
    factories.responses(session, version, department, local(2026, 8, 1), satisfied=5, demonstration=True)
    factories.responses(session, version, department, local(2026, 8, 1), satisfied=2)
    operations.publish(session, QUARTER, now=AFTER, minima=factories.minima(1))
    assert shown(session) == (7, 7)
    factories.surveys.remove_demonstration(session, now=AFTER)
    assert operations.withdraw_demonstration(session) == 1
    operations.publish(session, QUARTER, now=AFTER, minima=factories.minima(1))
    assert shown(session) == (2, 2)
