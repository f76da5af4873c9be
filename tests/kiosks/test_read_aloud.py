"""Reading aloud, in a real browser whose voices are the test's: which ones a device has lies outside the kiosk."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from tests.surveys.halls import make_hall

pytestmark = pytest.mark.browser

VOICES = """
    const voices = [];
    const device = new EventTarget();
    device.heard = [];
    device.getVoices = () => voices;
    device.speak = (said) => device.heard.push(said.text);
    device.cancel = () => device.heard.push("");
    device.gain = (lang) => { voices.push({ lang }); device.dispatchEvent(new Event("voiceschanged")); };
    Object.defineProperty(globalThis, "speechSynthesis", { value: device });
    globalThis.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
"""


@pytest.fixture
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_context_args, "has_touch": True, "viewport": {"width": 1280, "height": 800}}


@pytest.fixture
def kiosk(page: Page, session: Session) -> Page:
    make_hall(session)
    page.clock.install()
    page.add_init_script(VOICES)
    page.goto("/ki-ot/mot-cua")
    expect(page.get_by_role("radio").first).to_be_visible()
    return page


def tap(page: Page, selector: str) -> None:
    """Touch a control, not so soon after the touch before that it would pass for the second half of a double tap."""
    page.clock.run_for(600)
    page.locator(selector).locator("visible=true").tap()


def heard(page: Page) -> list[str]:
    """What was said since the last time, and an empty text where the device was told to be silent."""
    found: list[str] = page.evaluate("() => speechSynthesis.heard.splice(0)")
    return found


def test_it_is_offered_where_the_device_has_a_voice_of_the_language(kiosk: Page) -> None:
    offered = kiosk.locator("[data-read]")
    expect(offered).to_be_hidden()
    kiosk.evaluate("() => speechSynthesis.gain('en-GB')")
    expect(offered).to_be_hidden()
    tap(kiosk, "[data-language=en]")
    expect(offered).to_be_visible()
    tap(kiosk, "[data-language=vi]")
    expect(offered).to_be_hidden()
    kiosk.evaluate("() => speechSynthesis.gain('vi-VN')")
    expect(offered).to_be_visible()


def test_it_reads_the_screen_that_is_shown_and_stops_when_the_person_leaves(kiosk: Page) -> None:
    kiosk.evaluate("() => { speechSynthesis.gain('vi-VN'); speechSynthesis.gain('en-US'); }")
    heard(kiosk)
    tap(kiosk, "[data-read]")
    expect(kiosk.locator("[data-read]")).to_have_attribute("aria-pressed", "true")
    (silence, start) = heard(kiosk)
    assert silence == ""
    assert start.startswith("Ông/Bà hài lòng ở mức nào với việc phục vụ hôm nay?. ")
    assert start.endswith(". Rất hài lòng. Hài lòng. Bình thường. Không hài lòng. Rất không hài lòng")
    tap(kiosk, "[data-language=en]")
    assert "How satisfied are you with the service today?" in heard(kiosk)[-1]
    tap(kiosk, "[data-language=vi]")
    heard(kiosk)
    kiosk.get_by_role("radio", name="Hài lòng", exact=True).tap()
    (silence, reasons) = heard(kiosk)
    assert (silence, reasons.partition("?")[0]) == ("", "Điều gì làm Ông/Bà hài lòng")
    assert reasons.endswith(". Bỏ qua. Tiếp tục")
    tap(kiosk, "[data-skip]")
    tap(kiosk, "[data-skip]")
    assert heard(kiosk)[-1].startswith("Cảm ơn Ông/Bà đã đánh giá")
    tap(kiosk, "[data-next-person]")
    assert set(heard(kiosk)) == {""}
    expect(kiosk.locator("[data-read]")).to_have_attribute("aria-pressed", "false")
    kiosk.get_by_role("radio", name="Hài lòng", exact=True).press("Enter")
    expect(kiosk.locator("[data-screen=went-well]")).to_be_visible()
    assert set(heard(kiosk)) == {""}  # The next one did not ask for it.


def test_it_stops_for_somebody_who_walks_away(kiosk: Page) -> None:
    kiosk.evaluate("() => speechSynthesis.gain('vi-VN')")
    tap(kiosk, "[data-read]")
    kiosk.get_by_role("radio", name="Hài lòng", exact=True).tap()
    heard(kiosk)
    kiosk.clock.run_for(30_000)
    expect(kiosk.get_by_role("radio", name="Hài lòng", exact=True)).to_be_visible()
    assert set(heard(kiosk)) == {""}
