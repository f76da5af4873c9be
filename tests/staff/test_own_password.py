"""Changing one's own password."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import text
from sqlalchemy.orm import Session

from config import Settings
from feedback_app.app import create_app
from feedback_app.kit import clock
from feedback_app.kit.db import db
from feedback_app.staff import operations
from feedback_app.staff.queries import Member
from tests.conftest import environ_for
from tests.staff.people import GIVEN, MORNING, PASSWORD, add_person, post, sign_in

NEW = "một câu khác cũng dễ nhớ"


def change(browser, current: str = PASSWORD, new: str = NEW, again: str | None = None):
    return post(browser, "/tai-khoan", {"current": current, "new": new, "again": new if again is None else again})


def test_older_sessions_end_and_this_one_goes_on(app: Flask, session: Session) -> None:
    add_person(session, "nhap", "staff", None)
    here, elsewhere = sign_in(app, "nhap"), sign_in(app, "nhap")
    assert change(here).status_code == 302
    assert here.get("/tai-khoan").status_code == 200
    assert elsewhere.get("/tai-khoan").status_code == 302
    sign_in(app, "nhap", NEW)


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"current": "sai rồi nhé"}, "Mật khẩu hiện tại chưa đúng."),
        ({"new": "ngắn quá"}, "Mật khẩu cần từ 10 đến 200 ký tự."),
        ({"new": PASSWORD}, "Mật khẩu mới phải khác mật khẩu hiện tại."),
        ({"new": "tôi là nhap đây"}, "Mật khẩu quá dễ đoán"),
        ({"new": "aaaaaaaaaaaa"}, "Mật khẩu quá dễ đoán"),
        ({"again": "không giống nhau"}, "Hai lần nhập mật khẩu mới chưa giống nhau."),
    ],
)
def test_a_bad_change_says_what_is_wrong_and_changes_nothing(
    app: Flask, session: Session, typed: dict[str, str], message: str
) -> None:
    add_person(session, "nhap", "staff", None)
    answer = change(sign_in(app, "nhap"), **typed)
    assert answer.status_code == 422
    assert message in answer.text
    sign_in(app, "nhap")


def test_letters_typed_by_another_keyboard_are_the_same_password(app: Flask, session: Session) -> None:
    add_person(session, "nhap", "staff", None)
    composed, decomposed = "tiếng Việt có dấu", "tiê\u0301ng Vi\u1ec7t có dấu".replace("\u1ec7", "e\u0323\u0302")
    change(sign_in(app, "nhap"), new=composed)
    sign_in(app, "nhap", decomposed)


@pytest.fixture
def given(session: Session) -> Member:
    """A manager who has just been handed a password by an administrator."""
    maker = add_person(session, "quantri", "administrator", None)
    made = operations.add_member(
        session,
        now=clock.now(),
        actor_id=maker.id,
        username="moi",
        display_name="Người mới",
        role="manager",
        department_id=None,
        password=GIVEN,
    )
    session.commit()
    return made


def test_a_given_password_opens_nothing_but_its_change(app: Flask, given: Member) -> None:
    browser = sign_in(app, "moi", GIVEN)
    for path in ("/quan-ly/tong-quan", "/quan-ly/cong-bo", "/nhap-phieu", "/toi/danh-gia", "/quan-ly/tai-khoan"):
        assert browser.get(path).location == "/tai-khoan", path
    assert post(browser, "/quan-ly/cong-bo/2026-Q1/nhap", {}).location == "/tai-khoan"
    refused = browser.get("/quan-ly/tong-quan", headers={"Accept": "application/json"})
    assert refused.status_code == 403
    page = browser.get("/tai-khoan").text
    assert "Mật khẩu này do người khác đặt" in page
    assert "/quan-ly/cong-bo" not in page
    assert change(browser, current=GIVEN, new=GIVEN).status_code == 422
    assert browser.get("/quan-ly/tong-quan").location == "/tai-khoan"


def test_changed_it_opens_the_rest(app: Flask, given: Member) -> None:
    browser = sign_in(app, "moi", GIVEN)
    assert change(browser, current=GIVEN).location == "/quan-ly/tong-quan"
    assert browser.get("/quan-ly/tong-quan").status_code == 200
    assert "Mật khẩu này do người khác đặt" not in browser.get("/tai-khoan").text
    assert sign_in(app, "moi", NEW).get("/quan-ly/tong-quan").status_code == 200


def test_signing_out_stays_possible(app: Flask, given: Member) -> None:
    browser = sign_in(app, "moi", GIVEN)
    assert post(browser, "/dang-xuat", {}).location == "/"
    assert browser.get("/tai-khoan").location.startswith("/dang-nhap")


def test_a_reset_password_is_a_given_one(app: Flask, session: Session) -> None:
    owner, boss = add_person(session, "nhap", "staff", None), add_person(session, "quantri", "administrator", None)
    assert sign_in(app, "nhap").get("/nhap-phieu").status_code == 200
    password = operations.reset_password(session, now=MORNING, actor_id=boss.id, member_id=owner.id)
    session.commit()
    assert sign_in(app, "nhap", password).get("/nhap-phieu").location == "/tai-khoan"


def test_who_resets_their_own_knows_it_alone(app: Flask, session: Session) -> None:
    boss = add_person(session, "quantri", "administrator", None)
    password = operations.reset_password(session, now=MORNING, actor_id=boss.id, member_id=boss.id)
    session.commit()
    assert sign_in(app, "quantri", password).get("/quan-ly/tai-khoan").status_code == 200


LINES = """
INSERT INTO audit_events (at, actor_id, action, subject, details)
SELECT now(), actor.id, action, 'staff:' || member.id, '{}'
FROM (VALUES
    (1, 'terminal', NULL, 'staff.added'), (2, 'boss', NULL, 'staff.added'), (3, 'made', 'boss', 'staff.added'),
    (4, 'changed', 'boss', 'staff.added'), (5, 'changed', 'changed', 'staff.password_changed'),
    (6, 'reset', NULL, 'staff.added'), (7, 'reset', 'boss', 'staff.password_reset'),
    (8, 'reset', 'reset', 'staff.signed_in')
) AS told (turn, member, actor, action)
JOIN staff_members AS member ON member.username = told.member
LEFT JOIN staff_members AS actor ON actor.username = told.actor
ORDER BY told.turn
"""
PEOPLE = """
INSERT INTO staff_members
    (username, display_name, password_hash, role, active, demonstration, session_key, failed_sign_ins, created_at)
SELECT name, name, 'x', 'manager', true, false, 'x', 0, now()
FROM unnest(ARRAY['terminal', 'boss', 'made', 'changed', 'reset']) AS name
"""


def test_who_never_changed_a_given_password_has_to_now(
    new_database: Callable[..., str], valkey_url: str, process_number: int
) -> None:
    url = new_database(f"test_{process_number}_given", empty=True)
    with create_app(Settings.from_environ(environ_for(url, valkey_url))).app_context():
        upgrade(revision="0012")
        with Session(db.engine) as session:
            session.execute(text(PEOPLE))
            session.execute(text(LINES))
            session.commit()
        upgrade()
        with Session(db.engine) as session:
            found = session.scalars(text("SELECT username FROM staff_members WHERE password_set_by_other ORDER BY 1"))
            assert list(found) == ["made", "reset"]
        db.engine.dispose()
