"""The beacon: people count, programs and other sites' pages do not, and no page counts by being read."""

from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

BROWSER = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 Chrome/131.0.0.0 Mobile Safari/537.36"


def beacon(client: FlaskClient, body: str | bytes, **headers: str) -> int:
    sent = {"User-Agent": BROWSER, **{name.replace("_", "-"): value for name, value in headers.items()}}
    return client.post("/luot-truy-cap", data=body, headers=sent).status_code


def stored(session: Session) -> int:
    session.rollback()
    return session.scalar(text("SELECT count(*) FROM visit_sessions")) or 0


def test_counts_each_token_once(client: FlaskClient, session: Session) -> None:
    token = str(uuid4())

    assert [beacon(client, token), beacon(client, token), beacon(client, uuid4().hex)] == [204, 204, 204]
    assert stored(session) == 2


@pytest.mark.parametrize(
    "program",
    [
        "",
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "Mozilla/5.0 (compatible; coccocbot-web/1.0; +http://help.coccoc.com/searchengine)",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 HeadlessChrome/131.0.0.0 Safari/537.36",
        "facebookexternalhit/1.1",
        "curl/8.5.0",
        "python-requests/2.32",
    ],
)
def test_programs_are_answered_and_not_counted(client: FlaskClient, session: Session, program: str) -> None:
    assert beacon(client, str(uuid4()), User_Agent=program) == 204
    assert stored(session) == 0


@pytest.mark.parametrize(
    "browser",
    [
        BROWSER,
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Mobile/15E148 Safari/604.1",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) coc_coc_browser/130.0 Chrome/124.0 Safari/537.36",
        "Mozilla/5.0 (Linux; Android 13) Chrome/120.0 Mobile Safari/537.36 Zalo android/12100",
    ],
)
def test_browsers_people_use_are_counted(client: FlaskClient, session: Session, browser: str) -> None:
    beacon(client, str(uuid4()), User_Agent=browser)

    assert stored(session) == 1


@pytest.mark.parametrize("origin", ["cross-site", "same-site", "none"])
def test_what_another_sites_page_sends_is_not_counted(client: FlaskClient, session: Session, origin: str) -> None:
    assert beacon(client, str(uuid4()), Sec_Fetch_Site=origin) == 204
    assert stored(session) == 0


@pytest.mark.parametrize("body", ["", "không phải mã", b"\xff\xfe", "a" * 201])
def test_anything_but_a_token_is_refused(client: FlaskClient, session: Session, body: str | bytes) -> None:
    assert beacon(client, body) == 422
    assert stored(session) == 0


def test_a_get_is_no_visit(client: FlaskClient, session: Session) -> None:
    assert client.get("/luot-truy-cap", headers={"User-Agent": BROWSER}).status_code == 405
    assert stored(session) == 0
