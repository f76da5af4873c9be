"""What was published before there was a chain gets its places in it, and is frozen with the rest."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import text
from sqlalchemy.orm import Session

from config import Settings
from feedback_app.app import create_app
from feedback_app.kit.db import db
from feedback_app.ratings import queries
from tests.conftest import environ_for

PUBLISHED = """
INSERT INTO publications
    (period_kind, starts_on, ends_on, number, published_at, reason, scheme, minimum_responses, small_cell,
     demonstration)
VALUES
    ('month', '2026-02-01', '2026-03-01', 1, '2026-03-01 00:10+07', NULL, 'satisfied-share/1', 30, 5, false),
    ('month', '2026-01-01', '2026-02-01', 1, '2026-02-01 00:10+07', NULL, 'satisfied-share/1', 30, 5, false),
    ('month', '2026-01-01', '2026-02-01', 2, '2026-03-09 08:00+07', 'Nhập muộn', 'satisfied-share/1', 30, 5, false)
"""
TALLIES = """
INSERT INTO published_tallies
    (publication_id, department_id, month, version_id, channel, field_id, stage, responses, partial, assisted, rapid,
     rated, satisfied, neutral, not_satisfied, scored, points, choice_ids, picked)
SELECT id, 7, starts_on, 1, channel, 0, '', 40, 0, 0, 2, 40, 36, 0, 4, 40, 190, '{1,2}', '{36,4}'
FROM publications, unnest(ARRAY['web', 'kiosk', 'QR']) AS channel
"""


@pytest.fixture
def older_app(new_database: Callable[..., str], valkey_url: str, process_number: int) -> Iterator[Flask]:
    """The application on a database of its own, as it was before there was a chain."""
    url = new_database(f"test_{process_number}_chain", empty=True)
    app = create_app(Settings.from_environ(environ_for(url, valkey_url)))
    with app.app_context():
        upgrade(revision="0007")
        yield app
        db.engine.dispose()


def test_older_publications_are_chained_in_the_order_they_went_out(older_app: Flask) -> None:
    with Session(db.engine) as session:
        for statement in (PUBLISHED, TALLIES):
            session.execute(text(statement))
        session.commit()
    upgrade()
    with Session(db.engine) as session:
        found = queries.all_publications(session, limit=9)[::-1]
        real, _demonstration = queries.verify(session)
    assert [(each.period.code, each.number, each.link) for each in found] == [
        ("2026-01", 1, 1),
        ("2026-02", 1, 2),
        ("2026-01", 2, 3),
    ]
    assert [each.excluded for each in found] == [{"rapid": 6}] * 3
    assert (real.links, real.last_hash, real.broken) == (3, found[-1].hash, None)
