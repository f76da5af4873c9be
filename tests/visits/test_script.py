"""The script on the pages, in a real browser: one visit for a reader, another for another, none for a program."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page
from sqlalchemy import text
from sqlalchemy.orm import Session

pytestmark = pytest.mark.browser

READER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36"
UNDRIVEN = "Object.defineProperty(Navigator.prototype, 'webdriver', {get: () => false})"


@pytest.fixture(name="readers")
def readers_fixture(browser: Browser, live_server: str, session: Session) -> Iterator[list[BrowserContext]]:
    """Two people's browsers that do not say they are driven by a program."""
    contexts = [browser.new_context(base_url=live_server, user_agent=READER) for _ in range(2)]
    for context in contexts:
        context.add_init_script(UNDRIVEN)
    yield contexts
    for context in contexts:
        context.close()


def open_page(page: Page) -> None:
    with page.expect_response("**/luot-truy-cap") as answer:
        page.goto("/bai-viet")
    assert answer.value.status == 204


def tokens(session: Session) -> set[str]:
    session.rollback()
    return {str(token) for token in session.scalars(text("SELECT token FROM visit_sessions"))}


def test_several_pages_are_one_visit_and_two_readers_are_two(readers: list[BrowserContext], session: Session) -> None:
    first = readers[0].new_page()
    open_page(first)
    open_page(first)
    open_page(readers[0].new_page())
    assert len(tokens(session)) == 1

    open_page(readers[1].new_page())
    assert len(tokens(session)) == 2


def test_after_half_an_hour_of_silence_it_is_a_new_visit(readers: list[BrowserContext], session: Session) -> None:
    page = readers[0].new_page()
    open_page(page)
    page.evaluate("localStorage.visit = localStorage.visit.split(' ')[0] + ' ' + (Date.now() - 30 * 60 * 1000)")
    open_page(page)

    assert len(tokens(session)) == 2


def test_a_driven_browser_sends_nothing(page: Page, session: Session) -> None:
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url))
    page.goto("/bai-viet", wait_until="networkidle")

    assert any(url.endswith("visit.js") for url in sent)
    assert not any(url.endswith("/luot-truy-cap") for url in sent)
