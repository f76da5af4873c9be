"""Entering officers' quarters, looking at other people's points, contesting and deciding. Nothing here commits.

Every look at somebody else's points, and every attempt that is refused, is written to the audit trail before the answer
is given, so a caller commits either way. The trail says who, whose and which period, never a figure and none of the
words: administrators read it, and looking after accounts is no reason to know a colleague's points.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from feedback_app.appraisal import queries
from feedback_app.appraisal.commands import AppraiseOfficer
from feedback_app.appraisal.models import Contest, Officer, OfficerAppraisal, OfficerPoints
from feedback_app.appraisal.queries import ContestNotFound, ContestView, OfficerView, QuarterView, YearView
from feedback_app.departments.queries import all_departments
from feedback_app.kit.clock import local_day
from feedback_app.kit.errors import N_, Conflict, Invalid, NotAllowed
from feedback_app.kit.locks import lock
from feedback_app.kit.sheets import ImportReport
from feedback_app.kit.text import normalise
from feedback_app.ratings import queries as ratings
from feedback_app.ratings.periods import Period
from feedback_app.ratings.schemes import NoScheme, Points, Scheme
from feedback_app.staff import queries as staff
from feedback_app.staff.operations import record
from feedback_app.staff.queries import Member, MemberNotFound

LONGEST_WORDS: Final = 1000


class NotYourPoints(NotAllowed):
    """Points of single officers are for the officer and for managers of the department, nobody else."""


class MayNotDecide(NotAllowed):
    """A contest is decided by a manager from outside: not the officer, nor who brought the quarter in."""


class WordsMissing(Invalid):
    """An objection and its answer need words, of a length people read."""


class BadContest(Invalid):
    """The index is none of this quarter, or an objection to it waits already; or the corrected sum cannot be."""


class TooLate(Conflict):
    """The days in which a quarter may be contested are over."""


class StateChanged(Conflict):
    """Somebody was faster: the contest is decided already."""


@dataclass(frozen=True, slots=True)
class _Newest:
    """The newest version of an officer's quarter, and the newest one that was imported."""

    row: OfficerAppraisal
    counted: Mapping[int, Points]
    imported: OfficerAppraisal
    imported_counted: Mapping[int, Points]


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
    newest = _newest(session)
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
        _put(
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


def check_manager(session: Session, member: Member, *, now: datetime) -> None:
    """Raise NotYourPoints, which is in the trail then, for every other role: administrators see nobody's points."""
    if member.role != "manager":
        _refuse(session, member, now, attempt="look", why="role")
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
        _record_look(session, member, chosen, [view.officer for view in views], now)
    return known, views


def look_at_years(
    session: Session, member: Member, year: Period, *, scope: frozenset[int] | None, minimum: int, now: datetime
) -> tuple[list[Period], list[YearView]]:
    """As `look_at_officers`, of a year: the quarters there are, newest first, and the officers' years."""
    check_manager(session, member, now=now)
    found = queries.officers(session, scope=scope)
    views = queries.year_views(session, found, year, minimum=minimum)
    _record_look(session, member, year, [view.officer for view in views], now)
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
        _refuse(session, member, now, attempt="look", why="scope", contest=found)
        raise ContestNotFound(N_("Không có khiếu nại này."))
    if found.officer.member_id != member.id:
        _record_about(session, found, member, now, "appraisal.viewed")
    return found, _quarter(session, found, minimum)


def contest(
    session: Session, member: Member, quarter: Period, index_number: int, *, reason: str, days: int, now: datetime
) -> int:
    """An officer's objection to one index of an own quarter, within `days` of its becoming known; its id.

    Raises NotYourPoints and TooLate, which are in the trail then, BadContest, WordsMissing.
    """
    officer = queries.officer_of(session, member)
    views = [] if officer is None else queries.quarter_views(session, [officer], quarter, minimum=1)
    if officer is None or not views:
        _refuse(session, member, now, attempt="file", why="no_points")
        raise NotYourPoints(N_("Bạn không có điểm ở quý này để khiếu nại."))
    lock(session, "officers")
    # Once more: whoever held the lock may have brought in another version, or filed the same objection.
    view = queries.quarter_views(session, [officer], quarter, minimum=1)[0]
    if local_day(now) > view.contest_until(days):
        _refuse(session, member, now, attempt="file", why="too_late")
        raise TooLate(N_("Đã hết hạn khiếu nại điểm quý này."))
    if index_number not in {score.index.number for score in view.figure.scores}:
        raise BadContest(N_("Xin chọn chỉ số khiếu nại."), field="index")
    if view.open_contest(index_number):
        raise BadContest(N_("Chỉ số này đang có một khiếu nại chờ quyết định."), field="index")
    row = Contest(
        officer_id=officer.id,
        starts_on=quarter.starts_on,
        version=view.version,
        index_number=index_number,
        reason=_words(reason, "reason"),
        filed_by=member.id,
        filed_at=now,
    )
    session.add(row)
    session.flush()
    _record_about(session, queries.contest(session, row.id), member, now, "appraisal.contested")
    return row.id


def decide(
    session: Session,
    member: Member,
    contest_id: int,
    *,
    upheld: bool,
    answer: str,
    corrected: Points | None,
    now: datetime,
) -> None:
    """The answer of somebody outside, with its reason; upheld, it brings the `corrected` sum of the index.

    The corrected quarter is the next version; the contested one is kept. Raises ContestNotFound, StateChanged,
    WordsMissing, BadContest, and MayNotDecide, which is in the trail then.
    """
    found = queries.contest(session, contest_id)
    why = queries.obstacle(session, member, found, now=now)
    if why is not None:
        _refuse(session, member, now, attempt="decide", why=why, contest=found)
        if why == "known_password":
            raise MayNotDecide(
                N_(
                    "Trong %(days)s ngày qua, bạn đã mở tài khoản hay đặt mật khẩu cho cán bộ khiếu nại hoặc người đã"
                    " nhập điểm, hoặc ngược lại, nên chưa được tính là người khác. Hãy để người quản lý khác ở"
                    " ngoài đơn vị quyết định."
                ),
                days=staff.DEPENDENCE.days,
            )
        raise MayNotDecide(
            N_(
                "Người quyết định phải là người quản lý ở ngoài đơn vị được chấm và đơn vị hiện nay của cán bộ, không"
                " là cán bộ ấy và không là người đã nhập điểm."
            )
        )
    lock(session, "officers")
    row = session.get_one(Contest, contest_id, with_for_update=True, populate_existing=True)
    if row.decided_at is not None:
        raise StateChanged(N_("Khiếu nại này vừa có người quyết định."))
    said = _words(answer, "answer")
    version = _correct(session, found, corrected, member, now) if upheld else None
    row.decided_by, row.decided_at, row.upheld, row.answer = member.id, now, upheld, said
    row.corrected_version = version
    _record_about(session, found, member, now, "appraisal.upheld" if upheld else "appraisal.rejected")
    session.flush()


def remove_demonstration(session: Session) -> int:
    """Delete the invented officers with all that is theirs; returns how many."""
    removed = session.execute(delete(Officer).where(Officer.demonstration).returning(Officer.id)).all()
    return len(removed)


def _quarter(session: Session, contest: ContestView, minimum: int) -> QuarterView:
    return queries.quarter_views(session, [contest.officer], contest.quarter, minimum=minimum)[0]


def _correct(session: Session, contest: ContestView, corrected: Points | None, member: Member, now: datetime) -> int:
    """The next version of the quarter, with another sum for the contested index; its number."""
    newest = _newest(session, officer_id=contest.officer.id)[contest.officer.id, contest.quarter.starts_on]
    scheme = next(each for each in ratings.schemes(session) if each.id == newest.row.scheme)
    if corrected is None or not _possible(scheme, corrected):
        raise BadContest(
            N_("Cần tổng điểm và số hồ sơ đúng; mỗi hồ sơ nhiều nhất %(most)s điểm."),
            field="points",
            most=scheme.index_rules.most,
        )
    if newest.counted.get(contest.index_number) == corrected:
        raise BadContest(N_("Số này giống số đang có. Nếu không có gì sai, hãy bác khiếu nại."), field="points")
    version = newest.row.version + 1
    _put(
        session,
        officer_id=contest.officer.id,
        quarter=contest.quarter,
        version=version,
        department_id=newest.row.department_id,
        scheme=scheme.id,
        counted={**newest.counted, contest.index_number: corrected},
        by=member,
        now=now,
    )
    return version


def _put(
    session: Session,
    *,
    officer_id: int,
    quarter: Period,
    version: int,
    department_id: int,
    scheme: str,
    counted: Mapping[int, Points],
    by: Member,
    now: datetime,
) -> None:
    row = OfficerAppraisal(
        officer_id=officer_id,
        starts_on=quarter.starts_on,
        version=version,
        department_id=department_id,
        scheme=scheme,
        made_by=by.id,
        made_at=now,
    )
    session.add(row)
    session.flush()
    session.add_all(
        OfficerPoints(appraisal_id=row.id, index_number=number, points=each.points, scored=each.scored)
        for number, each in counted.items()
    )
    session.flush()


def _newest(session: Session, *, officer_id: int | None = None) -> dict[tuple[int, object], _Newest]:
    """By officer and first day of the quarter."""
    query = select(OfficerAppraisal).order_by(OfficerAppraisal.version)
    corrections = select(Contest.officer_id, Contest.starts_on, Contest.corrected_version)
    if officer_id is not None:
        query = query.where(OfficerAppraisal.officer_id == officer_id)
        corrections = corrections.where(Contest.officer_id == officer_id)
    rows = session.scalars(query).all()
    counted = queries.counted_points(session, [row.id for row in rows])
    corrected = {tuple(each) for each in session.execute(corrections)}
    found: dict[tuple[int, object], _Newest] = {}
    for row in rows:
        key = row.officer_id, row.starts_on
        imported = found[key].imported if (*key, row.version) in corrected else row
        found[key] = _Newest(row, counted[row.id], imported, counted[imported.id])
    return found


def _same(stored: _Newest, department_id: int, counted: Mapping[int, Points]) -> bool:
    """Whether a line says what was last imported, also after a contest corrected that."""
    return stored.imported.department_id == department_id and stored.imported_counted == counted


def _possible(scheme: Scheme, counted: Points) -> bool:
    return 0 <= counted.points <= scheme.index_rules.most * counted.scored


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
            elif not _possible(scheme, counted):
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
    newest: Mapping[tuple[int, object], _Newest],
) -> Iterator[tuple[str, str]]:
    for row in rows:
        officer = stored.get(row.officer)
        before = newest.get((officer.id, row.quarter.starts_on)) if officer else None
        if before is None or before.row is before.imported or row.department not in departments:
            continue
        if not _same(before, departments[row.department], row.counted):
            yield row.line, N_("Điểm quý này đã sửa theo quyết định khiếu nại, không nhập đè được.")


def _words(written: str, field: str) -> str:
    said = normalise(written)
    if not said:
        raise WordsMissing(N_("Xin ghi rõ lý do."), field=field)
    if len(said) > LONGEST_WORDS:
        raise WordsMissing(N_("Lý do dài quá %(limit)s ký tự. Xin rút gọn lại."), field=field, limit=LONGEST_WORDS)
    return said


def _refuse(
    session: Session, member: Member, now: datetime, *, attempt: str, why: str, contest: ContestView | None = None
) -> None:
    record(
        session,
        now=now,
        actor_id=member.id,
        action="appraisal.refused",
        subject=f"contest:{contest.id}" if contest else f"staff:{member.id}",
        department_id=contest.department_id if contest else member.department_id,
        details={"attempt": attempt, "why": why},
    )


def _record_look(session: Session, member: Member, period: Period, seen: Sequence[OfficerView], now: datetime) -> None:
    """One line for each department, with the codes; own points are no look at somebody else's."""
    codes: dict[int, list[str]] = defaultdict(list)
    for officer in seen:
        if officer.member_id != member.id:
            codes[officer.department_id].append(officer.code)
    for department_id, looked_at in codes.items():
        record(
            session,
            now=now,
            actor_id=member.id,
            action="appraisal.viewed",
            subject=f"period:{period.code}",
            department_id=department_id,
            details={"officers": looked_at},
        )


def _record_about(session: Session, contest: ContestView, member: Member, now: datetime, action: str) -> None:
    record(
        session,
        now=now,
        actor_id=member.id,
        action=action,
        subject=f"contest:{contest.id}",
        department_id=contest.department_id,
        details={"officer": contest.officer.code, "period": contest.quarter.code, "index": contest.index_number},
    )
