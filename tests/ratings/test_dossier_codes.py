"""Managers see how many responses came with a dossier code, of the departments they answer for and of no others."""

import re

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from feedback_app.tokens import operations as tokens
from tests import factories
from tests.factories import local
from tests.staff.people import Office, add_person, make_office, sign_in
from tests.tokens.making import naming, token

PAGE = "/quan-ly/ma-ho-so?ky=2026-03"
AT = local(2026, 3, 2)


@pytest.fixture
def office(app: Flask, session: Session) -> Office:
    """Of the ward two answers known, one unknown, three without a code, and two that came too late."""
    made = make_office(session)
    version = factories.questionnaire(session)
    tokens.issue(session, [naming(1, made.ward), naming(2, made.ward)], now=AT, days=1)
    for number in (1, 2, 3, 1, 3):
        factories.response(session, version, made.ward, AT, token=token(number))
    factories.responses(session, version, made.ward, AT, satisfied=3)
    factories.responses(session, version, made.elsewhere, AT, satisfied=7)
    factories.count(session)
    session.commit()
    add_person(session, "phuong", "manager", made.ward)
    add_person(session, "noikhac", "manager", made.elsewhere)
    add_person(session, "nhap", "staff", made.ward)
    return made


def numbers(page: str) -> list[list[str]]:
    rows = re.findall(r'<tr>\s*<th scope="row">(.*?)</th>(.*?)</tr>', page, re.DOTALL)
    return [[name, *re.findall(r'is-number">([^<]*)<', cells)] for name, cells in rows]


def test_known_unknown_without_and_too_late_are_told_apart(app: Flask, office: Office) -> None:
    page = sign_in(app, "phuong").get(PAGE)
    assert page.status_code == 200
    assert numbers(page.text) == [["Phường Đồng Sơn", "2", "1", "3", "2"]]


def test_another_period_is_chosen_on_the_page(app: Flask, office: Office) -> None:
    reader = sign_in(app, "phuong")
    page = reader.get(PAGE).text
    assert '<option value="2026-03" selected>' in page
    offered = re.findall(r'<option value="([^"]+)"', page)
    assert {"2026-03", "2026-Q1", "2026"} <= set(offered)
    assert numbers(reader.get(PAGE.replace("2026-03", "2026")).text) == [["Phường Đồng Sơn", "2", "1", "3", "2"]]
    assert numbers(reader.get(PAGE.replace("2026-03", "2026-04")).text) == [["Phường Đồng Sơn", "0", "0", "0", "0"]]
    for nothing in ("2026-13", "x"):
        assert reader.get(f"/quan-ly/ma-ho-so?ky={nothing}").status_code == 404


def test_others_see_nothing_of_it(app: Flask, office: Office) -> None:
    assert numbers(sign_in(app, "noikhac").get(PAGE).text) == [["Thị xã Ba Đồn", "0", "0", "7", "0"]]
    assert sign_in(app, "nhap").get(PAGE).status_code == 403
    assert app.test_client().get(PAGE).status_code == 302
