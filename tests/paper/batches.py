"""A batch of numbered forms of the ward, and one of its forms as a page would post it."""

from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from feedback_app.paper import operations
from feedback_app.paper.operations import Issued
from feedback_app.paper.serials import serial
from feedback_app.staff.queries import Member
from tests.paper.stacks import ID, filled
from tests.staff.people import MORNING

DAY = date(2026, 3, 2)


def make_batch(session: Session, issuer: Member, department_id: int, version_id: int, **changes: Any) -> Issued:
    """Five forms of one day, issued that morning, unless `changes` say otherwise."""
    given: dict[str, Any] = {
        "place_id": None,
        "size": "A5",
        "coded": False,
        "stage": None,
        "answered_on": DAY,
        "count": 5,
        "now": MORNING,
        **changes,
    }
    issued = operations.issue(session, issuer=issuer, department_id=department_id, version_id=version_id, **given)
    session.commit()
    return issued


def numbered(number: int, response_id: str = ID, **changes: object) -> dict[str, object]:
    return filled(response_id, number=serial(number), **changes)
