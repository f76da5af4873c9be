"""Slips with a code of their own: printed by staff of the place, asked for by the one-stop system, for nobody else."""

import json
import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Page, expect
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from feedback_app.staff import operations as staff
from feedback_app.staff.models import AuditEvent
from feedback_app.tokens.models import IssuedToken
from tests import factories
from tests.staff.people import MORNING, PASSWORD, add_person, post, sign_in
from tests.surveys.halls import Hall, hidden, make_hall
from tests.tokens.making import code, token

PAGE = "/giay-moi"
API = "/api/v1/slips"


@pytest.fixture
def hall(session: Session) -> Hall:
    return make_hall(session)


@pytest.fixture
def owner(app: Flask, session: Session, hall: Hall) -> FlaskClient:
    add_person(session, "owner", "staff", hall.centre)
    return sign_in(app, "owner")


@pytest.fixture
def key(session: Session, hall: Hall) -> str:
    made = staff.add_key(session, now=MORNING, name="Một cửa", department_id=hall.centre)
    session.commit()
    return made


def printed(browser: FlaskClient, codes: str, **changes: str):
    form = {"place": "mot-cua", "stage": "returned", "layout": "sheet", "codes": codes}
    return post(browser, PAGE, {**form, **changes})


def issued(session: Session) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(IssuedToken)) or 0


def asked(number: int = 1, **changes: object) -> dict[str, object]:
    return {"place": "mot-cua", "dossier": code(number), "stage": "returned", **changes}


def ask(client: FlaskClient, key: str | None, body: object, address: str = API):
    return client.post(address, json=body, headers={"Authorization": f"Bearer {key}"} if key else {})


@pytest.mark.parametrize("layout", ["sheet", "single"])
def test_a_list_of_codes_becomes_sheets_to_print(owner: FlaskClient, session: Session, layout: str) -> None:
    made = printed(owner, "\n".join(code(number) for number in range(5)), layout=layout)
    assert (made.status_code, made.mimetype) == (200, "application/pdf")
    assert made.headers["Cache-Control"] == "no-store"
    assert len(re.findall(rb"/Type\s*/Page\b", made.data)) == (2 if layout == "sheet" else 5)
    assert issued(session) == 5
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "surveys.slips_issued")).one()
    assert event.details == {"slips": 5, "stage": "returned"}
    assert code(1) not in f"{event.subject} {event.reason}"


def test_a_wrong_line_is_named_and_nothing_is_issued_or_lost(owner: FlaskClient, session: Session) -> None:
    refused = printed(owner, f"{code(1)}\n\nnhầm\n{code(1).lower()}")
    assert refused.status_code == 422
    assert "Dòng 3: không đúng dạng mã hồ sơ." in refused.text
    assert "Dòng 4: trùng với dòng 1." in refused.text
    assert f"{code(1)}\n\nnhầm" in refused.text.replace("\r", "")
    assert issued(session) == 0


@pytest.mark.parametrize(
    ("codes", "words"),
    [
        ("", "Xin nhập ít nhất một mã hồ sơ."),
        (" \n ", "Xin nhập ít nhất một mã hồ sơ."),
        ("\n".join(code(number) for number in range(501)), "Nhiều nhất 500 mã mỗi lần"),
        ("x\n" * 30, "Và 20 dòng khác."),
    ],
)
def test_an_empty_and_a_long_list_are_refused(owner: FlaskClient, session: Session, codes: str, words: str) -> None:
    refused = printed(owner, codes)
    assert refused.status_code == 422
    assert words in refused.text
    assert issued(session) == 0


def test_outsiders_get_no_slips_of_the_place(app: Flask, session: Session, hall: Hall) -> None:
    assert app.test_client().get(PAGE).status_code == 302
    add_person(session, "outsider", "staff", factories.department(session, "noi-khac"))
    outsider = sign_in(app, "outsider")
    assert "Bộ phận Một cửa" not in outsider.get(PAGE).text
    assert printed(outsider, code(1)).status_code == 422
    assert issued(session) == 0


def test_the_page_says_nothing_of_what_was_answered(owner: FlaskClient, client: FlaskClient) -> None:
    before = printed(owner, code(1)).status_code
    form = client.get(f"/khao-sat/mot-cua?hs={token(1).written}").text
    answered = client.post("/khao-sat/mot-cua", data={**hidden(form), "q-overall": "satisfied"})
    assert answered.status_code == 303
    assert printed(owner, code(1)).status_code == before


def test_the_one_stop_system_gets_an_address_that_opens_the_form(
    client: FlaskClient, session: Session, key: str
) -> None:
    made = ask(client, key, asked())
    assert made.status_code == 201
    assert set(made.json) == {"token", "url", "expires"}
    assert made.json["token"] == token(1).written
    assert "Phiếu cho hồ sơ trên giấy hẹn" in client.get(made.json["url"].partition("8000")[2]).text
    assert ask(client, key, asked(), f"{API}?svg").json["svg"].startswith("<svg")
    assert issued(session) == 1


@pytest.mark.parametrize("place", ["\ud800", "\0"])
def test_what_no_database_holds_is_refused(client: FlaskClient, key: str, place: str) -> None:
    headers = {"Authorization": f"Bearer {key}"}
    for body in (asked(place=place), asked(counter=place)):
        sent = client.post(API, data=json.dumps(body), content_type="application/json", headers=headers)
        assert sent.status_code == 422


def test_what_is_nested_without_end_is_refused(client: FlaskClient, key: str) -> None:
    headers = {"Authorization": f"Bearer {key}"}
    sent = client.post(API, data="[" * 200_000, content_type="application/json", headers=headers)
    assert sent.status_code == 422


def test_a_list_is_made_whole_or_not_at_all(client: FlaskClient, session: Session, key: str) -> None:
    refused = ask(client, key, [asked(1), asked(2, stage="later"), asked(3, dossier="nhầm"), asked(4, place="x"), 5])
    assert refused.status_code == 422
    assert [each["field"] for each in refused.json["errors"]] == ["2.stage", "3.dossier", "4.place", "5."]
    assert issued(session) == 0
    made = ask(client, key, [asked(1), asked(2, counter="quay-1")])
    assert len(made.json["slips"]) == 2
    assert "/mot-cua/quay-1?" in made.json["slips"][1]["url"]
    assert issued(session) == 3  # at the counter for the department that receives and for the one rated there


@pytest.mark.parametrize("body", [[], "x", 7, [{}] * 101, {"place": 1}, {"place": "mot-cua", "dossier": []}])
def test_what_is_no_request_is_refused_in_words(client: FlaskClient, key: str, body: object) -> None:
    refused = ask(client, key, body)
    assert (refused.status_code, refused.mimetype) == (422, "application/problem+json")


def test_without_a_key_or_with_another_offices_there_are_no_slips(
    client: FlaskClient, session: Session, key: str
) -> None:
    assert ask(client, None, asked()).status_code == 401
    other = staff.add_key(
        session, now=MORNING, name="Nơi khác", department_id=factories.department(session, "noi-khac")
    )
    session.commit()
    refused = ask(client, other, asked())
    assert refused.status_code == 403
    assert issued(session) == 0
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "surveys.slips_refused")).one()
    assert event.details == {"key": "Nơi khác", "place": "mot-cua"}


@pytest.mark.browser
def test_the_page_of_slips_is_accessible(
    context: object, session: Session, page: Page, axe: Callable[[Page], None]
) -> None:
    add_person(session, "owner", "staff", make_hall(session).centre)
    page.goto(PAGE)
    page.get_by_label("Tên đăng nhập").fill("owner")
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Phiếu mời góp ý")).to_be_visible()
    axe(page)
    page.get_by_label("Mã hồ sơ").fill("nhầm")
    page.get_by_role("button", name="Tạo tệp PDF để in").click()
    expect(page.get_by_role("alert")).to_contain_text("Dòng 1: không đúng dạng mã hồ sơ.")
    axe(page)
