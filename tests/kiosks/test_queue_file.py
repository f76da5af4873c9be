"""A large file of answers goes up from the browser in parts; one that broke off is begun again and counted once."""

import json

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Page, Route, expect
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from feedback_app.staff.models import AuditEvent
from feedback_app.staff.queries import Member
from feedback_app.surveys.models import Response
from tests.kiosks.fleet import Device
from tests.staff.people import PASSWORD

pytestmark = pytest.mark.browser

MANY, PART = 50, 20


@pytest.fixture
def form(page: Page, client: FlaskClient, admin: Member, enrolled: Device) -> Page:
    """The page of the device, open to an administrator, with smaller parts than in service."""
    page.goto(f"/quan-ly/ki-ot/{enrolled.id}")
    page.get_by_label("Tên đăng nhập").fill("admin")
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.locator("form[data-queue-file]").evaluate("(form, part) => { form.dataset.part = part; }", PART)
    return page


def choose(form: Page, device: str, items: list[object]) -> None:
    content = json.dumps({"device": device, "exported": 0, "items": items}).encode()
    file = {"name": "phieu.json", "mimeType": "application/json", "buffer": content}
    form.get_by_label("Tệp phiếu xuất từ ki-ốt").set_input_files(file)  # type: ignore[arg-type]
    form.get_by_role("button", name="Nộp tệp").click()


def count(session: Session) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(Response)) or 0


def test_what_broke_off_is_begun_again_and_each_answer_counts_once(
    form: Page, session: Session, enrolled: Device
) -> None:
    items: list[object] = [enrolled.item(age_ms=10_000 * number) for number in range(MANY, 1, -1)]
    items.append(enrolled.item(answers={"overall": ["splendid"]}))
    parts: list[Route] = []

    def lose_the_second_reply(route: Route) -> None:
        parts.append(route)
        if len(parts) == 2:
            route.fetch()
            route.abort()
        else:
            route.continue_()

    form.route("**/nop-tep", lose_the_second_reply)
    choose(form, str(enrolled.id), items)
    state = form.locator("[data-queue-state]")
    expect(state.get_by_role("status")).to_contain_text("Chưa gửi hết.")
    assert count(session) == 2 * PART

    form.get_by_role("button", name="Nộp tệp").click()
    expect(state.get_by_role("status")).to_have_text("Đã gửi hết 50 phiếu.")
    expect(state.get_by_role("listitem")).to_contain_text(
        ["Đã có sẵn, giống hệt: 40", "Phiếu mới: 9", "Không nhận được: 1", items[-1]["id"]]  # type: ignore[index]
    )
    expect(state.get_by_role("progressbar")).to_have_js_property("value", MANY)
    assert count(session) == MANY - 1
    noted = session.scalars(select(AuditEvent.details).where(AuditEvent.action == "kiosks.file_delivered")).all()
    assert [sum(each[key] for key in each if key != "sha256") for each in noted] == [20, 20, 20, 20, 10]


def test_a_file_of_another_kiosk_is_refused_with_its_reason(form: Page, session: Session, enrolled: Device) -> None:
    items: list[object] = [enrolled.item() for _ in range(PART + 1)]
    choose(form, "01890a5d-ac96-774b-bcce-b302099a8057", items)
    expect(form.locator("[data-queue-state]").get_by_role("status")).to_contain_text("Tệp này do một ki-ốt khác")
    assert count(session) == 0
