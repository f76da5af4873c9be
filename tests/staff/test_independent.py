"""Whether two accounts are two persons: who made one of them, or set its password, has known how to sign in as it."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from feedback_app.staff import operations
from feedback_app.staff.queries import DEPENDENCE, Member, independent
from tests.staff.people import MORNING, add_made, add_person

SOON = MORNING + timedelta(days=1)


@pytest.fixture
def maker(session: Session) -> Member:
    return add_person(session, "quantri", "administrator", None)


def two(session: Session, one: Member, other: Member, now: datetime = SOON) -> bool:
    """Asked in both directions, which must agree."""
    found = {independent(session, one.id, other.id, now=now), independent(session, other.id, one.id, now=now)}
    assert len(found) == 1
    return found.pop()


def test_nobody_is_two(session: Session, maker: Member) -> None:
    assert not two(session, maker, maker)


def test_accounts_from_the_terminal_have_no_maker(session: Session, maker: Member) -> None:
    assert two(session, maker, add_person(session, "quanly", "manager", None))


def test_who_made_an_account_is_no_second_person_for_it(session: Session, maker: Member) -> None:
    made = add_made(session, "quanly", "manager", None, maker=maker, now=MORNING)
    assert not two(session, maker, made)
    assert two(session, made, add_person(session, "nguoikhac", "manager", None))


def test_for_thirty_days(session: Session, maker: Member) -> None:
    made = add_made(session, "quanly", "manager", None, maker=maker, now=MORNING)
    assert timedelta(days=30) == DEPENDENCE
    assert not two(session, maker, made, MORNING + timedelta(days=30) - timedelta(seconds=1))
    assert two(session, maker, made, MORNING + timedelta(days=31))


def test_who_set_a_password_is_none_either_and_the_latest_counts(session: Session, maker: Member) -> None:
    made = add_made(session, "quanly", "manager", None, maker=maker, now=MORNING)
    later = MORNING + timedelta(days=29)
    operations.reset_password(session, now=later, actor_id=maker.id, member_id=made.id)
    assert not two(session, maker, made, MORNING + timedelta(days=31))
    assert two(session, maker, made, later + timedelta(days=31))


def test_a_reset_alone_is_enough(session: Session, maker: Member) -> None:
    free = add_person(session, "quanly", "manager", None)
    operations.reset_password(session, now=MORNING, actor_id=maker.id, member_id=free.id)
    assert not two(session, maker, free)


def test_what_tells_no_password_leaves_them_two(session: Session, maker: Member) -> None:
    free = add_person(session, "quanly", "manager", None)
    known = {"now": MORNING, "actor_id": maker.id, "member_id": free.id}
    operations.set_role(session, **known, role="administrator", department_id=None)
    operations.deactivate(session, **known)
    operations.activate(session, **known)
    operations.unlock(session, **known)
    assert two(session, maker, free)
