"""Every page forbids foreign content; what a page is put together from is not sent the same rules twenty times over."""

import pytest
from flask.testing import FlaskClient


@pytest.mark.parametrize("path", ["/", "/ki-ot", "/ki-ot/dich-vu.js", "/static/khong-co.js", "/khong-co"])
def test_pages_workers_and_errors_forbid_foreign_content(client: FlaskClient, path: str) -> None:
    headers = client.get(path).headers
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert {"Referrer-Policy", "Permissions-Policy", "Cross-Origin-Opener-Policy"} <= set(headers.keys())


@pytest.mark.parametrize("path", ["/static/js/kiosk/main.js", "/static/css/kiosk.css"])
def test_a_part_of_a_page_is_only_kept_from_being_taken_for_another_kind(client: FlaskClient, path: str) -> None:
    with client.get(path) as answer:
        assert answer.status_code == 200
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "Content-Security-Policy" not in answer.headers
