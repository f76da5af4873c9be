"""Scanned forms are reviewed without the mouse, and every page of scanning can be used by everybody."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback_app.paper.models import PaperScanField
from tests.paper.scanned import BAD, DOUBTFUL, GOOD, image_of, make_desk, sheet, stored, take_in
from tests.staff.people import PASSWORD

pytestmark = pytest.mark.browser


def enter(page: Page) -> None:
    page.goto("/dang-nhap")
    page.get_by_label("Tên đăng nhập").fill("quet")
    page.get_by_label("Mật khẩu", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "dang-nhap" not in url)


def press(page: Page, key: str) -> None:
    """Once the page's script has run, as no hand is faster than that."""
    page.wait_for_load_state()
    page.keyboard.press(key)


def picture_width(page: Page) -> float:
    box = page.locator(".reviewing-crop img").first.bounding_box()
    assert box is not None
    return box["width"]


def test_review_by_keyboard(page: Page, context: object, session: Session, axe: Callable[[Page], None]) -> None:
    desk = make_desk(session, forms=6)
    one, two, three, four, *_ = desk.numbers
    doubts = [sheet(session, number, DOUBTFUL) for number in (one, two)]
    upload = take_in(session, [*doubts, sheet(session, three, GOOD, written=["y-kien"])], desk.uploader)
    other = take_in(session, [sheet(session, three, BAD, wobble=2), sheet(session, four, {})], desk.uploader)
    enter(page)
    page.goto("/duyet-quet")
    expect(page.get_by_role("heading", name="Đánh giá chung")).to_be_visible()
    axe(page)
    small = picture_width(page)
    press(page, "+")
    assert picture_width(page) > small
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "it moves in its own box"
    press(page, "+")
    assert picture_width(page) == small
    first = page.locator("[data-form]").get_attribute("action")
    press(page, "2")
    expect(page.locator("[data-form]")).not_to_have_attribute("action", first or "")
    press(page, "Backspace")
    expect(page.locator("[data-form]")).to_have_attribute("action", first or "")
    expect(page.locator(".is-chosen")).to_have_text("2 Bình thường")
    press(page, "3")
    expect(page.locator("[data-form]")).not_to_have_attribute("action", first or "")
    press(page, "m")
    expect(page.get_by_text("Không còn câu nào chờ xem.")).to_be_visible()
    expect(page.get_by_role("link", name="Lùi lại câu trước")).to_be_visible()
    axe(page)
    press(page, "Escape")
    expect(page.locator("[data-form]")).to_be_visible()
    press(page, "m")
    expect(page.get_by_text("Không còn câu nào chờ xem.")).to_be_visible()
    decided = session.execute(
        select(PaperScanField.verdict, PaperScanField.chosen)
        .where(PaperScanField.verdict.is_not(None))
        .order_by(PaperScanField.id)
    )
    assert decided.all() == [("marked", [2]), ("several", [])]
    assert stored(session)[one] == ["khong-hai-long", "tot"]
    for path in ("/quet-phieu", f"/quet-phieu/{upload}", "/duyet-quet/gop-y", "/duyet-quet/trung-so"):
        page.goto(path)
        axe(page)
    wide = page.viewport_size
    assert wide is not None
    small = picture_width(page)
    press(page, "+")
    assert picture_width(page) > small
    page.get_by_label("Lý do").press("+")
    expect(page.get_by_label("Lý do")).to_have_value("+")
    assert picture_width(page) > small
    page.goto(f"/quet-phieu/{other}")
    page.set_viewport_size({"width": 360, "height": 740})
    table = page.get_by_role("region", name="Những trang cần biết")
    assert table.evaluate("each => each.scrollWidth <= each.clientWidth"), "why stands on the screen"
    page.set_viewport_size(wide)
    page.goto("/quet-phieu")
    again = image_of(sheet(session, desk.numbers[4], GOOD))
    page.get_by_label("Tệp quét").set_input_files([{"name": "năm.png", "mimeType": "image/png", "buffer": again}])
    page.get_by_role("button", name="Tải lên và đọc").press("Enter")
    expect(page.get_by_role("heading", name="Chồng phiếu: năm.png")).to_be_visible()
    expect(page.get_by_text("Trang này tự cập nhật")).to_be_visible()
    axe(page)
    page.goto("/quan-ly/chat-luong-quet")
    axe(page)


def test_a_paper_is_settled_by_keyboard(
    page: Page, context: object, session: Session, axe: Callable[[Page], None]
) -> None:
    desk = make_desk(session, more=6)
    number = desk.numbers[0]
    take_in(session, [sheet(session, number, GOOD), sheet(session, number, {"them-6": [1]}, page=2)], desk.uploader)
    take_in(
        session,
        [sheet(session, number, BAD, wobble=2), sheet(session, number, {"them-6": [0]}, page=2, wobble=2)],
        desk.uploader,
    )
    enter(page)
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto("/duyet-quet/trung-so")
    expect(page.locator("#so")).to_be_focused()
    axe(page)
    picture = page.locator(".reviewing-crop").first
    press(page, "Tab")
    expect(picture).to_be_focused()
    press(page, "Tab")
    press(page, "Space")
    press(page, "Shift+Tab")
    expect(picture).to_be_focused()
    press(page, "ArrowRight")
    picture.evaluate("box => new Promise(done => box.scrollLeft ? done() : (box.onscroll = done))")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "it moves in its own box"
    axe(page)
    page.get_by_label("Một tờ phiếu khác").focus()
    press(page, "Space")
    press(page, "Enter")
    expect(page.get_by_text("Đã giải quyết.")).to_be_visible()
    expect(page.get_by_text("Không có phiếu nào chờ phân xử.")).to_be_visible()
