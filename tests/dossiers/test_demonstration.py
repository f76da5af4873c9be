"""The demonstration's dossiers: more than its answers, on working days, the same each time, and gone when it goes."""

from datetime import UTC, date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback_app.demo.dossiers import load_dossiers
from feedback_app.demo.office import CLOSED, load_register
from feedback_app.dossiers import operations, queries
from feedback_app.dossiers.models import DailyDossiers

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
YEAR = (date(2025, 11, 1), date(2026, 12, 1))


def test_a_year_of_working_days_by_field(session: Session):
    load_register(session, NOW)
    load_dossiers(session, NOW)

    whole = queries.dossier_counts(session, first=YEAR[0], before=YEAR[1])
    assert sum(each.counts.received for each in whole) > 50_000
    assert all(each.counts.received > each.counts.refused and each.counts.resolved for each in whole)
    assert any(each.part_id for each in queries.dossier_counts(session, first=YEAR[0], before=YEAR[1], by="field"))
    days = set(session.scalars(select(DailyDossiers.day)))
    assert all(day.weekday() < 5 and day not in CLOSED for day in days)
    assert len(days) > 200
    (only,) = queries.imports(session, scope=None, limit=5)
    assert (only.source, only.demonstration, only.member_id) == ("Dữ liệu trình diễn", True, None)

    load_dossiers(session, NOW)
    assert len(queries.imports(session, scope=None, limit=5)) == 1, "the same day gives the same numbers"
    assert operations.remove_demonstration(session) == only.lines
    assert queries.dossier_counts(session, first=YEAR[0], before=YEAR[1]) == []
    assert queries.imports(session, scope=None, limit=5) == []
