"""A counter finishes with a dossier, and the panel on it asks that person: from the call to the spent token."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback_app.departments import queries as departments
from feedback_app.kiosks.commands import DeviceSettings
from feedback_app.kiosks.models import KioskCall
from feedback_app.staff import operations as staff
from feedback_app.staff.queries import Member
from feedback_app.surveys.models import Response
from feedback_app.tokens.models import AnsweredBefore, SpentToken
from tests.kiosks.panels import at_start, enrol, make_code, offer
from tests.kiosks.queues import expect_sent, rows
from tests.staff.people import MORNING
from tests.surveys.halls import Hall
from tests.tokens.making import code, token

pytestmark = pytest.mark.browser

INVITATION = "Mời người vừa nhận kết quả"
ASKED_AFTER = 10.0


@pytest.fixture
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    panel = {"width": 1080, "height": 1920}
    return {**browser_context_args, "has_touch": True, "viewport": panel, "service_workers": "block"}


@pytest.fixture
def panel(page: Page, session: Session, hall: Hall, admin: Member) -> Page:
    """On the desk of counter 1, waiting for calls."""
    (counter,) = departments.counters(session, place_id=hall.place_id)
    enrol(page, make_code(session, hall, admin, counter_id=counter.id))
    offer(page, session, admin, DeviceSettings(called=True, assisted=True), "[data-assisted]")
    return page


@pytest.fixture
def key(session: Session, hall: Hall) -> str:
    made = staff.add_key(session, now=MORNING, name="Một cửa", department_id=hall.centre)
    session.commit()
    return made


def call_up(client: FlaskClient, key: str, number: int, *, counter: str = "quay-1") -> None:
    body = {"place": "mot-cua", "counter": counter, "dossier": code(number), "stage": "returned"}
    made = client.post("/api/v1/calls", json=body, headers={"Authorization": f"Bearer {key}"})
    assert made.status_code == 201, made.text


def invited(panel: Page) -> None:
    expect(panel.get_by_text(INVITATION)).to_be_visible(timeout=ASKED_AFTER * 1000)


def touch(panel: Page) -> None:
    panel.get_by_role("radio", name="Hài lòng", exact=True).tap()
    expect(panel.locator("[data-screen=went-well]")).to_be_visible()


def go_on(panel: Page, told: str = "Ý kiến") -> None:
    """Skip the rest, down to the thanks, which say what was `told`, and the next person."""
    for screen in ("went-well", "comment"):
        panel.locator(f"[data-screen={screen}] [data-skip]").press("Enter")
    expect(panel.locator("[data-thanks-hint]")).to_contain_text(told)
    panel.locator("[data-screen=thanks] [data-next-person]").press("Enter")
    at_start(panel)


def spent(session: Session) -> list[bytes]:
    session.rollback()
    return list(session.scalars(select(SpentToken.digest)))


def test_a_finished_dossier_is_asked_for_on_the_panel_of_its_counter_and_answered_once(
    panel: Page, client: FlaskClient, session: Session, hall: Hall, key: str
) -> None:
    expect(panel.get_by_text(INVITATION)).to_be_hidden()
    call_up(client, key, 1)
    invited(panel)
    touch(panel)
    go_on(panel)
    expect_sent(panel)
    assert spent(session) == [token(1).digest]
    (answer,) = session.scalars(select(Response))
    assert (answer.stage, answer.verification, answer.rated_department_id) == ("returned", "verified", hall.bureau)
    expect(panel.get_by_text(INVITATION)).to_be_hidden()  # who comes next was not called

    call_up(client, key, 1)
    invited(panel)
    panel.wait_for_timeout(600)  # a second touch in one place would pass for the second half of a double tap
    touch(panel)
    go_on(panel, "Hồ sơ này đã có câu trả lời")
    expect_sent(panel)
    assert rows(panel, "held") == []
    session.rollback()
    assert session.scalars(select(Response.id)).all() == [answer.id]
    (too_late,) = session.scalars(select(AnsweredBefore))
    # Sent after the touch and at the end, it is one answer that came too late.
    assert (too_late.stage, too_late.channel, too_late.attempts) == ("returned", "kiosk", 1)


def test_a_call_waits_until_the_person_before_has_left(
    panel: Page, client: FlaskClient, session: Session, key: str
) -> None:
    touch(panel)
    with panel.expect_response("**/api/v1/kiosks/responses"):
        panel.locator("[data-screen=went-well] [data-skip]").press("Enter")
    panel.wait_for_timeout(500)  # a question for calls that was on its way already
    call_up(client, key, 1)
    panel.wait_for_timeout(4_000)  # longer than a panel that nobody stands at waits before it asks again
    expect(panel.locator("[data-screen=comment]")).to_be_visible()
    expect(panel.get_by_text(INVITATION)).to_be_hidden()
    assert session.scalars(select(KioskCall.id)).all()  # not taken, and so not lost either
    panel.locator("[data-screen=comment] [data-skip]").press("Enter")
    panel.locator("[data-screen=thanks] [data-next-person]").press("Enter")
    expect_sent(panel)
    assert spent(session) == []
    invited(panel)
    panel.wait_for_timeout(600)  # as above
    touch(panel)
    go_on(panel)
    expect_sent(panel)
    assert spent(session) == [token(1).digest]
    assert sorted(map(str, session.scalars(select(Response.verification)))) == ["None", "verified"]
