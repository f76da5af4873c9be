"""The pages in a real browser: axe, a narrow screen, and a contest from the officer to the decision."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from tests.appraisal.making import enter, line, make_workplace
from tests.staff.people import PASSWORD

pytestmark = pytest.mark.browser


def sign_in(page: Page, username: str, path: str) -> None:
    page.context.clear_cookies()
    page.goto(f"/dang-nhap?next={path}")
    page.fill("[name=username]", username)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(f"**{path}")


@pytest.mark.parametrize("width", [1440, 360])
def test_a_contest_on_pages_that_keep_to_the_rules(
    page: Page, session: Session, axe: Callable[[Page], None], width: int
) -> None:
    place = make_workplace(session)
    # The server's own clock decides whether there is still time, so this quarter is brought in now.
    enter(session, place, line(quarter="2025-Q4"), now=datetime.now(UTC))  # noqa: TID251
    page.set_viewport_size({"width": width, "height": 900})

    def look(heading: str) -> None:
        expect(page.get_by_role("heading", level=1)).to_have_text(heading)
        page.wait_for_load_state()
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width

    sign_in(page, "canbo", "/toi/danh-gia")
    look("Điểm của tôi")
    page.goto("/toi/danh-gia?ky=2025-Q4")
    page.get_by_role("button", name="Gửi khiếu nại").click()
    expect(page.get_by_role("alert")).to_contain_text("Xin chọn chỉ số khiếu nại.")
    look("Điểm của tôi")
    page.get_by_label("3. Số lần phải liên hệ").check()
    page.get_by_label("Vì sao chưa đúng").fill("Ba hồ sơ thiếu giấy tờ do người nộp.")
    page.get_by_role("button", name="Gửi khiếu nại").click()
    expect(page.get_by_text("Đang khiếu nại", exact=True)).to_be_visible()
    sign_in(page, "phuong", "/quan-ly/diem-can-bo")
    look("Điểm của cán bộ")
    page.goto("/quan-ly/diem-can-bo?ky=2026")
    look("Điểm của cán bộ")
    sign_in(page, "toanbo", "/quan-ly/khieu-nai-diem")
    look("Khiếu nại điểm")
    page.get_by_role("link", name="CB-01, chỉ số 3").click()
    look("Khiếu nại của CB-01")
    page.get_by_label("Tổng điểm đúng của chỉ số").fill("66")
    page.get_by_label("Số hồ sơ có điểm ở chỉ số ấy").fill("60")
    page.get_by_label("Lý do quyết định").fill("Đúng.")
    page.get_by_role("button", name="Chấp nhận và sửa điểm").click()
    expect(page.get_by_text("Không có khiếu nại nào đang chờ.")).to_be_visible()
    sign_in(page, "canbo", "/toi/danh-gia")
    page.goto("/toi/danh-gia?ky=2025-Q4")
    expect(page.get_by_text("Đã sửa theo khiếu nại", exact=True)).to_be_visible()
    look("Điểm của tôi")
    page.get_by_label("Kỳ").select_option(label="Năm 2025")
    page.get_by_role("button", name="Xem").click()
    expect(page.get_by_text("mới có 1 trong 4 quý").first).to_be_visible()
    look("Điểm của tôi")
    page.get_by_role("link", name="Quý IV năm 2025").click()
    expect(page.get_by_role("heading", name="Khiếu nại của tôi")).to_be_visible()
