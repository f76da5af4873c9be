"""The queue and a case in a real browser: axe, a narrow screen, and the two persons by keyboard and mouse."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from tests.exclusions.queue import Queue, make_queue
from tests.staff.people import PASSWORD

pytestmark = pytest.mark.browser


@pytest.fixture
def queue(session: Session) -> Queue:
    return make_queue(session)


def sign_in(page: Page, username: str) -> None:
    page.context.clear_cookies()
    page.goto("/dang-nhap?next=/quan-ly/bat-thuong")
    page.fill("[name=username]", username)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url("**/quan-ly/bat-thuong")


@pytest.mark.parametrize("width", [1440, 360])
def test_two_people_decide_on_pages_that_keep_to_the_rules(
    page: Page, queue: Queue, axe: Callable[[Page], None], width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 900})

    def look(heading: str = "Phiếu bất thường") -> None:
        expect(page.get_by_role("heading", level=1)).to_have_text(heading)
        page.wait_for_load_state()
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width

    sign_in(page, "truong")
    look()
    page.get_by_role("link", name="Dồn dập trong vài phút").click()
    look("Dồn dập trong vài phút")
    page.get_by_role("button", name="Đề nghị loại").click()
    expect(page.get_by_role("alert")).to_contain_text("Xin chọn lý do loại.")
    look("Dồn dập trong vài phút")
    page.get_by_label("Thiết bị lỗi hoặc chạm thử").check()
    page.get_by_label("Căn cứ của đề nghị").fill("Người trực quầy xác nhận đã chạm thử.")
    page.get_by_role("button", name="Đề nghị loại").click()
    expect(page.get_by_text("Chờ duyệt loại")).to_be_visible()
    sign_in(page, "quantri")
    page.get_by_role("link", name="Dồn dập trong vài phút").click()
    look("Dồn dập trong vài phút")
    page.get_by_role("button", name="Đồng ý loại").click()
    expect(page.get_by_text("Không có vụ việc nào đang chờ.")).to_be_visible()
    page.get_by_role("link", name="Vụ việc đã xong").click()
    expect(page.get_by_role("cell", name="Đã loại")).to_be_visible()
    look()
