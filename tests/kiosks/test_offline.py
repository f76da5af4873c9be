"""An enrolled kiosk in a real browser: no answer is lost or counted twice, whatever the network and the power do."""

import json
import re
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, BrowserType, Page, Route, expect
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from feedback_app.kiosks import operations
from feedback_app.kiosks.configuration import MOST
from feedback_app.kiosks.models import KioskDevice, KioskReading
from feedback_app.kit import clock
from feedback_app.kit.ids import new_id
from feedback_app.staff.queries import Member
from feedback_app.surveys import definitions
from feedback_app.surveys import operations as surveys
from feedback_app.surveys.models import Comment, Response
from tests.kiosks.panels import PIN, at_start, enrol, make_code
from tests.kiosks.queues import expect_sent, fill, multiply, rows, waiting
from tests.surveys.halls import Hall

pytestmark = pytest.mark.browser

RESPONSES = "**/api/v1/kiosks/responses"


@pytest.fixture
def code(session: Session, hall: Hall, admin: Member) -> str:
    """A code for a device that stands in the hall since yesterday, with a PIN."""
    return make_code(session, hall, admin)


@pytest.fixture
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return {
        **browser_context_args,
        "has_touch": True,
        "viewport": {"width": 1280, "height": 800},
        "service_workers": "block",
    }


def touch(page: Page, name: str = "Hài lòng") -> None:
    page.get_by_role("radio", name=name, exact=True).tap()
    expect(page.locator("[data-screen=went-well]")).to_be_visible()


def whole_visit(page: Page) -> None:
    """One person who answers with one touch and skips the rest."""
    touch(page)
    for screen in ("went-well", "comment"):
        page.locator(f"[data-screen={screen}] [data-skip]").press("Enter")
    page.locator("[data-screen=thanks] [data-next-person]").press("Enter")
    at_start(page)


def counted(session: Session) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(Response)) or 0


def items(page: Page, count: int) -> list[dict[str, Any]]:
    """As many finished answers as this device would have kept, touched a second apart."""
    kept = page.evaluate(
        """() => new Promise((resolve) => {
            const request = indexedDB.open("kiosk");
            request.onsuccess = () => {
                const asked = request.result.transaction("kept").objectStore("kept").get("configuration");
                asked.onsuccess = () => { request.result.close(); resolve(asked.result.configuration); };
            };
        })"""
    )
    now = int(clock.now().timestamp() * 1000)
    boot = str(new_id())
    return [
        {
            "id": str(new_id()),
            "sequence": number + 1,
            "assignment": kept["assignment"],
            "boot": boot,
            "mono": number * 1000,
            "clock": now - (count - number) * 1000,
            "offset": 0,
            "version": kept["version"],
            "revision": 1,
            "sealed": True,
            "assisted": False,
            "dossier": None,
            "lookup": None,
            "answers": {"overall": ["satisfied"]},
            "comments": {},
        }
        for number in range(count)
    ]


def test_a_code_enrols_the_device_and_a_wrong_one_is_explained(
    page: Page, code: str, session: Session, axe: Callable[[Page], None]
) -> None:
    page.goto("/ki-ot")
    field = page.get_by_label("Mã ghi danh")
    expect(field).to_be_focused()
    page.keyboard.type("k7q")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("Mã ghi danh gồm 8 chữ và số, như K7QM-2XDP.")
    page.keyboard.type("m2xdp")
    expect(field).to_have_value("K7QM-2XDP")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Mã không đúng, đã dùng hoặc đã hết hạn.")
    expect(field).to_have_value("K7QM-2XDP")
    axe(page)
    for _ in range(8):
        page.get_by_role("button", name="Xóa chữ cuối").tap()
    for letter in code.replace("-", ""):
        page.get_by_role("button", name=letter, exact=True).tap()
    page.get_by_role("button", name="Ghi danh").tap()
    at_start(page)
    axe(page)
    whole_visit(page)
    expect_sent(page)
    assert session.scalars(select(Response.device_id)).all() == [session.scalars(select(KioskDevice.id)).one()]
    page.reload()
    at_start(page)


def test_after_a_power_cut_without_network_it_asks_and_delivers_once(
    browser_type: BrowserType,
    browser_type_launch_args: dict[str, Any],
    base_url: str,
    code: str,
    session: Session,
    tmp_path: Path,
) -> None:
    def switch_on() -> BrowserContext:
        return browser_type.launch_persistent_context(
            tmp_path, **browser_type_launch_args, base_url=base_url, has_touch=True, locale="vi-VN"
        )

    with switch_on() as first:
        enrol(first.pages[0], code)
        first.pages[0].wait_for_function("() => navigator.serviceWorker.controller")
    with switch_on() as second:
        second.set_offline(True)
        page = second.pages[0]
        page.goto("/ki-ot")
        at_start(page)
        assert (
            page.evaluate("() => document.fonts.load('700 20px \"Be Vietnam Pro\"').then((found) => found.length)") == 1
        )
        whole_visit(page)
        assert [(row["revision"], row["sealed"]) for row in rows(page, "queue")] == [(2, True)]
    assert counted(session) == 0
    with switch_on() as third:
        page = third.pages[0]
        page.goto("/ki-ot")
        expect_sent(page)
        page.reload()
        at_start(page)
        expect_sent(page)
    (row,) = session.scalars(select(Response)).all()
    assert row.sealed_at is not None


def test_five_hundred_answers_arrive_once_though_the_line_is_cut_five_times(
    page: Page, code: str, session: Session
) -> None:
    enrol(page, code)
    fill(page, items(page, 500))
    cuts = ["before", "after", "after", "before", "after"]

    def cut(route: Route) -> None:
        where = cuts.pop() if cuts else None
        if where == "after":
            route.fetch()  # The server has stored it, and its answer is lost on the way.
        if where:
            route.abort()
        else:
            route.continue_()

    page.route(RESPONSES, cut)
    page.reload()
    at_start(page)
    for _ in range(300):
        if not cuts:
            break
        page.evaluate("() => dispatchEvent(new Event('online'))")
        page.wait_for_timeout(100)
    assert cuts == []
    page.wait_for_timeout(500)
    page.evaluate("() => dispatchEvent(new Event('online'))")
    expect_sent(page, 30)
    assert counted(session) == 500
    assert rows(page, "held") == []


def test_a_full_kiosk_asks_nobody_until_it_has_delivered(
    page: Page, code: str, session: Session, axe: Callable[[Page], None]
) -> None:
    enrol(page, code)
    page.route(RESPONSES, lambda route: route.abort())
    (item,) = items(page, 1)
    multiply(page, item, MOST)
    page.reload()
    expect(
        page.get_by_role("heading", level=1, name="Xin lỗi Ông/Bà, ki-ốt tạm chưa nhận thêm đánh giá")
    ).to_be_visible()
    expect(page.get_by_role("radio")).to_have_count(0)
    axe(page)
    page.keyboard.press("2")
    page.touchscreen.tap(640, 600)
    expect(
        page.get_by_role("heading", level=1, name="Xin lỗi Ông/Bà, ki-ốt tạm chưa nhận thêm đánh giá")
    ).to_be_visible()
    assert waiting(page) == MOST

    page.unroute(RESPONSES)
    # Routes are asked from the last to the first: one batch passes, and the line is gone again.
    page.route(RESPONSES, lambda route: route.abort())
    page.route(RESPONSES, lambda route: route.continue_(), times=1)
    page.evaluate("() => dispatchEvent(new Event('online'))")
    at_start(page)
    assert counted(session) == 50
    touch(page)
    assert waiting(page) == MOST - 50 + 1


def test_two_tabs_of_one_device_send_each_answer_once(
    page: Page, context: BrowserContext, code: str, session: Session
) -> None:
    enrol(page, code)
    sent: list[str] = []
    context.on("request", lambda request: sent.extend(ids(request.post_data)) if "responses" in request.url else None)
    fill(page, items(page, 120))
    other = context.new_page()
    other.goto("/ki-ot")
    at_start(other)
    whole_visit(page)
    whole_visit(other)
    expect_sent(page)
    expect_sent(other)
    assert counted(session) == 122
    numbers = session.scalars(select(KioskReading.sequence)).all()
    assert sorted(numbers) == list(range(1, 123))
    assert len(sent) >= 122


def ids(body: str | None) -> list[str]:
    return [item["id"] for item in json.loads(body or "{}").get("items", [])]


def test_a_tab_killed_in_the_middle_of_sending_loses_nothing(
    page: Page, context: BrowserContext, code: str, session: Session
) -> None:
    enrol(page, code)
    held = threading.Event()

    def hold(route: Route) -> None:
        route.fetch()
        held.set()  # And never an answer: the tab is gone before.

    page.route(RESPONSES, hold)
    touch(page)
    page.wait_for_timeout(300)
    assert len(rows(page, "queue")) == 1
    page.close(run_before_unload=False)
    assert held.is_set()
    again = context.new_page()
    again.goto("/ki-ot")
    expect_sent(again)
    assert counted(session) == 1


def test_a_clock_a_day_wrong_is_corrected(page: Page, code: str, session: Session) -> None:
    page.clock.install(time=clock.now() - timedelta(days=1))
    enrol(page, code)
    before = clock.now()
    whole_visit(page)
    expect_sent(page)
    answered = session.scalars(select(Response.answered_at)).one()
    assert abs(answered - before) < timedelta(minutes=5)
    (kept,) = rows(page, "days")
    assert kept["day"] == clock.local_day(clock.now()).isoformat()


def test_nothing_of_one_person_is_left_for_the_next(page: Page, code: str, session: Session) -> None:
    enrol(page, code)
    page.route(RESPONSES, lambda route: route.abort())
    steps = page.evaluate("() => history.length")
    touch(page)
    page.get_by_role("checkbox").first.tap()
    page.locator("[data-screen=went-well] [data-continue]").press("Enter")
    page.get_by_role("textbox").fill("bí mật của tôi")
    page.locator("[data-screen=comment] [data-continue]").press("Enter")
    page.locator("[data-screen=thanks] [data-next-person]").press("Enter")
    at_start(page)
    assert "bí mật" not in page.content()
    assert page.evaluate("() => [history.length, localStorage.length, sessionStorage.length]") == [steps, 0, 0]
    assert [item["comments"] for item in rows(page, "queue")] == [{"comment": "bí mật của tôi"}]
    page.unroute(RESPONSES)
    page.evaluate("() => dispatchEvent(new Event('online'))")
    expect_sent(page)
    kept = json.dumps([rows(page, store) for store in ("queue", "held", "days", "kept")], default=str)
    assert "bí mật" not in kept
    assert session.scalars(select(Comment.text)).all() == ["bí mật của tôi"]


def test_a_new_questionnaire_begins_between_two_persons(page: Page, code: str, hall: Hall, session: Session) -> None:
    page.clock.install()
    enrol(page, code)
    touch(page)
    definition = json.loads((definitions.SHIPPED / "kiosk.json").read_text(encoding="utf-8"))
    definition["questions"][0]["text"]["vi"] = "Hôm nay Ông/Bà được phục vụ thế nào?"
    surveys.publish_questionnaire(session, definitions.read_definition(definition), now=clock.now())
    session.commit()
    with page.expect_response("**/api/v1/kiosks/self"):
        page.clock.run_for(60_000)  # The report says that there are new settings; meanwhile nobody came back.
    expect(page.get_by_role("heading", level=1, name="Hôm nay Ông/Bà được phục vụ thế nào?")).to_be_visible()
    page.clock.run_for(600)  # so that it does not pass for the second half of a double tap
    page.get_by_role("radio", name="Hài lòng", exact=True).tap()
    expect_sent(page)
    assert len(set(session.scalars(select(Response.version_id)))) == 2


@pytest.fixture
def menu(page: Page, code: str) -> Page:
    page.clock.install()
    enrol(page, code)
    page.wait_for_load_state("networkidle")  # the menu comes after what people need
    page.clock.run_for(600)
    return page


def hold_office_line(page: Page) -> None:
    page.locator("[data-screen=overall] .k-office").hover()
    page.mouse.down()
    page.clock.run_for(5_000)
    page.mouse.up()


def test_a_long_press_and_the_pin_open_the_menu_and_export_what_waits(menu: Page, axe: Callable[[Page], None]) -> None:
    menu.route(RESPONSES, lambda route: route.abort())
    touch(menu)
    menu.clock.run_for(31_000)
    at_start(menu)
    hold_office_line(menu)
    pin = menu.get_by_label("Mã PIN")
    expect(pin).to_be_focused()
    axe(menu)
    menu.keyboard.type("1111")
    menu.keyboard.press("Enter")
    expect(menu.get_by_role("alert")).to_have_text("PIN không đúng.")
    for digit in PIN:
        menu.get_by_role("button", name=digit, exact=True).tap()
    menu.get_by_role("button", name="Mở", exact=True).tap()
    expect(menu.locator("[data-status=unsent]")).to_have_text("1")
    axe(menu)
    menu.get_by_role("button", name="Bỏ ghi danh").tap()
    expect(menu.get_by_role("alert")).to_contain_text("Còn phiếu trong máy.")
    with menu.expect_download() as saved:
        menu.get_by_role("button", name="Xuất hàng chờ ra tệp").tap()
    exported = json.loads(saved.value.path().read_text(encoding="utf-8"))
    assert [item["answers"] for item in exported["items"]] == [{"overall": ["satisfied"]}]
    menu.get_by_role("button", name="Bỏ ghi danh").tap()
    menu.get_by_role("button", name="Bỏ ghi danh thiết bị này").tap()
    expect(menu.get_by_role("heading", name="Ghi danh ki-ốt")).to_be_visible()
    assert rows(menu, "queue") == rows(menu, "kept") == []


def test_five_wrong_pins_close_the_menu_for_a_minute(menu: Page) -> None:
    menu.keyboard.down("Escape")
    menu.clock.run_for(5_000)
    menu.keyboard.up("Escape")
    field = menu.get_by_label("Mã PIN")
    expect(field).to_be_focused()
    for _ in range(5):
        field.fill("9999")
        menu.keyboard.press("Enter")
        expect(field).to_have_value("")
        expect(menu.get_by_role("alert")).to_have_text(re.compile("PIN không đúng|60 giây"))
    expect(menu.get_by_role("alert")).to_contain_text("60 giây")
    menu.reload(wait_until="networkidle")  # which ends no pause
    at_start(menu)
    menu.clock.run_for(600)
    menu.keyboard.down("Escape")
    menu.clock.run_for(5_000)
    menu.keyboard.up("Escape")
    expect(field).to_be_focused()
    field.fill(PIN)
    menu.keyboard.press("Enter")
    expect(menu.get_by_role("alert")).to_contain_text("60 giây")
    expect(menu.locator("[data-part=menu]")).to_be_hidden()
    menu.clock.run_for(61_000)
    field.fill(PIN)
    menu.keyboard.press("Enter")
    expect(menu.locator("[data-part=menu]")).to_be_visible()


def test_a_revoked_device_keeps_its_answers_and_asks_nobody(
    page: Page, code: str, admin: Member, session: Session
) -> None:
    enrol(page, code)
    page.route(RESPONSES, lambda route: route.abort())
    touch(page)
    device_id = session.scalars(select(KioskDevice.id)).one()
    operations.revoke(session, device_id, now=clock.now(), actor_id=admin.id)
    session.commit()
    page.unroute(RESPONSES)
    for screen in ("went-well", "comment"):
        page.locator(f"[data-screen={screen}] [data-skip]").press("Enter")
    page.locator("[data-screen=thanks] [data-next-person]").press("Enter")
    expect(page.get_by_role("heading", name="Ki-ốt tạm dừng nhận đánh giá")).to_be_visible()
    assert [row["sealed"] for row in rows(page, "queue")] == [True]
    page.reload()
    expect(page.get_by_role("heading", name="Ki-ốt tạm dừng nhận đánh giá")).to_be_visible()
    assert counted(session) == 0
