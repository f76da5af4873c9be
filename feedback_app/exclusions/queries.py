"""The queue as people read it, who may answer a proposal, and how many responses were left out for which reason.

A case tells when its responses came by the hour only: nobody here reads a single answer with its minute.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from feedback_app.exclusions.models import CaseResponse, ExcludedSpan, Proposal, ReviewCase
from feedback_app.exclusions.two_persons import involved
from feedback_app.kit.clock import local_midnight
from feedback_app.kit.errors import N_, NotAllowed, NotFound
from feedback_app.staff.queries import Member, is_outside
from feedback_app.surveys import queries as surveys

WAITING: Final = ("proposed", "return_proposed")
# What somebody outside the rated department closes or answers, and is therefore shown to them.
FOR_OUTSIDERS: Final = ("open", *WAITING)


class CaseNotFound(NotFound):
    """There is no such case, or it is not for this reader."""


@dataclass(frozen=True, slots=True)
class ProposalView:
    """What somebody proposed and what another person answered; `agreed` None waits. `kind`: 'exclude' or 'return'."""

    kind: str
    reason: str | None
    words: str
    proposed_by: int
    proposed_at: datetime
    decided_by: int | None
    decided_at: datetime | None
    agreed: bool | None
    answer: str | None


@dataclass(frozen=True, slots=True)
class CaseView:
    """One case. `responses` is how many it is about, `left_out` how many of them are out of the count now.

    `hours` is how many fall in each hour of the day; None where times mean nothing.
    """

    id: int
    rule: str
    department_id: int
    subject_kind: str
    subject_id: str
    first_day: date
    last_day: date
    found_at: datetime
    evidence: Mapping[str, float]
    hours: tuple[int, ...] | None
    state: str
    kept_by: int | None
    kept_at: datetime | None
    note: str | None
    responses: int
    left_out: int
    proposals: tuple[ProposalView, ...]

    @property
    def waiting(self) -> ProposalView | None:
        """The proposal that needs a second person."""
        return next((each for each in self.proposals if each.agreed is None), None)

    @property
    def people(self) -> frozenset[int]:
        """Everybody whose name stands in it."""
        ids = {self.kept_by, *(each.proposed_by for each in self.proposals)}
        ids |= {each.decided_by for each in self.proposals}
        if self.subject_kind == "keyer":
            ids.add(int(self.subject_id))
        return frozenset(each for each in ids if each is not None)


def cases(
    session: Session, member: Member, *, scope: frozenset[int] | None, day: date, settled: bool, limit: int
) -> list[CaseView]:
    """Cases for a reader, newest first: those of the departments in `scope`, and every other one that is not closed if
    the reader stands outside its department. Those in `scope` do not give way to others where there are more than
    `limit`. `settled` gives those that are closed instead."""
    closed = ReviewCase.state.in_(("excluded", "kept"))
    query = select(ReviewCase).where(closed if settled else ~closed)
    if scope is not None:
        own = ReviewCase.department_id.in_(scope)
        query = query.where(or_(own, ReviewCase.state.in_(FOR_OUTSIDERS))).order_by(own.desc())
    rows = session.scalars(query.order_by(ReviewCase.found_at.desc(), ReviewCase.id.desc()).limit(limit)).all()
    seen = [row for row in rows if _may_see(session, row, member, scope, day)]
    return _views(session, sorted(seen, key=lambda row: (row.found_at, row.id), reverse=True))


def open_count(session: Session, *, scope: frozenset[int] | None) -> int:
    """How many cases about the departments in `scope` (None: all) are not closed."""
    query = select(func.count()).where(ReviewCase.state.not_in(("excluded", "kept")))
    return session.scalar(query if scope is None else query.where(ReviewCase.department_id.in_(scope))) or 0


def case(session: Session, case_id: int, member: Member, *, scope: frozenset[int] | None, day: date) -> CaseView:
    """One case that `cases` would list for this reader, closed or not. Raises CaseNotFound."""
    row = session.get(ReviewCase, case_id)
    if row is None or not _may_see(session, row, member, scope, day):
        raise CaseNotFound(N_("Không có vụ việc này."))
    return _views(session, [row])[0]


@dataclass(frozen=True, slots=True)
class OpenConflict:
    """Two deliveries that contradict each other, for a reader; `refused` says why they may not settle it, and what
    was answered is then not in it."""

    view: surveys.ConflictView
    refused: NotAllowed | None


def conflicts(
    session: Session, member: Member, *, scope: frozenset[int] | None, now: datetime, limit: int
) -> list[OpenConflict]:
    """Conflicts for a reader, the oldest day first: those of the departments in `scope`, and every other one that the
    reader may settle. What arrived today is there tomorrow."""
    found = surveys.conflicts(session, first=scope, before=local_midnight(now), limit=limit)
    read = [_open_conflict(session, view, member, now) for view in found]
    return [each for each in read if _may_see_conflict(each, scope)]


def conflict(
    session: Session, conflict_id: int, member: Member, *, scope: frozenset[int] | None, now: datetime
) -> OpenConflict:
    """One that `conflicts` would list for this reader. Raises ConflictNotFound."""
    found = surveys.conflict(session, conflict_id, before=local_midnight(now))
    read = _open_conflict(session, found, member, now)
    if not _may_see_conflict(read, scope):
        raise surveys.ConflictNotFound(N_("Không có cặp phiếu trái nhau này, hoặc đã có người xử lý."))
    return read


def _open_conflict(session: Session, view: surveys.ConflictView, member: Member, now: datetime) -> OpenConflict:
    concerned = {view.stored.department_id, view.later.department_id}
    refused = involved(session, concerned, member, keyed=member.id in view.keyer_ids, now=now)
    return OpenConflict(replace(view, lines=()) if refused else view, refused)


def _may_see_conflict(each: OpenConflict, scope: frozenset[int] | None) -> bool:
    return each.refused is None or scope is None or each.view.stored.department_id in scope


def exclusion_counts(
    session: Session,
    *,
    first: date,
    before: date,
    department_ids: frozenset[int] | None = None,
    channel: str | None = None,
    version_ids: Collection[int] | None = None,
    as_of: datetime | None = None,
) -> dict[str, int]:
    """How many responses answered from `first` until before `before` two people left out, by reason, most first.

    `as_of` asks what was left out at that moment (when a period was published); None is now.
    """
    placing = surveys.placing().subquery("placing")
    then: ColumnElement[bool] = ExcludedSpan.until.is_(None)
    if as_of is not None:
        then = and_(ExcludedSpan.since <= as_of, or_(ExcludedSpan.until.is_(None), ExcludedSpan.until > as_of))
    count = func.count()
    query = (
        select(Proposal.reason, count)
        .join_from(ExcludedSpan, Proposal, Proposal.id == ExcludedSpan.exclusion_id)
        .join(placing, placing.c.id == ExcludedSpan.response_id)
        .where(then, placing.c.day >= first, placing.c.day < before)
        .group_by(Proposal.reason)
        .order_by(count.desc(), Proposal.reason)
    )
    if department_ids is not None:
        query = query.where(placing.c.department_id.in_(department_ids))
    if channel is not None:
        query = query.where(placing.c.channel == channel)
    if version_ids is not None:
        query = query.where(placing.c.version_id.in_(version_ids))
    return {reason: number for reason, number in session.execute(query) if reason is not None}


@dataclass(frozen=True, slots=True)
class Span:
    """A response was out of the count from `since` until before `until` (None: it still is) for this reason."""

    reason: str | None
    since: datetime
    until: datetime | None

    def holds(self, moment: datetime) -> bool:
        return self.since <= moment and (self.until is None or moment < self.until)


def spans(session: Session, response_id: UUID) -> list[Span]:
    """When a response was left out, the first time first."""
    rows = session.execute(
        select(Proposal.reason, ExcludedSpan.since, ExcludedSpan.until)
        .join_from(ExcludedSpan, Proposal, Proposal.id == ExcludedSpan.exclusion_id)
        .where(ExcludedSpan.response_id == response_id)
        .order_by(ExcludedSpan.since)
    )
    return [Span(*row) for row in rows]


def _may_see(session: Session, row: ReviewCase, member: Member, scope: frozenset[int] | None, day: date) -> bool:
    if scope is None or row.department_id in scope:
        return True
    return row.state in FOR_OUTSIDERS and is_outside(session, member, department_id=row.department_id, day=day)


def _views(session: Session, rows: Collection[ReviewCase]) -> list[CaseView]:
    ids = [row.id for row in rows]
    proposals: dict[int, list[ProposalView]] = defaultdict(list)
    for each in session.scalars(select(Proposal).where(Proposal.case_id.in_(ids)).order_by(Proposal.id)):
        proposals[each.case_id].append(_proposal(each))
    sizes = session.execute(
        select(CaseResponse.case_id, func.count(), func.count(ExcludedSpan.id))
        .join(
            ExcludedSpan,
            and_(ExcludedSpan.response_id == CaseResponse.response_id, ExcludedSpan.until.is_(None)),
            isouter=True,
        )
        .where(CaseResponse.case_id.in_(ids))
        .group_by(CaseResponse.case_id)
    )
    counts = {case_id: (responses, left_out) for case_id, responses, left_out in sizes}
    return [_view(row, *counts.get(row.id, (0, 0)), proposals[row.id]) for row in rows]


def _view(row: ReviewCase, responses: int, left_out: int, proposals: list[ProposalView]) -> CaseView:
    kind, _, subject_id = row.subject.partition(":")
    return CaseView(
        id=row.id,
        rule=row.rule,
        department_id=row.department_id,
        subject_kind=kind,
        subject_id=subject_id,
        first_day=row.first_day,
        last_day=row.last_day,
        found_at=row.found_at,
        evidence=row.evidence,
        hours=tuple(row.hours) if row.hours is not None else None,
        state=row.state,
        kept_by=row.kept_by,
        kept_at=row.kept_at,
        note=row.note,
        responses=responses,
        left_out=left_out,
        proposals=tuple(proposals),
    )


def _proposal(row: Proposal) -> ProposalView:
    return ProposalView(
        kind=row.kind,
        reason=row.reason,
        words=row.words,
        proposed_by=row.proposed_by,
        proposed_at=row.proposed_at,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        agreed=row.agreed,
        answer=row.answer,
    )
