"""A panel in the hall: a browser that was enrolled as a device."""

from datetime import timedelta

from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback_app.kiosks import operations
from feedback_app.kiosks.commands import DeviceSettings, Position
from feedback_app.kiosks.models import KioskDevice
from feedback_app.kit import clock
from feedback_app.staff.queries import Member
from tests.surveys.halls import Hall

QUESTION = "Ông/Bà hài lòng ở mức nào với việc phục vụ hôm nay?"
PIN = "2580"


def make_code(session: Session, hall: Hall, admin: Member, *, counter_id: int | None = None) -> str:
    """A code for the one device, of the hall as a whole unless told otherwise, with a PIN; committed."""
    code = operations.make_code(
        session,
        now=clock.now() - timedelta(hours=1),
        actor_id=admin.id,
        name="Sảnh 1",
        position=Position(place_id=hall.place_id, counter_id=counter_id),
        pin=operations.hash_pin(PIN),
    )
    session.commit()
    return code


def enrol(page: Page, code: str) -> None:
    page.goto("/ki-ot")
    page.get_by_label("Mã ghi danh").fill(code)
    page.get_by_role("button", name="Ghi danh").click()
    at_start(page)


def at_start(page: Page) -> None:
    expect(page.get_by_role("heading", level=1, name=QUESTION)).to_be_visible()


def offer(page: Page, session: Session, admin: Member, settings: DeviceSettings, sign: str) -> None:
    """Let the device offer this, and wait until `sign` says that its screens were made anew."""
    device_id = session.scalars(select(KioskDevice.id)).one()
    operations.change_settings(session, device_id, now=clock.now(), actor_id=admin.id, settings=settings)
    session.commit()
    page.reload()
    page.locator(sign).wait_for(state="attached")
