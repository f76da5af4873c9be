"""Issuing a batch: consecutive numbers, once in the world, for what can be printed and by who answers for it."""

import threading

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from feedback_app.paper import operations, queries
from feedback_app.paper.models import PaperBatch, PaperForm
from feedback_app.staff.models import AuditEvent
from feedback_app.surveys.queries import NoQuestionnaire
from tests.paper.batches import make_batch
from tests.paper.stacks import publish
from tests.staff.people import Office, add_person, make_office, post, sign_in

WANTED = {"department": "dong-son", "place": "", "stage": "returned", "answered_on": "", "size": "A4", "count": "30"}


@pytest.fixture
def office(session: Session) -> Office:
    return make_office(session)


@pytest.fixture
def version(session: Session) -> int:
    return publish(session)


@pytest.fixture
def clerk(app: Flask, session: Session, office: Office) -> FlaskClient:
    add_person(session, "owner", "staff", office.ward)
    return sign_in(app, "owner")


def test_a_batch_is_issued_from_its_page(clerk: FlaskClient, session: Session, office: Office, version: int) -> None:
    assert "Phòng Tài chính" not in clerk.get("/tap-phieu/moi").text, "only departments of the scope"
    answer = post(clerk, "/tap-phieu/moi", {**WANTED, "version": str(version), "coded": "y"})
    batch = session.scalars(select(PaperBatch)).one()
    assert answer.location == f"/tap-phieu/{batch.id}"
    assert (batch.department_id, batch.stage, batch.coded, batch.answered_on) == (office.ward, "returned", True, None)
    numbers = session.scalars(select(PaperForm.number).order_by(PaperForm.number)).all()
    assert numbers == list(range(numbers[0], numbers[0] + 30))
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "paper.batch_issued")).one()
    assert event.details == {"count": 30, "first": numbers[0], "last": numbers[-1]}
    page = clerk.get(answer.location).text
    assert "Phát hành = đã nhập + đã quét + không dùng + chưa thu về + còn ở ngoài." in page
    assert "theo từng phiếu" in page


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"count": "501"}, "Mỗi tập có từ 1 đến 500 phiếu."),
        ({"count": "0"}, "Mỗi tập có từ 1 đến 500 phiếu."),
        ({"answered_on": "31/2"}, "Không có ngày này trong lịch."),
        ({"answered_on": "1/1/2019"}, "chưa thành lập"),
        ({"answered_on": "2/3/2026"}, "Ngày trả lời không thể trước ngày phát hành tập phiếu"),
        ({"version": ""}, "Xin chọn mẫu phiếu."),
    ],
)
def test_what_cannot_be_issued_keeps_what_was_typed(
    clerk: FlaskClient, session: Session, version: int, changes: dict[str, str], message: str
) -> None:
    answer = post(clerk, "/tap-phieu/moi", {**WANTED, "version": str(version), **changes})
    assert answer.status_code == 422
    assert message in answer.text
    assert 'value="returned"' in answer.text
    assert session.scalar(select(func.count()).select_from(PaperForm)) == 0


def test_only_a_published_version_is_issued(session: Session, office: Office) -> None:
    member = add_person(session, "owner", "staff", office.ward)
    with pytest.raises(NoQuestionnaire):
        make_batch(session, member, office.ward, 999)


def test_two_who_issue_at_once_get_numbers_of_their_own_without_gaps(
    session: Session, engine: Engine, office: Office, version: int
) -> None:
    member = add_person(session, "owner", "staff", office.ward)
    issued: list[operations.Issued] = []

    def issue() -> None:
        with Session(engine) as own:
            issued.append(make_batch(own, member, office.ward, version, count=40))

    threads = [threading.Thread(target=issue) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    spans = sorted((each.first_number, each.last_number) for each in issued)
    assert len(spans) == 4
    assert all(last - first == 39 for first, last in spans)
    assert all(before[1] + 1 == after[0] for before, after in zip(spans, spans[1:], strict=False))
    assert [queries.sums(session, each.batch_id).out for each in issued] == [40] * 4


def test_another_department_is_refused_and_that_is_logged(
    app: Flask, session: Session, office: Office, version: int
) -> None:
    outsider = add_person(session, "outsider", "staff", office.elsewhere)
    browser = sign_in(app, "outsider")
    # Not among the choices of the page, so the form itself says no.
    assert post(browser, "/tap-phieu/moi", {**WANTED, "version": str(version)}).status_code == 422
    owner = add_person(session, "owner", "staff", office.ward)
    batch_id = make_batch(session, owner, office.ward, version).batch_id
    pages = ["", "/bien-ban.pdf", "/hong", "/dong"]
    for page in pages:
        answer = browser.get(f"/tap-phieu/{batch_id}{page}")
        assert answer.status_code == 403
        assert "ngoài phạm vi tài khoản" in answer.text
    assert post(browser, f"/tap-phieu/{batch_id}/in", {}).status_code == 403
    assert "Chưa có tập phiếu nào" in browser.get("/tap-phieu").text
    events = session.scalars(select(AuditEvent).where(AuditEvent.action == "paper.attempt_refused")).all()
    assert len(events) == len(pages) + 1
    assert {(each.actor_id, each.subject, each.department_id) for each in events} == {
        (outsider.id, f"batch:{batch_id}", office.ward)
    }
    assert events[-1].details == {"attempt": "POST paper.print_forms", "why": "outside_scope"}


def test_a_visitor_is_sent_to_sign_in(client: FlaskClient) -> None:
    for page in ("/tap-phieu", "/tap-phieu/moi", "/tap-phieu/1"):
        assert client.get(page).location.startswith("/dang-nhap")
