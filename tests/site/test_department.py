"""A department's page: its figure, its answers, its life."""

from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app.departments import operations as departments
from feedback_app.departments import queries as department_queries
from feedback_app.surveys import operations as surveys
from feedback_app.surveys.versions import VersionView
from tests import factories
from tests.factories import local
from tests.site.test_results import words


@pytest.fixture
def version(session: Session) -> VersionView:
    return factories.questionnaire(session)


def test_answers_question_by_question(client: FlaskClient, session: Session, version: VersionView) -> None:
    department = factories.department(session, "do-thi", "Phòng Quản lý đô thị")
    factories.responses(session, version, department, local(2026, 3, 2), satisfied=20)
    factories.responses(session, version, department, local(2026, 3, 2), neutral=30, reasons=("cho-lau", "di-lai"))
    factories.responses(session, version, department, local(2026, 3, 2), not_satisfied=10, reasons=("cho-lau",))
    factories.count(session)
    session.commit()
    page = words(client.get("/ket-qua/do-thi?ky=2026-03").text)
    assert "33,3 %" in page  # 20 of 60
    assert "40 phiếu được hỏi câu này" in page
    waited = page.split("Cho-lau", 1)[1].split("</tr>")[0]
    assert ">40<" in waited
    assert "100,0 %" in waited
    fetched = page.split("Di-lai", 1)[1].split("</tr>")[0]
    assert "75,0 %" in fetched  # with what stands above it: more than all in sum
    assert "thang 1–5, 5 mức" in page
    assert "3,50" in page  # (20·5 + 30·3 + 10·2) / 60


def test_few_answers_show_no_question(client: FlaskClient, session: Session, version: VersionView) -> None:
    department = factories.department(session, "do-thi")
    factories.responses(session, version, department, local(2026, 3, 2), satisfied=28, not_satisfied=1)
    factories.count(session)
    session.commit()
    page = words(client.get("/ket-qua/do-thi?ky=2026-03").text)
    assert "Chưa đủ dữ liệu (n &lt; 30)" in page
    assert "Rất hài lòng" not in page


def test_an_unknown_code_is_not_found(client: FlaskClient) -> None:
    answer = client.get("/ket-qua/khong-co")
    assert answer.status_code == 404
    assert "khong-co" in answer.text


def test_a_closed_department_is_an_archive_that_leads_on(
    client: FlaskClient, session: Session, version: VersionView
) -> None:
    old = factories.department(session, "dong-son", "Phường Đồng Sơn", kind="ward")
    factories.department(session, "dong-son-2025", "Phường Đồng Sơn", kind="ward", opened_on=date(2025, 7, 1))
    departments.succeed(
        session,
        local(2025, 7, 2),
        kind="merge",
        predecessors=["dong-son"],
        successors=["dong-son-2025"],
        day=date(2025, 7, 1),
        legal_basis="Nghị quyết 1680/NQ-UBTVQH15",
    )
    factories.responses(session, version, old, local(2025, 6, 30, 23, 59, 59), satisfied=31)
    factories.count(session)
    session.commit()
    page = words(client.get("/ket-qua/dong-son?ky=2025-06").text)
    assert "Đơn vị đã kết thúc hoạt động" in page
    assert "Từ ngày 01/07/2025" in page
    assert '"/ket-qua/dong-son-2025"' in page
    assert "Nghị quyết 1680/NQ-UBTVQH15" in page
    assert "100,0 %" in page
    new = words(client.get("/ket-qua/dong-son-2025?ky=2025-07").text)
    assert "Đơn vị đã kết thúc hoạt động" not in new
    assert '"/ket-qua/dong-son"' in new
    assert "n = 0 phiếu" in new


def test_has_the_name_of_the_period(client: FlaskClient, session: Session) -> None:
    factories.department(session, "noi-vu", "Phòng Nội vụ")
    departments.rename(
        session,
        local(2026, 3, 1),
        code="noi-vu",
        name="Phòng Tổ chức",
        day=date(2026, 3, 1),
        legal_basis="Quyết định 12",
    )
    session.commit()
    assert "<h1>Phòng Nội vụ</h1>" in client.get("/ket-qua/noi-vu?ky=2026-02").text
    assert "<h1>Phòng Tổ chức</h1>" in client.get("/ket-qua/noi-vu?ky=2026-03").text
    assert "<h1>Phòng Tổ chức</h1>" in client.get("/ket-qua/noi-vu?ky=2026-Q1").text


def test_an_unknown_version_is_not_found(client: FlaskClient, session: Session, version: VersionView) -> None:
    factories.department(session, "do-thi")
    session.commit()
    assert client.get("/ket-qua/do-thi?mau=x").status_code == 404


def test_a_department_rated_at_a_counter_says_where(
    client: FlaskClient, session: Session, version: VersionView
) -> None:
    factories.department(session, "trung-tam", "Trung tâm một cửa")
    factories.department(session, "phong")
    departments.add_place(session, factories.LATER, slug="sanh", name="Sảnh chính", receiving="trung-tam")
    departments.add_counter(session, factories.LATER, place="sanh", slug="quay-1", name="Quầy 1", rated="phong")
    spot = department_queries.spot(session, place="sanh", on=date(2026, 1, 1))
    surveys.ask_at(session, place_id=spot.place_id, door="web", questionnaire_id=version.questionnaire_id)
    session.commit()

    rated = client.get("/ket-qua/phong").text

    assert "/khao-sat/sanh/quay-1" in rated
    assert "hiện không có điểm nhận đánh giá" not in rated
    assert "/khao-sat/sanh/quay-1" not in client.get("/ket-qua/trung-tam").text
