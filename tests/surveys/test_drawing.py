"""The pages as they are drawn: nothing chosen, whatever the questionnaire; codes and posters that lead here."""

import html
import re
from datetime import timedelta

import pypdfium2
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from feedback_app.departments import operations as departments
from feedback_app.surveys.doors import Doors
from tests.staff.people import add_person, sign_in
from tests.surveys.halls import MORNING, OPENED, SHIPPED, make_hall


@pytest.mark.parametrize("code", SHIPPED)
@pytest.mark.parametrize("path", ["/khao-sat/mot-cua", "/khao-sat/mot-cua/quay-1?lang=en"])
def test_nothing_is_chosen_beforehand(session: Session, client: FlaskClient, code: str, path: str) -> None:
    hall = make_hall(session, kiosk=code, web=code)
    page = client.get(path).text
    inputs = re.findall(r'<input type="(?:radio|checkbox)"[^>]*>', page)
    assert len(inputs) == sum(len(question.choices) for question in hall.web.questions)
    assert [each for each in inputs if "checked" in each] == []
    assert "selected" not in page
    assert all(text.strip() == "" for text in re.findall(r"<textarea[^>]*>(.*?)</textarea>", page, re.DOTALL))


def test_a_kiosk_begins_in_vietnamese_and_carries_both_languages(session: Session, client: FlaskClient) -> None:
    make_hall(session)
    client.get("/ngon-ngu/en")
    page = client.get("/ki-ot/mot-cua").text
    assert '<html lang="vi"' in page
    assert "Ông/Bà hài lòng ở mức nào" in page
    assert "How satisfied are you with the service today?" in page
    assert "<noscript>" in page
    assert 'href="/khao-sat/mot-cua"' in page


def test_names_cannot_break_out_of_the_page(session: Session, client: FlaskClient) -> None:
    make_hall(session)
    name = "</script><b>\"'&"
    departments.add_counter(session, OPENED, place="mot-cua", slug="quay-2", name=name)
    session.commit()
    form = client.get("/khao-sat/mot-cua/quay-2").text
    assert str(html.escape(name)).replace("&quot;", "&#34;").replace("&#x27;", "&#39;") in form
    kiosk = client.get("/ki-ot/mot-cua/quay-2").text
    assert r"\u003c/script\u003e\u003cb\u003e" in kiosk
    assert name not in form + kiosk


def test_a_door_is_remembered_for_a_few_seconds(session: Session, engine: Engine) -> None:
    make_hall(session)
    doors = Doors(timedelta(seconds=5))
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        found = [
            doors.find(
                lambda: session, place="mot-cua", counter=None, kind="web", now=MORNING + timedelta(seconds=seconds)
            )
            for seconds in (0, 4)
        ]
        assert found[0] is found[1]
        assert len([each for each in seen if "places" in each]) == 1
        doors.find(lambda: session, place="mot-cua", counter=None, kind="web", now=MORNING + timedelta(seconds=5))
        assert len([each for each in seen if "places" in each]) == 2
    finally:
        event.remove(engine, "before_cursor_execute", note)


def test_the_code_is_a_drawing(session: Session, client: FlaskClient) -> None:
    make_hall(session)
    answer = client.get("/khao-sat/mot-cua/quay-1/ma-qr.svg")
    assert answer.mimetype == "image/svg+xml"
    assert answer.text.startswith("<svg")


def test_the_poster_says_where_and_how(session: Session, client: FlaskClient) -> None:
    make_hall(session)
    answer = client.get("/khao-sat/mot-cua/ap-phich.pdf")
    assert answer.mimetype == "application/pdf"
    document = pypdfium2.PdfDocument(answer.data)
    text = document[0].get_textpage().get_text_range()
    size = document[0].get_size()
    document.close()
    assert [round(each) for each in size] == [595, 842]
    for said in ("Quét mã để góp ý", "Bộ phận Một cửa", "localhost:8000/khao-sat/mot-cua", "không cần tài khoản"):
        assert said in text


def test_managers_find_their_places_and_strangers_do_not(session: Session, app: Flask) -> None:
    hall = make_hall(session)
    add_person(session, "owner", "manager", hall.centre)
    add_person(session, "outsider", "manager", hall.bureau)
    add_person(session, "clerk", "staff", hall.centre)
    page = sign_in(app, "owner").get("/quan-ly/diem-dat").text
    for link in ("/ki-ot/mot-cua/quay-1", "/khao-sat/mot-cua", "/khao-sat/mot-cua/ma-qr.svg", "/ap-phich.pdf"):
        assert link in page
    assert "mot-cua" not in sign_in(app, "outsider").get("/quan-ly/diem-dat").text
    assert sign_in(app, "clerk").get("/quan-ly/diem-dat").status_code == 403
    assert app.test_client().get("/quan-ly/diem-dat").status_code == 302
