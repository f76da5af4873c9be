"""A batch closes when it adds up, or when somebody confirms what is missing and says why; it can be reopened."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback_app.paper import queries
from feedback_app.paper.models import PaperBatch
from feedback_app.paper.operations import Issued
from feedback_app.staff.models import AuditEvent
from tests.paper.batches import make_batch, numbered
from tests.paper.stacks import ANOTHER_ID, publish
from tests.staff.people import add_person, make_office, post, sign_in

JSON = {"Accept": "application/json"}


@pytest.fixture
def batch(session: Session) -> Issued:
    office = make_office(session)
    owner = add_person(session, "owner", "staff", office.ward)
    return make_batch(session, owner, office.ward, publish(session), count=3)


@pytest.fixture
def clerk(app: Flask, batch: Issued) -> FlaskClient:
    """Has keyed one of three."""
    browser = sign_in(app, "owner")
    post(browser, f"/nhap-phieu/phieu?tap={batch.batch_id}", numbered(batch.first_number))
    return browser


def close(clerk: FlaskClient, batch: Issued, **form: str):
    return post(clerk, f"/tap-phieu/{batch.batch_id}/dong", form)


def row(session: Session, batch: Issued) -> PaperBatch:
    session.rollback()
    return session.get_one(PaperBatch, batch.batch_id)


def test_with_forms_missing_it_closes_only_with_a_word_on_them(
    clerk: FlaskClient, session: Session, batch: Issued
) -> None:
    for form, message in (
        ({"missing": "2", "reason": "Người dân mang về"}, "Xin đối chiếu"),
        ({"missing": "2", "confirmed": "y"}, "Xin ghi vì sao"),
    ):
        answer = close(clerk, batch, **form)
        assert answer.status_code == 422
        assert message in answer.text
    assert row(session, batch).closed_at is None
    assert close(clerk, batch, missing="2", confirmed="y", reason="Người dân mang về").status_code == 302
    closed = row(session, batch)
    assert (closed.not_returned, closed.closing_reason) == (2, "Người dân mang về")
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "paper.batch_closed")).one()
    assert event.details == {"issued": 3, "keyed": 1, "scanned": 0, "spoiled": 0, "not_returned": 2}
    assert "Người dân mang về" in clerk.get(f"/tap-phieu/{batch.batch_id}").text


def test_a_form_that_came_in_meanwhile_is_seen(clerk: FlaskClient, session: Session, batch: Issued) -> None:
    post(clerk, f"/nhap-phieu/phieu?tap={batch.batch_id}", numbered(batch.last_number, ANOTHER_ID))
    answer = close(clerk, batch, missing="2", confirmed="y", reason="Người dân mang về")
    assert answer.status_code == 409
    assert "nay là 1" in answer.text
    assert row(session, batch).closed_at is None


def test_a_closed_batch_takes_nothing(clerk: FlaskClient, session: Session, batch: Issued) -> None:
    close(clerk, batch, missing="2", confirmed="y", reason="Người dân mang về")
    address = f"/nhap-phieu/phieu?tap={batch.batch_id}"
    answer = post(clerk, address, numbered(batch.last_number, ANOTHER_ID), headers=JSON)
    assert answer.status_code == 422
    assert "đã đóng" in answer.get_json()["message"]
    assert "đã đóng" in clerk.get(address, follow_redirects=True).text
    last = session.scalars(select(AuditEvent.subject).where(AuditEvent.action == "paper.keyed")).one()
    undo = f"/nhap-phieu/hoan-tac/{last.partition(':')[2]}?tap={batch.batch_id}"
    assert post(clerk, undo, {"reason": "Nhập trùng phiếu", "words": ""}).status_code == 409
    again = close(clerk, batch, missing="2", confirmed="y", reason="Lần nữa")
    assert again.status_code == 409
    assert f'href="/tap-phieu/{batch.batch_id}"' in again.text
    spoiled = {"number": numbered(batch.last_number)["number"], "reason": "In lỗi", "words": "Lem mực"}
    answer = post(clerk, f"/tap-phieu/{batch.batch_id}/hong", spoiled)
    assert "Tập phiếu này đã đóng." in answer.text
    assert 'value="Lem mực"' in answer.text, "nothing that was typed is lost"
    assert queries.sums(session, batch.batch_id).keyed == 1


def test_an_administrator_reopens_it_and_staff_is_refused(
    app: Flask, clerk: FlaskClient, session: Session, batch: Issued
) -> None:
    close(clerk, batch, missing="2", confirmed="y", reason="Người dân mang về")
    address = f"/tap-phieu/{batch.batch_id}/mo-lai"
    assert post(clerk, address, {"reason": "Tìm thấy phiếu"}).status_code == 403
    refused = session.scalars(select(AuditEvent).where(AuditEvent.action == "paper.attempt_refused")).one()
    assert refused.details == {"attempt": "POST paper.reopen", "why": "role_too_low"}
    add_person(session, "quantri", "administrator", None)
    administrator = sign_in(app, "quantri")
    assert post(administrator, address, {"reason": " "}).status_code == 422
    assert post(administrator, address, {"reason": "Tìm thấy phiếu"}).status_code == 302
    again = post(administrator, address, {"reason": "Tìm thấy phiếu"})
    assert again.status_code == 409
    assert "Tập phiếu này đang mở." in again.text
    assert 'value="Tìm thấy phiếu"' in again.text, "nothing that was typed is lost"
    assert row(session, batch).closed_at is None
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "paper.batch_reopened")).one()
    assert (event.reason, event.details) == ("Tìm thấy phiếu", {"not_returned": 2})


def test_what_is_all_in_closes_without_a_question(clerk: FlaskClient, session: Session, batch: Issued) -> None:
    for number in (batch.first_number + 1, batch.last_number):
        form = {"number": "", "reason": "In lỗi", "words": ""}
        from_page = f"/tap-phieu/{batch.batch_id}/hong"
        assert post(clerk, from_page, {**form, "number": str(numbered(number)["number"])}).status_code == 302
    assert "Mọi phiếu đã có chỗ." in clerk.get(f"/tap-phieu/{batch.batch_id}/dong").text
    assert close(clerk, batch, missing="0").status_code == 302
    assert row(session, batch).not_returned == 0
