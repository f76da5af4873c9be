"""A batch keyed without the mouse: numbers follow one another, and nothing is lost with the page."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from feedback_app.kit import clock
from feedback_app.paper import operations, queries
from feedback_app.paper.operations import Issued
from feedback_app.paper.serials import grouped, serial
from feedback_app.surveys.models import Response
from tests.paper.batches import make_batch
from tests.paper.stacks import publish
from tests.staff.people import PASSWORD, add_person, make_office

pytestmark = pytest.mark.browser
SITTING = 40


@pytest.fixture
def batch(context: object, session: Session) -> Issued:
    office = make_office(session)
    owner = add_person(session, "owner", "staff", office.ward)
    add_person(session, "dong-nghiep", "staff", office.ward)
    return make_batch(session, owner, office.ward, publish(session), count=SITTING)


def sign_in(page: Page, username: str, target: str) -> None:
    page.goto(target)
    page.get_by_label("Tên đăng nhập").fill(username)
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(re.escape(target)))


@pytest.fixture
def keying(page: Page, batch: Issued) -> Page:
    sign_in(page, "owner", f"/nhap-phieu/phieu?tap={batch.batch_id}")
    expect(page.get_by_label("Số phiếu")).to_be_focused()
    return page


def press(page: Page, keys: str) -> None:
    for key in keys.split():
        page.keyboard.press(key)


def test_a_whole_batch_ends_with_exactly_its_responses(
    keying: Page, session: Session, batch: Issued, axe: Callable[[Page], None]
) -> None:
    axe(keying)
    levels = [1 + number % 3 for number in range(SITTING)]
    for number, level in enumerate(levels, start=batch.first_number):
        assert keying.get_by_label("Số phiếu").input_value() == grouped(number)
        press(keying, f"Enter {level} 0 0 Control+Enter Enter")
    expect(keying.locator(".keyed-today-number")).to_have_text(str(SITTING))
    expect(keying.locator("[data-state]")).to_have_text("Đã lưu.")
    choices = dict(
        session.execute(
            select(func.unnest(Response.choice_ids), func.count()).group_by(func.unnest(Response.choice_ids))
        ).all()
    )
    assert [choices[each] for each in sorted(choices)] == [levels.count(level) for level in (1, 2, 3)]
    sums = queries.sums(session, batch.batch_id)
    assert (sums.issued, sums.keyed, sums.out) == (SITTING, SITTING, 0)


def test_a_number_that_is_taken_is_refused_beside_the_field_at_once(
    keying: Page, session: Session, batch: Issued
) -> None:
    first = batch.first_number
    press(keying, "Enter 1 0 0 Control+Enter Enter")
    expect(keying.locator(".keyed-today-number")).to_have_text("1")
    keying.keyboard.type(serial(first)[-3:])
    with keying.expect_response("**/so"):
        press(keying, "Enter")
    field = keying.get_by_role("group", name="Số phiếu")
    expect(field.get_by_role("alert")).to_contain_text("đã được Người owner nhập lúc")
    expect(keying.get_by_label("Số phiếu")).to_be_focused()
    # The page has just asked, so it does not know of this one; the server does.
    member = add_person(session, "kho", "staff", None)
    operations.spoil(session, first + 4, now=clock.now(), member=member, reason="In lỗi")
    session.commit()
    keying.keyboard.type(serial(first + 4))
    press(keying, "Enter 2 0 0 Control+Enter Enter")
    expect(field.get_by_role("alert")).to_contain_text("đã ghi là không dùng")
    keying.keyboard.type(serial(first + 5)[-3:])
    press(keying, "Enter Enter Enter Enter Control+Enter Enter")
    expect(keying.locator(".keyed-today-number")).to_have_text("2")
    assert [each.number for each in queries.forms(session, batch.batch_id) if each.source] == [first, first + 5]


def test_a_wrong_figure_and_a_form_of_another_batch_are_told_apart(
    keying: Page, session: Session, batch: Issued
) -> None:
    known = queries.batch(session, batch.batch_id)
    other = make_batch(session, add_person(session, "kho", "staff", None), known.department_id, known.version_id)
    field = keying.get_by_role("group", name="Số phiếu")
    keying.keyboard.type(serial(other.first_number))
    press(keying, "Enter")
    expect(field.get_by_role("alert")).to_contain_text(f"thuộc tập {other.batch_id}, không thuộc tập đang nhập")
    keying.keyboard.type("00000018")
    press(keying, "Enter")
    expect(field.get_by_role("alert")).to_contain_text("có chữ số gõ nhầm. Xin xem lại")
    expect(keying.get_by_label("Số phiếu")).to_be_focused()


def test_a_form_without_answers_is_returned_blank(keying: Page, session: Session, batch: Issued) -> None:
    press(keying, "Enter 0 0 0 0 Control+Enter")
    expect(keying.locator("[data-summary]")).to_contain_text("ghi là trả lại để trống")
    press(keying, "Enter")
    expect(keying.locator("[data-state]")).to_have_text("Đã lưu.")
    assert queries.sums(session, batch.batch_id).spoiled == 1


def test_the_last_form_is_undone_from_the_number_unless_somebody_is_typing_there(keying: Page, batch: Issued) -> None:
    press(keying, "Enter 1 0 0 Control+Enter Enter")
    expect(keying.locator(".keyed-today-number")).to_have_text("1")
    number = keying.get_by_label("Số phiếu")
    expect(number).to_be_focused()
    keying.keyboard.type("77")
    press(keying, "Control+z")
    expect(number).to_have_value(grouped(batch.first_number + 1))
    press(keying, "Control+z")
    expect(keying.get_by_role("heading", level=1)).to_have_text("Hoàn tác phiếu vừa nhập")


def test_a_closed_page_loses_nothing_and_shows_nothing_to_another_account(
    keying: Page, context: BrowserContext, session: Session, batch: Issued
) -> None:
    context.route(
        "**/nhap-phieu/phieu**", lambda route: route.abort() if route.request.method == "POST" else route.continue_()
    )
    for level in (1, 2):
        press(keying, f"Enter {level} 0 0 Control+Enter Enter")
    press(keying, "Enter 3")
    expect(keying.locator("[data-state]")).to_contain_text("Chưa gửi được")
    kept = "Object.entries(localStorage).filter(([name]) => name.startsWith('keying:'))"
    keying.wait_for_function(f"{kept}.length === 3")
    assert "q-chung" not in keying.evaluate(f"JSON.stringify({kept})"), "what lies there cannot be read"
    keying.close(run_before_unload=False)
    context.unroute("**/nhap-phieu/phieu**")

    other = context.new_page()
    other.goto("/nhap-phieu")
    other.get_by_role("button", name="Đăng xuất").click()
    sign_in(other, "dong-nghiep", f"/nhap-phieu/phieu?tap={batch.batch_id}")
    expect(other.locator("[data-keying] input").first).to_be_attached()
    other.wait_for_function("document.documentElement.dataset.offered === ''")
    expect(other.locator("[data-left]")).to_be_hidden()
    other.get_by_role("button", name="Đăng xuất").click()

    sign_in(other, "owner", "/nhap-phieu")
    expect(other.locator("[data-left]")).to_contain_text("Có 3 phiếu chưa gửi hoặc gõ dở")
    other.get_by_role("link", name="mở tập ấy").press("Enter")
    expect(other.locator("[data-left]")).to_contain_text("Có 2 phiếu chưa gửi từ lần trước. Có một phiếu đang gõ dở.")
    expect(other.get_by_role("button", name="Gửi và mở lại")).to_be_focused()
    press(other, "Enter")
    expect(other.locator(".keyed-today-number")).to_have_text("2")
    expect(other.get_by_label("Số phiếu")).to_have_value(grouped(batch.first_number + 2))
    press(other, "Enter Enter 0 0 Control+Enter Enter")
    expect(other.locator(".keyed-today-number")).to_have_text("3")
    other.wait_for_function(f"{kept}.length === 0")
    sums = queries.sums(session, batch.batch_id)
    assert sums.keyed == session.scalar(select(func.count()).select_from(Response)) == 3


def test_the_pages_of_batches_are_accessible(keying: Page, batch: Issued, axe: Callable[[Page], None]) -> None:
    keying.on("dialog", lambda dialog: dialog.accept())
    for address in (
        "/nhap-phieu",
        "/tap-phieu",
        "/tap-phieu/moi",
        *(f"/tap-phieu/{batch.batch_id}{page}" for page in ("", "/hong", "/dong")),
    ):
        keying.goto(address)
        axe(keying)
