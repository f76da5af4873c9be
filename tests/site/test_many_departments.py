"""The results where there are hundreds of departments: read by the page, found by name."""

import re
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from feedback_app.departments.models import Department, DepartmentVersion
from feedback_app.ratings import queries as ratings
from feedback_app.ratings.models import MonthlyTally
from feedback_app.ratings.periods import parse
from tests import factories
from tests.site.test_results import words
from tests.staff.people import add_person, sign_in

MANY = 250


def departments_with_answers(session: Session, count: int) -> None:
    """`don-vi-1` … with 40 answers each in March 2026, the first ones the most satisfied; one more with few."""
    version = factories.questionnaire(session)
    ids = session.scalars(
        insert(Department).returning(Department.id, sort_by_parameter_order=True),
        [{"code": f"don-vi-{n}", "kind": "ward", "opened_on": factories.LONG_AGO} for n in range(1, count + 1)],
    ).all()
    session.execute(
        insert(DepartmentVersion),
        [
            {
                "department_id": department_id,
                "valid_from": factories.LONG_AGO,
                "name": f"Phường Số {n:04}",
                "short_name": f"Số {n:04}",
            }
            for n, department_id in enumerate(ids, start=1)
        ],
    )
    session.execute(
        insert(MonthlyTally),
        [
            {
                "department_id": department_id,
                "month": date(2026, 3, 1),
                "version_id": version.id,
                "channel": "kiosk",
                "field_id": 0,
                "stage": "",
                **dict.fromkeys(("partial", "assisted", "rapid", "neutral", "scored", "points"), 0),
                **dict.fromkeys(("responses", "rated"), 1000),
                "satisfied": 1000 - n,
                "not_satisfied": n,
                "choice_ids": [],
                "picked": [],
            }
            for n, department_id in enumerate(ids, start=1)
        ],
    )
    session.commit()


def listed(page: str) -> list[int]:
    """The numbers of the departments in the table, from top to bottom."""
    return [int(found) for found in re.findall(r'<th scope="row"><a href="/ket-qua/don-vi-(\d+)\?', page)]


@pytest.fixture
def many(session: Session) -> None:
    departments_with_answers(session, MANY)


def test_a_hundred_stand_on_a_page_in_the_order_asked_for(client: FlaskClient, many: None) -> None:
    assert listed(client.get("/ket-qua?ky=2026-03").text) == list(range(1, 101))
    assert listed(client.get("/ket-qua?ky=2026-03&trang=3").text) == list(range(201, 251))
    worst_first = client.get("/ket-qua?ky=2026-03&sap-xep=ty-le&chieu=tang&trang=2").text
    assert listed(worst_first) == list(range(150, 50, -1))


def test_the_chart_is_that_of_the_page(client: FlaskClient, many: None) -> None:
    page = client.get("/ket-qua?ky=2026-03&trang=3").text
    assert page.count('<span class="bars-label">') == 50


def test_pages_lead_to_each_other_and_keep_the_choice(client: FlaskClient, many: None) -> None:
    page = client.get("/ket-qua?ky=2026-03&kenh=kiosk&sap-xep=ty-le&chieu=giam&trang=2").text
    following = page.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0]
    for part in ("ky=2026-03", "kenh=kiosk", "sap-xep=ty-le", "chieu=giam", "trang=3"):
        assert part in following
    assert "Trang 2 trong 3 trang, 250 cơ quan, đơn vị." in words(page)


@pytest.mark.parametrize(("asked", "shown"), [("0", 1), ("-1", 1), ("99", 201), ("x", 1), ("²", 1), ("9" * 30, 1)])
def test_a_page_that_is_not_there_is_the_nearest(client: FlaskClient, many: None, asked: str, shown: int) -> None:
    assert listed(client.get(f"/ket-qua?ky=2026-03&trang={asked}").text)[0] == shown


def test_all_are_still_all_and_ranks_are_among_all(client: FlaskClient, many: None) -> None:
    page = words(client.get("/ket-qua?ky=2026-03&trang=3").text)
    assert '<td class="is-number">250.000</td>' in page.split("<tfoot>")[1]
    last = page.split("/ket-qua/don-vi-250?", 2)[2].split("</tr>")[0]
    assert "–250</td>" in last


@pytest.mark.parametrize("typed", ["phường số 0042", "Phuong so 0042", "0042", "PHƯỜNG  Số 0042 "])
def test_a_name_is_found_without_accents(client: FlaskClient, many: None, typed: str) -> None:
    page = client.get("/ket-qua", query_string={"ky": "2026-03", "tim": typed}).text
    assert listed(page) == [42]
    assert "1 trong 250 cơ quan, đơn vị" in words(page)


def test_a_search_stays_in_its_box_and_says_when_nothing_is_found(client: FlaskClient, many: None) -> None:
    page = client.get("/ket-qua", query_string={"ky": "2026-03", "tim": '"><b>không có'}).text
    assert "Không có cơ quan, đơn vị nào mang tên này." in page
    assert 'value="&#34;&gt;&lt;b&gt;không có"' in page
    assert listed(page) == []


def test_a_short_table_has_no_search(client: FlaskClient, session: Session) -> None:
    departments_with_answers(session, 3)
    page = client.get("/ket-qua?ky=2026-03").text
    assert listed(page) == [1, 2, 3]
    assert 'name="tim"' not in page


def test_managers_read_it_by_the_page_too(app: Flask, session: Session, many: None) -> None:
    add_person(session, "quantri", "administrator", None)
    reader = sign_in(app, "quantri")
    first = reader.get("/quan-ly?ky=2026-03").text
    assert listed(first) == list(range(1, 101))
    assert "Trang 1 trong 3 trang, 250 cơ quan, đơn vị." in words(first)
    following = first.split('rel="next"')[0].rsplit('href="', 1)[1].split("#")[0].replace("&amp;", "&")
    assert listed(reader.get(following).text) == list(range(101, 201))
    assert listed(reader.get("/quan-ly?ky=2026-03&tim=so+0042").text) == [42]
    # Files hold all of it.
    assert reader.get("/quan-ly/xuat.csv?ky=2026-03&trang=2").text.count("don-vi-") == MANY


def test_thousands_of_months_with_a_few_answers_are_left_out_of_the_whole(
    client: FlaskClient, session: Session
) -> None:
    """Of a province most departments have some months with too few answers to be told."""
    departments_with_answers(session, 400)
    version_id = session.scalars(select(MonthlyTally.version_id).limit(1)).one()
    ids = session.scalars(select(Department.id)).all()
    few = {
        "version_id": version_id,
        "channel": "kiosk",
        "field_id": 0,
        "stage": "",
        **dict.fromkeys(("partial", "assisted", "rapid", "neutral", "scored", "points", "not_satisfied"), 0),
        **dict.fromkeys(("responses", "rated", "satisfied"), 2),
        "choice_ids": [],
        "picked": [],
    }
    months = [date(2026, month, 1) for month in (1, 2)]
    session.execute(
        insert(MonthlyTally), [{"department_id": each, "month": day, **few} for each in ids for day in months]
    )
    session.commit()
    page = words(client.get("/ket-qua?ky=2026-02").text)
    assert "400 cơ quan, đơn vị" in page
    # 800 answers of two each are counted and not told.
    table = ratings.table(session, parse("2026-02"), minima=factories.minima(30, 5))
    assert (table.together.figure.sums.withheld, table.together.figure.sums.satisfied) == (800, 0)
    whole = ratings.table(session, parse("2026-Q1"), minima=factories.minima(30, 5)).together.figure.sums
    assert whole.rated + whole.withheld == 400 * 1004
