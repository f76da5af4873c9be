"""No public address, file or interface holds anything of a single officer."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app.appraisal import operations
from feedback_app.kit.web import audience_of
from feedback_app.ratings.schemes import Points
from feedback_app.staff import operations as staff
from tests import factories
from tests.appraisal.making import DAYS, FULL, NOW, QUARTER, enter, line, make_workplace
from tests.factories import local
from tests.staff.people import sign_in

# Numbers that occur nowhere else, so that any of them on a page is a leak.
SECRET_SUM, SECRET_COUNT = 918_273, 564_738
OFFICER = "CB-KIN-01"
REASON = "Lời khiếu nại kín."
SECRETS = (
    OFFICER,
    REASON,
    "918273",
    "918.273",
    "918,273",
    "564738",
    "564.738",
    "564,738",
    "khieu-nai-diem",
    "diem-can-bo",
)


@pytest.fixture
def filled(session: Session) -> dict[str, str]:
    """An officer with points and a contest, beside public figures; what to fill into addresses."""
    place = make_workplace(session)
    enter(session, place, line(OFFICER, "phuong", counted={**FULL, 1: Points(SECRET_SUM, SECRET_COUNT)}))
    operations.contest(session, place.ward, QUARTER, 1, reason=REASON, days=DAYS, now=NOW)
    version = factories.questionnaire(session)
    factories.responses(session, version, place.office.ward, local(2026, 3, 2), satisfied=40)
    factories.count(session)
    session.commit()
    return {
        "code": "dong-son",
        "department": "dong-son",
        "day": "2026-03-02",
        "slug": "x",
        "place": "x",
        "counter": "x",
    }


def addresses(app: Flask, filled: dict[str, str], *audiences: str) -> set[str]:
    """Every address of these audiences that is read by GET, whatever the rest of it is filled with."""
    found = set()
    urls = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        if "GET" in (rule.methods or ()) and audience_of(view) in audiences:
            numbers = {name: 1 for name in rule.arguments}
            values = {name: filled.get(name, numbers[name]) for name in rule.arguments} | (rule.defaults or {})
            found.add(urls.build(rule.endpoint, values))
    return found


def read(client: FlaskClient, path: str, headers: dict[str, str] | None = None) -> bytes:
    with client.get(path, headers=headers, follow_redirects=True) as reply:
        return bytes(reply.data)


def test_no_public_route_tells_anything(app: Flask, filled: dict[str, str]) -> None:
    paths = addresses(app, filled, "public", "key")
    assert len(paths) > 15
    for path in paths:
        for query in ("", "?ky=2026-Q1", "?ky=2026"):
            content = read(app.test_client(), path + query)
            for secret in SECRETS:
                assert secret.encode() not in content, (path, secret)


def test_every_route_of_points_is_for_accounts(whole_app: Flask) -> None:
    own = [rule for rule in whole_app.url_map.iter_rules() if rule.endpoint.startswith("appraisal.")]
    assert len(own) == 6
    assert {audience_of(whole_app.view_functions[rule.endpoint]) for rule in own} == {"staff"}


def test_a_key_of_another_system_opens_nothing(app: Flask, session: Session, filled: dict[str, str]) -> None:
    token = staff.add_key(session, now=NOW, name="một cửa", department_id=factories.department_id(session, "dong-son"))
    session.commit()
    for path in addresses(app, filled, "public", "key", "staff"):
        content = read(app.test_client(), path, {"Authorization": f"Bearer {token}"})
        for secret in SECRETS[:8]:
            assert secret.encode() not in content, (path, secret)


def test_pages_of_points_are_kept_nowhere(app: Flask, filled: dict[str, str]) -> None:
    for path in ("/toi/danh-gia", "/quan-ly/diem-can-bo", "/quan-ly/khieu-nai-diem"):
        assert app.test_client().get(path).status_code == 302
        assert sign_in(app, "phuong").get(path).headers["Cache-Control"] == "no-store"
