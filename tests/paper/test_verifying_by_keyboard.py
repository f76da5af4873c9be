"""Second keying and settlement by somebody who never touches the mouse."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from feedback_app.paper.operations import checks
from feedback_app.paper.serials import grouped
from tests.paper.samples import NOW, OTHERWISE, check_of, make_sample
from tests.staff.people import PASSWORD

pytestmark = pytest.mark.browser


def sign_in(page: Page, username: str, address: str) -> None:
    page.goto(address)
    page.get_by_label("Tên đăng nhập").fill(username)
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.keyboard.press("Enter")


def press(page: Page, keys: str) -> None:
    for key in keys.split():
        page.keyboard.press(key)


def heading(page: Page, text: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(text)


def opened(page: Page, title: str) -> None:
    """The page of a form stands, and its keys work."""
    heading(page, title)
    expect(page.get_by_role("group", name="1. Đánh giá chung")).to_be_focused()


def test_two_forms_are_keyed_again_and_a_cut_line_loses_nothing(
    context: object, session: Session, page: Page, axe: Callable[[Page], None]
) -> None:
    make_sample(session)
    sign_in(page, "beside", "/nhap-lai")
    heading(page, "Nhập lại phiếu để kiểm tra")
    axe(page)
    page.get_by_role("link", name="Bắt đầu").press("Enter")
    opened(page, f"Nhập lại phiếu số {grouped(1)}")
    axe(page)
    page.route("**/nhap-lai/**", lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    press(page, "1 1 Enter Enter")
    expect(page.locator("[data-state]")).to_contain_text("Phiếu vẫn còn trên trang này")
    page.unroute("**/nhap-lai/**")
    press(page, "Enter")
    opened(page, f"Nhập lại phiếu số {grouped(2)}")
    press(page, "3 0 Enter Enter")
    heading(page, "Nhập lại phiếu để kiểm tra")
    expect(page.get_by_text("Không có phiếu nào chờ bạn.")).to_be_visible()
    assert [check_of(session, number).state for number in (1, 2)] == ["agrees", "differs"]


def test_a_form_is_keyed_again_as_blank_only_by_who_says_so(context: object, session: Session, page: Page) -> None:
    make_sample(session, drawn=1)
    sign_in(page, "beside", "/nhap-lai")
    page.get_by_role("link", name="Bắt đầu").press("Enter")
    opened(page, f"Nhập lại phiếu số {grouped(1)}")
    page.get_by_role("button", name="Lưu phiếu").click()
    expect(page.locator("[data-summary]")).to_contain_text("Nếu tờ phiếu để trống")
    expect(page.get_by_label("Tờ phiếu để trống")).to_be_focused()
    assert check_of(session, 1).state == "waiting"
    press(page, "Space Enter")
    heading(page, "Nhập lại phiếu để kiểm tra")
    assert check_of(session, 1).second_answers == {}


def test_a_difference_is_settled_from_the_paper(
    context: object, session: Session, page: Page, axe: Callable[[Page], None]
) -> None:
    sample = make_sample(session)
    checks.key_again(session, 1, now=NOW, member=sample.beside, answers=OTHERWISE)
    session.commit()
    sign_in(page, "another", "/doi-chieu")
    heading(page, "Đối chiếu từ tờ phiếu")
    axe(page)
    page.get_by_role("link", name="Bắt đầu").press("Enter")
    opened(page, f"Đối chiếu phiếu số {grouped(1)}")
    axe(page)
    press(page, "Enter Enter")  # nothing chosen
    expect(page.locator("[data-state]")).to_contain_text("Xin nhập điều ghi trên phiếu")
    press(page, "Escape 2 Enter")  # neither of the two
    heading(page, "Đối chiếu từ tờ phiếu")
    row = check_of(session, 1)
    assert (row.state, row.first_errors, row.second_errors) == ("settled", 1, 1)
    assert row.settled_answers == {"chung": ["binh-thuong"], "thai-do": ["tot"]}
