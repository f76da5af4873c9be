"""The form on a phone: plain HTML that keeps what was typed and says what is wrong beside it."""

import re
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from config import Settings
from feedback_app.app import create_app
from feedback_app.departments import queries as departments
from feedback_app.kit.db import db
from feedback_app.surveys.definitions import definition_of
from feedback_app.surveys.models import Comment, Response, ResponseConflict
from feedback_app.surveys.operations import publish_questionnaire
from tests import factories
from tests.surveys.halls import MORNING, Hall, hidden, make_hall

FORM = "/khao-sat/mot-cua"


@pytest.fixture
def hall(session: Session) -> Hall:
    return make_hall(session, web="tt01")


def post(client: FlaskClient, carried: dict[str, str], **answers: Any) -> TestResponse:
    return client.post(FORM, data=carried | {key.replace("_", "-"): value for key, value in answers.items()})


def checked(page: str) -> list[str]:
    """What is chosen on a page, as `name=value`."""
    found = re.findall(r'<input type="(?:radio|checkbox)" id="[^"]*" name="([^"]+)" value="([^"]+)" checked>', page)
    return [f"{name}={value}" for name, value in found]


def test_a_filled_form_is_thanked_and_stored(session: Session, hall: Hall, client: FlaskClient) -> None:
    carried = hidden(client.get(FORM).text)
    answer = post(client, carried, q_overall="satisfied", q_index_3="once", q_comment="Tốt", stage="returned")
    assert (answer.status_code, answer.location) == (303, "/khao-sat/mot-cua/cam-on")
    assert "Tốt" not in client.get(answer.location).text
    stored = session.scalars(select(Response)).one()
    assert str(stored.id) == carried["response"]
    assert (stored.channel, stored.stage, len(stored.choice_ids)) == ("web", "returned", 2)
    assert stored.sealed_at is not None
    assert stored.rated_department_id == hall.centre
    assert session.scalars(select(Comment.text)).all() == ["Tốt"]


def test_a_code_that_was_scanned_shows_in_the_channel(session: Session, hall: Hall, client: FlaskClient) -> None:
    post(client, hidden(client.get(f"{FORM}?kenh=qr").text), q_overall="satisfied")
    assert session.scalars(select(Response.channel)).one() == "qr"


def test_the_field_may_be_chosen_from_those_of_the_department(
    session: Session, hall: Hall, client: FlaskClient
) -> None:
    page = client.get(FORM).text
    offered = re.findall(r'<option value="(\d+)">', page)
    assert len(offered) == 2
    post(client, hidden(page), q_overall="satisfied", field=offered[0])
    assert str(session.scalars(select(Response.field_id)).one()) == offered[0]


def test_a_counter_that_settles_the_field_does_not_ask_for_it(hall: Hall, client: FlaskClient) -> None:
    page = client.get(f"{FORM}/quay-1").text
    assert 'name="field"' not in page
    assert "Quầy 1" in page
    assert "Phòng Kinh tế" in page


def options(page: str) -> str:
    """The list of fields and procedures, without line breaks and indents."""
    return re.sub(r"\s*\n\s*", "", page.split('name="field"', 1)[1].split("</select>")[0])


def test_procedures_are_offered_within_their_fields(session: Session, hall: Hall, client: FlaskClient) -> None:
    births, marriages = factories.procedures(session, "ho-tich", "khai-sinh", "ket-hon")
    fields = {each.code: each.id for each in departments.fields(session)}
    session.commit()
    page = client.get(FORM).text
    assert len(page.encode()) < 30_000
    assert f'<option value="{fields["dat-dai"]}">Đất đai</option>' in options(page)
    assert (
        '<optgroup label="Hộ tịch">'
        f'<option value="{fields["ho-tich"]}">cả lĩnh vực, không rõ thủ tục</option>'
        f'<option value="p{marriages}">Ket hon</option><option value="p{births}">Khai sinh</option></optgroup>'
    ) in options(page)
    assert "Lĩnh vực hoặc thủ tục của hồ sơ" in page
    assert post(client, hidden(page), q_overall="satisfied", field=f"p{births}").status_code == 303
    assert session.execute(select(Response.field_id, Response.procedure_id)).all() == [(fields["ho-tich"], births)]


def test_a_field_alone_leaves_the_procedure_unknown(session: Session, hall: Hall, client: FlaskClient) -> None:
    factories.procedures(session, "ho-tich", "khai-sinh")
    field = next(each.id for each in departments.fields(session) if each.code == "ho-tich")
    session.commit()
    post(client, hidden(client.get(FORM).text), q_overall="satisfied", field=str(field))
    assert session.execute(select(Response.field_id, Response.procedure_id)).all() == [(field, None)]


def test_a_counter_that_settles_the_field_offers_its_procedures_alone(
    session: Session, hall: Hall, client: FlaskClient
) -> None:
    (births,) = factories.procedures(session, "ho-tich", "khai-sinh")
    (titles,) = factories.procedures(session, "dat-dai", "cap-giay")
    land = next(each.id for each in departments.fields(session) if each.code == "dat-dai")
    session.commit()
    page = client.get(f"{FORM}/quay-1").text
    assert "Thủ tục của hồ sơ" in page
    assert re.findall(r'<option value="([^"]+)"', options(page)) == [f"p{titles}"]
    assert "<optgroup" not in page
    carried = hidden(page) | {"q-overall": "satisfied"}
    for wrong in (f"p{births}", str(land)):
        answer = client.post(f"{FORM}/quay-1", data=carried | {"field": wrong})
        assert answer.status_code == 422
        assert 'id="q-field-error"' in answer.text
    assert client.post(f"{FORM}/quay-1", data=carried | {"field": f"p{titles}"}).status_code == 303
    assert session.execute(select(Response.field_id, Response.procedure_id)).all() == [(land, titles)]


def test_a_procedure_chosen_comes_back_with_an_error(session: Session, hall: Hall, client: FlaskClient) -> None:
    (births,) = factories.procedures(session, "ho-tich", "khai-sinh")
    session.commit()
    carried = hidden(client.get(FORM).text)
    assert f'<option value="p{births}" selected>Khai sinh</option>' in post(client, carried, field=f"p{births}").text
    refused = post(client, carried, q_overall="satisfied", field=f"p{births + 1000}")
    assert refused.status_code == 422
    assert "Xin chọn một lĩnh vực hoặc thủ tục có trong danh sách." in refused.text
    assert 'aria-describedby="q-field-error"' in refused.text


def test_more_procedures_than_a_page_may_hold_leave_the_fields(
    session: Session, hall: Hall, client: FlaskClient
) -> None:
    factories.procedures(session, "ho-tich", *(f"thu-tuc-{'dai-' * 6}{number:03}" for number in range(160)))
    session.commit()
    page = client.get(FORM).text
    assert len(page.encode()) < 30_000
    assert len(re.findall(r'<option value="\d+">', page)) == 2
    assert "<optgroup" not in page


def test_the_longest_list_that_is_offered_stays_a_small_page(session: Session, hall: Hall, client: FlaskClient) -> None:
    factories.procedures(session, "ho-tich", *(f"thu-tuc-{'dai-' * 6}{number:03}" for number in range(110)))
    session.commit()
    page = client.get(FORM).text
    assert page.count('<option value="p') == 110
    assert len(page.encode()) < 30_000


def test_errors_stand_beside_their_fields_and_nothing_typed_is_lost(
    session: Session, hall: Hall, client: FlaskClient
) -> None:
    carried = hidden(client.get(FORM).text)
    answer = post(client, carried, q_index_3="once", q_comment="<b>Ghế & quạt</b>", stage="returned", field="999999")
    page = answer.text
    assert answer.status_code == 422
    assert session.scalars(select(Response)).all() == []
    assert hidden(page)["response"] == carried["response"]
    assert re.search(r'id="q-index-3-2"[^>]* checked', page)
    assert "&lt;b&gt;Ghế &amp; quạt&lt;/b&gt;</textarea>" in page
    assert '<option value="returned" selected>' in page
    assert 'aria-describedby="q-overall-error"' in page
    assert '<a href="#q-overall-1">' in page
    assert "Xin trả lời câu hỏi này." in page
    assert "Xin chọn một lĩnh vực hoặc thủ tục có trong danh sách." in page
    assert post(client, hidden(page), q_overall="satisfied").status_code == 303


def test_a_blank_form_is_refused_rather_than_taken_for_the_best(
    session: Session, hall: Hall, client: FlaskClient
) -> None:
    assert post(client, hidden(client.get(FORM).text)).status_code == 422
    assert session.scalars(select(Response)).all() == []


def test_what_was_left_blank_stays_unanswered(session: Session, hall: Hall, client: FlaskClient) -> None:
    post(client, hidden(client.get(FORM).text), q_overall="not-satisfied", q_comment=" ")
    worst = hall.web.overall.choice("not-satisfied")
    assert worst is not None
    assert session.scalars(select(Response.choice_ids)).one() == [worst.id]
    assert session.scalars(select(Comment)).all() == []


def test_the_same_form_sent_twice_is_one_response(session: Session, hall: Hall, client: FlaskClient) -> None:
    carried = hidden(client.get(FORM).text)
    assert [post(client, carried, q_overall="satisfied").status_code for _ in range(2)] == [303, 303]
    assert session.scalar(select(func.count()).select_from(Response)) == 1


def test_a_sent_form_changed_and_sent_again_is_kept_for_review(
    session: Session, hall: Hall, client: FlaskClient
) -> None:
    carried = hidden(client.get(FORM).text)
    post(client, carried, q_overall="satisfied")
    answer = post(client, carried, q_overall="not-satisfied")
    assert answer.status_code == 409
    assert "đã được gửi trước đó với nội dung khác" in answer.text
    assert session.scalars(select(ResponseConflict.content)).one()["answers"] == {"overall": ["not-satisfied"]}


def test_a_form_of_an_older_version_is_still_taken(session: Session, hall: Hall, client: FlaskClient) -> None:
    carried = hidden(client.get(FORM).text)
    newer = replace(definition_of(hall.web), basis="Bản sau")
    version_id, new = publish_questionnaire(session, newer, now=MORNING)
    session.commit()
    assert new
    assert hidden(client.get(FORM).text)["version"] == str(version_id)
    level = hall.web.overall.choices[0].key
    assert post(client, carried, q_overall=level).status_code == 303
    assert [row.version_id for row in session.scalars(select(Response))] == [hall.web.id]


@pytest.mark.parametrize("version", ["kiosk", "0", "x" * 50, "999999999", None])
def test_another_questionnaire_or_none_comes_back_as_the_one_asked_here(
    session: Session, hall: Hall, client: FlaskClient, version: str | None
) -> None:
    carried = hidden(client.get(FORM).text)
    wrong = {key: value for key, value in carried.items() if key != "version"}
    if version is not None:
        wrong["version"] = str(hall.kiosk.id) if version == "kiosk" else version
    answer = post(client, wrong, q_overall="satisfied", q_went_well="on-time", q_comment="Ghế & quạt", stage="returned")
    page = answer.text
    assert answer.status_code == 422
    assert session.scalars(select(Response)).all() == []
    assert "Mẫu phiếu của nơi này đã thay đổi." in page
    assert "field-error" not in page
    assert hidden(page)["version"] == str(hall.web.id)
    assert hidden(page)["response"] == carried["response"]
    assert checked(page) == ["q-overall=satisfied"]
    assert "Ghế &amp; quạt</textarea>" in page
    assert '<option value="returned" selected>' in page
    assert post(client, hidden(page), q_overall="satisfied").status_code == 303
    assert [str(row.id) for row in session.scalars(select(Response))] == [carried["response"]]


def test_a_form_whose_id_was_lost_gets_a_new_one(session: Session, hall: Hall, client: FlaskClient) -> None:
    carried = hidden(client.get(FORM).text) | {"response": "?"}
    assert post(client, carried, q_overall="satisfied").status_code == 303


@pytest.mark.parametrize("token", [None, "", "lạ", "0" * 64])
@pytest.mark.parametrize("cookies", ["kept", "lost"])
def test_a_form_without_its_token_comes_back_as_it_was_filled(
    session: Session, hall: Hall, app: Flask, token: str | None, cookies: str
) -> None:
    client = app.test_client()
    page = client.get(FORM).text
    carried = hidden(page)
    sent = carried if cookies == "lost" else carried | {"csrf_token": token}
    if token is None:
        sent = {key: value for key, value in carried.items() if key != "csrf_token"}
    if cookies == "lost":
        client = app.test_client()
    field = re.findall(r'<option value="(\d+)">', page)[0]
    said = {"q_overall": "satisfied", "q_index_3": "once", "q_comment": "Ghế & quạt", "stage": "returned"}
    answer = post(client, sent, **said, field=field)
    again = answer.text
    assert answer.status_code == 400
    assert session.scalars(select(Response)).all() == []
    assert "Phiên làm việc đã hết hạn. Xin bấm gửi lần nữa; những gì Ông/Bà đã điền vẫn còn ở đây." in again
    assert hidden(again)["response"] == carried["response"]
    assert checked(again) == ["q-overall=satisfied", "q-index-3=once"]
    assert "Ghế &amp; quạt</textarea>" in again
    assert f'<option value="{field}" selected>' in again
    assert '<option value="returned" selected>' in again
    assert post(client, hidden(again), **said, field=field).status_code == 303
    assert [str(row.id) for row in session.scalars(select(Response))] == [carried["response"]]


def test_a_form_another_site_sends_stores_nothing(session: Session, hall: Hall, app: Flask) -> None:
    visitor, foreign = app.test_client(), app.test_client()
    visitor.get(FORM)
    headers = {"Origin": "https://example.org", "Sec-Fetch-Site": "cross-site"}
    forged = hidden(foreign.get(FORM).text)
    for token in ({}, {"csrf_token": forged["csrf_token"]}):
        data = {"version": str(hall.web.id), "q-overall": "satisfied"} | token
        assert visitor.post(FORM, data=data, headers=headers).status_code == 400
    assert session.scalars(select(Response)).all() == []


def test_the_cookie_of_a_visitor_is_out_of_reach(hall: Hall, app: Flask, settings: Settings) -> None:
    cookie = app.test_client().get(FORM).headers["Set-Cookie"]
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    secure = create_app(replace(settings, public_url="https://localhost"))
    try:
        cookie = secure.test_client().get(FORM, base_url="https://localhost").headers["Set-Cookie"]
    finally:
        with secure.app_context():
            db.engine.dispose()
    assert cookie.startswith("__Host-khach=")
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    assert "Domain" not in cookie


def test_two_forms_open_at_once_are_both_taken(session: Session, hall: Hall, client: FlaskClient) -> None:
    forms = [hidden(client.get(FORM).text) for _ in range(2)]
    assert [post(client, carried, q_overall="satisfied").status_code for carried in forms] == [303, 303]
    assert session.scalar(select(func.count()).select_from(Response)) == 2


def test_every_visitor_gets_a_token_and_an_id_of_their_own(hall: Hall, app: Flask) -> None:
    visits = [app.test_client().get(FORM) for _ in range(5)]
    assert len({hidden(visit.text)["csrf_token"] for visit in visits}) == 5
    assert len({hidden(visit.text)["response"] for visit in visits}) == 5
    assert len({visit.headers["Set-Cookie"] for visit in visits}) == 5
    assert all("private" in visit.headers["Cache-Control"] for visit in visits)
    thief = app.test_client()
    thief.get(FORM)
    assert post(thief, hidden(visits[0].text), q_overall="satisfied").status_code == 400


def test_the_page_is_in_the_readers_language(hall: Hall, client: FlaskClient) -> None:
    english = client.get(f"{FORM}?lang=en").text
    assert '<html lang="en"' in english
    assert "Your overall assessment of how the procedure was handled" in english
    assert "One-stop shop" in english
    assert "Bộ phận Một cửa" in client.get(FORM).text


def test_a_message_for_one_visitor_is_not_drawn_for_the_next(hall: Hall, app: Flask) -> None:
    with app.test_client() as visitor:
        with visitor.session_transaction() as cookie:
            cookie["_flashes"] = [("info", "chỉ dành cho một người")]
        visitor.get(f"{FORM}/quay-1?lang=en")
    assert "chỉ dành cho một người" not in app.test_client().get(f"{FORM}/quay-1?lang=en").text


@pytest.mark.parametrize("path", ["/khao-sat/khong-co", "/khao-sat/mot-cua/quay-9", "/ki-ot/khong-co"])
def test_an_unknown_place_is_not_found(hall: Hall, client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_a_field_no_person_sees_marks_a_form_and_drops_nothing(
    session: Session, hall: Hall, client: FlaskClient
) -> None:
    page = client.get(FORM).text
    assert re.search(
        r'<div class="visually-hidden" aria-hidden="true">\s*<label for="website">Để trống ô này</label>\s*'
        r'<input id="website" name="website" tabindex="-1" autocomplete="off">',
        page,
    )
    assert post(client, hidden(page), q_overall="satisfied", website="https://example.org").status_code == 303
    assert post(client, hidden(client.get(FORM).text), q_overall="satisfied", website=" ").status_code == 303
    assert sorted(session.execute(select(Response.trapped, Response.sealed_at.is_not(None))).all()) == [
        (False, True),
        (True, True),
    ]


def test_one_address_sends_only_so_many_answers_a_minute(settings: Settings, session: Session, hall: Hall) -> None:
    narrow = create_app(replace(settings, answers_per_address=1))
    client = narrow.test_client()
    try:
        page = hidden(client.get(FORM).text)
        sent = [post(client, page, q_overall="satisfied").status_code for _ in range(4)]
    finally:
        with narrow.app_context():
            db.engine.dispose()
    # A new minute may begin between two of them.
    assert sent[0] == 303
    assert 429 in sent


def test_who_shares_an_address_with_a_flood_gets_the_filled_form_back_to_send_it_again(
    settings: Settings, session: Session, hall: Hall
) -> None:
    narrow = create_app(replace(settings, answers_per_address=1))
    client = narrow.test_client()
    try:
        page = hidden(client.get(FORM).text)
        told = [post(client, page, q_overall="satisfied", q_comment='Ghế "chờ" <ít>') for _ in range(4)]
    finally:
        with narrow.app_context():
            db.engine.dispose()
    refused = next(each for each in told if each.status_code == 429)
    assert refused.headers["Retry-After"] == "60"
    assert refused.headers["Cache-Control"] == "private, no-cache"
    assert hidden(refused.text) == page | {"q-overall": "satisfied", "q-comment": "Ghế &#34;chờ&#34; &lt;ít&gt;"}


def test_another_form_from_the_thanks_is_for_the_same_counter_way_and_language(
    session: Session, hall: Hall, client: FlaskClient
) -> None:
    form = f"{FORM}/quay-1?kenh=qr&lang=en"
    answer = client.post(form, data=hidden(client.get(form).text) | {"q-overall": "satisfied"})
    assert answer.location == "/khao-sat/mot-cua/quay-1/cam-on?kenh=qr&lang=en"
    again = f'href="{form.replace("&", "&amp;")}"'
    assert again in client.get(answer.location).text
    assert client.get("/khao-sat/mot-cua/quay-9/cam-on").status_code == 404
