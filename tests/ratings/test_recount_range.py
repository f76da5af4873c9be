"""Counting a range of days again: what is wrong is put right, and what is right is left alone."""

from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from feedback_app.ratings import operations
from feedback_app.surveys.versions import VersionView
from tests import factories
from tests.factories import local

MONDAY, FRIDAY = date(2026, 3, 2), date(2026, 3, 6)
# More than one batch of days or months that should not be there.
MANY = (
    "INSERT INTO {} SELECT department, '{}', 1, 'kiosk', 0, '', 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, '{{}}', '{{}}'"
    " FROM generate_series(100001, 100000 + {}) AS department"
)


@pytest.fixture
def counted(session: Session) -> VersionView:
    """Two departments with answers on Monday and Tuesday, counted."""
    version = factories.questionnaire(session)
    for code in ("tu-phap", "kinh-te"):
        department = factories.department(session, code)
        for day in (2, 3):
            factories.responses(session, version, department, local(2026, 3, day), satisfied=3, neutral=1)
        factories.response(
            session, version, department, local(2026, 3, 2, 10), level="khong-hai-long", reasons=("cho-lau",)
        )
    factories.count(session)
    session.commit()
    return version


def recount(session: Session) -> int:
    found = operations.recount_range(session, first=MONDAY, before=FRIDAY)
    session.commit()
    return found


def tallies(session: Session) -> list[tuple[object, ...]]:
    return [
        tuple(row)
        for table in ("daily_tallies", "monthly_tallies")
        for row in session.execute(text(f"SELECT * FROM {table} ORDER BY 1, 2, 3, 4"))  # noqa: S608  # our own words
    ]


def written_by(session: Session) -> list[tuple[object, ...]]:
    """Which transaction wrote each row."""
    tables = ("daily_tallies", "monthly_tallies")
    return [
        tuple(row)
        for table in tables
        for row in session.execute(text(f"SELECT ctid::text, xmin::text FROM {table} ORDER BY 1"))  # noqa: S608
    ]


@pytest.mark.usefixtures("counted")
def test_writes_nothing_where_everything_is_right(session: Session) -> None:
    before = written_by(session)

    assert recount(session) == 0

    assert written_by(session) == before


@pytest.mark.usefixtures("counted")
@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE daily_tallies SET picked[1] = picked[1] + 1 WHERE day = '2026-03-02'",
        "UPDATE daily_tallies SET choice_ids[1] = choice_ids[1] + 1 WHERE day = '2026-03-02'",
        "UPDATE daily_tallies SET channel = 'qr' WHERE day = '2026-03-02'",
        "UPDATE monthly_tallies SET satisfied = satisfied - 1",
        "UPDATE monthly_tallies SET picked[1] = picked[1] + 1",
        "DELETE FROM daily_tallies",
        MANY.format("daily_tallies", "2026-03-03", operations.BATCH + 1),
        MANY.format("monthly_tallies", "2026-03-01", operations.BATCH + 1),
        "DELETE FROM monthly_tallies",
        "UPDATE monthly_tallies SET stage = 'returned'",
        "UPDATE daily_tallies SET responses = responses + 1 WHERE day = '2026-03-02'",
        "UPDATE daily_tallies SET points = points - 1 WHERE day = '2026-03-02'",
        "UPDATE daily_tallies SET satisfied = satisfied - 1, neutral = neutral + 1 WHERE day = '2026-03-02'",
        "DELETE FROM daily_tallies WHERE day = '2026-03-02'",
        "UPDATE daily_tallies SET day = '2026-03-04' WHERE day = '2026-03-02' AND channel = 'kiosk'",
    ],
)
def test_puts_right_what_differs_and_tells_how_many_days(session: Session, damage: str) -> None:
    right = tallies(session)
    session.execute(text(damage))
    session.commit()

    assert recount(session) >= 2

    assert tallies(session) == right
    assert recount(session) == 0


@pytest.mark.usefixtures("counted")
def test_leaves_days_outside_the_range_alone(session: Session) -> None:
    session.execute(text("UPDATE daily_tallies SET points = 0"))
    session.commit()

    operations.recount_range(session, first=date(2026, 3, 3), before=FRIDAY)

    points = session.execute(text("SELECT day, min(points) = 0 FROM daily_tallies GROUP BY day ORDER BY day")).all()
    assert [tuple(row) for row in points] == [(date(2026, 3, 2), True), (date(2026, 3, 3), False)]
