"""A day of twenty kiosks with lost replies, repeats, wrong clocks, restarts and two senders at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy.orm import Session

from feedback_app.departments import queries as departments
from feedback_app.kit import clock
from feedback_app.ratings import operations as ratings
from feedback_app.staff.queries import Member
from tests.kiosks import reckoning
from tests.kiosks.reckoning import check, enrol_all, expected
from tests.kiosks.simulated import Calendar, Fate, Post, Told, fleet, milliseconds, moment
from tests.surveys.halls import Hall


def line(app: Flask, key: str) -> Post:
    """How a kiosk with this key reaches the application."""

    def post(document: dict[str, Any], fate: Fate) -> list[dict[str, Any]] | None:
        if fate == "broken":
            return None
        headers = {"Authorization": f"Bearer {key}"}
        answer = app.test_client().post("/api/v1/kiosks/responses", json=document, headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.json["results"] if fate == "arrives" else None

    return post


def test_a_day_of_many_kiosks_is_counted_as_it_was_given(
    session: Session, app: Flask, hall: Hall, admin: Member
) -> None:
    calendar = Calendar.before(clock.now())
    kiosks = fleet(21, 20, calendar, visitors=9)
    (counter,) = departments.counters(session, place_id=hall.place_id)
    halls = [
        reckoning.Hall(hall.place_id, None, hall.centre, "trung-tam"),
        reckoning.Hall(hall.place_id, counter.id, hall.bureau, "kinh-te"),
    ]
    before = moment(calendar.morning) - timedelta(days=2)
    standings, keys = enrol_all(session, kiosks, halls, hall.kiosk, actor_id=admin.id, now=before)
    told = Told()
    with ThreadPoolExecutor(1) as beside:
        for slot in range(7, 26):
            for kiosk in kiosks:
                kiosk.deliver(slot, _now, line(app, keys[kiosk.number]), told, beside)
        for kiosk in kiosks:
            while kiosk.waits():
                kiosk.deliver(100, _now, line(app, keys[kiosk.number]), told, beside)
    while ratings.recount_pending(session):
        session.commit()

    # A day without these would show little.
    assert {"stored", "completed", "same", "superseded", "conflict", "refused"} <= set(told.outcomes)
    assert min(told.lost, told.duplicates) > 5
    truth = expected(standings, kiosks, calendar)
    assert all(each["responses"] > 3 for month in truth.values() for each in month.values())
    assert all(truth[calendar.months[0]][each.code]["rapid"] > 0 for each in halls)

    assert told.unmeant == []
    found = check(session, lambda path: app.test_client().get(path).json, standings, kiosks, calendar, hall.kiosk)
    assert found.differences == []


def _now() -> int:
    return milliseconds(clock.now())
