"""What a kiosk gives people to go on with: a code to look their response up, and their own phone to write on."""

from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback_app.kiosks.commands import DeviceSettings
from feedback_app.kit import clock
from feedback_app.staff.queries import Member
from feedback_app.surveys.models import Comment, Response
from tests.kiosks.panels import enrol, make_code, offer
from tests.kiosks.queues import expect_sent
from tests.surveys.halls import Hall

pytestmark = pytest.mark.browser


@pytest.fixture
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_context_args, "has_touch": True, "viewport": {"width": 1080, "height": 1920}}


@pytest.fixture
def kiosk(page: Page, session: Session, hall: Hall, admin: Member) -> Page:
    """An enrolled device that lets people write on on their phones."""
    enrol(page, make_code(session, hall, admin))
    offer(page, session, admin, DeviceSettings(handover=True), "[data-screen=handover]")
    return page


def to_the_comment(kiosk: Page) -> None:
    kiosk.get_by_role("radio", name="Hài lòng", exact=True).tap()
    expect(kiosk.locator("[data-screen=went-well]")).to_be_visible()
    kiosk.locator("[data-screen=went-well] [data-skip]").press("Enter")
    expect(kiosk.locator("[data-screen=comment]")).to_be_visible()


def test_the_code_of_the_slip_tells_that_the_response_is_there(kiosk: Page, browser: Browser, base_url: str) -> None:
    to_the_comment(kiosk)
    kiosk.locator("[data-screen=comment] [data-skip]").press("Enter")
    kiosk.locator("[data-screen=thanks] [data-lookup]").press("Enter")
    code = kiosk.locator("[data-code]").inner_text()
    assert kiosk.locator("[data-address]").inner_text().endswith("/tra-cuu")
    expect_sent(kiosk)
    phone = browser.new_page(base_url=base_url, viewport={"width": 360, "height": 740})
    phone.goto("/tra-cuu")
    phone.get_by_role("textbox").fill(code)
    phone.get_by_role("textbox").press("Enter")
    expect(phone.locator("main")).to_contain_text(clock.local_day(clock.now()).strftime("%d/%m/%Y"))
    expect(phone.locator("main")).not_to_contain_text("Hài lòng")
    phone.close()


def test_what_was_begun_at_the_kiosk_is_finished_on_a_phone(
    kiosk: Page, app: Flask, session: Session, browser: Browser, base_url: str
) -> None:
    to_the_comment(kiosk)
    with kiosk.expect_response("**/handovers") as told:
        kiosk.locator("[data-screen=comment] [data-handover] button").press("Enter")
    expect(kiosk.locator("[data-screen=handover] img")).to_be_visible()
    path = "/tiep-tuc/" + told.value.json()["url"].partition("/tiep-tuc/")[2]
    phone = browser.new_page(base_url=base_url, viewport={"width": 360, "height": 740}, java_script_enabled=False)
    phone.goto(path)
    phone.get_by_role("textbox", name="góp ý").fill("Xin thêm ghế chờ")
    phone.locator("main form button").click()
    expect(phone.get_by_role("heading", level=1)).to_contain_text("Cảm ơn")
    phone.close()
    kiosk.locator("[data-screen=handover] [data-next-person]").press("Enter")
    expect(kiosk.get_by_role("radio", name="Hài lòng", exact=True)).to_be_visible()
    expect_sent(kiosk)
    (row,) = session.scalars(select(Response))
    assert row.sealed_at is not None
    assert session.scalars(select(Comment.text)).all() == ["Xin thêm ghế chờ"]
