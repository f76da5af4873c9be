"""What was published before there was a chain gets its places in it, and is frozen with the rest."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError
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


# Two days of January of which one tells of procedures, and one of February.
TOLD = """
INSERT INTO daily_tallies
    (department_id, day, version_id, channel, field_id, procedure_id, stage, responses, partial, assisted, rapid,
     rated, satisfied, neutral, not_satisfied, scored, points, choice_ids, picked)
SELECT 7, day::date, 1, 'web', 3, procedure_id, '', 4, 0, 0, 0, 4, 4, 0, 0, 4, 20, '{1}', '{4}'
FROM (VALUES ('2026-01-05', 0), ('2026-01-05', 9), ('2026-01-06', 0), ('2026-02-05', 0)) AS each (day, procedure_id)
"""
PUBLISHED_SINCE = """
INSERT INTO publications
    (period_kind, starts_on, ends_on, number, published_at, scheme, minimum_responses, small_cell, demonstration,
     disclosure, excluded, as_of, link, hash, serialisation)
VALUES
    ('month', '2026-02-01', '2026-03-01', 1, '2026-03-01 00:10+07', 'satisfied-share/1', 30, 5, false,
     'blocks-and-margins/1', '{}', '2026-03-01 00:10+07', 1, 'abc', 'publication/2')
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


def test_procedures_come_to_published_rows_and_go_again(older_app: Flask) -> None:
    upgrade(revision="0007")
    with Session(db.engine) as session:
        for statement in (PUBLISHED, TALLIES):
            session.execute(text(statement))
        session.commit()
    upgrade(revision="0013")
    before = frozen_rows()
    for _ in range(2):
        upgrade()
        with Session(db.engine) as session:
            assert session.scalars(text("SELECT DISTINCT procedure_id FROM published_tallies")).all() == [0]
            assert queries.verify(session)[0].broken is None
            assert queries.verify(session)[0].links == 3
            with pytest.raises(IntegrityError, match="frozen"):
                session.execute(text("UPDATE published_tallies SET procedure_id = 1"))
        downgrade(revision="0013")
        assert frozen_rows() == before


def test_what_tells_of_procedures_is_not_forgotten_by_going_back(older_app: Flask) -> None:
    upgrade()
    with Session(db.engine) as session:
        session.execute(text(TOLD))
        session.commit()
    downgrade(revision="0013")
    upgrade()
    with Session(db.engine) as session:
        assert session.execute(text("SELECT subject_id, day::text FROM recount_requests ORDER BY 2")).all() == [
            (7, "2026-01-05"),
            (7, "2026-01-06"),
        ]
        assert session.scalars(text("SELECT day::text FROM daily_tallies")).all() == ["2026-02-05"]
        session.execute(text(PUBLISHED_SINCE))
        session.commit()
    with pytest.raises(DBAPIError, match="cannot be kept"):
        downgrade(revision="0013")


def frozen_rows() -> list[tuple[object, ...]]:
    with Session(db.engine) as session:
        rows = session.execute(text("SELECT * FROM published_tallies ORDER BY publication_id, channel"))
        return [tuple(row) for row in rows]
