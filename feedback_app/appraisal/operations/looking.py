"""Looking at other people's points; every look is written down, and so is every refusal."""

from datetime import datetime

from sqlalchemy.orm import Session

from feedback_app.appraisal import queries
from feedback_app.appraisal.operations.trail import record_about, record_look, record_refusal
from feedback_app.appraisal.queries import ContestNotFound, ContestView, QuarterView, YearView
from feedback_app.kit.errors import N_, NotAllowed
from feedback_app.ratings.periods import Period
from feedback_app.staff.queries import Member


class NotYourPoints(NotAllowed):
    """Points of single officers are for the officer and for managers of the department, nobody else."""


def check_manager(session: Session, member: Member, *, now: datetime) -> None:
    """Raise NotYourPoints, which is in the trail then, for every other role: administrators see nobody's points."""
    if member.role != "manager":
        record_refusal(session, member, now, attempt="look", why="role")
        raise NotYourPoints(N_("Điểm của từng cán bộ chỉ người quản lý của đơn vị được xem."))


def look_at_officers(
    session: Session,
    member: Member,
    quarter: Period | None,
    *,
    scope: frozenset[int] | None,
    minimum: int,
    now: datetime,
) -> tuple[list[Period], list[QuarterView]]:
    """The quarters there are, newest first, and one of them (None: the newest) for a manager, noting who was looked at.

    Officers are those whose present department is in `scope`. Raises NotYourPoints, which is in the trail then.
    """
    check_manager(session, member, now=now)
    found = queries.officers(session, scope=scope)
    known = queries.quarters(session, [each.id for each in found])
    chosen = quarter or next(iter(known), None)
    views = [] if chosen is None else queries.quarter_views(session, found, chosen, minimum=minimum)
    if chosen is not None:
        record_look(session, member, chosen, [view.officer for view in views], now)
    return known, views


def look_at_years(
    session: Session, member: Member, year: Period, *, scope: frozenset[int] | None, minimum: int, now: datetime
) -> tuple[list[Period], list[YearView]]:
    """As `look_at_officers`, of a year: the quarters there are, newest first, and the officers' years."""
    check_manager(session, member, now=now)
    found = queries.officers(session, scope=scope)
    views = queries.year_views(session, found, year, minimum=minimum)
    record_look(session, member, year, [view.officer for view in views], now)
    return queries.quarters(session, [each.id for each in found]), views


def look_at_contest(
    session: Session,
    member: Member,
    contest_id: int,
    *,
    scope: frozenset[int] | None,
    minimum: int,
    now: datetime,
) -> tuple[ContestView, QuarterView]:
    """A contest with the quarter it is about, for managers of the officer and for those who may decide it.

    The look is noted. Raises NotYourPoints and ContestNotFound, which are in the trail then.
    """
    check_manager(session, member, now=now)
    found = queries.contest(session, contest_id)
    answers_for = scope is None or found.officer.department_id in scope
    if not answers_for and not queries.may_decide(session, member, found, now=now):
        record_refusal(session, member, now, attempt="look", why="scope", contest=found)
        raise ContestNotFound(N_("Không có khiếu nại này."))
    if found.officer.member_id != member.id:
        record_about(session, found, member, now, "appraisal.viewed")
    return found, _quarter(session, found, minimum)


def _quarter(session: Session, contest: ContestView, minimum: int) -> QuarterView:
    return queries.quarter_views(session, [contest.officer], contest.quarter, minimum=minimum)[0]
