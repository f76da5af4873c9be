"""Publishes periods, restates them, and withdraws what rests on demonstration responses."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from sqlalchemy import ColumnElement, delete, except_all, insert, literal, select, union_all
from sqlalchemy.orm import Session

from feedback_app.kit.clock import local_day
from feedback_app.kit.errors import N_, Invalid
from feedback_app.kit.locks import lock
from feedback_app.kit.text import normalise
from feedback_app.ratings.figures import SCHEME, SUMS
from feedback_app.ratings.models import MonthlyTally, Publication, PublishedTally, WithheldMonth
from feedback_app.ratings.operations.recounting import recount_pending
from feedback_app.ratings.operations.revision import raise_revision
from feedback_app.ratings.periods import PUBLISHED_KINDS, Period, ended_between
from feedback_app.ratings.queries.tallies import withheld_months
from feedback_app.staff.operations import record
from feedback_app.surveys import queries as surveys

if TYPE_CHECKING:
    from config import Minima


_FROZEN: Final = ("department_id", "month", "version_id", "channel", "field_id", "stage", *SUMS, "choice_ids", "picked")


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
    minima: "Minima",
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
        minimum_responses=minima.score,
        small_cell=minima.cell,
        demonstration=surveys.has_demonstration_between(session, period.starts_on, period.ends_on),
    )
    session.add(publication)
    session.flush()
    session.execute(
        insert(PublishedTally).from_select(
            ["publication_id", *_FROZEN],
            select(literal(publication.id), *(getattr(MonthlyTally, name) for name in _FROZEN)).where(*_within(period)),
        )
    )
    held = withheld_months(session, [period], minima.cell)[period]
    if held:
        session.execute(
            insert(WithheldMonth),
            [
                {"publication_id": publication.id, "department_id": department_id, "month": month}
                for department_id, month in sorted(held)
            ],
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


def publish_ended(session: Session, *, now: datetime, minima: "Minima", limit: int) -> list[Period]:
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
        publish(session, period, now=now, minima=minima)
    return chosen


def withdraw_demonstration(session: Session) -> int:
    """Delete publications that rest on demonstration responses; returns how many. Real ones are published anew."""
    withdrawn = session.execute(delete(Publication).where(Publication.demonstration).returning(Publication.id)).all()
    raise_revision(session)
    return len(withdrawn)


def _changed(session: Session, publication_id: int, period: Period) -> bool:
    frozen = select(*(getattr(PublishedTally, name) for name in _FROZEN)).where(
        PublishedTally.publication_id == publication_id
    )
    counted = select(*(getattr(MonthlyTally, name) for name in _FROZEN)).where(*_within(period))
    return (
        session.execute(union_all(except_all(frozen, counted), except_all(counted, frozen)).limit(1)).first()
        is not None
    )


def _within(period: Period) -> tuple[ColumnElement[bool], ...]:
    return MonthlyTally.month >= period.starts_on, MonthlyTally.month < period.ends_on
