"""Publishes periods, restates them, and withdraws what rests on demonstration responses."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, insert, literal, select
from sqlalchemy.orm import Session

from feedback_app.kit.clock import local_day
from feedback_app.kit.errors import N_, Invalid
from feedback_app.kit.locks import lock
from feedback_app.kit.text import normalise
from feedback_app.ratings.figures import SCHEME, SUMS
from feedback_app.ratings.models import (
    DailyChoiceTally,
    DailyTally,
    Publication,
    PublishedChoiceTally,
    PublishedTally,
)
from feedback_app.ratings.operations.recounting import recount_pending
from feedback_app.ratings.operations.revision import raise_revision
from feedback_app.ratings.periods import PUBLISHED_KINDS, Period, ended_between
from feedback_app.staff.operations import record
from feedback_app.surveys import queries as surveys


class NotEnded(Invalid):
    """A period is published after its last day, never before."""


class NothingToRestate(Invalid):
    """The published figures are still what the answers say, or no reason for the change was given."""


@dataclass(frozen=True, slots=True)
class Published:
    """What publishing did: `number` 1 is the first publication of the period, higher ones are restatements."""

    publication_id: int
    number: int


def publish(
    session: Session,
    period: Period,
    *,
    now: datetime,
    minimum: int,
    reason: str | None = None,
    published_by: int | None = None,
) -> Published:
    """Freeze the sums of an ended period, after counting all that still waits.

    A period that is published already gets a restatement beside the first publication, and only for a `reason` and when
    its answers have changed since. Raises NotEnded and NothingToRestate.
    """
    if period.kind not in PUBLISHED_KINDS or not period.ended(local_day(now)):
        raise NotEnded(N_("Kỳ %(period)s chưa kết thúc nên chưa công bố được."), field="period", period=period.code)
    lock(session, "publish", period.code)
    # Alone, so that no worker still holds answers of this period that were given before it is frozen.
    lock(session, "recount")
    while recount_pending(session):
        pass
    newest = session.execute(
        select(Publication.id, Publication.number)
        .where(Publication.period_kind == period.kind, Publication.starts_on == period.starts_on)
        .order_by(Publication.number.desc())
        .limit(1)
    ).first()
    if newest is not None and not (reason or "").strip():
        raise NothingToRestate(N_("Kỳ này đã công bố. Muốn đính chính phải nêu lý do."), field="reason")
    if newest is not None and not _changed(session, newest.id, period):
        raise NothingToRestate(N_("Số liệu đã công bố của kỳ này không thay đổi."), field="period")
    publication = Publication(
        period_kind=period.kind,
        starts_on=period.starts_on,
        ends_on=period.ends_on,
        number=newest.number + 1 if newest else 1,
        published_at=now,
        published_by=published_by,
        reason=normalise(reason or "") if newest else None,
        scheme=SCHEME,
        minimum_responses=minimum,
        demonstration=surveys.has_demonstration_between(session, period.starts_on, period.ends_on),
    )
    session.add(publication)
    session.flush()
    session.execute(
        insert(PublishedTally).from_select(
            ["publication_id", "department_id", "version_id", "channel", *SUMS],
            _period_sums(period, literal(publication.id).label("publication_id")),
        )
    )
    key = (DailyChoiceTally.department_id, DailyChoiceTally.choice_id, DailyChoiceTally.channel)
    session.execute(
        insert(PublishedChoiceTally).from_select(
            ["publication_id", "department_id", "choice_id", "channel", "picked"],
            select(literal(publication.id).label("publication_id"), *key, func.sum(DailyChoiceTally.picked))
            .where(DailyChoiceTally.day >= period.starts_on, DailyChoiceTally.day < period.ends_on)
            .group_by(*key),
        )
    )
    record(
        session,
        now=now,
        actor_id=published_by,
        action="ratings.published",
        subject=f"period:{period.code}",
        reason=publication.reason,
        details={"number": publication.number},
    )
    raise_revision(session)
    return Published(publication.id, publication.number)


def publish_ended(session: Session, *, now: datetime, minimum: int, limit: int) -> list[Period]:
    """Publish, oldest first, up to `limit` periods that are over and were never published; returns them."""
    span = surveys.answered_days(session)
    if span is None:
        return []
    known = {
        (row.period_kind, row.starts_on)
        for row in session.execute(select(Publication.period_kind, Publication.starts_on))
    }
    due = [
        period
        for kind in PUBLISHED_KINDS
        for period in ended_between(kind, span[0], local_day(now))
        if (period.kind, period.starts_on) not in known
    ]
    chosen = sorted(due, key=lambda period: (period.ends_on, period.starts_on))[:limit]
    for period in chosen:
        publish(session, period, now=now, minimum=minimum)
    return chosen


def withdraw_demonstration(session: Session) -> int:
    """Delete publications that rest on demonstration responses; returns how many. Real ones are published anew."""
    withdrawn = session.execute(delete(Publication).where(Publication.demonstration).returning(Publication.id)).all()
    raise_revision(session)
    return len(withdrawn)


def _changed(session: Session, publication_id: int, period: Period) -> bool:
    columns = ("department_id", "version_id", "channel", *SUMS)
    frozen = select(*(getattr(PublishedTally, name) for name in columns)).where(
        PublishedTally.publication_id == publication_id
    )
    counted = _period_sums(period)
    return {tuple(row) for row in session.execute(frozen)} != {tuple(row) for row in session.execute(counted)}


def _period_sums(period: Period, *leading: ColumnElement[int]):  # type: ignore[no-untyped-def]
    key = (DailyTally.department_id, DailyTally.version_id, DailyTally.channel)
    return (
        select(*leading, *key, *(func.sum(getattr(DailyTally, name)).label(name) for name in SUMS))
        .where(DailyTally.day >= period.starts_on, DailyTally.day < period.ends_on)
        .group_by(*key)
    )
