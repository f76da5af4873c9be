"""A code makes one device, once, within a day; the device's key then opens the API to it alone."""

import hashlib
import re
import threading
from base64 import b64decode
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback_app.departments.queries import PlaceNotFound
from feedback_app.kiosks import operations
from feedback_app.kiosks.commands import Position
from feedback_app.kiosks.models import KioskCode, KioskDevice
from feedback_app.kit import clock
from feedback_app.staff.models import AuditEvent
from feedback_app.staff.queries import Member
from tests.kiosks.fleet import PIN, Device
from tests.surveys.halls import Hall

ENROLMENTS = "/api/v1/kiosks/enrolments"


def make_code(session: Session, hall: Hall, admin: Member, *, age: timedelta = timedelta(0)) -> str:
    code = operations.make_code(
        session,
        now=clock.now() - age,
        actor_id=admin.id,
        name="  Sảnh   chính ",
        position=Position(place_id=hall.place_id, stage="returned"),
        pin=PIN,
    )
    session.commit()
    return code


def test_a_code_is_short_without_look_alikes_and_kept_as_a_digest(session: Session, hall: Hall, admin: Member) -> None:
    codes = {make_code(session, hall, admin) for _ in range(20)}
    assert len(codes) == 20
    assert all(re.fullmatch(r"[2-9A-HJKMNP-Z]{4}-[2-9A-HJKMNP-Z]{4}", code) for code in codes)
    kept = {row.digest for row in session.scalars(select(KioskCode))}
    assert kept == {hashlib.sha256(code.replace("-", "").encode()).digest() for code in codes}


def test_it_makes_a_device_that_gets_its_configuration(
    session: Session, client: FlaskClient, hall: Hall, admin: Member
) -> None:
    code = make_code(session, hall, admin)
    made = client.post(ENROLMENTS, json={"code": f" {code.lower().replace('-', ' ')} "})
    assert made.status_code == 201
    assert made.json["name"] == "Sảnh chính"
    assert made.headers["Cache-Control"] == "no-store"
    key = made.json["key"]
    assert key.startswith(made.json["device"] + ".")
    stored = session.scalars(select(KioskDevice)).one()
    assert stored.key_digest == hashlib.sha256(key.partition(".")[2].encode()).digest()
    found = client.get("/api/v1/kiosks/self", headers={"Authorization": f"Bearer {key}"})
    told = found.json
    assert (told["device"], told["stage"], told["version"]) == (made.json["device"], "returned", hall.kiosk.id)
    assert told["questions"][0]["choices"][0] == {"key": "very-satisfied", "outcome": "satisfied"}
    assert told["texts"]["en"]["thanks"].startswith("Thank")
    assert told["seconds"] == {"idle": 20, "typing": 45, "countdown": 10, "thanks": 5}
    assert (told["alarm"], told["most"], told["report_seconds"], told["settings"]) == (200, 20_000, 60, 1)
    assert re.fullmatch(told["dossiers"]["pattern"], "000.00.12.H46-251120-0001")
    assert b64decode(told["pin"]["hash"]) == PIN.hash
    assert abs(told["now"] - clock.now().timestamp() * 1000) < 60_000
    events = session.execute(select(AuditEvent.action, AuditEvent.department_id).order_by(AuditEvent.id)).all()
    assert events[-2:] == [("kiosks.code_made", hall.centre), ("kiosks.enrolled", hall.centre)]


@pytest.mark.parametrize("code", ["", "K7QM", "K7QM-2XDO", "K7QM-2XD1", None, 5, "K7QM-2XDP-2XDP"])
def test_what_is_no_code_is_named(client: FlaskClient, hall: Hall, code: object) -> None:
    answer = client.post(ENROLMENTS, json={"code": code})
    assert answer.status_code == 422
    assert answer.content_type == "application/problem+json"
    assert answer.json["errors"][0]["field"] == "code"


def test_unknown_used_and_expired_codes_look_alike(
    session: Session, client: FlaskClient, hall: Hall, admin: Member
) -> None:
    used, expired = make_code(session, hall, admin), make_code(session, hall, admin, age=timedelta(hours=24, seconds=1))
    assert client.post(ENROLMENTS, json={"code": used}).status_code == 201
    answers = [client.post(ENROLMENTS, json={"code": code}) for code in ("2222-2222", used, expired)]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.text for answer in answers}) == 1
    assert len(session.scalars(select(KioskDevice)).all()) == 1


def test_of_two_devices_that_type_it_at_once_one_gets_in(
    session: Session, app: Flask, hall: Hall, admin: Member
) -> None:
    code = make_code(session, hall, admin)
    statuses: list[int] = []
    start = threading.Barrier(2)

    def type_it() -> None:
        client = app.test_client()
        start.wait()
        statuses.append(client.post(ENROLMENTS, json={"code": code}).status_code)

    threads = [threading.Thread(target=type_it) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [201, 404]
    assert len(session.scalars(select(KioskDevice)).all()) == 1


def test_guesses_from_one_address_are_slowed_and_others_go_on(client: FlaskClient, hall: Hall) -> None:
    guesser, other = {"REMOTE_ADDR": "203.0.113.7"}, {"REMOTE_ADDR": "203.0.113.8"}

    def guess(where: dict[str, str]) -> int:
        return client.post(ENROLMENTS, json={"code": "2222-2222"}, environ_overrides=where).status_code

    # At most two windows of a minute are touched.
    assert 429 in [guess(guesser) for _ in range(2 * 10 + 1)]
    assert guess(other) == 404


def test_a_closed_place_or_another_places_counter_gets_no_code(session: Session, hall: Hall, admin: Member) -> None:
    for position in (Position(place_id=hall.place_id, counter_id=10**6), Position(place_id=10**6)):
        with pytest.raises(PlaceNotFound):
            operations.make_code(session, now=clock.now(), actor_id=admin.id, name="Sảnh", position=position, pin=PIN)


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer x", "Bearer {id}", "Bearer {id}.wrong", "Basic {key}"])
def test_without_its_key_nobody_is_a_device(client: FlaskClient, enrolled: Device, header: str) -> None:
    shown = {"Authorization": header.format(id=enrolled.id, key=enrolled.key)}
    for answer in (
        client.get("/api/v1/kiosks/self", headers=shown),
        client.post("/api/v1/kiosks/responses", json={}, headers=shown),
        client.post("/api/v1/kiosks/reports", json={}, headers=shown),
    ):
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == "Bearer"
        assert answer.json["errors"][0]["field"] == "Authorization"


def test_an_unchanged_configuration_is_not_sent_again(enrolled: Device) -> None:
    first = enrolled.configuration()
    again = enrolled.configuration(**{"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
