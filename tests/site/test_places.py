"""Where people can answer: a short list at home, found by name where there are many."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app.departments import operations as departments
from feedback_app.departments import queries as department_queries
from feedback_app.site.routes.home import PLACES_AT_HOME
from feedback_app.site.routes.places import PLACES_FOUND
from feedback_app.surveys import operations as surveys
from tests import factories
from tests.site.test_results import words

MANY = PLACES_FOUND + 5


def open_places(session: Session, count: int) -> None:
    """`noi-1` … that ask, and `noi-0`, which asks nothing."""
    version = factories.questionnaire(session)
    factories.department(session, "phuong")
    for number in range(count + 1):
        slug = f"noi-{number}"
        address = f"{number} đường Lý Thường Kiệt"
        departments.add_place(
            session, factories.LATER, slug=slug, name=f"Điểm số {number:03}", receiving="phuong", address=address
        )
        if number:
            place = department_queries.place_of(session, slug=slug)
            surveys.ask_at(session, place_id=place.id, door="web", questionnaire_id=version.questionnaire_id)
    session.commit()


def linked(page: str) -> list[str]:
    return re.findall(r'href="/khao-sat/(noi-\d+)"', page)


def test_a_few_places_stand_at_home(client: FlaskClient, session: Session) -> None:
    open_places(session, 3)
    page = client.get("/").text
    assert linked(page) == ["noi-1", "noi-2", "noi-3"]
    assert "/noi-danh-gia" not in page


def test_of_many_the_first_ones_and_the_way_to_the_others(client: FlaskClient, session: Session) -> None:
    open_places(session, MANY)
    home = client.get("/").text
    assert len(linked(home)) == PLACES_AT_HOME
    assert f"Tìm trong {MANY} nơi nhận đánh giá" in words(home)
    page = client.get("/noi-danh-gia").text
    assert len(linked(page)) == PLACES_FOUND
    assert f"{MANY} nơi, đây là {PLACES_FOUND} nơi đầu" in words(page)


@pytest.mark.parametrize("typed", ["Điểm số 007", "diem so 007", " 7 duong ly ", "ĐIỂM SỐ 007"])
def test_found_by_name_or_address_without_accents(client: FlaskClient, session: Session, typed: str) -> None:
    open_places(session, 9)
    page = client.get("/noi-danh-gia", query_string={"tim": typed}).text
    assert linked(page) == ["noi-7"]
    assert "1 trong 9 nơi." in words(page)


def test_says_when_nothing_is_found_and_keeps_what_was_typed(client: FlaskClient, session: Session) -> None:
    open_places(session, 2)
    page = client.get("/noi-danh-gia", query_string={"tim": '"><b>xa'}).text
    assert linked(page) == []
    assert "Không có nơi nào như vậy." in page
    assert 'value="&#34;&gt;&lt;b&gt;xa"' in page


def test_before_any_place_asks(client: FlaskClient, session: Session) -> None:
    page = client.get("/noi-danh-gia").text
    assert "Chưa có điểm nhận đánh giá nào được mở." in page
