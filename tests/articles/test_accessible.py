"""The article with its poll in a browser: every accessibility rule, and no sideways scrolling at any text size."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy.orm import Session

from feedback_app.articles import operations
from feedback_app.articles.reading import read_article
from feedback_app.polls import operations as polls
from feedback_app.polls.files import read_poll

pytestmark = pytest.mark.browser

DATA = Path("feedback_app/demo_data")
SLUG = "cong-so-than-thien-2021-2023"


@pytest.fixture(name="article")
def article_fixture(session: Session) -> str:
    opened = datetime(2026, 1, 1, tzinfo=UTC)
    draft = read_article((DATA / "articles" / f"{SLUG}.md").read_text(encoding="utf-8"), suffix=".md")
    operations.import_article(session, draft.article, now=opened)
    new = read_poll((DATA / "poll.json").read_text(encoding="utf-8"), opens_on=opened.date())
    polls.create_poll(session, new)
    session.commit()
    return f"/bai-viet/{SLUG}"


def test_article_poll_result_and_list(page: Page, article: str, axe: Callable[[Page], None]) -> None:
    page.goto(article)
    axe(page)
    page.get_by_label("Hữu ích").check()
    page.get_by_role("button", name="Bình chọn").click()
    page.wait_for_url(f"**{article}")
    page.get_by_text("Cảm ơn bạn").wait_for()
    page.get_by_role("heading", name="Kết quả bình chọn").wait_for()
    axe(page)
    for url in ("/bai-viet", "/binh-chon/noi-dung-website"):
        page.goto(url)
        axe(page)


def test_voting_works_without_javascript(browser: Browser, live_server: str, article: str) -> None:
    context = browser.new_context(java_script_enabled=False, base_url=live_server)
    page = context.new_page()
    page.goto(article)
    page.get_by_label("Dễ sử dụng").check()
    page.get_by_role("button", name="Bình chọn").click()

    assert page.get_by_role("heading", name="Kết quả bình chọn").is_visible()
    context.close()


@pytest.mark.parametrize("width", [360, 1440])
def test_large_text_does_not_scroll_sideways(page: Page, article: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 740})
    page.goto(article)
    for _ in range(6):
        page.get_by_role("button", name="Phóng to chữ").click()
    page.reload()

    assert page.evaluate("document.documentElement.dataset.text") is not None
    assert page.evaluate("document.documentElement.scrollWidth") <= width
