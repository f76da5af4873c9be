"""Header and footer name the authority in the language of the page."""

from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from config import Settings
from feedback_app.app import create_app
from feedback_app.kit.db import db
from tests.staff.people import add_person, sign_in


def footer(page: str) -> str:
    return page.split('<footer class="footer">', 1)[1]


@pytest.mark.parametrize(
    ("language", "shown", "hidden"),
    [
        ("vi", ("Tỉnh Quảng Trị", "Chưa khai báo (bản trình diễn)"), ("Quang Tri Province", "Not stated")),
        ("en", ("Quang Tri Province", "Not stated (demonstration)"), ("Tỉnh Quảng Trị", "Chưa khai báo")),
    ],
)
def test_pages_name_the_office_in_their_language(
    app: Flask, session: Session, language: str, shown: tuple[str, ...], hidden: tuple[str, ...]
) -> None:
    add_person(session, "quantri", "administrator", None)
    for browser, path in ((app.test_client(), "/"), (sign_in(app, "quantri"), "/quan-ly")):
        browser.set_cookie("ngon_ngu", language)
        page = browser.get(path).text
        assert shown[0] in page.split('class="masthead-parent">', 1)[1].split("<", 1)[0]
        for words in shown:
            assert words in footer(page)
        for words in hidden:
            assert words not in page


def test_vietnamese_stands_in_and_is_marked_where_there_is_no_english(settings: Settings, clean: None) -> None:
    office = replace(settings.office, parent_name_en="", responsible_en="", address_en="")
    app = create_app(replace(settings, office=office))
    page = app.test_client().get("/?lang=en").text
    with app.app_context():
        db.engine.dispose()
    assert "masthead-parent" not in page
    assert '<dd lang="vi">Tỉnh Quảng Trị</dd>' in footer(page)
