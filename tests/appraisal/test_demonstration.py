"""The demonstration has invented officers, one of them its own clerk with an objection, and takes them away again."""

from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from feedback_app import demo
from feedback_app.appraisal import queries
from feedback_app.appraisal.models import Contest, Officer, OfficerAppraisal, OfficerPoints
from feedback_app.staff import queries as staff
from tests.factories import minima

NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)


def test_it_has_officers_of_each_kind_and_removes_them(session: Session) -> None:
    demo.load(session, now=NOW, minima=minima(30, 5), rapid_seconds=5, report=lambda _text: None, months=1)
    clerk = staff.account_named(session, username="canbo").member
    own = queries.officer_of(session, clerk)
    assert own is not None
    assert own.code == "CB-01 (trình diễn)"
    found = queries.officers(session, scope=None)
    newest, before = queries.quarters(session, [each.id for each in found])
    assert (newest.code, before.code) == ("2026-Q3", "2026-Q2")
    views = queries.quarter_views(session, found, newest, minimum=30)
    assert [view.figure.grade.least if view.figure.grade else None for view in views] == [5, 3.5, None, 0]
    assert [view.contested for view in views] == [True, False, False, False]
    assert all("(trình diễn)" in view.officer.code for view in views)
    demo.remove(session, now=NOW)
    for model in (Officer, OfficerAppraisal, OfficerPoints, Contest):
        assert session.scalar(select(func.count()).select_from(model)) == 0
