"""Every address of the API that takes JSON says the same of what is none: 415 for another type, 422 for what cannot be
read."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from feedback_app.kiosks import operations
from feedback_app.kiosks.commands import DeviceSettings
from feedback_app.kit import clock
from feedback_app.staff import operations as staff
from tests.kiosks.fleet import enrol
from tests.staff.people import MORNING, add_person
from tests.surveys.halls import make_hall

DEVICES = "/api/v1/kiosks/responses", "/api/v1/kiosks/reports", "/api/v1/kiosks/handovers"
OFFICES = "/api/v1/slips", "/api/v1/calls", "/api/v1/dossiers/trung-tam/2025-11-20"
ADDRESSES = [*DEVICES, *OFFICES, "/api/v1/kiosks/enrolments"]


@pytest.fixture
def keys(session: Session, client: FlaskClient) -> dict[str, str]:
    """By address, what opens it."""
    hall = make_hall(session)
    admin = add_person(session, "admin", "administrator", None)
    device = enrol(session, client, hall, admin, now=clock.now() - timedelta(days=1))
    offered = DeviceSettings(handover=True)
    operations.change_settings(session, device.id, now=clock.now(), actor_id=admin.id, settings=offered)
    office = staff.add_key(session, now=MORNING, name="Một cửa", department_id=hall.centre)
    session.commit()
    return dict.fromkeys(DEVICES, device.key) | dict.fromkeys(OFFICES, office)


def send(client: FlaskClient, keys: dict[str, str], address: str, body: bytes, kind: str | None) -> TestResponse:
    headers = {"Authorization": f"Bearer {keys[address]}"} if address in keys else {}
    method = "PUT" if "dossiers" in address else "POST"
    return client.open(address, method=method, data=body, content_type=kind, headers=headers)


@pytest.mark.parametrize("address", ADDRESSES)
def test_what_is_not_said_to_be_json_is_an_unsupported_type(
    client: FlaskClient, keys: dict[str, str], address: str
) -> None:
    for kind in (None, "", "text/plain", "application/x-www-form-urlencoded"):
        told = send(client, keys, address, b"{}", kind)
        assert (told.status_code, told.mimetype) == (415, "application/problem+json")
        words = "Nội dung gửi lên phải là JSON và được khai là application/json."
        assert told.json["errors"] == [{"field": "", "message": words}]


@pytest.mark.parametrize("address", ADDRESSES)
def test_json_that_cannot_be_read_is_refused(client: FlaskClient, keys: dict[str, str], address: str) -> None:
    for body in (b"", b"{", b"[" * 100_000, b'{"place": "\xff"}', b"1" * 5_000):
        told = send(client, keys, address, body, "application/json")
        assert (told.status_code, told.mimetype) == (422, "application/problem+json")
        words = "Nội dung gửi lên không phải là JSON đọc được."
        assert told.json["errors"] == [{"field": "body", "message": words}]


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("body", [b"null", b"[]", b"7", b'"x"', b"{}"])
def test_json_that_is_something_else_is_refused(
    client: FlaskClient, keys: dict[str, str], address: str, body: bytes
) -> None:
    told = send(client, keys, address, body, "application/json; charset=utf-8")
    assert (told.status_code, told.mimetype) == (422, "application/problem+json")
    assert all(each["message"].endswith(".") for each in told.json["errors"])
