"""What programs ask for at fixed addresses: the icon, and which pages may be searched."""

from urllib.robotparser import RobotFileParser

import pytest
from flask import Flask
from flask.testing import FlaskClient

from feedback_app.kit.web import audience_of

FORMS = ("surveys.", "polls.", "paper.")


@pytest.fixture
def robots(client: FlaskClient) -> RobotFileParser:
    read = RobotFileParser()
    with client.get("/robots.txt") as answer:
        assert (answer.status_code, answer.mimetype) == (200, "text/plain")
        read.parse(answer.text.splitlines())
    return read


def test_staff_kiosk_and_form_pages_are_not_searched(app: Flask, robots: RobotFileParser) -> None:
    kept_out = [
        str(rule)
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith(FORMS)
        or audience_of(app.view_functions[rule.endpoint]) in ("staff", "manager", "administrator")
    ]
    assert len(kept_out) > 20
    assert [path for path in kept_out if robots.can_fetch("AnyBot", path)] == []


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/ket-qua", "/ket-qua/dong-son?ky=2026-Q3", "/bai-viet", "/bai-viet/tin", "/phuong-phap"),
        *("/static/css/base.css", "/favicon.ico"),
    ],
)
def test_results_and_articles_are_searched(robots: RobotFileParser, path: str) -> None:
    assert robots.can_fetch("AnyBot", path)


def test_the_icon_is_served_and_linked(client: FlaskClient) -> None:
    with client.get("/favicon.ico") as icon:
        assert icon.status_code == 200
        assert icon.data[:4] == b"\0\0\1\0"
    page = client.get("/").text
    link = page.split('rel="icon" href="', 1)[1].split('"', 1)[0]
    with client.get(link) as drawn:
        assert (drawn.status_code, drawn.mimetype) == (200, "image/svg+xml")
