"""What is kept is never older than what it was made of."""

from collections.abc import Callable

import pytest
from sqlalchemy import text
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from feedback_app.departments import queries as departments
from feedback_app.kit.revisions import Kept, raise_revision, revision
from tests import factories


def numbered() -> Callable[[], int]:
    """1, 2, 3, … one for each time something is made."""
    made: list[None] = []

    def make() -> int:
        made.append(None)
        return len(made)

    return make


def test_a_value_stands_until_its_revision_is_raised(session: Session) -> None:
    kept, make = Kept[int]("one", most=5), numbered()
    raise_revision(session, "one")
    assert [kept.find(session, "key", make) for _ in range(3)] == [1, 1, 1]
    raise_revision(session, "another")
    assert kept.find(session, "key", make) == 1
    raise_revision(session, "one")
    assert kept.find(session, "key", make) == 2


def test_nothing_is_kept_before_the_first_change(session: Session) -> None:
    kept, make = Kept[int]("one", "another", most=5), numbered()
    raise_revision(session, "one")
    assert [kept.find(session, "key", make) for _ in range(2)] == [1, 2]


def test_what_never_changes_is_made_once(session: Session) -> None:
    kept, make = Kept[int](most=5), numbered()
    assert [kept.find(session, key, make) for key in "aba"] == [1, 2, 1]


def test_a_number_never_comes_again_even_after_a_rollback(session: Session) -> None:
    raise_revision(session, "one")
    session.commit()
    raise_revision(session, "one")
    lost = revision(session, "one")
    session.rollback()
    raise_revision(session, "one")
    assert revision(session, "one") > lost


def test_what_changes_while_it_is_made_is_made_again(session: Session, engine: Engine) -> None:
    kept, make = Kept[int]("one", most=5), numbered()
    raise_revision(session, "one")
    session.commit()

    def overtaken() -> int:
        with Session(engine) as other:
            raise_revision(other, "one")
            other.commit()
        return make()

    assert kept.find(session, "key", overtaken) == 1
    assert [kept.find(session, "key", make) for _ in range(2)] == [2, 2]


def test_the_oldest_makes_room_and_what_fails_is_not_kept(session: Session) -> None:
    kept, make = Kept[int]("one", most=2), numbered()
    raise_revision(session, "one")
    assert [kept.find(session, key, make) for key in "abca"] == [1, 2, 3, 4]
    with pytest.raises(ZeroDivisionError):
        kept.find(session, "z", lambda: 1 // 0)
    assert kept.find(session, "z", make) == 5


def test_two_databases_are_told_apart(session: Session, second_session: Session) -> None:
    kept = Kept[str]("one", most=5)
    for each in (session, second_session):
        raise_revision(each, "one")
    assert kept.find(session, "key", lambda: "first") == "first"
    assert kept.find(second_session, "key", lambda: "second") == "second"


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE department_versions SET name = 'Phường Mới'",
        "INSERT INTO department_versions SELECT department_id, '2026-02-01', 'Phường Mới', NULL, 'Mới', NULL, NULL"
        " FROM department_versions",
    ],
)
def test_a_new_name_is_seen_at_once_whoever_writes_it(session: Session, change: str) -> None:
    ward = factories.department(session, "phuong", "Phường Cũ")
    day = factories.local(2026, 3, 1).date()
    assert departments.departments(session, ids=[ward], on=day)[ward].name == "Phường Cũ"
    session.execute(text(change))
    assert departments.departments(session, ids=[ward], on=day)[ward].name == "Phường Mới"
