"""Three people every staff page is tried with, and the departments they stand in.

`owner` works for the ward, `teammate` for another department of the same city, `outsider` for a city of its own:
of what the first two have, the outsider must see nothing.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from feedback_app.departments.models import Department, DepartmentVersion
from feedback_app.staff import operations
from feedback_app.staff.operations import passwords
from feedback_app.staff.queries import Member

# Real hashes are slow on purpose, and these guard nothing.
passwords._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)

PASSWORD = "một câu dễ nhớ của tôi"
GIVEN = "một câu người khác đặt"
OPENED = date(2020, 1, 1)
MORNING = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)


@dataclass(frozen=True)
class Office:
    """Department ids: `city` holds `ward` and `bureau`; `elsewhere` is another city."""

    city: int
    ward: int
    bureau: int
    elsewhere: int


def make_office(session: Session) -> Office:
    city = _department(session, "dong-hoi", "city", "Thành phố Đồng Hới", None)
    ward = _department(session, "dong-son", "ward", "Phường Đồng Sơn", city)
    bureau = _department(session, "tai-chinh", "office", "Phòng Tài chính", city)
    elsewhere = _department(session, "ba-don", "city", "Thị xã Ba Đồn", None)
    session.commit()
    return Office(city, ward, bureau, elsewhere)


def add_person(session: Session, username: str, role: str, department_id: int | None) -> Member:
    member = operations.add_member(
        session,
        now=MORNING,
        actor_id=None,
        username=username,
        display_name=f"Người {username}",
        role=role,
        department_id=department_id,
        password=PASSWORD,
    )
    session.commit()
    return member


def add_made(
    session: Session, username: str, role: str, department_id: int | None, *, maker: Member, now: datetime
) -> Member:
    """A person whose account another one made; they have changed the password they were given."""
    made = operations.add_member(
        session,
        now=now,
        actor_id=maker.id,
        username=username,
        display_name=f"Người {username}",
        role=role,
        department_id=department_id,
        password=GIVEN,
    )
    own = operations.change_password(session, now=now, member_id=made.id, current=GIVEN, new=PASSWORD)
    session.commit()
    return own.member


def sign_in(app: Flask, username: str, password: str = PASSWORD) -> FlaskClient:
    """A browser in which `username` has signed in."""
    client = app.test_client()
    answer = post(client, "/dang-nhap", {"username": username, "password": password})
    assert answer.status_code == 302, answer.text
    return client


def post(client: FlaskClient, path: str, data: dict[str, object], **kwargs: Any) -> TestResponse:
    """Post a form with the token of this browser's session, as a page would."""
    return client.post(path, data={**data, "csrf_token": token_of(client)}, **kwargs)


def token_of(client: FlaskClient) -> str:
    """The CSRF token the browser's session holds, from a page that has a form for everybody."""
    page = client.get("/dang-nhap")
    if page.status_code == 302:
        page = client.get("/tai-khoan")
    return page.text.split('name="csrf_token"', 1)[1].split('value="', 1)[1].split('"', 1)[0]


def _department(session: Session, code: str, kind: str, name: str, parent_id: int | None) -> int:
    row = Department(code=code, kind=kind, opened_on=OPENED)
    session.add(row)
    session.flush()
    session.add(
        DepartmentVersion(department_id=row.id, valid_from=OPENED, name=name, short_name=name, parent_id=parent_id)
    )
    session.flush()
    return row.id
