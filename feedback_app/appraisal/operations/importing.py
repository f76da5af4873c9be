"""Entering officers' quarters from a sheet somebody answers for, and deleting the invented ones."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from feedback_app.appraisal.commands import AppraiseOfficer
from feedback_app.appraisal.models import Officer
from feedback_app.appraisal.operations.versions import Newest, newest_versions, possible, put_version
from feedback_app.departments.queries import all_departments
from feedback_app.kit.clock import local_day
from feedback_app.kit.errors import N_
from feedback_app.kit.locks import lock
from feedback_app.kit.sheets import ImportReport
from feedback_app.ratings import queries as ratings
from feedback_app.ratings.periods import Period
from feedback_app.ratings.schemes import NoScheme, Points, Scheme
from feedback_app.staff import queries as staff
from feedback_app.staff.operations import record
from feedback_app.staff.queries import Member, MemberNotFound


def import_quarters(
    session: Session,
    rows: Sequence[AppraiseOfficer],
    *,
    by: Member,
    now: datetime,
    unread: Sequence[tuple[str, str]] = (),
    demonstration: bool = False,
) -> ImportReport:
    """Enter every line or, if any is wrong, none; entering the same again changes nothing.

    `by` answers for the file, and so decides no contest about it. What reads otherwise than before is the next version,
    the old one is kept; a sum that a decided contest corrected is not written over. `unread` are the lines the sheet
    could not make sense of, as (where, why).
    """
    lock(session, "officers")
    departments = {view.code: view.id for view in all_departments(session)}
    stored = {row.code: row for row in session.scalars(select(Officer))}
    members, unknown = _members(session, rows)
    schemes = _schemes(session, rows)
    newest = newest_versions(session)
    rejected = [
        *unread,
        *unknown,
        *_problems(rows, departments, schemes, now),
        *_wrong_people(rows, stored, members, by),
        *_overwriting(rows, departments, stored, newest),
    ]
    if rejected:
        return ImportReport(rejected=tuple(rejected))
    outcomes: list[str] = []
    entered: dict[tuple[int, Period], int] = defaultdict(int)
    for row in sorted(rows, key=lambda each: each.quarter):
        officer = stored.get(row.officer)
        if officer is None:
            officer = stored[row.officer] = Officer(code=row.officer, demonstration=demonstration)
            session.add(officer)
            session.flush()
        _link(session, officer, members.get(row.username or ""), by, now)
        before = newest.get((officer.id, row.quarter.starts_on))
        department_id = departments[row.department]
        if before is not None and _same(before, department_id, row.counted):
            outcomes.append("unchanged")
            continue
        version = 1 if before is None else before.row.version + 1
        put_version(
            session,
            officer_id=officer.id,
            quarter=row.quarter,
            version=version,
            department_id=department_id,
            scheme=schemes[row.quarter].id,
            counted=row.counted,
            by=by,
            now=now,
        )
        outcomes.append("added" if version == 1 else "changed")
        entered[department_id, row.quarter] += 1
    for (department_id, quarter), count in entered.items():
        record(
            session,
            now=now,
            actor_id=by.id,
            action="appraisal.imported",
            subject=f"period:{quarter.code}",
            department_id=department_id,
            details={"officers": count},
        )
    session.flush()
    return ImportReport(
        added=outcomes.count("added"), unchanged=outcomes.count("unchanged"), changed=outcomes.count("changed")
    )


def remove_demonstration(session: Session) -> int:
    """Delete the invented officers with all that is theirs; returns how many."""
    removed = session.execute(delete(Officer).where(Officer.demonstration).returning(Officer.id)).all()
    return len(removed)


def _same(stored: Newest, department_id: int, counted: Mapping[int, Points]) -> bool:
    """Whether a line says what was last imported, also after a contest corrected that."""
    return stored.imported.department_id == department_id and stored.imported_counted == counted


def _link(session: Session, officer: Officer, member: Member | None, by: Member, now: datetime) -> None:
    """Give an officer their account: from now on it reads these points."""
    if member is None or officer.member_id == member.id:
        return
    officer.member_id, officer.linked_at = member.id, now
    session.flush()
    record(
        session,
        now=now,
        actor_id=by.id,
        action="appraisal.linked",
        subject=f"officer:{officer.code}",
        department_id=member.department_id,
        details={"username": member.username},
    )


def _members(session: Session, rows: Sequence[AppraiseOfficer]) -> tuple[dict[str, Member], list[tuple[str, str]]]:
    """The accounts by the names the lines give, and the lines that name none that is open."""
    found: dict[str, Member] = {}
    unknown = []
    for row in rows:
        if row.username is None:
            continue
        try:
            account = staff.account_named(session, username=row.username)
        except MemberNotFound:
            account = None
        if account is None or not account.active:
            unknown.append((row.line, N_("Không có tài khoản “%(name)s” đang mở.") % {"name": row.username}))
        else:
            found[row.username] = account.member
    return found, unknown


def _schemes(session: Session, rows: Sequence[AppraiseOfficer]) -> dict[Period, Scheme]:
    found = {}
    for quarter in {row.quarter for row in rows}:
        try:
            found[quarter] = ratings.scheme_in_force(session, ratings.INDICES, quarter)
        except NoScheme:
            continue
    return found


def _problems(
    rows: Sequence[AppraiseOfficer],
    departments: Mapping[str, int],
    schemes: Mapping[Period, Scheme],
    now: datetime,
) -> Iterator[tuple[str, str]]:
    seen: dict[tuple[str, Period], str] = {}
    for row in rows:
        key = (row.officer, row.quarter)
        if key in seen:
            yield row.line, N_("Trùng với dòng đã có: %(first)s.") % {"first": seen[key]}
        seen.setdefault(key, row.line)
        if row.department not in departments:
            yield row.line, N_("Không có cơ quan, đơn vị mang mã “%(code)s”.") % {"code": row.department}
        if not row.quarter.ended(local_day(now)):
            yield row.line, N_("Quý %(quarter)s chưa kết thúc.") % {"quarter": row.quarter.code}
        scheme = schemes.get(row.quarter)
        if scheme is None:
            yield row.line, N_("Chưa có cách chấm cho quý %(quarter)s.") % {"quarter": row.quarter.code}
            continue
        for number, counted in row.counted.items():
            if number not in scheme.index_rules.scales["officer"].indices:
                yield row.line, N_("Chỉ số %(number)s không dùng để chấm cán bộ.") % {"number": number}
            elif not possible(scheme, counted):
                yield (
                    row.line,
                    N_("Chỉ số %(number)s: tổng điểm quá %(most)s điểm một hồ sơ.")
                    % {"number": number, "most": scheme.index_rules.most},
                )


def _wrong_people(
    rows: Sequence[AppraiseOfficer], stored: Mapping[str, Officer], members: Mapping[str, Member], by: Member
) -> Iterator[tuple[str, str]]:
    """Lines that give one account to two officers, or bring in points of the one who answers for the file."""
    owner = {row.member_id: code for code, row in stored.items() if row.member_id is not None}
    for row in rows:
        member = members.get(row.username or "")
        if member is not None and owner.setdefault(member.id, row.officer) != row.officer:
            yield row.line, N_("Tài khoản “%(name)s” đã gắn với cán bộ khác.") % {"name": member.username}
        if owner.get(by.id) == row.officer:
            yield row.line, N_("Không ai tự nhập điểm của mình.")


def _overwriting(
    rows: Sequence[AppraiseOfficer],
    departments: Mapping[str, int],
    stored: Mapping[str, Officer],
    newest: Mapping[tuple[int, object], Newest],
) -> Iterator[tuple[str, str]]:
    for row in rows:
        officer = stored.get(row.officer)
        before = newest.get((officer.id, row.quarter.starts_on)) if officer else None
        if before is None or before.row is before.imported or row.department not in departments:
            continue
        if not _same(before, departments[row.department], row.counted):
            yield row.line, N_("Điểm quý này đã sửa theo quyết định khiếu nại, không nhập đè được.")
