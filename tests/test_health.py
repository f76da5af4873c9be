"""The service says that it is well only when it reaches its database."""

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Page


def test_healthz_answers(client: FlaskClient) -> None:
    assert client.get("/healthz").get_json() == {"status": "ok"}


@pytest.mark.browser
def test_healthz_answers_in_a_browser(page: Page) -> None:
    response = page.goto("/healthz")
    assert response is not None
    assert response.status == 200
