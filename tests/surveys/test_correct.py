"""A paper form that was keyed wrongly comes to say what stands on the paper."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback_app.exclusions import operations as exclusions
from feedback_app.kit.ids import new_id
from feedback_app.ratings import operations as ratings
from feedback_app.ratings import queries
from feedback_app.ratings.periods import parse
from feedback_app.surveys import operations
from feedback_app.surveys import queries as surveys
from feedback_app.surveys.models import Response, ResponseConflict
from feedback_app.surveys.versions import BadAnswer, VersionView
from tests import factories
from tests.exclusions.queue import command
from tests.factories import local
from tests.staff.people import add_person

QUARTER = parse("2026-Q3")
AFTER = local(2026, 10, 1, 0, 10)
LATER = local(2026, 10, 12, 9)
MINIMA = factories.minima(30)


@pytest.fixture
def version(session: Session) -> VersionView:
    return factories.questionnaire(session)


@pytest.fixture
def department(session: Session, version: VersionView) -> int:
    found = factories.department(session, "mot-cua")
    factories.responses(session, version, found, local(2026, 8, 3), satisfied=39)
    return found


@pytest.fixture
def form(session: Session, version: VersionView, department: int) -> UUID:
    """Keyed as satisfied, with an opinion."""
    return factories.response(
        session, version, department, local(2026, 8, 3), channel="paper", comments={"gop-y": "Xin thêm ghế."}
    )


def satisfied(session: Session) -> tuple[int, int]:
    factories.count(session)
    sums = queries.table(session, QUARTER, minima=MINIMA).together.figure.sums
    return sums.satisfied, sums.rated


def correct(session: Session, form: UUID, **answers: tuple[str, ...]) -> None:
    given = {key.replace("_", "-"): value for key, value in answers.items()}
    operations.correct(session, form, answers=given, now=LATER)


def test_it_is_the_same_response_and_its_day_is_counted_again(session: Session, form: UUID) -> None:
    assert satisfied(session) == (40, 40)
    before = session.get_one(Response, form)
    kept = (before.answered_at, before.received_at, before.sealed_at, before.content_hash)
    correct(session, form, chung=("khong-hai-long",), ly_do=("cho-lau",))
    assert satisfied(session) == (39, 40)
    after = session.get_one(Response, form, populate_existing=True)
    assert (after.answered_at, after.received_at, after.sealed_at) == kept[:3]
    assert after.content_hash != kept[3]
    said = surveys.keyed_answers(session, form)
    assert said is not None
    assert (said.answers, said.has_text) == ({"chung": ("khong-hai-long",), "ly-do": ("cho-lau",)}, True)


def test_what_is_published_stands_and_the_change_waits_for_a_restatement(session: Session, form: UUID) -> None:
    factories.count(session)
    ratings.publish(session, QUARTER, now=AFTER, minima=MINIMA)
    session.commit()
    correct(session, form, chung=("khong-hai-long",))
    assert satisfied(session) == (40, 40)
    (published,) = queries.publications(session, QUARTER)
    assert queries.moved(session, published).differs


def test_a_late_delivery_of_the_first_keying_changes_nothing(
    session: Session, version: VersionView, department: int, form: UUID
) -> None:
    correct(session, form, chung=("khong-hai-long",))
    factories.response(session, version, department, local(2026, 8, 3), channel="paper", response_id=form)
    said = surveys.keyed_answers(session, form)
    assert said is not None
    assert said.answers == {"chung": ("khong-hai-long",)}
    assert session.scalars(select(ResponseConflict)).all() == []


def test_a_question_may_be_blank_as_on_paper_but_not_the_whole_form(
    session: Session, version: VersionView, department: int, form: UUID
) -> None:
    correct(session, form)
    assert satisfied(session) == (39, 39)
    without_text = factories.response(session, version, department, local(2026, 8, 3), channel="paper")
    with pytest.raises(BadAnswer):
        correct(session, without_text)


def test_an_excluded_form_is_corrected_outside_the_count(
    session: Session, version: VersionView, department: int, form: UUID
) -> None:
    first, second = add_person(session, "first", "manager", None), add_person(session, "second", "administrator", None)
    case_id = exclusions.open_case(session, command(department, [form]), now=AFTER)
    exclusions.propose_exclusion(session, case_id, now=AFTER, member=first, reason="keying", words="Nhập sai")
    exclusions.decide(session, case_id, now=AFTER, member=second, agreed=True)
    correct(session, form, chung=("khong-hai-long",))
    assert satisfied(session) == (39, 39)
    exclusions.propose_return(session, case_id, now=LATER, member=first, words="Đã sửa")
    exclusions.decide(session, case_id, now=LATER, member=second, agreed=True)
    assert satisfied(session) == (39, 40)


def test_removed_partial_and_other_doors_are_refused(
    session: Session, version: VersionView, department: int, form: UUID
) -> None:
    at_kiosk = factories.response(session, version, department, local(2026, 8, 3))
    with pytest.raises(operations.NothingToReadAgain):
        correct(session, at_kiosk, chung=("khong-hai-long",))
    partial = factories.response(session, version, department, local(2026, 8, 3), channel="scan", sealed=False)
    with pytest.raises(operations.NothingToReadAgain):
        correct(session, partial, chung=("khong-hai-long",))
    operations.remove(session, form, now=datetime(2026, 10, 2, tzinfo=UTC))
    for which in (form, new_id()):
        with pytest.raises(operations.ResponseNotFound):
            correct(session, which, chung=("khong-hai-long",))
