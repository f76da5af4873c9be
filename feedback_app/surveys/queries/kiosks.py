"""Whether kiosks are still answered at: that somebody did, never what."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import ARRAY, Integer, column, func, literal, select, true
from sqlalchemy.orm import Session

from feedback_app.surveys.models import Response


def places_touched(session: Session, spots: Collection[tuple[int, int]], *, since: date) -> frozenset[int]:
    """The places at whose kiosk somebody answered on `since` or later.

    `spots` are the (place id, department id) pairs that can be rated there: responses are indexed by department.
    """
    places, departments = ([each[part] for each in spots] for part in (0, 1))
    asked = (
        func.unnest(literal(places, ARRAY(Integer)), literal(departments, ARRAY(Integer)))
        .table_valued(column("place_id", Integer), column("department_id", Integer))
        .render_derived("asked")
    )
    # The limit makes PostgreSQL stop at the first touch of each place rather than join whole days.
    touched = (
        select(literal(1))
        .where(
            Response.rated_department_id == asked.c.department_id,
            Response.answered_on >= since,
            Response.place_id == asked.c.place_id,
            Response.channel == "kiosk",
            Response.removed_at.is_(None),
        )
        .limit(1)
        .lateral("touched")
    )
    return frozenset(session.scalars(select(asked.c.place_id).join(touched, true())))
