"""Opening cases, and what people do with them. Nothing here commits.

Nothing is excluded by a rule: it takes a person's proposal with a reason and the agreement of a second one, who has
another account, not made by the first nor the other way round, and stands outside the rated department. Keeping takes
one person from outside. An attempt that breaks this is written to the audit trail before it is refused, so a caller
that turns the refusal into an answer commits first.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import delete, exists, insert, select, update
from sqlalchemy.orm import Session

from feedback_app.exclusions import queries
from feedback_app.exclusions.commands import REASONS, OpenCase
from feedback_app.exclusions.models import CaseResponse, ExcludedSpan, Proposal, ReviewCase
from feedback_app.exclusions.queries import CaseNotFound
from feedback_app.exclusions.two_persons import WHY, refusal
from feedback_app.kit.errors import N_, Conflict, Invalid
from feedback_app.kit.locks import lock
from feedback_app.kit.text import normalise
from feedback_app.staff.operations import record
from feedback_app.staff.queries import Member
from feedback_app.surveys import operations as surveys

LONGEST_WORDS: Final = 500


# What the audit trail calls a decision, by what was proposed: refused, agreed.
_DECISIONS: Final = {
    "exclude": ("exclusions.refused", "exclusions.excluded"),
    "return": ("exclusions.return_refused", "exclusions.returned"),
}


class WordsMissing(Invalid):
    """Closing a case and every proposal need a reason in words, of a length people read."""


class StateChanged(Conflict):
    """Somebody was faster: the case is no longer what the reader saw."""


class NothingToExclude(Conflict):
    """The case is about how many responses there are, not about certain ones: it is kept, with a note."""


def open_case(session: Session, command: OpenCase, *, now: datetime) -> int:
    """The case of a finding; its id. The same finding seen again is the same case.

    While nobody has acted on it, it takes over what the newest look says; afterwards it stays as people decided on it.
    """
    lock(session, "review-case", command.rule, command.department_id, command.subject, command.first_day)
    row = session.scalars(
        select(ReviewCase)
        .where(
            ReviewCase.rule == command.rule,
            ReviewCase.department_id == command.department_id,
            ReviewCase.subject == command.subject,
            ReviewCase.first_day == command.first_day,
        )
        .with_for_update()
    ).one_or_none()
    if row is None:
        row = ReviewCase(
            rule=command.rule,
            department_id=command.department_id,
            subject=command.subject,
            first_day=command.first_day,
            found_at=now,
        )
        session.add(row)
    elif row.state != "open":
        return row.id
    row.last_day = command.last_day
    row.evidence = dict(command.evidence)
    row.hours = list(command.hours) if command.hours is not None else None
    row.demonstration = command.demonstration
    session.flush()
    session.execute(
        delete(CaseResponse).where(
            CaseResponse.case_id == row.id, CaseResponse.response_id.not_in(command.response_ids)
        )
    )
    known = set(session.scalars(select(CaseResponse.response_id).where(CaseResponse.case_id == row.id)))
    fresh = [each for each in command.response_ids if each not in known]
    if fresh:
        session.execute(insert(CaseResponse), [{"case_id": row.id, "response_id": each} for each in fresh])
    return row.id


def keep(session: Session, case_id: int, *, now: datetime, member: Member, note: str) -> None:
    """Close a case: its responses stay counted, and the note says why they may.

    Whoever closes it stands outside the rated department, as the second person of an exclusion does; an account without
    department always does, so there is somebody even where the case is about the whole office.
    Raises CaseNotFound, StateChanged, WordsMissing, and OwnDepartment and OwnKeying, which are in the audit trail then.
    """
    row = _case(session, case_id, "open")
    said = _words(note, "note")
    _allow(session, row, member, now, attempt="keep", proposed_by=None)
    row.state, row.kept_by, row.kept_at, row.note = "kept", member.id, now, said
    _record(session, row, member, now, "exclusions.kept", reason=said)


def propose_exclusion(
    session: Session, case_id: int, *, now: datetime, member: Member, reason: str, words: str
) -> None:
    """The first person: propose that a case's responses be left out, for one of REASONS and in words.

    A case that was kept may be taken up again. Raises CaseNotFound, StateChanged, NothingToExclude, WordsMissing.
    """
    row = _case(session, case_id, "open", "kept")
    if not session.scalar(select(exists().where(CaseResponse.case_id == row.id))):
        raise NothingToExclude(
            N_("Vụ việc này nói về số lượng, không về phiếu cụ thể nào, nên không có phiếu để loại.")
        )
    if reason not in REASONS:
        raise WordsMissing(N_("Xin chọn lý do loại."), field="reason")
    said = _words(words, "words")
    _propose(session, row, member, now, kind="exclude", reason=reason, words=said)
    row.state = "proposed"
    _record(session, row, member, now, "exclusions.proposed", reason=said, details={"reason": reason})


def propose_return(session: Session, case_id: int, *, now: datetime, member: Member, words: str) -> None:
    """The first person: propose that excluded responses count again.

    Raises CaseNotFound, StateChanged, WordsMissing.
    """
    row = _case(session, case_id, "excluded")
    said = _words(words, "words")
    _propose(session, row, member, now, kind="return", reason=None, words=said)
    row.state = "return_proposed"
    _record(session, row, member, now, "exclusions.return_proposed", reason=said)


def decide(session: Session, case_id: int, *, now: datetime, member: Member, agreed: bool, answer: str = "") -> int:
    """The second person: agree to what is proposed, or not; a refusal says why. Returns how many responses moved.

    On agreement the responses leave the count, or enter it again, and their days are counted again, all in this
    transaction. A published period stays as it is until it is restated. Raises CaseNotFound, StateChanged,
    WordsMissing, and what `two_persons` refuses, which is in the audit trail then.
    """
    row = _case(session, case_id, *queries.WAITING)
    proposal = session.scalars(
        select(Proposal).where(Proposal.case_id == row.id, Proposal.decided_at.is_(None)).with_for_update()
    ).one()
    _allow(session, row, member, now, attempt=proposal.kind, proposed_by=proposal.proposed_by)
    said = normalise(answer) if agreed and not normalise(answer) else _words(answer, "answer")
    proposal.decided_by, proposal.decided_at, proposal.agreed, proposal.answer = member.id, now, agreed, said or None
    session.flush()
    moved: Sequence[UUID] = ()
    if proposal.kind == "exclude":
        row.state = "excluded" if agreed else "kept" if row.kept_at else "open"
        if agreed:
            row.kept_by = row.kept_at = row.note = None
            held = session.scalars(select(CaseResponse.response_id).where(CaseResponse.case_id == row.id)).all()
            moved = _take_out(session, held, proposal.id, now)
    else:
        row.state = "kept" if agreed else "excluded"
        if agreed:
            row.kept_by, row.kept_at, row.note = member.id, now, proposal.words
            moved = _give_back(session, row, now)
    action = _DECISIONS[proposal.kind][agreed]
    _record(session, row, member, now, action, reason=said or None, details={"responses": len(moved)})
    return len(moved)


def remove_demonstration(session: Session) -> int:
    """Delete the cases that are about demonstration responses alone, after those were deleted; returns how many."""
    removed = session.execute(delete(ReviewCase).where(ReviewCase.demonstration).returning(ReviewCase.id)).all()
    return len(removed)


def _take_out(session: Session, response_ids: Sequence[UUID], exclusion_id: int, now: datetime) -> Sequence[UUID]:
    taken = surveys.exclude(session, response_ids, exclusion_id=exclusion_id, now=now)
    if taken:
        spans = [{"exclusion_id": exclusion_id, "response_id": each, "since": now} for each in taken]
        session.execute(insert(ExcludedSpan), spans)
    return taken


def _give_back(session: Session, row: ReviewCase, now: datetime) -> Sequence[UUID]:
    """End the exclusion of a case. What another case's exclusion also asks to be left out passes on to that one."""
    own = _standing_exclusion(session, row.id)
    returned = surveys.include(session, exclusion_id=own, now=now)
    session.execute(
        update(ExcludedSpan).where(ExcludedSpan.exclusion_id == own, ExcludedSpan.until.is_(None)).values(until=now)
    )
    others: dict[int, list[UUID]] = defaultdict(list)
    for case_id, response_id in session.execute(
        select(CaseResponse.case_id, CaseResponse.response_id)
        .join(ReviewCase, ReviewCase.id == CaseResponse.case_id)
        .where(
            CaseResponse.response_id.in_(returned),
            ReviewCase.id != row.id,
            ReviewCase.state.in_(("excluded", "return_proposed")),
        )
        .order_by(CaseResponse.case_id)
    ):
        others[case_id].append(response_id)
    still_out: set[UUID] = set()
    for case_id, response_ids in others.items():
        still_out.update(_take_out(session, response_ids, _standing_exclusion(session, case_id), now))
    return [each for each in returned if each not in still_out]


def _standing_exclusion(session: Session, case_id: int) -> int:
    return session.scalars(
        select(Proposal.id)
        .where(Proposal.case_id == case_id, Proposal.kind == "exclude", Proposal.agreed.is_(True))
        .order_by(Proposal.id.desc())
        .limit(1)
    ).one()


def _propose(
    session: Session, row: ReviewCase, member: Member, now: datetime, *, kind: str, reason: str | None, words: str
) -> None:
    session.add(Proposal(case_id=row.id, kind=kind, reason=reason, words=words, proposed_by=member.id, proposed_at=now))


def _case(session: Session, case_id: int, *states: str) -> ReviewCase:
    row = session.get(ReviewCase, case_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise CaseNotFound(N_("Không có vụ việc này."))
    if row.state not in states:
        raise StateChanged(N_("Vụ việc này vừa được người khác xử lý. Xin mở lại trang để xem tình trạng mới."))
    return row


def _words(written: str, field: str) -> str:
    said = normalise(written)
    if not said:
        raise WordsMissing(N_("Xin ghi rõ lý do."), field=field)
    if len(said) > LONGEST_WORDS:
        raise WordsMissing(N_("Lý do dài quá %(limit)s ký tự. Xin rút gọn lại."), field=field, limit=LONGEST_WORDS)
    return said


def _allow(
    session: Session, row: ReviewCase, member: Member, now: datetime, *, attempt: str, proposed_by: int | None
) -> None:
    refused = refusal(session, row.id, row.department_id, member, proposed_by=proposed_by, now=now)
    if refused is not None:
        details: dict[str, str | int] = {"attempt": attempt, "why": WHY[type(refused)]}
        _record(session, row, member, now, "exclusions.attempt_refused", details=details)
        raise refused


def _record(
    session: Session,
    row: ReviewCase,
    member: Member,
    now: datetime,
    action: str,
    *,
    reason: str | None = None,
    details: dict[str, str | int] | None = None,
) -> None:
    record(
        session,
        now=now,
        actor_id=member.id,
        action=action,
        subject=f"case:{row.id}",
        department_id=row.department_id,
        reason=reason,
        details=details,
    )
