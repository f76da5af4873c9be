"""A hall, an administrator, and a device that stands in the hall since yesterday."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app.kit import clock
from feedback_app.staff.queries import Member
from tests.kiosks.fleet import Device, enrol
from tests.staff.people import add_person
from tests.surveys.halls import Hall, make_hall


@pytest.fixture
def hall(session: Session) -> Hall:
    return make_hall(session)


@pytest.fixture
def admin(session: Session) -> Member:
    return add_person(session, "admin", "administrator", None)


@pytest.fixture
def enrolled(session: Session, client: FlaskClient, hall: Hall, admin: Member) -> Device:
    return enrol(session, client, hall, admin, now=clock.now() - timedelta(days=30))
