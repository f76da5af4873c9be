"""The demonstration has a queue to look at, made by the same operations, and takes it away again."""

from collections import Counter
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from feedback_app import demo
from feedback_app.exclusions.models import CaseResponse, ExcludedSpan, Proposal, ReviewCase
from feedback_app.kit.clock import local_day
from feedback_app.ratings import watch
from feedback_app.staff.models import AuditEvent
from feedback_app.surveys.models import Response
from tests.factories import minima

NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)


def test_it_holds_a_handful_of_cases_and_removes_them(session: Session) -> None:
    demo.load(session, now=NOW, minima=minima(30, 5), rapid_seconds=5, report=lambda _text: None, months=3)
    states = Counter(tuple(row) for row in session.execute(select(ReviewCase.rule, ReviewCase.state)))
    assert states[("burst", "excluded")] == 1
    assert states[("burst", "proposed")] == 1
    assert states[("after_hours", "open")] == 1
    assert states[("pace", "open")] == 1
    assert all(session.scalars(select(ReviewCase.demonstration)))
    assert session.scalar(select(func.count()).select_from(Response).where(Response.excluded_at.is_not(None))) == 34
    assert session.scalar(select(func.count()).select_from(AuditEvent).where(AuditEvent.subject.like("case:%"))) == 3
    # The honest rest of the year opens nothing more: not one case in invented working days.
    known = set(session.scalars(select(ReviewCase.id)))
    for age in range(8, 60):
        assert set(watch.look_at_day(session, local_day(NOW) - timedelta(days=age), now=NOW)) <= known, age
    assert set(watch.look_at_quarter(session, local_day(NOW), now=NOW, smallest=5)) <= known
    demo.remove(session, now=NOW)
    for model in (ReviewCase, CaseResponse, Proposal, ExcludedSpan, Response):
        assert session.scalar(select(func.count()).select_from(model)) == 0
