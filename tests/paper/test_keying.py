"""Keying a form without scripts, and as the script posts it."""

from datetime import date, datetime, time, timedelta
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from feedback_app.departments import queries as department_queries
from feedback_app.departments.models import DepartmentVersion
from feedback_app.kit import clock
from feedback_app.kit.clock import VIETNAM
from feedback_app.paper.models import PaperKeying
from feedback_app.paper.operations import answered_at
from feedback_app.recounts import RecountRequest
from feedback_app.staff.models import AuditEvent
from feedback_app.surveys.models import Comment, Response, ResponseConflict
from tests import factories
from tests.dossiers.making import field_id, register
from tests.paper.stacks import ANOTHER_ID, ID, filled, publish
from tests.staff.people import Office, add_person, make_office, post, sign_in

JSON = {"Accept": "application/json"}
DAY = "21/11/2025"
STACK = "/nhap-phieu/phieu?don-vi=dong-son&mau={version}&ngay=2025-11-21"


@pytest.fixture
def office(session: Session) -> Office:
    return make_office(session)


@pytest.fixture
def version(session: Session) -> int:
    return publish(session)


@pytest.fixture
def stack(version: int) -> str:
    return STACK.format(version=version)


@pytest.fixture
def keyer(app: Flask, session: Session, office: Office) -> FlaskClient:
    add_person(session, "owner", "staff", office.ward)
    return sign_in(app, "owner")


def choose(browser: FlaskClient, version: int, **changes: str):
    form = {"department": "dong-son", "version": str(version), "answered_on": DAY, "field": "", "stage": ""}
    return post(browser, "/nhap-phieu", {**form, **changes})


def stored(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Response)) or 0


def test_departments_are_offered_in_english_too(
    keyer: FlaskClient, session: Session, office: Office, version: int
) -> None:
    session.execute(update(DepartmentVersion).values(name_en="Dong Son Ward"))
    session.commit()
    assert ">Dong Son Ward<" in keyer.get("/nhap-phieu?lang=en").text


def test_the_choice_goes_into_the_address(keyer: FlaskClient, version: int) -> None:
    answer = choose(keyer, version, stage="returned", assisted="y")
    assert answer.status_code == 302
    assert answer.location == (
        f"/nhap-phieu/phieu?don-vi=dong-son&mau={version}&ngay=2025-11-21&giai-doan=returned&tro-giup=1"
    )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"answered_on": "31/2/2025"}, "Không có ngày này trong lịch."),
        ({"answered_on": "1/1/2019"}, "chưa thành lập"),
        ({"answered_on": "1/1/2999"}, "không thể ở tương lai"),
        ({"answered_on": ""}, "Xin nhập ngày ghi trên phiếu."),
    ],
)
def test_a_bad_choice_keeps_what_was_typed(
    keyer: FlaskClient, version: int, changes: dict[str, str], message: str
) -> None:
    answer = choose(keyer, version, **changes)
    assert answer.status_code == 422
    assert message in answer.text
    assert f'value="{changes["answered_on"]}"' in answer.text


def test_only_departments_of_the_scope_are_offered(keyer: FlaskClient) -> None:
    page = keyer.get("/nhap-phieu").text
    assert "Phường Đồng Sơn" in page
    assert "Phòng Tài chính" not in page


def test_nothing_is_chosen_beforehand(keyer: FlaskClient, stack: str) -> None:
    page = keyer.get(stack).text
    assert " checked" not in page
    assert 'value="hai-long"' in page


def test_a_form_is_stored_with_who_keyed_it(keyer: FlaskClient, session: Session, office: Office, stack: str) -> None:
    answer = post(keyer, stack, filled(**{"q-thai-do": "", "q-ly-do": ["cham", "xa"], "q-y-kien": "Xin thêm ghế."}))
    assert (answer.status_code, answer.location) == (302, stack)
    row = session.scalars(select(Response)).one()
    assert (row.id, row.channel, row.rated_department_id) == (UUID(ID), "paper", office.ward)
    assert row.answered_at == datetime(2025, 11, 21, 12, tzinfo=VIETNAM)
    assert row.sealed_at is not None
    assert row.keyed_at is not None
    assert len(row.choice_ids) == 3
    assert session.scalars(select(Comment.text)).one() == "Xin thêm ghế."
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "paper.keyed")).one()
    assert event.actor_id == row.keyer_id
    assert event.department_id == office.ward
    assert event.details == {"keyer_department_id": office.ward}
    request = session.scalars(select(RecountRequest)).one()
    assert (request.subject_id, request.day) == (office.ward, date(2025, 11, 21))


def test_a_required_question_may_be_blank_on_paper(keyer: FlaskClient, session: Session, stack: str) -> None:
    assert post(keyer, stack, filled(**{"q-chung": "", "q-thai-do": "tot"})).status_code == 302
    assert len(session.scalars(select(Response)).one().choice_ids) == 1


def test_a_form_without_number_and_answers_is_no_response(keyer: FlaskClient, session: Session, stack: str) -> None:
    answer = post(keyer, stack, filled(**{"q-chung": ""}), headers=JSON)
    assert answer.status_code == 422
    assert "Phiếu chưa có câu trả lời nào." in answer.get_json()["message"]
    assert stored(session) == 0


def test_the_row_of_the_keying_says_whose_department_it_is_about(
    app: Flask, keyer: FlaskClient, session: Session, office: Office, stack: str
) -> None:
    add_person(session, "quantri", "administrator", None)
    post(keyer, stack, filled())
    post(sign_in(app, "quantri"), stack, filled(ANOTHER_ID))
    rows = session.scalars(select(PaperKeying).order_by(PaperKeying.response_id)).all()
    assert [(row.own_department, row.batch_id) for row in rows] == [(True, None), (False, None)]


def test_the_next_form_is_a_new_one_and_counted(keyer: FlaskClient, stack: str) -> None:
    post(keyer, stack, filled())
    page = keyer.get(stack).text
    assert ID not in page.replace(f"hoan-tac/{ID}", "")
    assert '<span class="keyed-today-number">1</span>' in page


def test_without_a_word_on_a_required_question_nothing_is_lost(
    keyer: FlaskClient, session: Session, stack: str
) -> None:
    form = {"response_id": ID, "q-thai-do": "tot", "q-y-kien": "Xin giữ lại câu này."}
    answer = post(keyer, stack, form)
    assert answer.status_code == 422
    assert "hoặc “Bỏ trống” nếu trên phiếu để trống" in answer.text
    assert "Xin giữ lại câu này." in answer.text
    assert answer.text.count(" checked") == 1
    assert ID in answer.text
    assert stored(session) == 0


@pytest.mark.parametrize("changes", [{"q-chung": "khac"}, {"response_id": "không phải mã"}, {"response_id": ""}])
def test_a_form_that_cannot_be_right_is_refused(
    keyer: FlaskClient, session: Session, stack: str, changes: dict[str, str]
) -> None:
    answer = post(keyer, stack, filled(**changes), headers=JSON)
    assert answer.status_code == 422
    assert answer.json["message"]
    assert stored(session) == 0


def test_the_same_form_sent_twice_is_one(keyer: FlaskClient, session: Session, stack: str) -> None:
    first, second = (post(keyer, stack, filled(), headers=JSON) for _ in range(2))
    assert first.status_code == second.status_code == 200
    assert '<span class="keyed-today-number">1</span>' in second.json["panel"]
    assert stored(session) == 1
    keyed = select(func.count()).select_from(AuditEvent).where(AuditEvent.action == "paper.keyed")
    assert session.scalar(keyed) == 1


def test_another_content_under_the_same_id_is_kept_for_a_person(
    keyer: FlaskClient, session: Session, stack: str
) -> None:
    post(keyer, stack, filled())
    answer = post(keyer, stack, filled(**{"q-chung": "khong-hai-long"}), headers=JSON)
    assert answer.status_code == 409
    assert stored(session) == 1
    assert session.scalar(select(func.count()).select_from(ResponseConflict)) == 1


@pytest.mark.parametrize("department", ["bureau", "elsewhere"])
def test_a_keyer_of_another_department_is_refused(
    app: Flask, session: Session, office: Office, stack: str, department: str
) -> None:
    add_person(session, "nguoi-khac", "staff", getattr(office, department))
    browser = sign_in(app, "nguoi-khac")
    assert browser.get(stack, headers=JSON).status_code == 403
    assert post(browser, stack, filled(), headers=JSON).status_code == 403
    assert stored(session) == 0


def test_scope_is_asked_again_when_the_form_arrives(
    keyer: FlaskClient, app: Flask, session: Session, office: Office, stack: str
) -> None:
    assert keyer.get(stack).status_code == 200
    add_person(session, "quantri", "administrator", None)
    member_id = session.scalar(select(AuditEvent.actor_id).where(AuditEvent.action == "staff.signed_in"))
    form = {"role": "staff", "department": str(office.bureau)}
    post(sign_in(app, "quantri"), f"/quan-ly/tai-khoan/{member_id}", form)
    assert post(keyer, stack, filled(), headers=JSON).status_code == 403


def test_a_visitor_is_sent_to_sign_in_and_a_script_told(
    client: FlaskClient, session: Session, office: Office, stack: str
) -> None:
    assert client.get(stack).location.startswith("/dang-nhap?next=/nhap-phieu/phieu")
    assert post(client, stack, filled(), headers=JSON).status_code == 401
    assert stored(session) == 0


def test_an_address_that_names_no_stack_leads_back_to_the_choice(
    keyer: FlaskClient, session: Session, stack: str
) -> None:
    answer = keyer.get(stack.replace("2025-11-21", "2999-01-01"))
    assert answer.status_code == 302
    assert answer.location.startswith("/nhap-phieu?")
    assert "không thể ở tương lai" in keyer.get(answer.location).text
    assert post(keyer, stack.replace("mau=", "mau=999"), filled(), headers=JSON).status_code == 422
    assert stored(session) == 0


def test_the_count_is_the_keyers_own(
    app: Flask, keyer: FlaskClient, session: Session, office: Office, stack: str
) -> None:
    post(keyer, stack, filled())
    add_person(session, "dong-nghiep", "staff", office.ward)
    assert '<span class="keyed-today-number">0</span>' in sign_in(app, "dong-nghiep").get(stack).text


def test_a_form_of_this_morning_never_lies_in_the_future() -> None:
    today = clock.local_day(clock.now())
    early = datetime.combine(today, time(7, 30), VIETNAM)
    late = datetime.combine(today, time(16), VIETNAM)
    assert answered_at(today, now=early) == early
    assert answered_at(today, now=late) == datetime.combine(today, time(12), VIETNAM)
    yesterday = today - timedelta(days=1)
    assert answered_at(yesterday, now=early) == datetime.combine(yesterday, time(12), VIETNAM)


def test_a_stack_may_be_of_one_procedure(session: Session, keyer: FlaskClient, version: int, stack: str) -> None:
    register(session)
    births = next(each.id for each in department_queries.procedures(session) if each.code == "khai-sinh")
    offered = keyer.get("/nhap-phieu").text
    assert '<optgroup label="Hộ tịch">' in offered
    assert '<option value="ho-tich">cả lĩnh vực, không rõ thủ tục</option>' in offered
    assert '<option value="dat-dai">Đất đai</option>' in offered
    answer = choose(keyer, version, field="thu-tuc:khai-sinh")
    assert answer.location == f"{stack}&thu-tuc=khai-sinh"
    page = keyer.get(answer.location).text
    assert "Khai sinh" in page
    assert "Hộ tịch" in page
    back = keyer.get("/nhap-phieu?thu-tuc=khai-sinh").text
    assert '<option selected value="thu-tuc:khai-sinh">Khai sinh</option>' in back
    post(keyer, answer.location, filled())
    assert session.execute(select(Response.field_id, Response.procedure_id)).all() == [
        (field_id(session, "ho-tich"), births)
    ]


def test_a_procedure_of_another_field_is_refused(session: Session, keyer: FlaskClient, stack: str) -> None:
    register(session)
    factories.procedures(session, "dat-dai", "cap-giay")
    session.commit()
    for wrong in ("linh-vuc=ho-tich&thu-tuc=cap-giay", "thu-tuc=khong-co"):
        answer = keyer.get(f"{stack}&{wrong}")
        assert answer.status_code == 302
        assert answer.location.startswith("/nhap-phieu?")


def test_a_nul_in_an_opinion_is_left_out_of_what_is_kept_for_review_too(
    keyer: FlaskClient, session: Session, stack: str
) -> None:
    assert post(keyer, stack, filled(**{"q-y-kien": "Chậm\0 quá"}), headers=JSON).status_code == 200
    assert post(keyer, stack, filled(**{"q-y-kien": "Xa\0 quá"}), headers=JSON).status_code == 409
    assert session.scalars(select(ResponseConflict.content)).one()["comments"] == {"y-kien": "Xa quá"}
