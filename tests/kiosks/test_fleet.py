"""The fleet's pages: how each kiosk is, what an administrator does about it, and what nobody else sees."""

import io
import json
import re
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from config import OpeningHours
from feedback_app.departments import queries as departments
from feedback_app.kiosks import operations, queries
from feedback_app.kiosks.models import KioskCode, KioskDay, KioskDevice
from feedback_app.kiosks.states import state_of
from feedback_app.kit import clock
from feedback_app.staff.models import AuditEvent
from feedback_app.staff.queries import Member
from feedback_app.surveys.models import Response
from tests.kiosks.fleet import Device
from tests.staff.people import add_person, post, sign_in
from tests.surveys.halls import Hall

FLEET = "/quan-ly/ki-ot"
NOW = datetime(2026, 11, 27, 3, 0, tzinfo=UTC)
OPENED = NOW - timedelta(hours=2)


@pytest.mark.parametrize(
    ("told", "state"),
    [
        ({}, "nobody_served"),
        ({"handled": 0}, "nobody_served"),
        ({"handled": 7}, "untouched"),
        ({"handled": 7, "touches": 1}, "serving"),
        ({"seen_at": NOW - timedelta(minutes=15)}, "nobody_served"),
        ({"seen_at": NOW - timedelta(minutes=16), "touches": 5}, "silent"),
        ({"seen_at": NOW - timedelta(days=1), "open_since": NOW - timedelta(minutes=10)}, "nobody_served"),
        ({"seen_at": NOW - timedelta(days=1), "open_since": None}, "closed"),
        ({"revoked": True}, "revoked"),
    ],
)
def test_the_state_says_what_stands_behind_it(told: dict[str, object], state: str) -> None:
    usual = {"revoked": False, "seen_at": NOW, "open_since": OPENED, "touches": 0, "handled": None, "now": NOW}
    assert state_of(**{**usual, **told}) == state  # type: ignore[arg-type]


def day(**changes: object) -> dict[str, object]:
    screens = {"overall": {"n": 10, "ms": 40_000}}
    today = clock.local_day(clock.now()).isoformat()
    return {"day": today, "touches": 10, "completed": 6, "first_only": 3, "screens": screens} | changes


def test_a_report_stands_on_the_page_of_its_manager(session: Session, app: Flask, hall: Hall, enrolled: Device) -> None:
    add_person(session, "owner", "manager", hall.centre)
    told = enrolled.report(unsent=3, held=1, oldest=7_200_000, days=[day()])
    assert (told.status_code, told.json["settings"]) == (200, 1)
    client = sign_in(app, "owner")
    page = client.get(FLEET).text
    assert "Sảnh 1" in page
    assert "cũ nhất 2 giờ" in page
    assert "30,0" in page
    assert "Ghi danh ki-ốt" not in page
    own = client.get(f"{FLEET}/{enrolled.id}").text
    assert "đã nhận bản mới nhất" in own
    assert "4,0" in own
    assert "Lưu cài đặt" not in own


def test_outsiders_and_clerks_learn_of_no_kiosk(session: Session, app: Flask, hall: Hall, enrolled: Device) -> None:
    add_person(session, "outsider", "manager", hall.bureau)
    add_person(session, "other-admin", "administrator", hall.bureau)
    add_person(session, "clerk", "staff", hall.centre)
    for name in ("outsider", "other-admin"):
        client = sign_in(app, name)
        assert "Chưa có ki-ốt nào" in client.get(FLEET).text
        assert client.get(f"{FLEET}/{enrolled.id}").status_code == 404
    assert post(client, f"{FLEET}/{enrolled.id}/thu-hoi", {}).status_code == 404
    spot = {"name": "x", "spot": str(hall.place_id), "stage": "", "pin": "1234"}
    assert post(client, f"{FLEET}/ghi-danh", spot).status_code == 422
    assert sign_in(app, "clerk").get(FLEET).status_code == 403
    assert app.test_client().get(FLEET).status_code == 302
    assert session.scalars(select(KioskDevice.revoked_at)).one() is None


def test_a_manager_changes_nothing(session: Session, app: Flask, hall: Hall, enrolled: Device) -> None:
    add_person(session, "owner", "manager", hall.centre)
    client = sign_in(app, "owner")
    for act in ("cai-dat", "chuyen", "pin", "thu-hoi", "nop-tep"):
        assert post(client, f"{FLEET}/{enrolled.id}/{act}", {}).status_code == 403
    assert client.get(f"{FLEET}/ghi-danh").status_code == 403


def test_absolute_numbers_of_a_day_do_no_harm_when_repeated(session: Session, enrolled: Device) -> None:
    for told in (day(), day(), day(touches=4, completed=1, first_only=1, screens={})):
        assert enrolled.report(days=[told]).status_code == 200
    row = session.scalars(select(KioskDay)).one()
    assert (row.touches, row.completed, row.first_only, row.screens["overall"]["n"]) == (10, 6, 3, 10)


def test_days_of_a_wrong_calendar_are_left_out(session: Session, enrolled: Device) -> None:
    assert enrolled.report(days=[day(day="1970-01-01"), day(day="2100-01-01")]).status_code == 200
    assert session.scalars(select(KioskDay)).all() == []


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"boot": 1}, "boot"),
        ({"unsent": -1}, "unsent"),
        ({"app": None}, "app"),
        ({"storage": None}, "storage"),
        ({"storage": {}}, "persisted"),
        ({"days": [{}]}, "day"),
        ({"days": [5]}, "days"),
        ({"days": [{"day": "2026-11-28", "touches": "1"}]}, "touches"),
        ({"oldest": float("1e300")}, "oldest"),
    ],
)
def test_a_wrong_part_of_a_report_is_named(enrolled: Device, wrong: dict[str, object], field: str) -> None:
    answer = enrolled.report(**wrong)
    assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, field)


def test_an_administrator_makes_a_code_that_enrols(
    session: Session, app: Flask, hall: Hall, admin: Member, client: FlaskClient
) -> None:
    signed = sign_in(app, "admin")
    spot = f"{hall.place_id}-{_counter(session, hall)}"
    page = post(signed, f"{FLEET}/ghi-danh", {"name": "Quầy 1", "spot": spot, "stage": "returned", "pin": "2468"})
    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "no-store"
    code = re.search(r"<code>([0-9A-Z]{4}-[0-9A-Z]{4})</code>", page.text)
    assert code is not None
    assert "http://localhost:8000/ki-ot" in page.text
    assert client.post("/api/v1/kiosks/enrolments", json={"code": code[1]}).status_code == 201
    (row,) = queries.fleet(session, allowed=None, today=clock.local_day(clock.now()))
    assert (row.device.name, row.device.assignment.position.stage) == ("Quầy 1", "returned")
    assert row.rated_department_id == hall.bureau


@pytest.mark.parametrize("wrong", [{"name": " "}, {"spot": ""}, {"spot": "999999"}, {"stage": "x"}, {"pin": "12a4"}])
def test_what_is_wrong_with_an_enrolment_stands_beside_its_field(
    session: Session, app: Flask, hall: Hall, admin: Member, wrong: dict[str, str]
) -> None:
    form = {"name": "Sảnh", "spot": str(hall.place_id), "stage": "", "pin": "1234"} | wrong
    page = post(sign_in(app, "admin"), f"{FLEET}/ghi-danh", form)  # type: ignore[arg-type]
    assert page.status_code == 422
    assert f'id="{next(iter(wrong))}-error"' in page.text
    assert session.scalars(select(KioskCode)).all() == []


def test_settings_reach_the_device_with_a_higher_revision(
    session: Session, app: Flask, admin: Member, enrolled: Device
) -> None:
    assert enrolled.configuration().json["assisted"] is False
    client = sign_in(app, "admin")
    changed = {"name": "Sảnh chính", "assisted": "y", "dossiers_asked": "y"}
    assert post(client, f"{FLEET}/{enrolled.id}/cai-dat", changed).status_code == 302
    told = enrolled.report(settings=1).json["settings"]
    assert told > 1
    found = enrolled.configuration().json
    assert (found["settings"], found["name"], found["assisted"], found["keyboard"]) == (told, "Sảnh chính", True, False)
    assert found["dossiers"]["asked"] is True
    assert enrolled.report(settings=told).json["settings"] == told
    assert post(client, f"{FLEET}/{enrolled.id}/cai-dat", {"name": ""}).status_code == 422


def test_a_change_made_elsewhere_raises_the_revision_too(session: Session, hall: Hall, enrolled: Device) -> None:
    first = enrolled.report().json["settings"]
    assert enrolled.report().json["settings"] == first
    operations.note_configuration(session, enrolled.id, b"what it was offered before the place got another name")
    session.commit()
    assert enrolled.report().json["settings"] == first + 2


def test_a_pin_and_a_move_are_saved_and_written_down(
    session: Session, app: Flask, hall: Hall, admin: Member, enrolled: Device
) -> None:
    client = sign_in(app, "admin")
    before = enrolled.configuration().json
    assert post(client, f"{FLEET}/{enrolled.id}/pin", {"pin": "97531"}).status_code == 302
    spot = f"{hall.place_id}-{_counter(session, hall)}"
    assert post(client, f"{FLEET}/{enrolled.id}/chuyen", {"spot": spot, "stage": "received"}).status_code == 302
    after = enrolled.configuration().json
    assert after["pin"]["hash"] != before["pin"]["hash"]
    assert (after["stage"], after["assignment"] > before["assignment"]) == ("received", True)
    actions = set(session.scalars(select(AuditEvent.action)))
    assert {"kiosks.pin_set", "kiosks.moved"} <= actions
    assert post(client, f"{FLEET}/{enrolled.id}/pin", {"pin": "1"}).status_code == 422
    assert post(client, f"{FLEET}/{enrolled.id}/chuyen", {"spot": "", "stage": ""}).status_code == 422


def test_revoking_asks_first_and_cannot_be_repeated(
    session: Session, app: Flask, admin: Member, enrolled: Device
) -> None:
    client = sign_in(app, "admin")
    enrolled.report(unsent=12)
    asked = client.get(f"{FLEET}/{enrolled.id}/thu-hoi").text
    assert "12 phiếu chưa gửi" in asked
    assert enrolled.report().status_code == 200
    assert post(client, f"{FLEET}/{enrolled.id}/thu-hoi", {}).status_code == 302
    assert enrolled.report().status_code == 401
    assert "đã thu hồi" in client.get(f"{FLEET}/{enrolled.id}").text
    assert post(client, f"{FLEET}/{enrolled.id}/thu-hoi", {}).status_code == 409


def deliver(client: FlaskClient, enrolled: Device, document: object) -> str:
    file = io.BytesIO(json.dumps(document).encode())
    answer = post(client, f"{FLEET}/{enrolled.id}/nop-tep", {"file": (file, "phieu.json")})
    assert answer.status_code in (200, 422)
    return answer.text


def test_a_file_of_a_revoked_kiosk_is_delivered_once(
    session: Session, app: Flask, admin: Member, enrolled: Device
) -> None:
    items = [enrolled.item(age_ms=7_200_000 + number * 10_000) for number in range(510)]
    items.append(enrolled.item(answers={"overall": ["splendid"]}))
    operations.revoke(session, enrolled.id, now=clock.now(), actor_id=admin.id)
    session.commit()
    document = {"device": str(enrolled.id), "exported": 0, "items": items}
    client = sign_in(app, "admin")
    page = deliver(client, enrolled, document)
    assert "Phiếu mới" in page
    assert items[-1]["id"] in page
    rows = session.execute(select(Response.device_id, Response.answered_at)).all()
    assert len(rows) == 510
    assert {row.device_id for row in rows} == {enrolled.id}
    assert max(row.answered_at for row in rows) < clock.now() - timedelta(hours=1, minutes=55)
    assert "Đã có sẵn, giống hệt" in deliver(client, enrolled, document)
    assert len(session.scalars(select(Response.id)).all()) == 510
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "kiosks.file_delivered")).first()
    assert event is not None
    assert (event.details["stored"], event.details["refused"]) == (510, 1)


def test_a_file_that_is_not_this_kiosks_is_refused(
    session: Session, app: Flask, admin: Member, enrolled: Device
) -> None:
    client = sign_in(app, "admin")
    for document in (5, {}, {"device": str(UUID(int=1)), "items": []}, {"device": str(enrolled.id), "items": {}}):
        assert 'id="file-error"' in deliver(client, enrolled, document)
    empty = deliver(client, enrolled, {"device": str(enrolled.id), "items": []})
    assert "Tệp không có phiếu nào." in empty


def test_a_file_too_large_for_one_request_is_refused_whole_with_words(
    session: Session, app: Flask, admin: Member, enrolled: Device
) -> None:
    items = [{}] * 2501
    page = deliver(sign_in(app, "admin"), enrolled, {"device": str(enrolled.id), "exported": 0, "items": items})
    assert "Tệp có 2501 phiếu" in page
    assert "Hãy bật JavaScript" in page
    assert session.scalars(select(Response.id)).all() == []


def test_opening_hours_have_a_lunch_break_and_a_weekend() -> None:
    hours = OpeningHours.parse("1-5 07:30-11:30 13:30-17:00; 6 07:30-11:30")
    monday = datetime(2026, 11, 23, tzinfo=clock.VIETNAM)

    def since(days: int, hour: int, minute: int) -> datetime | None:
        return hours.open_since(monday + timedelta(days=days, hours=hour, minutes=minute))

    assert since(0, 7, 29) is None
    assert since(0, 7, 30) == monday.replace(hour=7, minute=30)
    assert since(4, 12, 0) is None
    assert since(4, 16, 59) == (monday + timedelta(days=4)).replace(hour=13, minute=30)
    assert since(5, 14, 0) is None
    assert since(5, 11, 0) is not None
    assert since(6, 9, 0) is None


@pytest.mark.parametrize(
    "written", ["", "1-5", "0 07:30-11:30", "5-1 07:30-11:30", "1-5 11:30-07:30", "1 8-9; 1 9-10", "mon 07:30-11:30"]
)
def test_opening_hours_that_make_no_sense_are_refused(written: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # settings say what was expected
        OpeningHours.parse(written)


def _counter(session: Session, hall: Hall) -> int:
    return departments.counters(session, place_id=hall.place_id)[0].id
