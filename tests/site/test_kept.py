"""A kept page is never older than the figures behind it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from config import Settings
from feedback_app.app import create_app
from feedback_app.kit.db import db
from feedback_app.kit.security import limiter
from feedback_app.ratings import operations, queries
from feedback_app.site.kept import REMEMBERED, KeptPages
from tests import factories

NOON = datetime(2026, 11, 2, 5, tzinfo=UTC)


def test_a_page_is_drawn_once_until_its_time_is_over() -> None:
    pages, drawn = KeptPages(timedelta(seconds=30)), iter(["first", "second"])
    seconds = (0, 29, 30)
    shown = [pages.find("key", now=NOON + timedelta(seconds=s), draw=lambda: next(drawn)) for s in seconds]
    assert shown == ["first", "first", "second"]


def test_another_key_is_another_page_and_the_store_does_not_grow_for_ever() -> None:
    pages = KeptPages(REMEMBERED)
    for number in range(1200):
        assert pages.find(number, now=NOON, draw=lambda number=number: str(number)) == str(number)  # type: ignore[misc]
    assert len(pages._pages) <= 500


def test_what_fails_is_not_kept() -> None:
    pages = KeptPages(REMEMBERED)
    with pytest.raises(ZeroDivisionError):
        pages.find("key", now=NOON, draw=lambda: str(1 // 0))
    assert pages.find("key", now=NOON, draw=lambda: "drawn") == "drawn"


@pytest.fixture
def keeping(session: Session, settings: Settings) -> Iterator[Flask]:
    """An application that keeps pages, as it does outside tests."""
    before = dict(vars(limiter))
    app = create_app(replace(settings, environment="development"))
    yield app
    vars(limiter).update(before)
    with app.app_context():
        db.engine.dispose()


def test_a_recount_shows_on_the_next_request(keeping: Flask, session: Session) -> None:
    ward = factories.department(session, "phuong", "Phường Thử")
    version = factories.questionnaire(session)
    client = keeping.test_client()

    def page_after(satisfied: int) -> str:
        factories.responses(session, version, ward, factories.local(2026, 10, 5), satisfied=satisfied)
        while operations.recount_pending(session):
            pass
        session.commit()
        return client.get("/ket-qua?ky=2026-10").text

    first = page_after(40)
    assert first == client.get("/ket-qua?ky=2026-10").text
    assert "n = 40" in first.replace("\xa0", " ")
    assert "n = 43" in page_after(3).replace("\xa0", " ")


def test_recounts_and_publications_raise_the_revision(session: Session) -> None:
    assert queries.revision(session) == 0
    ward = factories.department(session, "phuong", "Phường Thử")
    factories.responses(session, factories.questionnaire(session), ward, factories.local(2026, 1, 5), satisfied=1)
    operations.recount_pending(session)
    counted = queries.revision(session)
    assert counted > 0
    operations.publish_ended(session, now=NOON, minima=factories.minima(1), limit=1)
    assert queries.revision(session) > counted
