"""A keyer who never touches the mouse."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback_app.surveys.models import Comment, Response
from tests.paper.stacks import publish
from tests.staff.people import PASSWORD, add_person, make_office

pytestmark = pytest.mark.browser


@pytest.fixture
def keying(context: object, session: Session, page: Page, axe: Callable[[Page], None]) -> Page:
    """The keying page, reached from the sign-in page by keyboard."""
    office = make_office(session)
    publish(session)
    add_person(session, "owner", "staff", office.ward)
    page.goto("/nhap-phieu")
    page.get_by_label("Tên đăng nhập").focus()
    page.keyboard.type("owner")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Nhập phiếu giấy")).to_be_visible()
    axe(page)
    page.get_by_label("Ngày người dân trả lời").focus()
    page.keyboard.type("2111")
    page.keyboard.press("Enter")
    expect(page.get_by_role("group", name="1. Đánh giá chung")).to_be_focused()
    return page


def count(page: Page, number: str) -> None:
    expect(page.locator(".keyed-today-number")).to_have_text(number)


def press(page: Page, keys: str) -> None:
    for key in keys.split():
        page.keyboard.press(key)


def test_three_forms_by_keyboard_alone(keying: Page, session: Session, axe: Callable[[Page], None]) -> None:
    axe(keying)
    press(keying, "1 1 1 2 Enter")  # satisfied, good, both reasons, then the opinion
    keying.keyboard.type("Xin thêm ghế, dòng 1")
    press(keying, "Control+Enter Enter")
    expect(keying.get_by_role("group", name="1. Đánh giá chung")).to_be_focused()
    press(keying, "3 0 0 Control+Enter Enter")  # dissatisfied, the rest blank
    press(keying, "2 2 Escape Escape Escape 1 1 Enter Control+Enter Enter")  # corrected on the way back
    count(keying, "3")
    expect(keying.locator("[data-state]")).to_have_text("Đã lưu.")
    rows = session.scalars(select(Response).order_by(Response.keyed_at, Response.id)).all()
    assert [len(row.choice_ids) for row in rows] == [4, 1, 2]
    assert len({row.id for row in rows}) == 3
    assert session.scalars(select(Comment.text)).one() == "Xin thêm ghế, dòng 1"
    axe(keying)


def test_a_required_question_is_left_blank_only_by_saying_so_twice(keying: Page, session: Session) -> None:
    press(keying, "Enter")
    expect(keying.get_by_role("alert")).to_have_text("Xin chọn một mức; nếu trên phiếu để trống, bấm 0.")
    press(keying, "0")
    expect(keying.get_by_role("alert")).to_contain_text("bấm 0 lần nữa")
    expect(keying.get_by_role("group", name="1. Đánh giá chung")).to_be_focused()
    press(keying, "0 1 0 Control+Enter Enter")
    count(keying, "1")
    assert len(session.scalars(select(Response)).one().choice_ids) == 1


def test_a_cut_line_loses_nothing(keying: Page, session: Session) -> None:
    keying.route("**/nhap-phieu/phieu**", lambda route: route.abort())
    press(keying, "1 0 0 Control+Enter Enter")
    expect(keying.locator("[data-state]")).to_contain_text("Chưa gửi được")
    press(keying, "2 0 0 Control+Enter Enter")
    keying.unroute("**/nhap-phieu/phieu**")
    count(keying, "2")
    assert len(session.scalars(select(Response)).all()) == 2


def test_undo_by_keyboard(keying: Page, session: Session) -> None:
    press(keying, "1 0 0 Control+Enter Enter")
    count(keying, "1")
    press(keying, "Control+z")
    keying.get_by_label("Lý do").select_option("Nhập trùng phiếu")
    keying.get_by_role("button", name="Hoàn tác phiếu này").press("Enter")
    expect(keying.get_by_text("Đã hoàn tác phiếu vừa nhập.")).to_be_visible()
    count(keying, "0")
    assert session.scalars(select(Response)).one().removed_at is not None


def test_a_code_is_typed_first_and_a_refused_one_comes_back(keying: Page, session: Session) -> None:
    keying.goto(keying.url + "&ma-ho-so=1")
    expect(keying.get_by_label("Mã hồ sơ")).to_be_focused()
    keying.keyboard.type("000.00.00.H50-251128-0001")
    press(keying, "Enter 1 0 0 Control+Enter Enter")
    count(keying, "1")
    expect(keying.get_by_label("Mã hồ sơ")).to_be_focused()
    press(keying, "Enter 1 0 0 Control+Enter Enter")  # without a code
    count(keying, "2")
    keying.keyboard.type("000.00.00.h50-251128-0001")
    press(keying, "Enter 2 0 0 Control+Enter Enter")
    expect(keying.locator("[data-state]")).to_contain_text("Hồ sơ này đã có câu trả lời ở bước này")
    expect(keying.get_by_label("Mã hồ sơ")).to_have_value("000.00.00.h50-251128-0001")
    keying.get_by_label("Mã hồ sơ").fill("000.00.00.H50-251128-0002")
    press(keying, "Enter Enter Enter Enter Control+Enter Enter")
    count(keying, "3")
    assert sorted(map(str, session.scalars(select(Response.verification)))) == ["None", "unverified", "unverified"]
