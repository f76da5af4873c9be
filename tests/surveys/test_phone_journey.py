"""The form on a small phone that runs no script."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback_app.kit import clock
from feedback_app.kit.ids import new_id
from feedback_app.surveys import operations
from feedback_app.surveys.models import Comment, Response
from feedback_app.tokens import operations as tokens
from tests.surveys.halls import command, make_hall, submit
from tests.tokens.making import naming, token

pytestmark = pytest.mark.browser

PHONE = {"width": 360, "height": 740}


def test_an_error_and_then_success_without_any_script(
    context: BrowserContext,
    session: Session,
    browser: Browser,
    browser_context_args: dict[str, Any],
    base_url: str,
) -> None:
    make_hall(session)
    phone = browser.new_context(**{**browser_context_args, "java_script_enabled": False, "viewport": PHONE})
    page = phone.new_page()
    page.goto("/khao-sat/mot-cua?kenh=qr")
    expect(page.locator("input:checked")).to_have_count(0)
    page.get_by_label("Phải chờ lâu", exact=True).check()
    page.get_by_label("Ông/Bà muốn góp ý thêm điều gì?").fill("Ghế chờ ít quá")
    page.get_by_role("button", name="Gửi ý kiến").click()
    expect(page.get_by_role("alert")).to_contain_text("Xin trả lời câu hỏi này.")
    expect(page.get_by_label("Phải chờ lâu", exact=True)).to_be_checked()
    expect(page.get_by_label("Ông/Bà muốn góp ý thêm điều gì?")).to_have_value("Ghế chờ ít quá")
    page.get_by_role("alert").get_by_role("link").click()
    page.get_by_label("Không hài lòng", exact=True).check()
    page.get_by_role("button", name="Gửi ý kiến").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Cảm ơn Ông/Bà đã góp ý")
    assert page.url == f"{base_url}/khao-sat/mot-cua/cam-on?kenh=qr"
    phone.close()
    row = session.scalars(select(Response)).one()
    assert (row.channel, len(row.choice_ids), row.sealed_at is None) == ("qr", 2, False)
    assert session.scalars(select(Comment.text)).all() == ["Ghế chờ ít quá"]


def test_a_form_left_half_filled_goes_on_under_the_same_id_on_phones_alone(
    session: Session, browser: Browser, browser_context_args: dict[str, Any], base_url: str
) -> None:
    make_hall(session)
    phone = browser.new_context(**{**browser_context_args, "viewport": PHONE, "has_touch": True, "is_mobile": True})
    page = phone.new_page()
    page.goto("/khao-sat/mot-cua?kenh=qr")
    first = page.locator("[name=response]").get_attribute("value")
    expect(page.locator("#mo-lai")).to_be_hidden()
    page.get_by_label("Không hài lòng", exact=True).check()
    page.get_by_label("Ông/Bà muốn góp ý thêm điều gì?").fill("Ghế chờ ít quá")
    # Another tab, as the first is gone.
    page.close()
    page = phone.new_page()
    page.goto("/khao-sat/mot-cua?kenh=qr")
    expect(page.locator("#mo-lai")).to_contain_text("Đã mở lại phần Ông/Bà đang điền dở")
    expect(page.get_by_label("Không hài lòng", exact=True)).to_be_checked()
    expect(page.get_by_label("Ông/Bà muốn góp ý thêm điều gì?")).to_have_value("Ghế chờ ít quá")
    expect(page.locator("[name=response]")).to_have_value(first or "")
    page.get_by_role("button", name="Xóa và bắt đầu lại").click()
    expect(page.locator("#mo-lai")).to_be_hidden()
    expect(page.locator("input:checked")).to_have_count(0)
    second = page.locator("[name=response]").get_attribute("value")
    assert second != first
    page.get_by_label("Rất hài lòng", exact=True).check()
    page.goto("/ki-ot/mot-cua")
    expect(page.locator("input:checked")).to_have_count(0)
    page.goto("/khao-sat/mot-cua")
    page.get_by_role("button", name="Gửi ý kiến").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Cảm ơn Ông/Bà đã góp ý")
    assert [str(each) for each in session.scalars(select(Response.id))] == [second]
    page.goto("/khao-sat/mot-cua")
    expect(page.locator("#mo-lai")).to_be_hidden()
    phone.close()

    shared = browser.new_context(**browser_context_args)
    page = shared.new_page()
    page.goto("/khao-sat/mot-cua")
    page.get_by_label("Rất hài lòng", exact=True).check()
    page.goto("/khao-sat/mot-cua")
    expect(page.locator("input:checked")).to_have_count(0)
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('phieu:')).length") == 0
    shared.close()


def test_a_second_slip_on_one_phone_takes_nothing_over_from_the_first(
    session: Session, browser: Browser, browser_context_args: dict[str, Any]
) -> None:
    hall = make_hall(session)
    tokens.issue(session, [naming(1, hall.centre), naming(2, hall.centre)], now=clock.now(), days=1)
    session.commit()
    phone = browser.new_context(**{**browser_context_args, "viewport": PHONE, "has_touch": True, "is_mobile": True})
    page = phone.new_page()
    page.goto(f"/khao-sat/mot-cua?hs={token(1).written}")
    page.get_by_label("Rất hài lòng", exact=True).check()

    def lose_the_reply(route: Route) -> None:
        if route.request.method != "POST":
            return route.continue_()
        route.fetch(max_redirects=0)
        return route.abort()

    page.route("**/khao-sat/mot-cua**", lose_the_reply)
    with page.expect_event("requestfailed"):
        page.get_by_role("button", name="Gửi ý kiến").click()
    page.unroute("**/khao-sat/mot-cua**")
    assert len(session.scalars(select(Response.id)).all()) == 1
    session.rollback()
    page.goto(f"/khao-sat/mot-cua?hs={token(2).written}")
    expect(page.locator("#mo-lai")).to_be_hidden()
    expect(page.locator("input:checked")).to_have_count(0)
    page.get_by_label("Rất hài lòng", exact=True).check()
    page.get_by_role("button", name="Gửi ý kiến").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Cảm ơn Ông/Bà đã góp ý")
    phone.close()
    assert len(session.scalars(select(Response.id)).all()) == 2


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_largest_text_fits_a_small_phone(
    context: BrowserContext, session: Session, page: Page, language: str
) -> None:
    make_hall(session)
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.goto(f"/khao-sat/mot-cua?lang={language}")
    for _ in range(4):
        page.locator("[data-text-step='1']").click()
    expect(page.locator("html")).to_have_attribute("data-text", "6")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("code", ["kiosk", "tt01"])
@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_form_is_open_to_everybody(
    context: BrowserContext, session: Session, page: Page, axe: Callable[[Page], None], code: str, language: str
) -> None:
    make_hall(session, web=code)
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.goto(f"/khao-sat/mot-cua?lang={language}")
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.locator("form button.button-primary").click()
    expect(page.locator("[role=alert]")).to_be_visible()
    axe(page)
    page.locator("[data-theme-switch]").click()
    axe(page)
    page.locator("#q-overall-2").check()
    page.locator("form button.button-primary").click()
    page.wait_for_url("**/cam-on*")
    expect(page.locator("html")).to_have_attribute("lang", language)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    axe(page)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_what_a_phone_takes_over_and_looks_up_is_open_to_everybody(
    context: BrowserContext, session: Session, page: Page, axe: Callable[[Page], None], language: str
) -> None:
    device_id = new_id()
    given = command(make_hall(session), device_id=device_id, sealed=False)
    submit(session, given)
    token = operations.hand_over(session, given.id, device_id=device_id, now=clock.now())
    operations.keep_lookup(session, given.id, "K7QM2XDP4R")
    session.commit()
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]

    def sound() -> None:
        expect(page.locator("html")).to_have_attribute("lang", language)
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    page.goto(f"/tiep-tuc/{token}?lang={language}")
    sound()
    page.locator("textarea").fill("Ghế chờ ít quá")
    page.locator("form button.button-primary").click()
    page.wait_for_url("**/tiep-tuc/cam-on*")
    page.goto(f"/tiep-tuc/{token}?lang={language}")
    expect(page.locator("textarea")).to_have_count(0)
    sound()
    page.goto(f"/tra-cuu?lang={language}")
    sound()
    page.get_by_role("textbox").fill("sai")
    page.get_by_role("textbox").press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    sound()
    page.get_by_role("textbox").fill("k7qm2 xdp4r")
    page.get_by_role("textbox").press("Enter")
    expect(page.get_by_role("status")).to_be_visible()
    sound()
