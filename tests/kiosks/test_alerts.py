"""Alerts open once, close by themselves, and stand where a manager looks."""

from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from config import OpeningHours
from feedback_app.kiosks import operations, states
from feedback_app.kiosks.models import KioskAlert, KioskDevice
from feedback_app.kit import clock
from feedback_app.kit.clock import VIETNAM
from feedback_app.staff.queries import Member
from tests.kiosks.fleet import Device, milliseconds
from tests.staff.people import add_person, sign_in
from tests.surveys.halls import Hall

HOURS = OpeningHours.parse("1-5 07:30-11:30 13:30-17:00")
MORNING = datetime(2027, 3, 1, 9, 0, tzinfo=VIETNAM)  # a Monday
TET = date(2027, 2, 8)  # a Monday, too


def look(session: Session, now: datetime, *, seen_at: datetime | None = None) -> int:
    if seen_at is not None:
        session.execute(update(KioskDevice).values(seen_at=seen_at))
    opened = operations.watch_devices(
        session, now=now, open_since=states.opened(HOURS, now=now, days_off={TET}), alarm=200
    )
    session.commit()
    return opened


def alerts(session: Session) -> list[tuple[str, bool]]:
    rows = session.execute(select(KioskAlert.kind, KioskAlert.closed_at).order_by(KioskAlert.id))
    return [(kind, closed is None) for kind, closed in rows]


def test_a_silence_in_opening_hours_is_told_once_until_the_kiosk_speaks(session: Session, enrolled: Device) -> None:
    seen = MORNING - timedelta(minutes=16)
    assert look(session, MORNING, seen_at=seen) == 1
    assert look(session, MORNING + timedelta(minutes=10)) == 0
    assert alerts(session) == [("silent", True)]
    # In the evening nothing is known of a silence, so it is not over either.
    look(session, MORNING.replace(hour=20))
    assert alerts(session) == [("silent", True)]
    later = MORNING + timedelta(days=1)
    look(session, later, seen_at=later)
    assert alerts(session) == [("silent", False)]
    assert look(session, later + timedelta(hours=1)) == 1


def test_a_kiosk_that_was_off_at_night_has_a_quarter_of_an_hour(session: Session, enrolled: Device) -> None:
    last_night = MORNING - timedelta(hours=16)
    assert look(session, MORNING.replace(hour=7, minute=40), seen_at=last_night) == 0
    assert look(session, MORNING.replace(hour=7, minute=46)) == 1


@pytest.mark.parametrize("when", [MORNING.replace(hour=12), MORNING - timedelta(days=1), MORNING.replace(hour=18)])
def test_out_of_hours_nobody_is_silent(session: Session, enrolled: Device, when: datetime) -> None:
    assert look(session, when, seen_at=when - timedelta(hours=20)) == 0


@pytest.mark.parametrize("day", [TET, date(2027, 4, 30)])
def test_on_a_holiday_nobody_is_silent(session: Session, enrolled: Device, day: date) -> None:
    when = datetime.combine(day, MORNING.timetz())
    assert look(session, when, seen_at=when - timedelta(hours=20)) == 0
    before = when - timedelta(days=3 if day == TET else 1)
    assert look(session, before, seen_at=before - timedelta(hours=20)) == 1


def test_what_a_report_says_opens_and_closes_alerts(session: Session, enrolled: Device) -> None:
    wrong = milliseconds(clock.now() + timedelta(minutes=6))
    enrolled.report(unsent=201, clock=wrong, storage={"persisted": False, "used": None, "quota": None})
    assert look(session, clock.now()) == 3
    assert alerts(session) == [("clock", True), ("storage", True), ("unsent", True)]
    enrolled.report(unsent=200)
    assert look(session, clock.now()) == 0
    assert not any(is_open for _, is_open in alerts(session))


def test_a_revoked_kiosk_has_no_alerts(session: Session, admin: Member, enrolled: Device) -> None:
    look(session, MORNING, seen_at=MORNING - timedelta(hours=1))
    operations.revoke(session, enrolled.id, now=MORNING, actor_id=admin.id)
    session.commit()
    assert look(session, MORNING + timedelta(hours=1)) == 0
    assert alerts(session) == [("silent", False)]


def test_they_stand_on_the_managers_first_page_and_not_on_a_strangers(
    session: Session, app: Flask, hall: Hall, enrolled: Device
) -> None:
    add_person(session, "owner", "manager", hall.centre)
    add_person(session, "outsider", "manager", hall.bureau)
    enrolled.report(unsent=201)
    look(session, clock.now())
    page = sign_in(app, "owner").get("/quan-ly/tong-quan").text
    assert "Ki-ốt cần xem" in page
    assert f"/quan-ly/ki-ot/{enrolled.id}" in page
    assert "nhiều phiếu chưa gửi" in page
    assert "Ki-ốt cần xem" not in sign_in(app, "outsider").get("/quan-ly/tong-quan").text
