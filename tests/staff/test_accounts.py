"""Administrators and accounts: who may change whom, and that it is written down."""

import re

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback_app.staff import operations, queries
from feedback_app.staff.models import AuditEvent, StaffMember
from tests.staff.people import MORNING, Office, add_person, make_office, post, sign_in

JSON = {"Accept": "application/json"}
ADMINISTRATORS_PAGES = ["/quan-ly/tai-khoan", "/quan-ly/tai-khoan/them", "/quan-ly/nhat-ky"]


@pytest.fixture
def office(session: Session) -> Office:
    return make_office(session)


@pytest.mark.parametrize("path", ADMINISTRATORS_PAGES)
@pytest.mark.parametrize("role", ["staff", "manager"])
def test_lower_roles_are_refused(app: Flask, session: Session, path: str, role: str) -> None:
    add_person(session, "ai-do", role, None)
    assert sign_in(app, "ai-do").get(path, headers=JSON).status_code == 403


@pytest.mark.parametrize("path", ADMINISTRATORS_PAGES)
def test_administrators_see_the_pages(app: Flask, session: Session, path: str) -> None:
    add_person(session, "quantri", "administrator", None)
    assert sign_in(app, "quantri").get(path).status_code == 200


def test_a_new_account_can_sign_in_with_the_password_shown_once(app: Flask, session: Session, office: Office) -> None:
    add_person(session, "quantri", "administrator", None)
    browser = sign_in(app, "quantri")
    form = {
        "username": "moi",
        "display_name": "Người mới",
        "role": "staff",
        "department": str(office.ward),
    }
    answer = post(browser, "/quan-ly/tai-khoan/them", form)
    password = re.search(r"[a-z2-9]{4}(-[a-z2-9]{4}){3}", answer.text)
    assert password
    sign_in(app, "moi", password[0])
    account = queries.account_named(session, username="moi")
    assert (account.member.role, account.member.department_id) == ("staff", office.ward)
    assert password[0] not in browser.get(f"/quan-ly/tai-khoan/{account.member.id}").text


@pytest.mark.parametrize(
    ("username", "message"),
    [("quantri", "đã có người dùng"), ("có dấu", "Tên đăng nhập gồm 3 đến 40"), ("", "Xin nhập tên đăng nhập.")],
)
def test_a_bad_name_is_refused_beside_its_field(app: Flask, session: Session, username: str, message: str) -> None:
    add_person(session, "quantri", "administrator", None)
    form = {"username": username, "display_name": "Giữ Nguyên", "role": "staff", "department": ""}
    answer = post(sign_in(app, "quantri"), "/quan-ly/tai-khoan/them", form)
    assert answer.status_code == 422
    assert message in answer.text
    assert "Giữ Nguyên" in answer.text


def test_an_outsider_sees_and_changes_nothing(app: Flask, session: Session, office: Office) -> None:
    owner = add_person(session, "owner", "staff", office.ward)
    add_person(session, "outsider", "administrator", office.elsewhere)
    browser = sign_in(app, "outsider")
    assert "Người owner" not in browser.get("/quan-ly/tai-khoan").text
    assert "Người owner" not in browser.get("/quan-ly/nhat-ky").text
    page = f"/quan-ly/tai-khoan/{owner.id}"
    assert browser.get(page, headers=JSON).status_code == 404
    for action in ("", "/mat-khau", "/ngung", "/mo-lai", "/mo-khoa"):
        form = {"role": "manager", "department": str(office.elsewhere)}
        assert post(browser, page + action, form, headers=JSON).status_code == 404
    session.expire_all()
    row = session.get_one(StaffMember, owner.id)
    assert (row.role, row.department_id, row.active) == ("staff", office.ward, True)


def test_a_city_administrator_answers_for_the_wards_but_not_for_the_whole_service(
    app: Flask, session: Session, office: Office
) -> None:
    owner = add_person(session, "owner", "staff", office.ward)
    everywhere = add_person(session, "khap-noi", "staff", None)
    add_person(session, "quantri", "administrator", office.city)
    browser = sign_in(app, "quantri")
    page = browser.get("/quan-ly/tai-khoan").text
    assert "Người owner" in page
    assert "Người khap-noi" not in page
    assert browser.get(f"/quan-ly/tai-khoan/{everywhere.id}", headers=JSON).status_code == 404
    for given in ("", str(office.elsewhere)):
        form = {"role": "administrator", "department": given}
        assert post(browser, f"/quan-ly/tai-khoan/{owner.id}", form).status_code == 422
    assert queries.account_named(session, username="owner").member.department_id == office.ward


def test_a_change_of_role_holds_at_once_and_is_recorded(app: Flask, session: Session, office: Office) -> None:
    owner = add_person(session, "owner", "staff", office.ward)
    boss = add_person(session, "quantri", "administrator", None)
    browser = sign_in(app, "owner")
    form = {"role": "administrator", "department": str(office.city)}
    post(sign_in(app, "quantri"), f"/quan-ly/tai-khoan/{owner.id}", form)
    assert browser.get("/quan-ly/tai-khoan").status_code == 200
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "staff.role_changed")).one()
    assert (event.actor_id, event.subject) == (boss.id, f"staff:{owner.id}")
    assert event.details == {
        "before": {"role": "staff", "department_id": office.ward},
        "after": {"role": "administrator", "department_id": office.city},
    }


def test_the_last_administrator_stays(app: Flask, session: Session, office: Office) -> None:
    boss = add_person(session, "quantri", "administrator", None)
    add_person(session, "mot-phan", "administrator", office.city)
    browser = sign_in(app, "quantri")
    page = f"/quan-ly/tai-khoan/{boss.id}"
    assert post(browser, f"{page}/ngung", {}, headers=JSON).status_code == 409
    form = {"role": "staff", "department": ""}
    assert post(browser, page, form, headers=JSON).status_code == 409


def test_reset_closes_the_sessions_and_opens_the_lock(app: Flask, session: Session) -> None:
    owner = add_person(session, "owner", "staff", None)
    add_person(session, "quantri", "administrator", None)
    browser = sign_in(app, "owner")
    for _ in range(operations.FAILURES_BEFORE_LOCK):
        operations.sign_in(session, now=MORNING, username="owner", password="sai")
    session.commit()
    answer = post(sign_in(app, "quantri"), f"/quan-ly/tai-khoan/{owner.id}/mat-khau", {})
    password = re.search(r"[a-z2-9]{4}(-[a-z2-9]{4}){3}", answer.text)
    assert password
    assert browser.get("/tai-khoan").status_code == 302
    assert queries.account_named(session, username="owner").locked_until is None
    sign_in(app, "owner", password[0])


def test_closing_and_opening_again(app: Flask, session: Session) -> None:
    owner = add_person(session, "owner", "staff", None)
    add_person(session, "quantri", "administrator", None)
    browser = sign_in(app, "quantri")
    post(browser, f"/quan-ly/tai-khoan/{owner.id}/ngung", {})
    assert "Đã ngừng" in browser.get("/quan-ly/tai-khoan").text
    post(browser, f"/quan-ly/tai-khoan/{owner.id}/mo-lai", {})
    sign_in(app, "owner")


def test_the_trail_can_be_filtered_and_turned(app: Flask, session: Session) -> None:
    add_person(session, "quantri", "administrator", None)
    for turn in range(60):
        operations.record(session, now=MORNING, actor_id=None, action="thu.viec", subject=f"thu:{turn}")
    session.commit()
    browser = sign_in(app, "quantri")
    first = browser.get("/quan-ly/nhat-ky?viec=thu.viec").text
    second = browser.get("/quan-ly/nhat-ky?viec=thu.viec&trang=2").text
    assert "thu:59" in first
    assert "thu:9<" not in first
    assert "thu:9<" in second
    assert "Cũ hơn" not in second
