"""The managers' page: who may open it, and that nobody sees beyond what they answer for."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app.ratings import operations
from feedback_app.ratings.periods import parse
from tests import factories
from tests.factories import local
from tests.staff.people import add_person, make_office, sign_in

PAGES = ("/quan-ly", "/quan-ly/xuat.csv", "/quan-ly/xuat.xlsx", "/quan-ly/cong-bo")
MARCH = "?ky=2026-03"


@pytest.fixture
def office(app: Flask, session: Session) -> None:
    """Answers about the ward and the bureau of one city and about another city; a person of each."""
    made = make_office(session)
    version = factories.questionnaire(session)
    for department, satisfied in ((made.ward, 31), (made.bureau, 47), (made.elsewhere, 59)):
        factories.responses(session, version, department, local(2026, 3, 2), satisfied=satisfied)
    factories.count(session)
    session.commit()
    add_person(session, "phuong", "manager", made.ward)
    add_person(session, "thanhpho", "manager", made.city)
    add_person(session, "noikhac", "manager", made.elsewhere)
    add_person(session, "quantri", "administrator", None)
    add_person(session, "nhap", "staff", made.ward)


@pytest.mark.parametrize("path", PAGES)
def test_visitors_are_sent_to_sign_in(client: FlaskClient, path: str) -> None:
    answer = client.get(f"{path}{MARCH}")
    assert answer.status_code == 302
    assert answer.location.startswith("/dang-nhap?next=/quan-ly")


@pytest.mark.parametrize("path", PAGES)
def test_staff_may_not(app: Flask, office: None, path: str) -> None:
    assert sign_in(app, "nhap").get(path).status_code == 403


@pytest.mark.parametrize(
    ("username", "codes"),
    [
        ("phuong", {"dong-son"}),
        ("thanhpho", {"dong-son", "tai-chinh"}),
        ("noikhac", {"ba-don"}),
        ("quantri", {"dong-son", "tai-chinh", "ba-don"}),
    ],
)
def test_sees_what_they_answer_for(app: Flask, office: None, username: str, codes: set[str]) -> None:
    reader = sign_in(app, username)
    page = reader.get(f"/quan-ly{MARCH}").text
    content = reader.get(f"/quan-ly/xuat.csv{MARCH}").data.decode("utf-8-sig")
    for code, rated in (("dong-son", "31"), ("tai-chinh", "47"), ("ba-don", "59")):
        assert (f"/ket-qua/{code}?" in page) == (code in codes)
        assert (f"{code};" in content) == (code in codes)
        if code not in codes:
            assert f'<td class="is-number">{rated}</td>' not in page
            assert f";{rated};" not in content


def test_sorts_by_any_number(app: Flask, office: None) -> None:
    reader = sign_in(app, "quantri")

    def order(arguments: str) -> list[str]:
        page = reader.get(f"/quan-ly{MARCH}{arguments}").text
        return sorted(("dong-son", "tai-chinh", "ba-don"), key=lambda code: page.index(f"/ket-qua/{code}?"))

    assert order("&sap-xep=so-phieu&chieu=giam") == ["ba-don", "tai-chinh", "dong-son"]
    assert order("&sap-xep=so-phieu&chieu=tang") == ["dong-son", "tai-chinh", "ba-don"]
    assert order("") == ["tai-chinh", "dong-son", "ba-don"]  # Phòng …, Phường …, Thị xã …
    assert order("&sap-xep=khong-co") == order("")


@pytest.mark.parametrize("argument", ["ky=2026-13", "ky=x", "kenh=fax", "phieu=khong-co"])
def test_an_unknown_choice_is_not_found(app: Flask, office: None, argument: str) -> None:
    assert sign_in(app, "quantri").get(f"/quan-ly?{argument}").status_code == 404


def test_lists_publications_with_who_when_and_why(app: Flask, office: None, session: Session) -> None:
    person = add_person(session, "congbo", "administrator", None)
    operations.publish(session, parse("2026-03"), now=local(2026, 4, 1, 8, 30), minima=factories.minima(30))
    version = factories.survey_queries.current_versions(session)[0]
    ward = factories.department_id(session, "dong-son")
    factories.response(session, version, ward, local(2026, 3, 3), channel="paper")
    operations.publish(
        session,
        parse("2026-03"),
        now=local(2026, 4, 9, 14, 5),
        minima=factories.minima(30),
        reason="Phiếu giấy nhập muộn",
        published_by=person.id,
    )
    session.commit()
    page = sign_in(app, "phuong").get("/quan-ly/cong-bo").text
    for told in ("Tháng 3/2026", "08:30 01/04/2026", "Hệ thống", "14:05 09/04/2026", "Người congbo", "nhập muộn"):
        assert told in page
    assert page.index("14:05 09/04/2026") < page.index("08:30 01/04/2026")


def test_a_rank_is_one_among_all_whoever_reads_it(app: Flask, session: Session) -> None:
    made = make_office(session)
    version = factories.questionnaire(session)
    for department, satisfied in ((made.ward, 300), (made.bureau, 280), (made.elsewhere, 100)):
        unhappy = 300 - satisfied
        factories.responses(session, version, department, local(2026, 3, 2), satisfied=satisfied, not_satisfied=unhappy)
    factories.count(session)
    session.commit()
    add_person(session, "phuong", "manager", made.ward)
    add_person(session, "noikhac", "manager", made.elsewhere)
    assert '<td class="is-number">1</td>' in sign_in(app, "phuong").get(f"/quan-ly{MARCH}").text
    last = sign_in(app, "noikhac")
    assert '<td class="is-number">3</td>' in last.get(f"/quan-ly{MARCH}").text
    assert ";3;3;" in last.get(f"/quan-ly/xuat.csv{MARCH}").text
    assert '<td class="is-number">3</td>' in app.test_client().get(f"/ket-qua{MARCH}").text
