"""Refusals at the desk are told to who asked, and kept in the audit trail although nothing else was done."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from flask import g, request

from feedback_app.kit import clock
from feedback_app.kit.db import db
from feedback_app.kit.errors import Conflict, Invalid, NotAllowed
from feedback_app.paper import operations
from feedback_app.staff import access
from feedback_app.staff.access import current_member, signed_in

View = TypeVar("View", bound=Callable[..., Any])
T = TypeVar("T")


def keeps_refusals(view: View) -> View:
    """Write into the audit trail when `view`, or its `requires` below this line, refuses somebody signed in.

    What the view had written until then is undone first. What it was about, `asks_about` has said.
    """

    @wraps(view)
    def kept(*args: Any, **kwargs: Any) -> Any:
        try:
            return view(*args, **kwargs)
        except NotAllowed as refused:
            db.session.rollback()
            member = signed_in()
            if member is not None:
                subject, department_id = g.get("paper_subject", (f"page:{request.path}", None))
                operations.record_refusal(
                    db.session(),
                    now=clock.now(),
                    actor_id=member.id,
                    attempt=f"{request.method} {request.endpoint}",
                    refused=refused,
                    subject=subject,
                    department_id=department_id,
                )
                db.session.commit()
            raise

    return cast(View, kept)


def asks_about(subject: str, department_id: int | None) -> None:
    """Say what this request is about (`<kind>:<id>`) and check that it is within the reader's scope.

    Raises OutsideScope.
    """
    g.paper_subject = (subject, department_id)
    access.check_scope(db.session(), current_member(), department_id, clock.local_day(clock.now()))


def committed(operation: Callable[[], T]) -> T:
    """Do it and commit; what an operation wrote into the trail before it refused is kept, and nothing else of it."""
    try:
        done = operation()
    except NotAllowed:
        db.session.commit()
        raise
    except (Conflict, Invalid):
        db.session.rollback()
        raise
    db.session.commit()
    return done
