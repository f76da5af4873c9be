"""The public pages and the managers' table in a real browser: axe, narrow screens, large text, high contrast."""

import re
from collections.abc import Callable
from io import BytesIO

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from feedback_app.ratings import operations, queries
from feedback_app.ratings.commands import AskExport
from feedback_app.ratings.periods import parse
from tests import factories
from tests.factories import local
from tests.staff.people import PASSWORD, add_person

pytestmark = pytest.mark.browser

PATHS = (
    "/",
    "/noi-danh-gia",
    "/ket-qua?ky=2026-Q1",
    "/ket-qua/do-thi?ky=2026-Q1",
    "/ket-qua/so-sanh?ky=2026-03&voi=2026-02",
    "/ket-qua/so-sanh?ky=2026-03&voi=2026-Q1",
    "/phuong-phap",
    "/du-lieu-mo",
    "/du-lieu-mo/tu-dien",
    "/quan-ly/xuat",
    "/ket-qua?ky=2026-Q1&ban=1",
    "/ket-qua/do-thi?ky=2026-Q1&ban=1",
    "/ket-qua/cong-bo",
    "/ket-qua/cong-bo/2026-Q1/2",
    "/quan-ly/cong-bo",
    "/quan-ly/cong-bo/2026-Q1",
    "/quan-ly/cong-bo/2026-Q1/kiem-tra",
    "/quan-ly/cong-bo/2026-Q1/tra-lai",
    "/quan-ly/tong-quan",
    "/quan-ly?ky=2026-Q1",
    "/quan-ly/cham-diem?ky=2026-Q1",
    "/quan-ly/cham-diem/do-thi?ky=2026-Q1",
)
LOOKS = {
    "wide": (1440, ""),
    "phone": (360, ""),
    "large text": (360, "localStorage.setItem('text-size', '6')"),
    "contrast": (1440, "localStorage.setItem('theme', 'contrast')"),
}


@pytest.fixture
def figures(session: Session, page: Page) -> None:
    department = factories.department(session, "do-thi", "Phòng Quản lý đô thị")
    few = factories.department(session, "tu-phap", "Phòng Tư pháp")
    version = factories.questionnaire(session)
    for month in (1, 2, 3):
        factories.responses(
            session, version, department, local(2026, month, 3), satisfied=30, neutral=2, not_satisfied=3
        )
    factories.responses(session, version, few, local(2026, 3, 3), satisfied=4, channel="paper")
    factories.count(session)
    quarter, minima = parse("2026-Q1"), factories.minima(30)
    # Published, restated, and a second restatement drafted by another person.
    operations.publish(session, quarter, now=local(2026, 4, 2), minima=minima)
    factories.responses(session, version, department, local(2026, 3, 4), not_satisfied=20, channel="paper")
    operations.publish(session, quarter, now=local(2026, 4, 9), minima=minima, reason="Phiếu giấy nhập muộn")
    factories.responses(session, version, department, local(2026, 3, 4), satisfied=9, channel="paper")
    other = add_person(session, "nguoilap", "manager", None)
    operations.draft_publication(
        session, quarter, now=local(2026, 4, 12), minima=minima, member=other, reason="Còn một tập phiếu giấy"
    )
    holds = queries.publications(session, quarter)[-1]
    operations.keep_open_file(
        session, BytesIO(b"0"), publication_id=holds.id, format="csv", name="2026-Q1-lan-2.csv", now=local(2026, 4, 9)
    )
    asks = add_person(session, "quanly", "manager", None)
    span = AskExport(
        asked_by=asks.id,
        kind="quarter",
        first_on=quarter.starts_on,
        last_on=quarter.last_day,
        format="csv",
        department_ids=None,
    )
    operations.ask_export(session, span, now=local(2026, 4, 9))
    session.commit()
    page.goto("/dang-nhap")
    page.fill("[name=username]", "quanly")
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url("**/quan-ly**")


@pytest.mark.parametrize("look", LOOKS)
def test_pages_keep_to_the_rules(page: Page, figures: None, axe: Callable[[Page], None], look: str) -> None:
    width, script = LOOKS[look]
    page.set_viewport_size({"width": width, "height": 900})
    if script:
        page.add_init_script(script)
    for path in PATHS:
        page.goto(path)
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{path} is wider than the screen"


def test_the_period_is_chosen_without_a_script(page: Page, figures: None) -> None:
    page.goto("/ket-qua")
    page.get_by_label("Kỳ", exact=True).select_option("2026-02")
    page.get_by_label("Kênh trả lời").select_option("kiosk")
    page.get_by_role("button", name="Xem").click()
    expect(page).to_have_url(re.compile("ky=2026-02&kenh=kiosk"))
    expect(page.get_by_role("heading", name="Tháng 2/2026")).to_be_visible()
    page.get_by_role("link", name="Hài lòng", exact=True).click()
    expect(page).to_have_url(re.compile("sap-xep=ty-le&chieu=giam"))
