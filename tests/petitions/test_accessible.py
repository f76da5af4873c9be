"""The page in a real browser: axe and a narrow screen, from the navigation to a quarter."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from feedback_app.petitions import operations
from tests.petitions.test_pages import NOW, REGISTER
from tests.staff.people import PASSWORD, add_person, make_office

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("width", [1440, 360])
def test_the_register_keeps_to_the_rules(page: Page, session: Session, axe: Callable[[Page], None], width: int) -> None:
    make_office(session)
    add_person(session, "toanbo", "manager", None)
    operations.import_petitions(session, REGISTER, now=NOW)
    session.commit()
    page.set_viewport_size({"width": width, "height": 900})
    page.goto("/dang-nhap?next=/quan-ly/phan-anh")
    page.fill("[name=username]", "toanbo")
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Phản ánh, kiến nghị")
    page.goto("/quan-ly/phan-anh?nam=2026")
    page.get_by_label("Quý").select_option(label="Quý I")
    page.get_by_role("button", name="Xem").click()
    expect(page.get_by_role("rowheader", name="PA-6")).to_be_visible()
    page.wait_for_load_state()
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
