"""Forms keyed from a batch: one number is one response, and whatever cannot be keyed is refused beside the number."""

import threading
from datetime import date
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from feedback_app.kit import clock
from feedback_app.paper import operations, queries
from feedback_app.paper.commands import Sitting
from feedback_app.paper.models import PaperForm, PaperKeying
from feedback_app.paper.operations import Issued
from feedback_app.paper.serials import grouped, serial
from feedback_app.staff.models import AuditEvent
from feedback_app.surveys.models import Response
from tests.paper.batches import DAY, make_batch, numbered
from tests.paper.stacks import ANOTHER_ID, ID, filled, publish
from tests.staff.people import Office, add_person, make_office, post, sign_in

JSON = {"Accept": "application/json"}


@pytest.fixture
def office(session: Session) -> Office:
    return make_office(session)


@pytest.fixture
def version(session: Session) -> int:
    return publish(session)


@pytest.fixture
def batch(session: Session, office: Office, version: int) -> Issued:
    return make_batch(session, add_person(session, "owner", "staff", office.ward), office.ward, version, count=12)


@pytest.fixture
def keyer(app: Flask, batch: Issued) -> FlaskClient:
    return sign_in(app, "owner")


@pytest.fixture
def address(batch: Issued) -> str:
    return f"/nhap-phieu/phieu?tap={batch.batch_id}"


def counted(session: Session) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(Response).where(Response.removed_at.is_(None))) or 0


def test_the_response_its_number_and_its_keyer_are_stored_together(
    keyer: FlaskClient, session: Session, office: Office, batch: Issued, address: str
) -> None:
    assert f'href="{address}"' in keyer.get("/nhap-phieu").text
    assert post(keyer, address, numbered(batch.first_number)).status_code == 302
    form = session.get_one(PaperForm, batch.first_number)
    assert (form.response_id, form.source) == (UUID(ID), "keyed")
    row = session.scalars(select(PaperKeying)).one()
    assert (row.batch_id, row.department_id, row.answered_on, row.own_department) == (
        batch.batch_id,
        office.ward,
        DAY,
        True,
    )
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "paper.keyed")).one()
    assert event.details["number"] == batch.first_number
    page = keyer.get(f"/tap-phieu/{batch.batch_id}").text
    assert "Người owner" in page


def test_the_same_delivery_again_is_the_same_form(
    keyer: FlaskClient, session: Session, batch: Issued, address: str
) -> None:
    for _ in range(2):
        assert post(keyer, address, numbered(batch.first_number), headers=JSON).status_code == 200
    assert queries.sums(session, batch.batch_id).keyed == counted(session) == 1


def test_the_last_figures_are_enough_where_they_are_of_one_number(
    keyer: FlaskClient, session: Session, batch: Issued, address: str
) -> None:
    number = batch.first_number + 3
    typed = serial(number)[-3:]
    assert post(keyer, address, filled(number=typed), headers=JSON).status_code == 200
    assert session.get_one(PaperForm, number).response_id == UUID(ID)
    answer = post(keyer, address, filled(ANOTHER_ID, number=serial(number)[:1]), headers=JSON)
    assert answer.status_code == 422
    assert answer.get_json()["field"] == "number"


def test_each_number_that_cannot_be_keyed_has_its_own_sentence(
    app: Flask, keyer: FlaskClient, session: Session, office: Office, version: int, batch: Issued, address: str
) -> None:
    member = add_person(session, "dong-nghiep", "staff", office.ward)
    other = make_batch(session, member, office.ward, version)
    used, spoiled = batch.first_number, batch.first_number + 1
    post(sign_in(app, "dong-nghiep"), address, numbered(used))
    operations.spoil(session, spoiled, now=clock.now(), member=member, reason="In lỗi")
    session.commit()
    wrong = serial(batch.last_number)[:-1] + str((int(serial(batch.last_number)[-1]) + 1) % 10)
    for typed, said in (
        (serial(used), f"Phiếu số {grouped(used)} đã được Người dong-nghiep nhập lúc "),
        (serial(spoiled), "đã ghi là không dùng ngày"),
        (serial(other.first_number), f"thuộc tập {other.batch_id}, không thuộc tập đang nhập"),
        (serial(9_000_000), "Chưa từng in phiếu nào mang số này."),
        (wrong, "có chữ số gõ nhầm"),
        ("", "Xin nhập số phiếu"),
    ):
        answer = post(keyer, address, filled(ANOTHER_ID, number=typed), headers=JSON)
        assert (answer.status_code, answer.get_json()["field"]) == (422, "number")
        assert said in answer.get_json()["message"]
    assert counted(session) == 1
    page = post(keyer, address, filled(ANOTHER_ID, number=serial(used)))
    assert "đã được Người dong-nghiep nhập lúc" in page.text
    assert " checked" in page.text, "nothing that was typed is lost"
    taken = keyer.get(f"/nhap-phieu/tap/{batch.batch_id}/so").get_json()["taken"]
    assert set(taken) == {serial(used), serial(spoiled)}


def test_a_form_without_any_answer_is_returned_blank(
    keyer: FlaskClient, session: Session, batch: Issued, address: str
) -> None:
    blank = numbered(batch.first_number, **{"q-chung": ""})
    for _ in range(2):
        assert post(keyer, address, blank, headers=JSON).status_code == 200
    assert counted(session) == 0
    assert session.get_one(PaperForm, batch.first_number).spoiled_reason == "Trả lại để trống"
    assert session.scalars(select(AuditEvent.action).where(AuditEvent.action == "paper.returned_blank")).all() == [
        "paper.returned_blank"
    ]


def test_a_batch_without_a_day_asks_it_of_each_form(app: Flask, session: Session, office: Office, version: int) -> None:
    owner = add_person(session, "owner", "staff", office.ward)
    batch = make_batch(session, owner, office.ward, version, answered_on=None)
    keyer, address = sign_in(app, "owner"), f"/nhap-phieu/phieu?tap={batch.batch_id}"
    answer = post(keyer, address, numbered(batch.first_number, answered_on="31/2"), headers=JSON)
    assert (answer.status_code, answer.get_json()["field"]) == (422, "answered_on")
    early = numbered(batch.first_number, answered_on="1/3/2026")
    answer = post(keyer, address, early, headers=JSON)
    assert (answer.status_code, answer.get_json()["field"]) == (422, "answered_on")
    page = post(keyer, address, early)
    assert "Ngày trả lời không thể trước ngày phát hành tập phiếu, 02/03/2026." in page.text
    assert 'value="1/3/2026"' in page.text
    assert " checked" in page.text, "nothing that was typed is lost"
    answer = post(keyer, address, numbered(batch.first_number, answered_on="2/3/2026"))
    assert answer.location.endswith("ngay=2026-03-02")
    assert 'value="02/03/2026"' in keyer.get(answer.location).text, "the day before is proposed"
    assert session.scalars(select(Response.answered_on)).one() == date(2026, 3, 2)


def test_an_undo_lets_the_number_be_keyed_again(
    keyer: FlaskClient, session: Session, batch: Issued, address: str
) -> None:
    post(keyer, address, numbered(batch.first_number))
    undo = address.replace("phieu?", f"hoan-tac/{ID}?")
    answer = post(keyer, undo, {"reason": "Nhập nhầm câu trả lời", "words": ""}, follow_redirects=True)
    assert f"Số {grouped(batch.first_number)} nhập lại được." in answer.text
    assert session.scalars(select(PaperKeying)).all() == []
    assert post(keyer, address, numbered(batch.first_number), headers=JSON).status_code == 200
    assert counted(session) == 0, "a late delivery does not bring the old form back"
    assert post(keyer, address, numbered(batch.first_number, ANOTHER_ID), headers=JSON).status_code == 200
    assert counted(session) == queries.sums(session, batch.batch_id).keyed == 1


def test_two_keyers_at_once_are_one_response_and_one_refusal(
    session: Session, engine: Engine, office: Office, version: int, batch: Issued
) -> None:
    keyers = [add_person(session, name, "staff", office.ward) for name in ("mot", "hai")]
    sitting = Sitting(department_id=office.ward, version_id=version, answered_on=DAY, batch_id=batch.batch_id)
    for number in range(batch.first_number, batch.last_number + 1):
        outcomes: list[str] = []
        ready = threading.Barrier(2)

        def key(place: int, number: int = number, ready: threading.Barrier = ready, told: list[str] = outcomes) -> None:
            with Session(engine) as own:
                ready.wait()
                try:
                    operations.key_form(
                        own,
                        now=clock.now(),
                        keyer=keyers[place],
                        sitting=sitting,
                        number=number,
                        response_id=UUID(f"01890000-0000-7000-8000-{number:06d}00000{place}"),
                        answers={"chung": ("hai-long",)},
                        comments={},
                        rapid_seconds=5,
                    )
                    own.commit()
                    told.append("stored")
                except operations.NumberRefused as refused:
                    told.append(str(refused.values["who"]))

        threads = [threading.Thread(target=key, args=(place,)) for place in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(outcomes)[1] == "stored"
        assert sorted(outcomes)[0].startswith("Người "), "the second is told who was first"
    assert counted(session) == queries.sums(session, batch.batch_id).keyed == 12


@pytest.mark.parametrize("department", ["bureau", "elsewhere"])
def test_a_keyer_of_another_department_is_refused_and_that_is_logged(
    app: Flask, session: Session, office: Office, batch: Issued, address: str, department: str
) -> None:
    outsider = add_person(session, "outsider", "staff", getattr(office, department))
    browser = sign_in(app, "outsider")
    answers = [
        browser.get(address, headers=JSON),
        post(browser, address, numbered(batch.first_number), headers=JSON),
        browser.get(f"/nhap-phieu/tap/{batch.batch_id}/so", headers=JSON),
    ]
    assert [each.status_code for each in answers] == [403] * 3
    assert all("ngoài phạm vi" in each.get_json()["message"] for each in answers)
    assert counted(session) == 0
    events = session.scalars(select(AuditEvent).where(AuditEvent.action == "paper.attempt_refused")).all()
    assert [(each.actor_id, each.subject) for each in events] == [(outsider.id, f"batch:{batch.batch_id}")] * 3
    assert address not in browser.get("/nhap-phieu").text


def test_what_lies_in_the_browser_is_under_a_key_of_the_account(
    app: Flask, keyer: FlaskClient, session: Session, office: Office, address: str
) -> None:
    add_person(session, "dong-nghiep", "staff", office.ward)

    def vault(browser: FlaskClient) -> tuple[str, str]:
        page = browser.get(address).text
        return tuple(page.split(f'data-{part}="')[1].split('"')[0] for part in ("name", "key"))  # type: ignore[return-value]

    own, other = vault(keyer), vault(sign_in(app, "dong-nghiep"))
    assert own == vault(keyer)
    assert own[0] != other[0]
    assert own[1] != other[1]
