"""Refusals and failures are pages in plain words with a way on."""

from collections.abc import Iterator

import pytest
from flask import Flask, abort
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from config import Settings
from feedback_app.app import create_app
from feedback_app.kit.db import db
from feedback_app.kit.web import public
from tests.staff.people import add_person, sign_in


def test_not_found_leads_on(client: FlaskClient) -> None:
    answer = client.get("/khong-co-trang-nay")
    assert answer.status_code == 404
    assert "Không tìm thấy trang này" in answer.text
    assert 'href="/ket-qua"' in answer.text


def test_scripts_get_json(client: FlaskClient) -> None:
    answer = client.get("/khong-co-trang-nay", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json["status"]) == (404, 404)  # type: ignore[index]


@pytest.mark.parametrize(
    "path",
    [
        "/ket-qua/%00",
        "/ki-ot/%00",
        "/khao-sat/x/%00",
        "/khao-sat/%00/ma-qr.svg",
        "/bai-viet/%00",
        "/binh-chon/%00",
        "/ket-qua?ky=%00",
    ],
)
def test_an_address_with_a_nul_leads_nowhere(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_a_number_without_room_is_no_failure(app: Flask, session: Session) -> None:
    add_person(session, "quan-tri", "administrator", None)
    client = sign_in(app, "quan-tri")
    for path in ("/quan-ly/tai-khoan/99999999999999", "/quan-ly/nhat-ky?trang=999999999999999999999"):
        assert client.get(path).status_code in (200, 404), path


@pytest.fixture
def failing(settings: Settings) -> Iterator[Flask]:
    """An application of its own with views that fail."""
    app = create_app(settings)

    @public
    def broken() -> str:
        db.session.execute(text("SELECT 1 / 0"))
        return ""

    @public
    def refusing(status: int) -> str:
        abort(status)

    app.add_url_rule("/hong", view_func=broken)
    app.add_url_rule("/tu-choi/<int:status>", view_func=refusing)
    yield app
    with app.app_context():
        db.engine.dispose()


def test_a_failure_is_told_though_its_transaction_is_broken(failing: Flask) -> None:
    answer = failing.test_client().get("/hong")
    assert answer.status_code == 500
    assert "Hệ thống đang gặp trục trặc" in answer.text
    assert "division" not in answer.text


@pytest.mark.parametrize("status", [400, 403, 404, 405, 409, 413, 422, 429, 500, 503])
def test_every_refusal_has_words_of_its_own(failing: Flask, status: int) -> None:
    answer = failing.test_client().get(f"/tu-choi/{status}")
    assert answer.status_code == status
    assert f"Mã lỗi: {status}" in answer.text
    assert ("gặp trục trặc" in answer.text) == (status >= 500)
