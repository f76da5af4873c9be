"""Officers to look at, two of a ward and one of a bureau, and everybody who may or may not see their points."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback_app.appraisal import operations, queries
from feedback_app.appraisal.commands import AppraiseOfficer
from feedback_app.appraisal.queries import QuarterView
from feedback_app.kit.sheets import ImportReport
from feedback_app.ratings.periods import parse
from feedback_app.ratings.schemes import Points
from feedback_app.staff.models import AuditEvent
from feedback_app.staff.queries import Member
from tests.staff.people import Office, add_person, make_office

NOW = datetime(2026, 4, 6, 3, tzinfo=UTC)
SOON = datetime(2026, 4, 10, 3, tzinfo=UTC)
QUARTER = parse("2026-Q1")
DAYS = 15
MINIMUM = 30
REASON = "Ba hồ sơ thiếu giấy tờ do người nộp."
# 1,2 + 1,1 + 1,0 + 0,9 + 0,8 = 5,0
FULL = {1: Points(120, 100), 2: Points(110, 100), 3: Points(60, 60), 4: Points(54, 60), 7: Points(48, 60)}


@dataclass(frozen=True)
class Workplace:
    """`clerk` is CB-01 and `colleague` CB-02, both of the ward; CB-03 of the bureau has no account.

    Managers: `ward`, `city` above it, `bureau` beside it, `stranger` of another city, `chief` and `importer` of no
    department; the importer answers for what is imported here.
    """

    office: Office
    clerk: Member
    colleague: Member
    ward: Member
    city: Member
    bureau: Member
    stranger: Member
    chief: Member
    importer: Member
    administrator: Member


def make_workplace(session: Session) -> Workplace:
    office = make_office(session)
    place = Workplace(
        office,
        clerk=add_person(session, "canbo", "staff", office.ward),
        colleague=add_person(session, "dongnghiep", "staff", office.ward),
        ward=add_person(session, "phuong", "manager", office.ward),
        city=add_person(session, "thanhpho", "manager", office.city),
        bureau=add_person(session, "taichinh", "manager", office.bureau),
        stranger=add_person(session, "noikhac", "manager", office.elsewhere),
        chief=add_person(session, "toanbo", "manager", None),
        importer=add_person(session, "nhapdiem", "manager", None),
        administrator=add_person(session, "quantri", "administrator", None),
    )
    few = {**FULL, 7: Points(29, 29)}
    enter(session, place, line("CB-01", "canbo"), line("CB-02", "dongnghiep", counted=few))
    enter(session, place, line("CB-03", department="tai-chinh"))
    return place


def line(
    officer: str = "CB-01",
    username: str | None = None,
    *,
    department: str = "dong-son",
    quarter: str = "2026-Q1",
    counted: Mapping[int, Points] = FULL,
) -> AppraiseOfficer:
    return AppraiseOfficer(
        officer=officer,
        username=username,
        department=department,
        quarter=parse(quarter),
        counted=counted,
        line=f"{officer}, {quarter}",
    )


def enter(session: Session, place: Workplace, *rows: AppraiseOfficer, now: datetime = NOW) -> ImportReport:
    """Import as the importer, committed; nothing may be rejected."""
    report = operations.import_quarters(session, rows, by=place.importer, now=now)
    assert report.rejected == ()
    session.commit()
    return report


def object_to(session: Session, place: Workplace, index: int = 3, *, now: datetime = SOON) -> int:
    """The clerk's objection, committed; its id."""
    contest_id = operations.contest(session, place.clerk, QUARTER, index, reason=REASON, days=DAYS, now=now)
    session.commit()
    return contest_id


def points_of(session: Session, member: Member, quarter: str = "2026-Q1") -> QuarterView:
    """What an officer reads of an own quarter."""
    session.expire_all()
    officer = queries.officer_of(session, member)
    assert officer is not None
    return queries.quarter_views(session, [officer], parse(quarter), minimum=MINIMUM)[0]


def trail(session: Session, action: str) -> list[AuditEvent]:
    """Lines of the audit trail, oldest first."""
    session.rollback()
    return list(session.scalars(select(AuditEvent).where(AuditEvent.action == action).order_by(AuditEvent.id)))


def text_of(page: str) -> str:
    """The words of a page, without marks."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
