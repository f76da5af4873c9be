"""The fleet's pages in a real browser: axe, two widths, and a code made and shown."""

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy.orm import Session

from feedback_app.kiosks import operations
from feedback_app.kit import clock
from tests.kiosks.fleet import enrol
from tests.kiosks.test_fleet import day
from tests.staff.people import PASSWORD, add_person
from tests.surveys.halls import make_hall

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("width", [1440, 360])
def test_an_administrator_enrols_and_looks_at_kiosks(
    context: BrowserContext,
    page: Page,
    app: Flask,
    session: Session,
    axe: Callable[[Page], None],
    width: int,
) -> None:
    hall = make_hall(session)
    admin = add_person(session, "admin", "administrator", None)
    device = enrol(session, app.test_client(), hall, admin)
    device.report(unsent=201, oldest=90_000_000, storage={"persisted": False, "used": 1, "quota": 2}, days=[day()])
    operations.watch_devices(session, now=clock.now(), open_since=clock.now(), alarm=200)
    session.commit()
    page.set_viewport_size({"width": width, "height": 900})

    def look(heading: str) -> None:
        expect(page.get_by_role("heading", level=1)).to_have_text(heading)
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width

    page.goto("/dang-nhap?next=/quan-ly/ki-ot")
    page.fill("[name=username]", "admin")
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url("**/quan-ly/ki-ot")
    look("Ki-ốt")
    page.get_by_role("link", name="Sảnh 1").click()
    look("Sảnh 1")
    page.get_by_role("textbox", name="PIN mới").fill("12")
    page.get_by_role("button", name="Đặt PIN").click()
    expect(page.get_by_role("alert")).to_contain_text("PIN gồm 4 đến 8 chữ số.")
    look("Sảnh 1")
    page.get_by_role("link", name="Thu hồi ki-ốt này").click()
    look("Thu hồi ki-ốt “Sảnh 1”?")
    page.goto("/quan-ly/ki-ot/ghi-danh")
    look("Ghi danh ki-ốt")
    page.get_by_label("Tên ki-ốt").fill("Quầy 1")
    page.get_by_label("Nơi đặt").select_option(label="Bộ phận Một cửa – Quầy 1")
    page.get_by_role("textbox", name="PIN").fill("2468")
    page.get_by_role("button", name="Tạo mã ghi danh").click()
    look("Mã ghi danh")
