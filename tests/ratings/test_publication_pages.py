"""The managers' pages of a publication: drafted by one, checked by another, and every refusal in words."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback_app.kit import clock
from feedback_app.ratings import operations, queries
from feedback_app.ratings.periods import parse
from feedback_app.staff.models import AuditEvent
from tests import factories
from tests.factories import local
from tests.staff.people import add_person, post, sign_in

QUARTER = parse("2026-Q1")
PAGE = "/quan-ly/cong-bo/2026-Q1"
STEPS = ("kiem-tra", "tra-lai", "cong-bo")


@pytest.fixture
def office(app: Flask, session: Session) -> int:
    """36 satisfied of 40 in one department, 4 of 5 in another; people of every kind."""
    found = factories.department(session, "do-thi", "Phòng Quản lý đô thị")
    few = factories.department(session, "tu-phap", "Phòng Tư pháp")
    version = factories.questionnaire(session)
    factories.responses(session, version, found, local(2026, 3, 3), satisfied=36, not_satisfied=4)
    factories.responses(session, version, few, local(2026, 3, 3), satisfied=4, not_satisfied=1)
    factories.count(session)
    add_person(session, "lap", "manager", None)
    add_person(session, "kiem", "administrator", None)
    add_person(session, "rieng", "manager", few)
    add_person(session, "nhap", "staff", None)
    session.commit()
    return found


def words(page: str) -> str:
    return " ".join(page.replace("\u00a0", " ").split())


def drafted(session: Session) -> str:
    session.rollback()
    found = queries.draft(session, QUARTER)
    assert found is not None
    return str(found.id)


def actions(session: Session) -> list[str]:
    session.rollback()
    return list(
        session.scalars(
            select(AuditEvent.action).where(AuditEvent.action.startswith("ratings.")).order_by(AuditEvent.id)
        )
    )


@pytest.mark.parametrize("path", ["", *(f"/{step}" for step in STEPS)])
def test_outsiders_see_no_draft(app: Flask, client: FlaskClient, office: int, session: Session, path: str) -> None:
    sign_in(app, "lap").get(PAGE)
    post(sign_in(app, "lap"), f"{PAGE}/nhap", {})
    assert client.get(f"{PAGE}{path}").location.startswith("/dang-nhap")
    assert sign_in(app, "nhap").get(f"{PAGE}{path}").status_code == 403
    for address in ("/ket-qua?ky=2026-Q1&ban=1", "/ket-qua/do-thi?ky=2026-Q1&ban=1", "/ket-qua/cong-bo/2026-Q1/1"):
        assert client.get(address).status_code == 404
    assert "Quý I" not in client.get("/ket-qua/cong-bo").text
    assert "Bản nháp" not in client.get("/ket-qua?ky=2026-Q1").text


@pytest.mark.parametrize("step", ["nhap", *STEPS])
def test_outsiders_change_nothing(app: Flask, client: FlaskClient, office: int, session: Session, step: str) -> None:
    post(sign_in(app, "lap"), f"{PAGE}/nhap", {})
    draft_id = drafted(session)
    data: dict[str, object] = {"draft": draft_id, "reason": "x"}
    assert post(client, f"{PAGE}/{step}", data).status_code == 302
    assert post(sign_in(app, "nhap"), f"{PAGE}/{step}", data).status_code == 403
    assert post(sign_in(app, "rieng"), f"{PAGE}/{step}", data).status_code == 403
    assert sign_in(app, "kiem").post(f"{PAGE}/{step}", data=data).status_code == 400  # no token
    assert drafted(session) == draft_id
    assert actions(session) == ["ratings.drafted", "ratings.attempt_refused"]


def test_from_draft_to_publication(app: Flask, client: FlaskClient, office: int, session: Session) -> None:
    first, second = sign_in(app, "lap"), sign_in(app, "kiem")
    assert "Lập bản nháp" in first.get(PAGE).text
    assert post(first, f"{PAGE}/nhap", {}).status_code == 302
    page = words(first.get(PAGE).text)
    assert "Bản nháp" in page
    assert "90,0 %" in page
    assert "Bạn đã lập bản nháp này: người khác phải kiểm tra." in page
    assert f"{PAGE}/kiem-tra" not in page
    assert first.get(f"{PAGE}/kiem-tra").status_code == 403
    assert f'href="{PAGE}"' in first.get("/quan-ly/cong-bo").text

    confirm = words(second.get(f"{PAGE}/kiem-tra").text)
    for told in ("Quý I năm 2026", "<dd>45</dd>", "88,9 %", "<dt>Trong đó không nêu tỷ lệ</dt><dd>1</dd>"):
        assert told in confirm
    data: dict[str, object] = {"draft": drafted(session)}
    assert post(second, f"{PAGE}/cong-bo", data).status_code == 409
    assert post(second, f"{PAGE}/kiem-tra", data).status_code == 302
    assert "Bản nháp đã kiểm tra" in second.get(PAGE).text
    assert "Công bố số liệu này?" in first.get(f"{PAGE}/cong-bo").text
    assert post(first, f"{PAGE}/cong-bo", data).status_code == 302
    assert post(second, f"{PAGE}/cong-bo", data).status_code == 409
    assert actions(session) == ["ratings.drafted", "ratings.checked", "ratings.published"]

    page = words(client.get("/ket-qua?ky=2026-Q1").text)
    assert "Đã công bố" in page
    listed = words(client.get("/ket-qua/cong-bo").text)
    (found,) = queries.publications(session, QUARTER)
    assert found.hash is not None
    assert f"<code>{found.hash[:12]}</code>" in listed
    assert found.hash in client.get("/ket-qua/cong-bo/2026-Q1/1").text
    assert "Người kiem" in second.get("/quan-ly/cong-bo").text


def test_returned_with_a_reason(app: Flask, office: int, session: Session) -> None:
    first, second = sign_in(app, "lap"), sign_in(app, "kiem")
    post(first, f"{PAGE}/nhap", {})
    data: dict[str, object] = {"draft": drafted(session), "reason": " "}
    answer = post(second, f"{PAGE}/tra-lai", data)
    assert (answer.status_code, "Xin ghi rõ vì sao trả lại." in answer.text) == (422, True)
    assert "Trả lại bản nháp này?" in second.get(f"{PAGE}/tra-lai").text
    assert post(second, f"{PAGE}/tra-lai", {**data, "reason": "Còn phiếu chưa nhập"}).status_code == 302
    page = words(first.get(PAGE).text)
    assert "Bản nháp bị trả lại" in page
    assert "Còn phiếu chưa nhập" in page
    assert second.get(f"{PAGE}/kiem-tra").status_code == 409
    assert post(first, f"{PAGE}/nhap", {}).status_code == 302
    assert "Bản nháp bị trả lại" not in first.get(PAGE).text


def test_what_arrived_since_is_frozen_and_shown_before_it_is_signed(app: Flask, office: int, session: Session) -> None:
    first, second = sign_in(app, "lap"), sign_in(app, "kiem")
    post(first, f"{PAGE}/nhap", {})
    seen = drafted(session)
    version = factories.survey_queries.current_versions(session)[0]
    factories.responses(session, version, office, local(2026, 2, 2), satisfied=3, channel="paper")
    factories.count(session)
    session.commit()
    assert "Thêm 3 phiếu, bớt 0 phiếu." in words(second.get(PAGE).text)
    answer = post(second, f"{PAGE}/kiem-tra", {"draft": seen})
    assert answer.status_code == 409
    page = words(answer.text)
    assert "có thêm 3 phiếu và bớt 0 phiếu" in page
    assert "<dd>48</dd>" in page
    again = drafted(session)
    assert f'value="{again}"' in page
    assert again != seen
    assert post(second, f"{PAGE}/kiem-tra", {"draft": seen}).status_code == 409
    assert post(second, f"{PAGE}/kiem-tra", {"draft": again}).status_code == 302


@pytest.mark.parametrize("written", ["", "x", "-1", "99999999999999999999", "0"])
def test_a_draft_nobody_has(app: Flask, office: int, session: Session, written: str) -> None:
    post(sign_in(app, "lap"), f"{PAGE}/nhap", {})
    assert post(sign_in(app, "kiem"), f"{PAGE}/kiem-tra", {"draft": written}).status_code == 409


def test_no_draft_of_what_is_not_over_or_no_period(app: Flask, office: int) -> None:
    first = sign_in(app, "lap")
    running = f"/quan-ly/cong-bo/{clock.local_day(clock.now()).year + 1}"
    assert "chưa kết thúc" in first.get(running).text
    assert post(first, f"{running}/nhap", {}).status_code == 422
    for wrong in ("2026-Q7", "x"):
        assert first.get(f"/quan-ly/cong-bo/{wrong}").status_code == 404
        assert post(first, f"/quan-ly/cong-bo/{wrong}/nhap", {}).status_code == 404
    assert first.get(f"{PAGE}/kiem-tra").status_code == 409


def test_a_manager_of_one_department_reads_its_part_of_the_draft(app: Flask, office: int) -> None:
    post(sign_in(app, "lap"), f"{PAGE}/nhap", {})
    page = words(sign_in(app, "rieng").get(PAGE).text)
    assert "Phòng Tư pháp" in page
    assert "Phòng Quản lý đô thị" not in page
    assert "Chỉ người quản lý toàn hệ thống" in page
    assert f"{PAGE}/kiem-tra" not in page


def test_a_restatement_and_the_versions_before_it(
    app: Flask, client: FlaskClient, office: int, session: Session
) -> None:
    operations.publish(session, QUARTER, now=local(2026, 4, 1), minima=factories.minima(30))
    version = factories.survey_queries.current_versions(session)[0]
    factories.responses(session, version, office, local(2026, 2, 2), not_satisfied=10, channel="paper")
    factories.count(session)
    session.commit()
    first, second = sign_in(app, "lap"), sign_in(app, "kiem")
    answer = post(first, f"{PAGE}/nhap", {"reason": ""})
    assert (answer.status_code, "phải nêu lý do" in answer.text) == (422, True)
    assert post(first, f"{PAGE}/nhap", {"reason": "Phiếu giấy nhập muộn"}).status_code == 302
    page = words(second.get(PAGE).text)
    assert "Bản nháp đính chính lần 1" in page
    assert "Phiếu giấy 10" in page
    data: dict[str, object] = {"draft": drafted(session)}
    post(second, f"{PAGE}/kiem-tra", data)
    post(first, f"{PAGE}/cong-bo", data)

    changes = words(client.get("/ket-qua/cong-bo/2026-Q1/2").text)
    for told in ("Phiếu giấy nhập muộn", "90,0 %", "72,0 %", "Phiếu giấy 10"):
        assert told in changes
    old = words(client.get("/ket-qua?ky=2026-Q1&ban=1").text)
    assert "Số liệu dưới đây đã được đính chính" in old
    assert "n = 45 phiếu" in old
    assert "/ket-qua/do-thi?ky=2026-Q1&amp;ban=1" in old
    assert "/ket-qua/cong-bo/2026-Q1/2" in old
    department = words(client.get("/ket-qua/do-thi?ky=2026-Q1&ban=1").text)
    assert "Số liệu dưới đây đã được đính chính" in department
    assert "n = 40 phiếu" in department
    new = words(client.get("/ket-qua?ky=2026-Q1").text)
    assert "Số liệu dưới đây đã được đính chính" not in new
    assert "n = 55 phiếu" in new
    assert "n = 50 phiếu" in words(client.get("/ket-qua/do-thi?ky=2026-Q1&ban=2").text)
    assert "Phiếu giấy nhập muộn" in client.get("/ket-qua/cong-bo").text
    assert "đã được đính chính" in client.get("/ket-qua/cong-bo/2026-Q1/1").text
    for wrong in ("ban=3", "ban=0", "ban=x", "ban=-1", "ban=01"):
        assert client.get(f"/ket-qua?ky=2026-Q1&{wrong}").status_code == 404
        assert client.get(f"/ket-qua/do-thi?ky=2026-Q1&{wrong}").status_code == 404
    assert client.get("/ket-qua/cong-bo/2026-Q1/3").status_code == 404
    assert client.get("/ket-qua/cong-bo/x/1").status_code == 404


def test_an_administrator_does_not_check_as_the_account_they_just_made(
    app: Flask, office: int, session: Session
) -> None:
    administrator = sign_in(app, "kiem")
    assert post(administrator, f"{PAGE}/nhap", {}).status_code == 302
    form = {"username": "hai", "display_name": "Người thứ hai", "role": "manager", "department": ""}
    answer = post(administrator, "/quan-ly/tai-khoan/them", form)
    assert "Trong 30 ngày tới, bạn và người này chưa được tính là hai người" in answer.text
    password = re.search(r"[a-z2-9]{4}(-[a-z2-9]{4}){3}", answer.text)
    assert password
    second = sign_in(app, "hai", password[0])
    data: dict[str, object] = {"draft": drafted(session)}
    assert post(second, f"{PAGE}/kiem-tra", data).location == "/tai-khoan"
    new = "một câu khác cũng dễ nhớ"
    post(second, "/tai-khoan", {"current": password[0], "new": new, "again": new})
    page = words(second.get(PAGE).text)
    assert "bạn đã mở tài khoản hay đặt mật khẩu cho người lập bản nháp, hoặc ngược lại" in page
    assert "Hãy để người quản lý toàn hệ thống khác kiểm tra" in page
    assert f"{PAGE}/kiem-tra" not in page
    assert second.get(f"{PAGE}/kiem-tra").status_code == 403
    assert post(second, f"{PAGE}/kiem-tra", data).status_code == 403
    assert actions(session) == ["ratings.drafted", "ratings.attempt_refused"]
    assert post(sign_in(app, "lap"), f"{PAGE}/kiem-tra", data).status_code == 302
