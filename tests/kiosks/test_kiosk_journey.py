"""The kiosk in a real browser: by touch, by keys, left alone, in two languages, with the server away."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect
from playwright.sync_api import Response as Answer
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from feedback_app.surveys.models import Comment, Response
from tests.kiosks.queues import expect_sent
from tests.surveys.halls import SHIPPED, Hall, make_hall

pytestmark = pytest.mark.browser

Check = Callable[[Page], None]
SIZES = {"tablet": {"width": 1280, "height": 800}, "portrait": {"width": 1080, "height": 1920}}


@pytest.fixture
def hall(context: BrowserContext, session: Session) -> Hall:
    return make_hall(session)


@pytest.fixture
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    # Requests are cut here on their way, and a service worker would take them another; see test_offline.py.
    return {**browser_context_args, "has_touch": True, "viewport": SIZES["tablet"], "service_workers": "block"}


@pytest.fixture
def kiosk(page: Page, hall: Hall) -> Page:
    """A kiosk whose clock stands still until a test moves it."""
    page.clock.install()
    page.goto("/ki-ot/mot-cua")
    start(page)
    return page


def face(page: Page, name: str) -> Locator:
    return page.get_by_role("radio", name=name, exact=True)


def tap(page: Page, selector: str) -> None:
    """Touch a control, not so soon after the touch before that it would pass for the second half of a double tap."""
    page.clock.run_for(600)
    page.locator(selector).locator("visible=true").tap()


def heading(page: Page, text: str) -> None:
    """The screen with this heading is the one shown, and where a screen reader now is."""
    expect(page.get_by_role("heading", level=1, name=text)).to_be_visible()


def start(page: Page) -> None:
    heading(page, "Ông/Bà hài lòng ở mức nào với việc phục vụ hôm nay?")


def stored(page: Page, session: Session, count: int) -> list[Response]:
    """The responses, once everything has been acknowledged."""
    expect_sent(page)
    session.rollback()
    rows = list(session.scalars(select(Response).order_by(Response.id)))
    assert len(rows) == count
    return rows


@pytest.mark.parametrize("code", SHIPPED)
def test_nothing_is_chosen_beforehand(page: Page, context: BrowserContext, session: Session, code: str) -> None:
    hall = make_hall(session, kiosk=code)
    page.goto("/ki-ot/mot-cua")
    inputs = page.locator("main input:is([type=radio], [type=checkbox])")
    expect(inputs).to_have_count(sum(len(question.choices) for question in hall.kiosk.questions))
    expect(page.locator("main input:checked")).to_have_count(0)
    assert set(page.locator("main textarea").evaluate_all("all => all.map((each) => each.value)")) <= {""}


def told(answer: Answer) -> dict[str, Any]:
    """What became of the one item of a delivery."""
    (result,) = answer.json()["results"]
    found: dict[str, Any] = result
    return found


def test_a_whole_journey_by_touch(kiosk: Page, session: Session, axe: Check) -> None:
    start(kiosk)
    axe(kiosk)
    with kiosk.expect_response("**/phieu") as first:
        face(kiosk, "Bình thường").tap()
    assert first.value.json()["results"][0]["outcome"] == "stored"
    heading(kiosk, "Điều gì cần làm tốt hơn?")
    expect(kiosk.locator(":focus")).to_have_text("Điều gì cần làm tốt hơn?")
    axe(kiosk)
    kiosk.get_by_role("checkbox", name="Phải chờ lâu").tap()
    kiosk.get_by_role("checkbox", name="Trễ hẹn trả kết quả").tap()
    tap(kiosk, "[data-continue]")
    heading(kiosk, "Ông/Bà muốn góp ý thêm điều gì?")
    axe(kiosk)
    kiosk.get_by_role("textbox").fill("Xin thêm ghế chờ")
    # What was sent before may still be on its way back.
    with kiosk.expect_response(lambda answer: answer.url.endswith("/phieu") and told(answer)["sealed"]) as last:
        tap(kiosk, "[data-continue]")
    assert told(last.value)["outcome"] == "completed"
    heading(kiosk, "Cảm ơn Ông/Bà đã đánh giá")
    axe(kiosk)
    kiosk.clock.run_for(5_000)
    start(kiosk)
    (row,) = stored(kiosk, session, 1)
    assert (len(row.choice_ids), row.sealed_at is None, row.device_id is None) == (3, False, False)
    assert session.scalars(select(Comment.text)).all() == ["Xin thêm ghế chờ"]


def test_a_touch_that_leaves_the_card_before_it_lifts_chooses_nothing(kiosk: Page, session: Session) -> None:
    box = face(kiosk, "Hài lòng").bounding_box()
    assert box is not None
    kiosk.mouse.move(box["x"] + 20, box["y"] + 20)
    kiosk.mouse.down()
    kiosk.mouse.move(box["x"] + 20, box["y"] - 60)
    kiosk.mouse.up()
    start(kiosk)
    stored(kiosk, session, 0)


def test_one_touch_and_every_screen_skipped(kiosk: Page, session: Session) -> None:
    face(kiosk, "Rất hài lòng").tap()
    heading(kiosk, "Điều gì làm Ông/Bà hài lòng?")
    kiosk.get_by_role("checkbox").first.tap()
    tap(kiosk, "[data-skip]")
    with kiosk.expect_response("**/phieu"):
        tap(kiosk, "[data-skip]")
    tap(kiosk, "[data-next-person]")
    start(kiosk)
    (row,) = stored(kiosk, session, 1)
    assert (len(row.choice_ids), row.sealed_at is None) == (1, False)


def test_keys_alone(kiosk: Page, session: Session) -> None:
    keys = kiosk.keyboard
    keys.press("ArrowDown")
    expect(face(kiosk, "Rất hài lòng")).to_be_focused()
    keys.press("ArrowRight")
    expect(face(kiosk, "Hài lòng")).to_be_checked()
    start(kiosk)  # moving along the faces chooses none
    keys.press("Tab")
    keys.press("Tab")
    keys.press("Tab")
    expect(kiosk.get_by_role("button", name="Chọn mức này")).to_be_focused()
    keys.press("Enter")
    heading(kiosk, "Điều gì làm Ông/Bà hài lòng?")
    keys.press("2")
    keys.press("ArrowDown")
    keys.press("Enter")
    expect(kiosk.get_by_role("checkbox", name="Hướng dẫn rõ ràng, đầy đủ")).to_be_checked()
    expect(kiosk.get_by_role("checkbox", name="Thái độ lịch sự, tận tình")).to_be_checked()
    kiosk.get_by_role("button", name="Tiếp tục").focus()
    keys.press("Enter")
    keys.press("Tab")
    keys.type("Tốt 123")
    keys.press("Tab")
    keys.press("Tab")
    with kiosk.expect_response("**/phieu"):
        keys.press("Enter")
    heading(kiosk, "Cảm ơn Ông/Bà đã đánh giá")
    keys.press("Tab")
    keys.press("Enter")
    start(kiosk)
    with kiosk.expect_response("**/phieu"):
        keys.press("5")
    rows = stored(kiosk, session, 2)
    assert [len(row.choice_ids) for row in rows] == [3, 1]
    assert session.scalars(select(Comment.text)).all() == ["Tốt 123"]


def test_left_alone_it_warns_then_resets_and_keeps_the_partial(kiosk: Page, session: Session, axe: Check) -> None:
    face(kiosk, "Không hài lòng").tap()
    kiosk.get_by_role("checkbox", name="Phải chờ lâu").tap()
    kiosk.clock.run_for(20_000)
    more = kiosk.get_by_role("button", name="Tôi cần thêm thời gian")
    expect(more).to_be_focused()
    axe(kiosk)
    kiosk.clock.run_for(5_000)
    more.tap()
    heading(kiosk, "Điều gì cần làm tốt hơn?")
    expect(kiosk.get_by_role("checkbox", name="Phải chờ lâu")).to_be_checked()
    kiosk.clock.run_for(20_000)
    with kiosk.expect_response("**/phieu"):
        kiosk.clock.run_for(10_000)
    start(kiosk)
    expect(more).to_be_hidden()
    (row,) = stored(kiosk, session, 1)
    assert (len(row.choice_ids), row.revision, row.sealed_at) == (2, 2, None)


def test_typing_gets_more_time_and_an_unsent_text_goes_with_its_writer(kiosk: Page, session: Session) -> None:
    face(kiosk, "Hài lòng").tap()
    tap(kiosk, "[data-skip]")
    kiosk.get_by_role("textbox").fill("Số của tôi là 0912 345 678")
    kiosk.clock.run_for(43_000)
    expect(kiosk.get_by_role("dialog")).to_be_hidden()
    kiosk.clock.run_for(2_000)
    expect(kiosk.get_by_role("dialog")).to_be_visible()
    kiosk.clock.run_for(10_000)
    start(kiosk)
    assert stored(kiosk, session, 1)[0].sealed_at is None
    assert session.scalar(select(func.count()).select_from(Comment)) == 0


def test_nothing_of_the_last_person_is_left(kiosk: Page, session: Session) -> None:
    face(kiosk, "Hài lòng").tap()
    kiosk.get_by_role("checkbox").first.tap()
    tap(kiosk, "[data-continue]")
    kiosk.get_by_role("textbox").fill("bí mật của tôi")
    tap(kiosk, "[data-continue]")
    tap(kiosk, "[data-next-person]")
    start(kiosk)
    left = kiosk.evaluate(
        """() => ({
            checked: document.querySelectorAll("input:checked").length,
            values: [...document.querySelectorAll("textarea")].map((area) => area.value).join(""),
            page: document.documentElement.outerHTML.includes("bí mật"),
            stored: Object.keys(localStorage).join() + Object.keys(sessionStorage).join(),
            address: location.pathname + location.search + location.hash,
            steps: history.length,
        })"""
    )
    assert left["checked"] == 0
    assert left["values"] == ""
    assert left["page"] is False
    assert left["stored"] == ""
    assert left["address"] == "/ki-ot/mot-cua"
    kiosk.reload()
    expect(kiosk.locator("input:checked")).to_have_count(0)
    assert len(stored(kiosk, session, 1)) == 1


def test_language_size_and_contrast_go_back_after_each_person(kiosk: Page, session: Session, axe: Check) -> None:
    tap(kiosk, "[data-language=en]")
    tap(kiosk, "[data-large]")
    tap(kiosk, "[data-contrast]")
    heading(kiosk, "How satisfied are you with the service today?")
    expect(kiosk.locator("html")).to_have_attribute("lang", "en")
    axe(kiosk)
    face(kiosk, "Very dissatisfied").tap()
    heading(kiosk, "What should be better?")
    axe(kiosk)
    tap(kiosk, "[data-skip]")
    axe(kiosk)
    tap(kiosk, "[data-skip]")
    axe(kiosk)
    kiosk.clock.run_for(5_000)
    start(kiosk)
    expect(kiosk.locator("html")).to_have_attribute("lang", "vi")
    expect(kiosk.locator("html[data-theme], html[data-text]")).to_have_count(0)
    stored(kiosk, session, 1)


def test_a_language_chosen_by_somebody_who_left_does_not_wait_for_the_next(kiosk: Page, session: Session) -> None:
    tap(kiosk, "[data-language=en]")
    kiosk.clock.run_for(30_000)
    start(kiosk)
    stored(kiosk, session, 0)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("large", [False, True])
def test_no_screen_scrolls_and_targets_are_large(kiosk: Page, size: str, large: bool) -> None:
    kiosk.set_viewport_size(SIZES[size])  # type: ignore[arg-type]
    if large:
        tap(kiosk, "[data-large]")

    def fits() -> bool:
        return bool(
            kiosk.evaluate(
                "() => document.documentElement.scrollHeight <= innerHeight"
                " && document.documentElement.scrollWidth <= innerWidth"
            )
        )

    assert fits()
    for card in kiosk.locator(".k-face").all():
        box = card.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 141  # 35 mm on the coarsest panel, 4.03 px a millimetre
    face(kiosk, "Không hài lòng").tap()
    assert fits()
    tap(kiosk, "[data-continue]")
    assert fits()


def test_answers_wait_while_the_server_is_away_and_are_sent_once(kiosk: Page, session: Session) -> None:
    away = "**/ki-ot/mot-cua/phieu"
    kiosk.route(away, lambda route: route.abort())
    face(kiosk, "Hài lòng").tap()
    tap(kiosk, "[data-skip]")
    tap(kiosk, "[data-skip]")
    expect(kiosk.get_by_text("Ý kiến đang được gửi.")).to_be_visible()
    expect(kiosk.get_by_text("Ý kiến đã được ghi nhận.")).to_be_hidden()
    tap(kiosk, "[data-next-person]")
    expect(kiosk.get_by_text("Phiếu đang chờ gửi: 1")).to_be_visible()
    kiosk.unroute(away)
    with kiosk.expect_response(away) as sent:
        kiosk.clock.run_for(30_000)
    assert sent.value.json()["results"][0]["outcome"] in {"stored", "same"}  # a retry may have been on its way already
    expect(kiosk.get_by_text("Phiếu đang chờ gửi")).to_be_hidden()
    (row,) = stored(kiosk, session, 1)
    assert row.sealed_at is not None
    assert (row.received_at - row.answered_at).total_seconds() >= 2  # the wait, by the kiosk's own clock


def test_a_lost_session_is_renewed_on_the_way(kiosk: Page, session: Session, context: BrowserContext) -> None:
    context.clear_cookies()
    with kiosk.expect_response(lambda response: response.request.method == "POST" and response.ok):
        face(kiosk, "Hài lòng").tap()
    stored(kiosk, session, 1)


def test_a_double_tap_does_not_reach_through_to_the_next_screen(kiosk: Page, session: Session) -> None:
    middle = face(kiosk, "Bình thường").bounding_box()
    assert middle is not None
    kiosk.mouse.dblclick(middle["x"] + 20, middle["y"] + 100)
    heading(kiosk, "Điều gì cần làm tốt hơn?")
    expect(kiosk.locator("input[type=checkbox]:checked")).to_have_count(0)
    stored(kiosk, session, 1)
