"""Drafts, checks, publishes and restates periods, and withdraws what rests on demonstration responses.

What two persons have to agree on is decided by `two_persons`. An attempt that breaks it is written to the audit trail
before it is refused, so a caller that turns the refusal into an answer commits first.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from feedback_app.kit.clock import local_day
from feedback_app.kit.errors import N_, Conflict, Invalid, NotAllowed
from feedback_app.kit.locks import lock
from feedback_app.kit.revisions import raise_revision
from feedback_app.kit.text import normalise
from feedback_app.ratings.models import Publication
from feedback_app.ratings.operations.freezing import freeze, seal, settle
from feedback_app.ratings.periods import PUBLISHED_KINDS, Period, ended_between
from feedback_app.ratings.queries.changes import moved
from feedback_app.ratings.queries.published import PublicationView, newest_publications, view
from feedback_app.ratings.queries.small_changes import small_changes
from feedback_app.ratings.two_persons import MayNotSign, Step, WrongState, needed, refusal
from feedback_app.staff.operations import record
from feedback_app.staff.queries import Member
from feedback_app.surveys import queries as surveys

if TYPE_CHECKING:
    from config import Minima

LONGEST_REASON: Final = 500


class NotEnded(Invalid):
    """A period is published after its last day, never before."""


class NothingToRestate(Invalid):
    """The published figures are still what the answers say, or no reason for the change was given."""


class ReasonMissing(Invalid):
    """Who returns a draft says why."""


class TellsOfFew(Invalid):
    """Subtracted from the publication before, the restatement tells what a few people answered; nobody agreed to it."""


class DraftOutdated(Conflict):
    """Answers came or went since the draft was frozen: it has to be frozen again (`refresh`) and looked at again."""


@dataclass(frozen=True, slots=True)
class Published:
    """What publishing did: `number` 1 is the first publication of the period, higher ones are restatements."""

    publication_id: int
    number: int


@dataclass(frozen=True, slots=True)
class Handled:
    """What the timetable did with a period that is over: published it, or drafted it for people to check."""

    period: Period
    published: bool


def publish(
    session: Session,
    period: Period,
    *,
    now: datetime,
    minima: "Minima",
    reason: str | None = None,
    published_by: int | None = None,
) -> Published:
    """Freeze an ended period and publish it at once, whoever asks: the last step of every road that has the right to.

    A period that is published already gets a restatement beside the first publication, and only for a `reason` and when
    its answers have changed since. A draft of it gives way. Raises NotEnded and NothingToRestate.
    """
    draft = _draft_anew(session, period, now=now, minima=minima, reason=reason, drafted_by=published_by)
    seal(session, draft, now=now, published_by=published_by)
    return Published(draft.id, draft.number)


def publish_month(
    session: Session,
    period: Period,
    *,
    now: datetime,
    minima: "Minima",
    publish_months: bool,
) -> Published:
    """Publish a month for the first time without two persons, as the timetable may where `publish_months` says so.

    Raises MayNotSign for anything else, a restatement among it, and NotEnded.
    """
    lock(session, "publish", period.code)
    restatement = period in newest_publications(session, [period])
    if period.ended(local_day(now)) and needed(period.kind, publish_months=publish_months, restatement=restatement):
        raise MayNotSign(N_("Kỳ này phải có hai người: một người lập bản nháp, một người khác kiểm tra."))
    return publish(session, period, now=now, minima=minima)


def draft_publication(
    session: Session,
    period: Period,
    *,
    now: datetime,
    minima: "Minima",
    member: Member,
    reason: str | None = None,
) -> PublicationView:
    """The first person: freeze an ended period as a draft that managers alone see. One not yet checked gives way to it.

    For a period that was published this drafts a restatement: it needs a `reason` and a change of the answers. Raises
    NotEnded, NothingToRestate, MayNotSign and WrongState.
    """
    lock(session, "publish", period.code)
    _allow(session, "draft", _draft_of(session, period), member, now=now, subject=period)
    draft = _draft_anew(session, period, now=now, minima=minima, reason=reason, drafted_by=member.id)
    _record_about(session, draft, action="ratings.drafted", now=now, member=member, reason=draft.reason)
    return view(draft)


def check_publication(
    session: Session, draft_id: int, period: Period, *, now: datetime, member: Member, few_agreed: bool = False
) -> None:
    """The second person: agree to the draft they saw, named by its id.

    A restatement that tells a few answers apart (`queries.small_changes`) needs `few_agreed`: they know of which
    departments, and the correction is worth it. The audit trail keeps a line for each of these.

    Raises WrongState, MayNotSign, SamePerson, TellsOfFew; DraftOutdated when answers came or went since it was frozen.
    """
    draft = _at_step(session, "check", draft_id, period, now=now, member=member)
    settle(session)
    since = moved(session, view(draft))
    if since.differs:
        raise DraftOutdated(
            N_("Từ khi chốt số liệu của bản nháp có thêm %(added)s phiếu và bớt %(removed)s phiếu."),
            added=since.total_added,
            removed=since.total_removed,
        )
    before = newest_publications(session, [period]).get(period)
    few = small_changes(session, before, view(draft)) if before else ()
    if few and not few_agreed:
        raise TellsOfFew(
            N_("Xin đánh dấu là bạn đã biết, hoặc trả lại bản nháp và chờ thêm phiếu."), field="few_agreed"
        )
    draft.checked_at, draft.checked_by = now, member.id
    _record_about(session, draft, action="ratings.checked", now=now, member=member)
    for each in few:
        record(
            session,
            now=now,
            actor_id=member.id,
            action="ratings.few_agreed",
            subject=f"period:{period.code}",
            department_id=each.department_id,
            details={"number": draft.number, "answers": each.answers},
        )
    session.flush()


def return_publication(
    session: Session, draft_id: int, period: Period, *, now: datetime, member: Member, reason: str
) -> None:
    """Refuse a draft and say why; somebody has to draft it again. Raises WrongState, MayNotSign, ReasonMissing."""
    draft = _at_step(session, "return", draft_id, period, now=now, member=member)
    said = normalise(reason)
    if not said:
        raise ReasonMissing(N_("Xin ghi rõ vì sao trả lại."), field="reason")
    if len(said) > LONGEST_REASON:
        raise ReasonMissing(N_("Lý do dài quá %(limit)s ký tự. Xin rút gọn lại."), field="reason", limit=LONGEST_REASON)
    draft.checked_at = draft.checked_by = None
    draft.returned_at, draft.returned_by, draft.return_reason = now, member.id, said
    _record_about(session, draft, action="ratings.returned", now=now, member=member, reason=said)
    session.flush()


def publish_publication(session: Session, draft_id: int, period: Period, *, now: datetime, member: Member) -> Published:
    """Publish a checked draft, as it was checked. Raises WrongState, MayNotSign, SamePerson."""
    draft = _at_step(session, "publish", draft_id, period, now=now, member=member)
    seal(session, draft, now=now, published_by=member.id)
    return Published(draft.id, draft.number)


def refresh(session: Session, period: Period, *, now: datetime, minima: "Minima", actor_id: int | None) -> None:
    """Freeze a draft that waits to be checked again, if answers came or went since; whoever drafted it stays so."""
    lock(session, "publish", period.code)
    draft = _draft_of(session, period)
    if draft is None or view(draft).state != "draft":
        return
    settle(session)
    since = moved(session, view(draft))
    if not since.differs:
        return
    again = _replace(session, draft, period, now=now, minima=minima, reason=draft.reason, drafted_by=draft.drafted_by)
    record(
        session,
        now=now,
        actor_id=actor_id,
        action="ratings.refreshed",
        subject=f"period:{period.code}",
        details={"number": again.number, "added": since.total_added, "removed": since.total_removed},
    )


def publish_ended(
    session: Session, *, now: datetime, minima: "Minima", limit: int, publish_months: bool = True
) -> list[Handled]:
    """Publish months that are over and draft longer periods, oldest first and up to `limit`; returns which.

    Without `publish_months` months are drafted too. Once nothing is left, drafts that answers made outdated are frozen
    again.
    """
    chosen = due(session, now=now)[:limit]
    handled = []
    for period in chosen:
        published = not needed(period.kind, publish_months=publish_months, restatement=False)
        if published:
            publish(session, period, now=now, minima=minima)
        else:
            draft = _draft_anew(session, period, now=now, minima=minima, reason=None, drafted_by=None)
            _record_about(session, draft, action="ratings.drafted", now=now, member=None)
        handled.append(Handled(period, published))
    if not chosen:
        for row in session.scalars(select(Publication).where(Publication.published_at.is_(None))).all():
            refresh(session, view(row).period, now=now, minima=minima, actor_id=None)
    return handled


def due(session: Session, *, now: datetime) -> list[Period]:
    """The periods that are over and were neither published nor drafted, oldest first."""
    span = surveys.answered_days(session)
    if span is None:
        return []
    known = {
        (row.period_kind, row.starts_on)
        for row in session.execute(select(Publication.period_kind, Publication.starts_on))
    }
    found = [
        period
        for kind in PUBLISHED_KINDS
        for period in ended_between(kind, span[0], local_day(now))
        if (period.kind, period.starts_on) not in known
    ]
    return sorted(found, key=lambda period: (period.ends_on, period.starts_on))


def withdraw_demonstration(session: Session) -> int:
    """Delete publications that rest on demonstration responses, with their own chain; returns how many.

    Real answers of their periods are published anew.
    """
    withdrawn = session.execute(delete(Publication).where(Publication.demonstration).returning(Publication.id)).all()
    raise_revision(session, "ratings")
    return len(withdrawn)


def _draft_anew(
    session: Session, period: Period, *, now: datetime, minima: "Minima", reason: str | None, drafted_by: int | None
) -> Publication:
    """Freeze an ended period; a restatement is drafted for a reason and when its answers have changed since."""
    if period.kind not in PUBLISHED_KINDS or not period.ended(local_day(now)):
        raise NotEnded(N_("Kỳ %(period)s chưa kết thúc nên chưa công bố được."), field="period", period=period.code)
    lock(session, "publish", period.code)
    settle(session)
    newest = newest_publications(session, [period]).get(period)
    said = normalise(reason or "")
    if newest is not None and not said:
        raise NothingToRestate(N_("Kỳ này đã công bố. Muốn đính chính phải nêu lý do."), field="reason")
    if len(said) > LONGEST_REASON:
        raise NothingToRestate(
            N_("Lý do dài quá %(limit)s ký tự. Xin rút gọn lại."), field="reason", limit=LONGEST_REASON
        )
    if newest is not None and not moved(session, newest).differs:
        raise NothingToRestate(N_("Số liệu đã công bố của kỳ này không thay đổi."), field="period")
    return _replace(
        session,
        _draft_of(session, period),
        period,
        now=now,
        minima=minima,
        reason=said if newest else None,
        drafted_by=drafted_by,
        number=newest.number + 1 if newest else 1,
    )


def _replace(
    session: Session,
    old: Publication | None,
    period: Period,
    *,
    now: datetime,
    minima: "Minima",
    reason: str | None,
    drafted_by: int | None,
    number: int | None = None,
) -> Publication:
    """A fresh draft under a fresh id: whoever saw the old one cannot agree to the new one unseen."""
    if old is not None:
        number = number or old.number
        session.execute(delete(Publication).where(Publication.id == old.id))
    return freeze(session, period, now=now, minima=minima, number=number or 1, reason=reason, drafted_by=drafted_by)


def _draft_of(session: Session, period: Period) -> Publication | None:
    return session.scalars(
        select(Publication)
        .where(
            Publication.period_kind == period.kind,
            Publication.starts_on == period.starts_on,
            Publication.published_at.is_(None),
        )
        .execution_options(populate_existing=True)
    ).one_or_none()


def _at_step(
    session: Session, step: Step, draft_id: int, period: Period, *, now: datetime, member: Member
) -> Publication:
    """The draft, locked, if `member` may take this step with it."""
    lock(session, "publish", period.code)
    draft = session.get(Publication, draft_id, populate_existing=True)
    if draft is None or view(draft).period != period:
        raise WrongState(N_("Bản nháp này không còn, hoặc đã được lập lại. Xin xem lại số liệu mới."))
    _allow(session, step, draft, member, now=now, subject=period)
    return draft


def _allow(
    session: Session, step: Step, draft: Publication | None, member: Member, *, now: datetime, subject: Period
) -> None:
    refused = refusal(session, step, view(draft) if draft else None, member, now=now)
    if isinstance(refused, NotAllowed):
        record(
            session,
            now=now,
            actor_id=member.id,
            action="ratings.attempt_refused",
            subject=f"period:{subject.code}",
            department_id=member.department_id,
            details={"attempt": step, "why": type(refused).__name__},
        )
    if refused is not None:
        raise refused


def _record_about(
    session: Session,
    draft: Publication,
    *,
    action: str,
    now: datetime,
    member: Member | None,
    reason: str | None = None,
) -> None:
    record(
        session,
        now=now,
        actor_id=member.id if member else None,
        action=action,
        subject=f"period:{view(draft).period.code}",
        reason=reason,
        details={"number": draft.number},
    )
