"""Officers' points as those see them who may: never a sum of fewer dossiers than the minimum.

Who may is decided by `operations`, which write down who looked; routes read points through them alone.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from feedback_app.appraisal.figures import OfficerFigure, evaluate, evaluate_year
from feedback_app.appraisal.models import Contest, Officer, OfficerAppraisal, OfficerPoints
from feedback_app.kit.clock import local_day
from feedback_app.kit.errors import N_, NotFound
from feedback_app.kit.text import sort_key
from feedback_app.ratings import queries as ratings
from feedback_app.ratings.periods import Period, begun_between, period_of
from feedback_app.ratings.schemes import Points, Scheme
from feedback_app.ratings.schemes.indices import IndexScore
from feedback_app.staff import queries as staff
from feedback_app.staff.queries import Member


class ContestNotFound(NotFound):
    """There is no such contest, or it is not for this reader."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OfficerView:
    """An officer without any points. `member_id` is the account; `department_id` the present department.

    That is the department of the account, where there is one that belongs to a department, else that of the newest
    quarter. Access follows it; points stay with the department of their quarter.
    """

    id: int
    code: str
    member_id: int | None
    linked_at: datetime | None
    department_id: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ContestView:
    """A contest without any points; `upheld` None waits."""

    id: int
    officer: OfficerView
    quarter: Period
    department_id: int
    version: int
    index_number: int
    reason: str
    filed_by: int
    filed_at: datetime
    decided_at: datetime | None
    upheld: bool | None
    answer: str | None
    corrected_version: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class QuarterView:
    """An officer's quarter in one of its versions. `known_at` is when the newest import of it could first be read.

    `department_id` is where the officer worked then; `contests` are those of every version, oldest first.
    """

    officer: OfficerView
    quarter: Period
    department_id: int
    version: int
    made_at: datetime
    known_at: datetime
    scheme: Scheme
    figure: OfficerFigure
    contests: tuple[ContestView, ...]
    earlier: tuple["QuarterView", ...] = ()

    def contest_until(self, days: int) -> date:
        """The last local day on which it may be contested."""
        return local_day(self.known_at) + timedelta(days=days)

    def open_contest(self, index_number: int) -> ContestView | None:
        return next((each for each in self.contests if each.index_number == index_number and each.upheld is None), None)

    @property
    def contested(self) -> bool:
        """Whether an objection waits: then no figure of it is final."""
        return any(each.upheld is None for each in self.contests)

    @property
    def corrected(self) -> bool:
        return any(each.corrected_version == self.version for each in self.contests)

    def score(self, index_number: int) -> IndexScore:
        return next(each for each in self.figure.scores if each.index.number == index_number)


@dataclass(frozen=True, kw_only=True, slots=True)
class YearView:
    """An officer's year: the newest version of each of its quarters, and what they add up to.

    `quarters` are those there is anything of, in order of time, at least one; `missing` are the others. `figure` is
    None where the quarters were scored by different versions of the scheme: points under other rules are not added up.
    """

    officer: OfficerView
    year: Period
    quarters: tuple[QuarterView, ...]
    missing: tuple[Period, ...]
    figure: OfficerFigure | None

    @property
    def schemes(self) -> list[tuple[Scheme, list[Period]]]:
        """Each version of the scheme with its quarters, in order of time."""
        found: dict[str, tuple[Scheme, list[Period]]] = {}
        for each in self.quarters:
            found.setdefault(each.scheme.id, (each.scheme, []))[1].append(each.quarter)
        return list(found.values())

    @property
    def departments(self) -> list[tuple[int, list[Period]]]:
        """Where the officer worked, and in which quarters, in order of time."""
        found: dict[int, list[Period]] = defaultdict(list)
        for each in self.quarters:
            found[each.department_id].append(each.quarter)
        return list(found.items())

    @property
    def contests(self) -> tuple[ContestView, ...]:
        return tuple(contest for each in self.quarters for contest in each.contests)

    @property
    def contested(self) -> bool:
        """Whether an objection to any of the quarters waits: then the year is not final either."""
        return any(each.contested for each in self.quarters)

    @property
    def corrected(self) -> bool:
        return any(each.corrected for each in self.quarters)


def officer_of(session: Session, member: Member) -> OfficerView | None:
    """The officer an account belongs to."""
    return next(iter(_officers(session, Officer.member_id == member.id)), None)


def officers(session: Session, *, scope: frozenset[int] | None) -> list[OfficerView]:
    """Officers whose present department is in `scope` (None: every one), by code."""
    found = _officers(session)
    return [each for each in found if scope is None or each.department_id in scope]


def quarters(session: Session, officer_ids: Collection[int]) -> list[Period]:
    """The quarters there is anything of, newest first."""
    days = session.scalars(
        select(OfficerAppraisal.starts_on)
        .where(OfficerAppraisal.officer_id.in_(officer_ids))
        .distinct()
        .order_by(OfficerAppraisal.starts_on.desc())
    )
    return [period_of("quarter", day) for day in days]


def quarter_views(
    session: Session, found: Sequence[OfficerView], quarter: Period, *, minimum: int
) -> list[QuarterView]:
    """The newest version of each officer's quarter, the ones before in `earlier`; officers without any are left out."""
    rows = _versions(session, found, [quarter])
    counted = counted_points(session, [row.id for row in rows])
    views = _newest_views(session, found, rows, counted, minimum)
    return [views[key] for each in found if (key := (each.id, quarter.starts_on)) in views]


def year_views(session: Session, found: Sequence[OfficerView], year: Period, *, minimum: int) -> list[YearView]:
    """Each officer's year from the stored sums of its quarters; officers without any quarter are left out.

    A quarter's next version is in it at once: nothing of a year is stored.
    """
    quarters_of_year = begun_between("quarter", year.starts_on, year.last_day)
    rows = _versions(session, found, quarters_of_year)
    counted = counted_points(session, [row.id for row in rows])
    views = _newest_views(session, found, rows, counted, minimum)
    # Later versions stand after the ones before them.
    newest = {(row.officer_id, row.starts_on): counted[row.id] for row in rows}
    years = []
    for officer in found:
        known = [quarter for quarter in quarters_of_year if (officer.id, quarter.starts_on) in views]
        if not known:
            continue
        own = [views[officer.id, quarter.starts_on] for quarter in known]
        sums = [newest[officer.id, quarter.starts_on] for quarter in known]
        same = len({each.scheme.id for each in own}) == 1
        years.append(
            YearView(
                officer=officer,
                year=year,
                quarters=tuple(own),
                missing=tuple(quarter for quarter in quarters_of_year if quarter not in known),
                figure=evaluate_year(own[0].scheme.index_rules, sums, minimum=minimum) if same else None,
            )
        )
    return years


def counted_points(session: Session, appraisal_ids: Collection[int]) -> dict[int, dict[int, Points]]:
    """Sums by version (id) and number of the index, whatever the minimum: for operations, never for a page."""
    counted: dict[int, dict[int, Points]] = defaultdict(dict)
    for row in session.scalars(select(OfficerPoints).where(OfficerPoints.appraisal_id.in_(appraisal_ids))):
        counted[row.appraisal_id][row.index_number] = Points(row.points, row.scored)
    return counted


def contests(
    session: Session, member: Member, *, scope: frozenset[int] | None, now: datetime, settled: bool, limit: int
) -> list[ContestView]:
    """Contests for a manager, newest first: those of officers in `scope`, and every open one the reader may decide."""
    decided = Contest.decided_at.is_not(None)
    found = _contests(session, _officers(session), decided if settled else ~decided)
    allowed = [
        each
        for each in reversed(found)
        if scope is None or each.officer.department_id in scope or may_decide(session, member, each, now=now)
    ]
    return allowed[:limit]


def contest(session: Session, contest_id: int) -> ContestView:
    """One contest, for operations. Raises ContestNotFound."""
    found = _contests(session, _officers(session), Contest.id == contest_id)
    if not found:
        raise ContestNotFound(N_("Không có khiếu nại này."))
    return found[0]


def may_decide(session: Session, member: Member, contest: ContestView, *, now: datetime) -> bool:
    """Whether an open contest is for this reader to decide: `obstacle` names nothing that stands in the way."""
    return contest.upheld is None and obstacle(session, member, contest, now=now) is None


def obstacle(session: Session, member: Member, contest: ContestView, *, now: datetime) -> str | None:
    """Why somebody may not decide a contest, None if they may.

    `role`, `own_points`, `own_department`, `importer`, `known_password`: who decides is a manager outside the rated
    department and the officer's present one, is not the officer, did not bring in the quarter, and is a person of its
    own beside these (`staff.queries.independent`).
    """
    if member.role != "manager":
        return "role"
    if contest.officer.member_id == member.id:
        return "own_points"
    for department_id in {contest.department_id, contest.officer.department_id}:
        if not staff.is_outside(session, member, department_id=department_id, day=local_day(now)):
            return "own_department"
    importers = _importers(session, contest)
    if member.id in importers:
        return "importer"
    others = importers | {contest.filed_by, contest.officer.member_id or contest.filed_by}
    two = all(staff.independent(session, each, member.id, now=now) for each in others)
    return None if two else "known_password"


def _importers(session: Session, contest: ContestView) -> set[int]:
    """Who brought in any version of the quarter; who corrected one after another contest is none of them."""
    corrected = select(Contest.corrected_version).where(
        Contest.officer_id == contest.officer.id,
        Contest.starts_on == contest.quarter.starts_on,
        Contest.corrected_version.is_not(None),
    )
    return set(
        session.scalars(
            select(OfficerAppraisal.made_by).where(
                OfficerAppraisal.officer_id == contest.officer.id,
                OfficerAppraisal.starts_on == contest.quarter.starts_on,
                OfficerAppraisal.version.not_in(corrected),
            )
        )
    )


def _versions(session: Session, found: Collection[OfficerView], of: Collection[Period]) -> Sequence[OfficerAppraisal]:
    """Every version of these quarters, in order."""
    return session.scalars(
        select(OfficerAppraisal)
        .where(
            OfficerAppraisal.officer_id.in_({each.id for each in found}),
            OfficerAppraisal.starts_on.in_({quarter.starts_on for quarter in of}),
        )
        .order_by(OfficerAppraisal.version)
    ).all()


def _newest_views(
    session: Session,
    found: Collection[OfficerView],
    rows: Sequence[OfficerAppraisal],
    counted: Mapping[int, Mapping[int, Points]],
    minimum: int,
) -> dict[tuple[int, date], QuarterView]:
    """The newest of `rows` by officer and first day of the quarter, the ones before in `earlier`."""
    by_id = {each.id: each for each in found}
    schemes = {scheme.id: scheme for scheme in ratings.schemes(session)}
    contests: dict[tuple[int, date], list[ContestView]] = defaultdict(list)
    for each in _contests(session, found, Contest.starts_on.in_({row.starts_on for row in rows})):
        contests[each.officer.id, each.quarter.starts_on].append(each)
    newest: dict[tuple[int, date], QuarterView] = {}
    for row in rows:
        key, officer = (row.officer_id, row.starts_on), by_id[row.officer_id]
        before, said = newest.get(key), tuple(contests[key])
        corrected = row.version in {each.corrected_version for each in said}
        known_at = before.known_at if before and corrected else max(row.made_at, officer.linked_at or row.made_at)
        newest[key] = QuarterView(
            officer=officer,
            quarter=period_of("quarter", row.starts_on),
            department_id=row.department_id,
            version=row.version,
            made_at=row.made_at,
            known_at=known_at,
            scheme=schemes[row.scheme],
            figure=evaluate(schemes[row.scheme].index_rules, counted[row.id], minimum=minimum),
            contests=said,
            earlier=(*before.earlier, replace(before, earlier=())) if before else (),
        )
    return newest


def _officers(session: Session, *conditions: ColumnElement[bool]) -> list[OfficerView]:
    newest = (
        select(OfficerAppraisal.officer_id, OfficerAppraisal.department_id)
        .ext(distinct_on(OfficerAppraisal.officer_id))
        .order_by(OfficerAppraisal.officer_id, OfficerAppraisal.starts_on.desc(), OfficerAppraisal.version.desc())
        .subquery("newest")
    )
    query = select(Officer, newest.c.department_id).join(newest, newest.c.officer_id == Officer.id)
    rows = session.execute(query.where(*conditions)).all()
    accounts = staff.members(session, ids={row.member_id for row, _department in rows if row.member_id is not None})
    views = []
    for row, department_id in rows:
        account = accounts.get(row.member_id) if row.member_id is not None else None
        present = account.department_id if account is not None else None
        views.append(
            OfficerView(
                id=row.id,
                code=row.code,
                member_id=row.member_id,
                linked_at=row.linked_at,
                department_id=department_id if present is None else present,
            )
        )
    return sorted(views, key=lambda view: sort_key(view.code))


def _contests(session: Session, found: Collection[OfficerView], condition: ColumnElement[bool]) -> list[ContestView]:
    by_id = {each.id: each for each in found}
    rows = session.execute(
        select(Contest, OfficerAppraisal.department_id)
        .join(
            OfficerAppraisal,
            (OfficerAppraisal.officer_id == Contest.officer_id)
            & (OfficerAppraisal.starts_on == Contest.starts_on)
            & (OfficerAppraisal.version == Contest.version),
        )
        .where(Contest.officer_id.in_(by_id), condition)
        .order_by(Contest.id)
    )
    return [
        ContestView(
            id=row.id,
            officer=by_id[row.officer_id],
            quarter=period_of("quarter", row.starts_on),
            department_id=department_id,
            version=row.version,
            index_number=row.index_number,
            reason=row.reason,
            filed_by=row.filed_by,
            filed_at=row.filed_at,
            decided_at=row.decided_at,
            upheld=row.upheld,
            answer=row.answer,
            corrected_version=row.corrected_version,
        )
        for row, department_id in rows
    ]
