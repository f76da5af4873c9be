"""Taking the last form back: only one's own, only with a reason, and never twice."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from feedback_app.kit.ids import new_id
from feedback_app.recounts import RecountRequest
from feedback_app.staff.models import AuditEvent
from feedback_app.surveys.models import Response
from tests.paper.stacks import ANOTHER_ID, ID, filled, publish
from tests.staff.people import Office, add_person, make_office, post, sign_in

JSON = {"Accept": "application/json"}


@pytest.fixture
def office(session: Session) -> Office:
    return make_office(session)


@pytest.fixture
def query(session: Session) -> str:
    return f"?don-vi=dong-son&mau={publish(session)}&ngay=2025-11-21"


@pytest.fixture
def keyer(app: Flask, session: Session, office: Office, query: str) -> FlaskClient:
    """Has keyed two forms, ID and then ANOTHER_ID."""
    add_person(session, "owner", "staff", office.ward)
    browser = sign_in(app, "owner")
    for response_id in (ID, ANOTHER_ID):
        post(browser, f"/nhap-phieu/phieu{query}", filled(response_id))
    return browser


def undo(browser: FlaskClient, query: str, response_id: str = ANOTHER_ID, **form: str):
    typed = {"reason": "Nhập trùng phiếu", "words": "", **form}
    return post(browser, f"/nhap-phieu/hoan-tac/{response_id}{query}", typed, headers=JSON)


def counted(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Response).where(Response.removed_at.is_(None))) or 0


def test_the_last_form_goes_with_its_reason_in_the_trail(
    keyer: FlaskClient, session: Session, office: Office, query: str
) -> None:
    before = session.scalar(select(func.count()).select_from(RecountRequest)) or 0
    answer = undo(keyer, query, words="Tờ số 12")
    assert (answer.status_code, answer.location) == (302, f"/nhap-phieu/phieu{query}")
    assert counted(session) == 1
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "paper.undone")).one()
    assert event.reason == "Nhập trùng phiếu: Tờ số 12"
    assert (event.subject, event.department_id) == (f"response:{ANOTHER_ID}", office.ward)
    assert session.scalar(select(func.count()).select_from(RecountRequest)) == before + 1
    assert '<span class="keyed-today-number">1</span>' in keyer.get(f"/nhap-phieu/phieu{query}").text


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ({"reason": ""}, "Xin chọn lý do hoàn tác."),
        ({"reason": "Lý do khác", "words": "  "}, "Xin nói rõ lý do."),
        ({"reason": "Lý do khác", "words": "x" * 301}, "Xin viết ngắn hơn."),
    ],
)
def test_without_a_reason_the_form_stays(
    keyer: FlaskClient, session: Session, query: str, form: dict[str, str], message: str
) -> None:
    answer = undo(keyer, query, **form)
    assert answer.status_code == 422
    assert message in answer.text
    assert counted(session) == 2


def test_only_the_last_one_can_be_taken_back(keyer: FlaskClient, session: Session, query: str) -> None:
    assert undo(keyer, query, ID).status_code == 409
    assert counted(session) == 2


def test_a_colleague_cannot_take_it_back(
    app: Flask, keyer: FlaskClient, session: Session, office: Office, query: str
) -> None:
    add_person(session, "dong-nghiep", "staff", office.ward)
    assert undo(sign_in(app, "dong-nghiep"), query).status_code == 409
    assert counted(session) == 2


def test_a_late_delivery_does_not_bring_it_back(keyer: FlaskClient, session: Session, query: str) -> None:
    undo(keyer, query)
    assert post(keyer, f"/nhap-phieu/phieu{query}", filled(ANOTHER_ID), headers=JSON).status_code == 200
    assert counted(session) == 1


def test_twice_takes_back_one(keyer: FlaskClient, session: Session, query: str) -> None:
    undo(keyer, query)
    assert undo(keyer, query).status_code == 409
    assert counted(session) == 1


def test_the_page_asks_first(keyer: FlaskClient, session: Session, query: str) -> None:
    page = keyer.get(f"/nhap-phieu/hoan-tac/{ANOTHER_ID}{query}").text
    assert "Bỏ phiếu này khỏi kết quả?" in page
    assert "Hài lòng" in page
    assert counted(session) == 2


def test_a_form_of_another_department_is_refused_and_the_attempt_kept(
    app: Flask, keyer: FlaskClient, session: Session, office: Office, query: str
) -> None:
    stranger = add_person(session, "stranger", "staff", office.elsewhere)
    answer = undo(sign_in(app, "stranger"), query)
    assert (answer.status_code, counted(session)) == (403, 2)
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "paper.attempt_refused")).one()
    assert (event.actor_id, event.subject) == (stranger.id, f"response:{ANOTHER_ID}")
    assert (event.department_id, event.details["why"]) == (office.ward, "outside_scope")
    assert undo(sign_in(app, "stranger"), query, str(new_id())).status_code == 409
