"""A new edition of the kiosk, in a real browser: it comes while the device is online and waits for the person."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy.orm import Session

from deploy.processes import Process, free_port, wait_until
from feedback_app.staff.queries import Member
from tests.conftest import answers, child
from tests.kiosks.panels import at_start, enrol, make_code
from tests.surveys.halls import Hall

pytestmark = pytest.mark.browser

Serve = Callable[[str], Process]


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def serve(environ: dict[str, str], tmp_path: Path, port: int) -> Iterator[Serve]:
    """`serve("name")` starts a web server for an office of that name, which is drawn into the page: another edition."""
    running: list[Process] = []

    def start(office: str) -> Process:
        command = f"granian wsgi:application --interface wsgi --port {port} --workers 1 --blocking-threads 1"
        web = child("edition", command, {**environ, "OFFICE_NAME": office}, tmp_path)
        web.start()
        running.append(web)
        wait_until(lambda: answers(f"http://127.0.0.1:{port}/healthz"), web, 60)
        return web

    yield start
    for web in running:
        web.stop()


@pytest.fixture
def browser_context_args(browser_context_args: dict[str, Any], port: int) -> dict[str, Any]:
    return {**browser_context_args, "has_touch": True, "base_url": f"http://127.0.0.1:{port}"}


def test_a_new_edition_begins_between_two_persons_and_not_without_network(
    serve: Serve, context: BrowserContext, session: Session, hall: Hall, admin: Member
) -> None:
    first = serve("Phường Một")
    page = context.new_page()
    enrol(page, make_code(session, hall, admin))
    page.wait_for_function("() => navigator.serviceWorker.controller")
    edition = page.locator("meta[name=kiosk-build]")
    old = edition.get_attribute("content")
    assert old

    first.stop()
    page.reload()
    at_start(page)
    expect(edition).to_have_attribute("content", old)

    page.evaluate("() => { globalThis.loaded = 'once'; }")
    page.get_by_role("radio", name="Hài lòng", exact=True).tap()
    serve("Phường Hai")
    look_for_a_new_one(page)
    for screen in ("went-well", "comment"):
        expect(page.locator(f"[data-screen={screen}]")).to_be_visible()
        expect(edition).to_have_attribute("content", old)
        page.locator(f"[data-screen={screen}] [data-skip]").press("Enter")
    expect(page.locator("[data-screen=thanks]")).to_be_visible()
    assert page.evaluate("() => globalThis.loaded") == "once"

    page.locator("[data-screen=thanks] [data-next-person]").press("Enter")
    expect(edition).not_to_have_attribute("content", old)
    at_start(page)
    assert page.evaluate("() => globalThis.loaded") is None


def look_for_a_new_one(page: Page) -> None:
    """What the page does every quarter of an hour; and wait until the new one is on the device."""
    page.evaluate("async () => { await (await navigator.serviceWorker.getRegistration()).update(); }")
    page.wait_for_function("async () => Boolean((await navigator.serviceWorker.getRegistration()).waiting)")
