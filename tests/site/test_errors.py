"""Refusals and failures are pages in plain words with a way on."""

from collections.abc import Iterator

import pytest
from flask import Flask, abort
from flask.testing import FlaskClient
from sqlalchemy import text

from config import Settings
from feedback_app.app import create_app
from feedback_app.kit.db import db
from feedback_app.kit.web import public


def test_not_found_leads_on(client: FlaskClient) -> None:
    answer = client.get("/khong-co-trang-nay")
    assert answer.status_code == 404
    assert "Không tìm thấy trang này" in answer.text
    assert 'href="/ket-qua"' in answer.text


def test_scripts_get_json(client: FlaskClient) -> None:
    answer = client.get("/khong-co-trang-nay", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json["status"]) == (404, 404)  # type: ignore[index]


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
