"""What an enrolled kiosk may offer besides its questions, in a real browser."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback_app.kiosks.commands import DeviceSettings
from feedback_app.staff.queries import Member
from feedback_app.surveys.models import Comment, Response
from tests.kiosks.panels import enrol, make_code, offer
from tests.kiosks.queues import expect_sent, rows
from tests.surveys.halls import Hall

pytestmark = pytest.mark.browser

RESPONSES = "**/api/v1/kiosks/responses"


@pytest.fixture
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    portrait = {"width": 1080, "height": 1920}
    return {**browser_context_args, "has_touch": True, "viewport": portrait, "service_workers": "block"}


@pytest.fixture
def kiosk(page: Page, session: Session, hall: Hall, admin: Member) -> Page:
    """A panel in portrait that offers everything it can without another part of the service."""
    enrol(page, make_code(session, hall, admin))
    offer(page, session, admin, DeviceSettings(keyboard=True, assisted=True, dossiers_asked=True), "[name=dossier]")
    return page


def touch(page: Page) -> None:
    page.get_by_role("radio", name="Hài lòng", exact=True).tap()
    expect(page.locator("[data-screen=went-well]")).to_be_visible()


def skip(page: Page, screen: str) -> None:
    page.locator(f"[data-screen={screen}] [data-skip]").press("Enter")


def scan(page: Page, code: str) -> None:
    """A scanner types faster than a browser can be told to from outside."""
    page.evaluate(
        """(keys) => {
            for (const key of keys) {
                const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true });
                document.activeElement.dispatchEvent(event);
            }
        }""",
        [*code, "Enter"],
    )


def next_person(page: Page) -> None:
    page.locator("[data-screen=thanks] [data-next-person]").press("Enter")


def test_the_keyboard_on_the_glass_writes_vietnamese(kiosk: Page, session: Session) -> None:
    touch(kiosk)
    skip(kiosk, "went-well")

    def press(*names: str) -> None:
        for name in names:
            kiosk.get_by_role("button", name=name, exact=True).click()

    press(
        "C", "a", "m", "Dấu hỏi", "Dấu cách", "ơ", "n", "Dấu cách", "đ", "ư", "ơ", "c", "Dấu nặng", "x", "Xóa chữ cuối"
    )
    expect(kiosk.get_by_role("textbox")).to_have_value("Cảm ơn được")
    assert kiosk.locator("textarea").get_attribute("inputmode") == "none"
    for key in kiosk.locator("[data-screen=comment] .k-board .k-key").all():
        box = key.bounding_box()
        assert box is not None
        assert box["height"] >= 80  # 20 mm on the coarsest panel, 4.03 px a millimetre
    assert kiosk.evaluate("() => document.documentElement.scrollHeight <= innerHeight")
    kiosk.locator("[data-screen=comment] [data-continue]").press("Enter")
    expect_sent(kiosk)
    assert session.scalars(select(Comment.text)).all() == ["Cảm ơn được"]


def test_on_a_low_panel_the_keys_take_what_the_screen_has(kiosk: Page) -> None:
    kiosk.set_viewport_size({"width": 1280, "height": 800})
    kiosk.locator("[data-large]").tap()
    touch(kiosk)
    skip(kiosk, "went-well")
    for least in (94, 106):  # 16 and 18 mm of 5.9 px
        keys = kiosk.locator("[data-screen=comment] .k-board .k-keys > .k-key")
        expect(keys.first).to_be_visible()
        heights = keys.evaluate_all("all => all.map((key) => key.getBoundingClientRect().height)")
        assert min(heights) >= least
        assert kiosk.evaluate("() => document.documentElement.scrollHeight <= innerHeight")
        kiosk.evaluate("() => { delete document.documentElement.dataset.text; }")


def test_a_tone_finds_its_vowel_and_goes_when_pressed_again(kiosk: Page) -> None:
    acute, grave, dot = "\u0301", "\u0300", "\u0323"
    expected = {
        ("hoa", grave): "hòa",
        ("toan", grave): "toàn",
        ("qua", acute): "quá",
        ("gia", grave): "già",
        ("gi", grave): "gì",
        ("nguoi", grave): "nguòi",
        ("người", acute): "ngưới",
        ("khuyu", dot): "khuỵu",
        ("Việt", dot): "Viêt",
        ("một hai", acute): "một hái",
        ("", acute): "",
        ("xin 12", acute): "xin 12",
    }
    found = kiosk.evaluate(
        """async (cases) => {
            const { withTone } = await import("/static/js/kiosk/vietnamese.js");
            return cases.map(([before, mark]) => withTone(before, mark));
        }""",
        [list(case) for case in expected],
    )
    assert dict(zip(expected, found, strict=True)) == expected


def test_a_scanned_dossier_and_help_go_with_one_person_alone(kiosk: Page, session: Session) -> None:
    kiosk.route(RESPONSES, lambda route: route.abort())
    kiosk.locator("[data-assisted]").tap()
    scan(kiosk, "5H46.12-251120-0001")
    expect(kiosk.get_by_text("Đã nhận mã hồ sơ.")).to_be_visible()
    expect(kiosk.get_by_label("Mã hồ sơ (không bắt buộc)")).to_have_value("5H46.12-251120-0001")
    touch(kiosk)
    skip(kiosk, "went-well")
    skip(kiosk, "comment")
    next_person(kiosk)
    expect(kiosk.get_by_label("Mã hồ sơ (không bắt buộc)")).to_have_value("")
    expect(kiosk.locator("[data-assisted]")).to_have_attribute("aria-pressed", "false")
    kiosk.wait_for_timeout(600)  # A second touch in one place would pass for the second half of a double tap.
    touch(kiosk)
    skip(kiosk, "went-well")
    expect(kiosk.locator("[data-screen=comment]")).to_be_visible()
    told = [(item["dossier"], item["assisted"], item["sequence"]) for item in rows(kiosk, "queue")]
    assert sorted(told, key=lambda each: each[2]) == [("5H46.12-251120-0001", True, 1), (None, False, 2)]
    kiosk.unroute(RESPONSES)
    skip(kiosk, "comment")
    expect_sent(kiosk)
    assert sorted(session.scalars(select(Response.assisted))) == [False, True]


def test_a_dossier_code_is_typed_on_the_glass(kiosk: Page) -> None:
    field = kiosk.locator("[name=dossier]")
    board = kiosk.locator("[data-part=dossier].k-board")
    faces = kiosk.locator("fieldset:visible")
    expect(board.locator(".k-key")).not_to_have_count(0)
    expect(board).to_be_hidden()
    field.tap()
    expect(board).to_be_visible()
    expect(faces).to_have_count(0)
    expect(field).to_be_focused()
    for sign in "5H46.12-251120-0001":
        board.get_by_role("button", name=sign, exact=True).tap()
    board.get_by_role("button", name="Xóa chữ cuối").tap()
    board.get_by_role("button", name="1", exact=True).tap()
    expect(field).to_have_value("5H46.12-251120-0001")
    expect(kiosk.get_by_text("Đã nhận mã hồ sơ.")).to_be_visible()
    board.get_by_role("button", name="Xong").tap()
    expect(board).to_be_hidden()
    expect(faces).to_have_count(1)


def test_what_is_no_dossier_code_is_said_and_hinders_nobody(kiosk: Page, session: Session) -> None:
    kiosk.get_by_label("Mã hồ sơ (không bắt buộc)").fill("?? 12")
    expect(kiosk.get_by_text("Mã chưa đúng. Ông/Bà vẫn đánh giá được.")).to_be_visible()
    touch(kiosk)
    expect_sent(kiosk)
    assert len(session.scalars(select(Response)).all()) == 1


def test_a_digit_still_chooses_a_face_where_codes_are_scanned(kiosk: Page) -> None:
    kiosk.keyboard.press("2")
    expect(kiosk.get_by_role("heading", level=1, name="Điều gì làm Ông/Bà hài lòng?")).to_be_visible()


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_screen_is_accessible_in_large_text_and_high_contrast(
    kiosk: Page, axe: Callable[[Page], None], language: str
) -> None:
    kiosk.locator(f"[data-language={language}]").tap()
    axe(kiosk)
    kiosk.locator("[data-large]").tap()
    axe(kiosk)
    kiosk.locator("[data-contrast]").tap()
    axe(kiosk)
    kiosk.locator("[data-screen=overall] input[type=radio]").nth(1).tap()
    for screen in ("went-well", "comment"):
        expect(kiosk.locator(f"[data-screen={screen}]")).to_be_visible()
        axe(kiosk)
        assert kiosk.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
        skip(kiosk, screen)
    expect(kiosk.locator("[data-screen=thanks]")).to_be_visible()
    axe(kiosk)
