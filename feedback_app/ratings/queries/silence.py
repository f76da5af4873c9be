"""When departments were last answered about: days and numbers, never what was said."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import ARRAY, Integer, column, func, literal, select, true
from sqlalchemy.orm import Session

from feedback_app.kit.revisions import Kept
from feedback_app.ratings.models import DailyTally

_last: Kept[dict[int, date]] = Kept("ratings", most=4)


def last_answered(session: Session, department_ids: Collection[int]) -> dict[int, date]:
    """The last day with a countable response by department; those without any are left out."""
    ids = tuple(sorted(department_ids))
    return _last.find(session, ids, lambda: _read_last(session, ids))


def _read_last(session: Session, ids: tuple[int, ...]) -> dict[int, date]:
    asked = (
        func.unnest(literal(list(ids), ARRAY(Integer)))
        .table_valued(column("department_id", Integer))
        .render_derived("asked")
    )
    # One step backwards through the key for each department, however many days there are.
    last = (
        select(DailyTally.day)
        .where(DailyTally.department_id == asked.c.department_id, DailyTally.responses > 0)
        .order_by(DailyTally.day.desc())
        .limit(1)
        .lateral("last")
    )
    rows = session.execute(select(asked.c.department_id, last.c.day).join(last, true()))
    return {row[0]: row[1] for row in rows}
