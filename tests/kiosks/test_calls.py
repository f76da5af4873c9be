"""A dossier is called up on the device of its counter, taken once, and lapses after three minutes."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback_app.kiosks import operations
from feedback_app.kiosks.commands import Position
from feedback_app.kiosks.models import KioskCall
from feedback_app.kit import clock
from feedback_app.staff import operations as staff
from feedback_app.staff.queries import Member
from feedback_app.surveys.models import Response
from tests import factories
from tests.kiosks.fleet import Device, enrol
from tests.staff.people import MORNING
from tests.surveys.halls import Hall
from tests.tokens.making import code, token


@pytest.fixture
def key(session: Session, hall: Hall) -> str:
    made = staff.add_key(session, now=MORNING, name="Một cửa", department_id=hall.centre)
    session.commit()
    return made


def call_up(client: FlaskClient, key: str, number: int = 1, **changes: object):
    body = {"place": "mot-cua", "dossier": code(number), "stage": "returned", **changes}
    return client.post("/api/v1/calls", json=body, headers={"Authorization": f"Bearer {key}"})


def taken(device: Device):
    answer = device.client.get("/api/v1/kiosks/call", headers=device.headers)
    assert answer.status_code == 200
    return answer.json["call"]


def test_a_call_is_taken_once_and_its_answer_is_verified(
    client: FlaskClient, session: Session, enrolled: Device, key: str
) -> None:
    assert taken(enrolled) is None
    made = call_up(client, key)
    assert made.status_code == 201
    call = taken(enrolled)
    assert call == {"id": made.json["id"], "dossier": token(1).written, "stage": "returned"}
    assert taken(enrolled) is None
    assert session.scalars(select(KioskCall)).all() == []
    item = enrolled.item(dossier=call["dossier"])
    assert enrolled.outcomes(item) == ["stored"]
    assert enrolled.outcomes(item) == ["same"]
    assert enrolled.outcomes(enrolled.item(dossier=call["dossier"])) == ["answered_before"]
    assert session.scalars(select(Response.verification)).all() == ["verified"]


def test_a_code_typed_at_a_kiosk_is_spent_and_one_that_is_none_is_left_out(session: Session, enrolled: Device) -> None:
    given = [code(1), code(1).lower(), "không phải mã", None, "", 7, "x" * 500]
    outcomes = enrolled.outcomes(*(enrolled.item(dossier=each) for each in given))
    assert outcomes == ["stored", "answered_before", *["stored"] * 5]
    found = session.scalars(select(Response.verification)).all()
    assert sorted(map(str, found)) == ["None"] * 5 + ["unverified"]


def test_a_newer_call_takes_the_place_of_an_older_one(client: FlaskClient, enrolled: Device, key: str) -> None:
    call_up(client, key, 1)
    call_up(client, key, 2)
    assert taken(enrolled)["dossier"] == token(2).written
    assert taken(enrolled) is None


def test_a_call_for_another_counter_is_not_told(client: FlaskClient, enrolled: Device, key: str) -> None:
    assert call_up(client, key, counter="quay-1").status_code == 201
    assert taken(enrolled) is None


def test_a_call_lapses(client: FlaskClient, session: Session, hall: Hall, enrolled: Device, key: str) -> None:
    call_up(client, key)
    where = Position(place_id=hall.place_id, counter_id=None, stage=None)
    late = clock.now() + timedelta(minutes=3)
    assert operations.take_call(session, where, now=late) is None
    operations.forget_calls(session, now=late)
    session.commit()
    assert taken(enrolled) is None


def test_only_a_device_is_told_and_only_the_offices_key_calls(
    client: FlaskClient, session: Session, enrolled: Device, key: str
) -> None:
    assert client.get("/api/v1/kiosks/call").status_code == 401
    other = staff.add_key(
        session, now=MORNING, name="Nơi khác", department_id=factories.department(session, "noi-khac")
    )
    session.commit()
    assert call_up(client, other).status_code == 403
    assert call_up(client, "1.x").status_code == 401
    assert call_up(client, key, counter="quay-9").status_code == 404
    assert call_up(client, key, dossier="nhầm").status_code == 422
    assert taken(enrolled) is None


def test_a_call_counts_at_its_own_stage_and_not_that_of_the_device(
    client: FlaskClient, session: Session, hall: Hall, admin: Member, key: str
) -> None:
    """The stage that the call named is the one its token is spent for."""
    device = enrol(session, client, hall, admin, position=Position(place_id=hall.place_id, stage="returned"))
    call_up(client, key, stage="received")
    called = taken(device)["dossier"]
    assert device.outcomes(device.item(dossier=called), device.item(dossier=code(1))) == ["stored", "stored"]
    found = session.execute(select(Response.stage, Response.verification)).all()
    assert sorted(map(tuple, found)) == [("received", "verified"), ("returned", "unverified")]


def test_a_token_that_nobody_named_for_this_place_counts_for_nothing(session: Session, enrolled: Device) -> None:
    outcomes = enrolled.outcomes(*(enrolled.item(dossier=token(1).written) for _ in range(2)))
    assert outcomes == ["stored", "stored"]
    assert session.scalars(select(Response.verification)).all() == [None, None]


def test_a_key_of_a_counters_office_names_nothing_for_other_counters(
    client: FlaskClient, session: Session, hall: Hall, enrolled: Device
) -> None:
    own = staff.add_key(session, now=MORNING, name="Phòng Kinh tế", department_id=hall.bureau)
    session.commit()
    assert call_up(client, own, counter="quay-1").status_code == 201
    assert enrolled.outcomes(enrolled.item(dossier=code(1))) == ["stored"]
    assert session.scalars(select(Response.verification)).all() == ["unverified"]
