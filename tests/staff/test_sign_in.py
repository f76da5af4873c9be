"""Signing in: what is told, what is counted, what ends."""

import re
from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from feedback_app.kit import clock
from feedback_app.staff import operations
from feedback_app.staff.models import AuditEvent, StaffMember
from feedback_app.staff.operations import FAILURES_BEFORE_LOCK, LOCK, SignedIn, SignInRefused
from tests.staff.people import MORNING, PASSWORD, add_person, make_office, post, sign_in


def attempt(session: Session, username: str, password: str, now=MORNING) -> SignedIn | SignInRefused:
    found = operations.sign_in(session, now=now, username=username, password=password)
    session.commit()
    return found


def without(page: str, username: str) -> str:
    """The page but for what was typed and for its tokens, which differ each time."""
    return re.sub(r'(name="csrf_token"[^>]*)value="[^"]*"', r"\1", page).replace(f'value="{username}"', "")


def actions(session: Session) -> list[str]:
    return list(session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)))


def test_each_role_arrives_at_its_work(app: Flask, session: Session) -> None:
    add_person(session, "nhap", "staff", None)
    add_person(session, "quanly", "manager", None)
    for username, place in (("nhap", "/nhap-phieu"), ("quanly", "/quan-ly/tong-quan")):
        answer = post(app.test_client(), "/dang-nhap", {"username": username, "password": PASSWORD})
        assert (answer.status_code, answer.location) == (302, place)


def test_the_name_may_be_typed_in_any_case(app: Flask, session: Session) -> None:
    add_person(session, "nhap", "staff", None)
    sign_in(app, " NHAP ")


@pytest.mark.parametrize(
    ("wanted", "place"),
    [
        ("/tai-khoan?x=1", "/tai-khoan?x=1"),
        ("//evil.example/", "/nhap-phieu"),
        ("/\\evil.example", "/nhap-phieu"),
        ("/\t/evil.example", "/nhap-phieu"),
        ("https://evil.example/", "/nhap-phieu"),
        ("javascript:alert(1)", "/nhap-phieu"),
    ],
)
def test_only_paths_of_this_site_are_gone_on_to(client: FlaskClient, session: Session, wanted: str, place: str) -> None:
    add_person(session, "nhap", "staff", None)
    answer = post(client, "/dang-nhap", {"username": "nhap", "password": PASSWORD}, query_string={"next": wanted})
    assert answer.location == place


def test_a_visitor_is_sent_to_sign_in_and_comes_back(client: FlaskClient) -> None:
    answer = client.get("/tai-khoan")
    assert (answer.status_code, answer.location) == (302, "/dang-nhap?next=/tai-khoan")


def test_a_script_of_a_visitor_gets_401(client: FlaskClient) -> None:
    assert client.get("/tai-khoan", headers={"Accept": "application/json"}).status_code == 401


def test_wrong_password_and_unknown_name_look_the_same(client: FlaskClient, session: Session) -> None:
    add_person(session, "nhap", "staff", None)
    for _ in range(FAILURES_BEFORE_LOCK):
        known = post(client, "/dang-nhap", {"username": "nhap", "password": "x"})
        unknown = post(client, "/dang-nhap", {"username": "khac", "password": "x"})
        assert known.status_code == unknown.status_code == 422
        assert without(known.text, "nhap") == without(unknown.text, "khac")
    assert "15 phút" in known.text


def test_what_was_typed_is_kept_but_never_the_password(client: FlaskClient, session: Session) -> None:
    answer = post(client, "/dang-nhap", {"username": "nhap", "password": "bí mật lắm nhé"})
    assert 'value="nhap"' in answer.text
    assert "bí mật lắm nhé" not in answer.text


@pytest.mark.parametrize("username", ["nhap", "khong-co"])
def test_five_failures_lock_for_a_quarter_of_an_hour(session: Session, username: str) -> None:
    add_person(session, "nhap", "staff", None)
    for _ in range(FAILURES_BEFORE_LOCK - 1):
        assert attempt(session, username, "sai") == SignInRefused(None)
    assert attempt(session, username, "sai") == SignInRefused(MORNING + LOCK)
    assert attempt(session, username, "sai", MORNING + LOCK / 2) == SignInRefused(MORNING + LOCK)
    assert attempt(session, username, "sai", MORNING + LOCK) == SignInRefused(None)


def test_the_right_password_is_not_heard_while_locked_and_is_afterwards(session: Session) -> None:
    add_person(session, "nhap", "staff", None)
    for _ in range(FAILURES_BEFORE_LOCK):
        attempt(session, "nhap", "sai")
    assert isinstance(attempt(session, "nhap", PASSWORD), SignInRefused)
    assert isinstance(attempt(session, "nhap", PASSWORD, MORNING + LOCK), SignedIn)
    assert actions(session)[-2:] == ["staff.locked", "staff.signed_in"]


def test_success_forgets_failures(session: Session) -> None:
    add_person(session, "nhap", "staff", None)
    for _ in range(FAILURES_BEFORE_LOCK - 1):
        attempt(session, "nhap", "sai")
    attempt(session, "nhap", PASSWORD)
    assert attempt(session, "nhap", "sai") == SignInRefused(None)


def test_a_name_nobody_has_is_not_written_down(session: Session) -> None:
    attempt(session, "mật-khẩu-gõ-nhầm-ô", "sai")
    event = session.scalars(select(AuditEvent)).one()
    assert "nhầm" not in f"{event.subject}{event.details}"


def test_a_hash_with_old_parameters_is_renewed(session: Session) -> None:
    add_person(session, "nhap", "staff", None)
    old = PasswordHasher(time_cost=2, memory_cost=8, parallelism=1).hash(PASSWORD)
    session.execute(update(StaffMember).values(password_hash=old))
    attempt(session, "nhap", PASSWORD)
    assert session.scalars(select(StaffMember.password_hash)).one() != old
    assert isinstance(attempt(session, "nhap", PASSWORD), SignedIn)


def test_a_closed_account_cannot_sign_in_and_its_session_ends(app: Flask, session: Session) -> None:
    member = add_person(session, "nhap", "staff", None)
    browser = sign_in(app, "nhap")
    operations.deactivate(session, now=MORNING, actor_id=None, member_id=member.id)
    session.commit()
    assert browser.get("/tai-khoan").status_code == 302
    assert attempt(session, "nhap", PASSWORD) == SignInRefused(None)


def test_the_session_is_a_new_one_after_signing_in(client: FlaskClient, session: Session) -> None:
    add_person(session, "nhap", "staff", None)
    with client.session_transaction() as cookie:
        cookie["planted"] = "by somebody else"
    post(client, "/dang-nhap", {"username": "nhap", "password": PASSWORD})
    with client.session_transaction() as cookie:
        assert "planted" not in cookie


def test_failures_of_one_address_are_limited_and_successes_are_not(app: Flask, session: Session) -> None:
    add_person(session, "nhap", "staff", None)
    for _ in range(12):
        sign_in(app, "nhap")
    statuses = [
        post(app.test_client(), "/dang-nhap", {"username": f"ai{turn}", "password": "x"}).status_code
        for turn in range(11)
    ]
    assert statuses == [422] * 10 + [429]


def test_signing_out_ends_the_session_and_is_recorded(app: Flask, session: Session) -> None:
    add_person(session, "nhap", "staff", None)
    browser = sign_in(app, "nhap")
    assert post(browser, "/dang-xuat", {}).location == "/"
    assert browser.get("/tai-khoan").status_code == 302
    assert actions(session)[-1] == "staff.signed_out"


def test_signing_in_needs_the_pages_token(client: FlaskClient, session: Session) -> None:
    add_person(session, "nhap", "staff", None)
    form = {"username": "nhap", "password": PASSWORD}
    answer = client.post("/dang-nhap", data=form, headers={"Accept": "application/json"})
    assert answer.status_code == 400


def test_staff_pages_are_kept_by_no_browser(app: Flask, session: Session) -> None:
    add_person(session, "nhap", "staff", None)
    assert sign_in(app, "nhap").get("/tai-khoan").headers["Cache-Control"] == "no-store"


def test_last_sign_in_is_noted(app: Flask, session: Session) -> None:
    make_office(session)
    add_person(session, "nhap", "staff", None)
    sign_in(app, "nhap")
    noted = session.scalar(select(func.max(StaffMember.last_sign_in_at)))
    assert noted is not None
    assert clock.now() - noted < timedelta(minutes=5)
