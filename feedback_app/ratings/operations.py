"""Counts days again and publishes periods. Nothing here commits."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, delete, func, insert, literal, select, tuple_
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from feedback_app import recounts
from feedback_app.kit.clock import local_day
from feedback_app.kit.errors import N_, Invalid
from feedback_app.kit.locks import lock
from feedback_app.kit.text import normalise
from feedback_app.ratings.commands import ReportRating
from feedback_app.ratings.figures import SCHEME, Sums
from feedback_app.ratings.models import (
    DailyChoiceTally,
    DailyTally,
    Publication,
    PublishedChoiceTally,
    PublishedTally,
    ReportedRating,
)
from feedback_app.ratings.periods import PUBLISHED_KINDS, Period, ended_between
from feedback_app.staff.operations import record
from feedback_app.surveys import queries as surveys

# Buckets counted in one transaction: enough to catch up fast, few enough to let others in.
BATCH = 500

SUMS = tuple(field.name for field in fields(Sums))


class NotEnded(Invalid):
    """A period is published after its last day, never before."""


class NothingToRestate(Invalid):
    """The published figures are still what the answers say, or no reason for the change was given."""


def recount_pending(session: Session, *, limit: int = BATCH) -> int:
    """Count the days that requests ask for, up to `limit` requests; returns how many were settled.

    Each bucket is locked before it is counted, in a fixed order. The count of a bucket therefore starts after the last
    other count of it was committed and sees every response whose request is settled here.
    """
    # Before claiming: whoever holds this lock alone knows that no request is in another transaction's hands.
    lock(session, "recount", shared=True)
    claimed = recounts.claim(session, "ratings", limit=limit)
    if not claimed.buckets:
        return 0
    for bucket in claimed.buckets:
        lock(session, "recount-day", bucket.subject_id, bucket.day)
    days = [(bucket.subject_id, bucket.day) for bucket in claimed.buckets]
    _count(
        session,
        responses=surveys.on_days(days),
        tallies=tuple_(DailyTally.department_id, DailyTally.day).in_(days),
        choices=tuple_(DailyChoiceTally.department_id, DailyChoiceTally.day).in_(days),
    )
    recounts.settle(session, claimed)
    return len(claimed.request_ids)


def recount_range(session: Session, *, first: date, before: date) -> None:
    """Count every department's days from `first` until before `before` again, whoever asked or not."""
    lock(session, "recount")
    _count(
        session,
        responses=surveys.between(first, before),
        tallies=and_(DailyTally.day >= first, DailyTally.day < before),
        choices=and_(DailyChoiceTally.day >= first, DailyChoiceTally.day < before),
    )


def _count(
    session: Session,
    *,
    responses: ColumnElement[bool],
    tallies: ColumnElement[bool],
    choices: ColumnElement[bool],
) -> None:
    """Replace the tallies of some buckets by what their responses say; the three conditions name the same buckets.

    Choices and responses are counted in one statement, hence in one snapshot: an answer that arrives or is removed in
    between would else be in one count and not in the other.
    """
    session.execute(delete(DailyChoiceTally).where(choices))
    session.execute(delete(DailyTally).where(tallies))
    counted = (
        insert(DailyChoiceTally)
        .from_select(
            ["department_id", "day", "choice_id", "channel", "picked"],
            surveys.day_choice_counts(responses),
        )
        .returning(
            DailyChoiceTally.department_id,
            DailyChoiceTally.day,
            DailyChoiceTally.choice_id,
            DailyChoiceTally.channel,
            DailyChoiceTally.picked,
        )
        .cte("counted")
    )
    scale = surveys.overall_choices().subquery("scale")
    outcomes = (
        select(
            counted.c.department_id,
            counted.c.day,
            scale.c.version_id,
            counted.c.channel,
            func.sum(counted.c.picked).label("rated"),
            *(
                func.coalesce(func.sum(counted.c.picked).filter(scale.c.outcome == outcome), 0).label(outcome)
                for outcome in ("satisfied", "neutral", "not_satisfied")
            ),
            func.coalesce(func.sum(counted.c.picked).filter(scale.c.points.is_not(None)), 0).label("scored"),
            func.coalesce(func.sum(counted.c.picked * scale.c.points), 0).label("points"),
        )
        .join(scale, scale.c.choice_id == counted.c.choice_id)
        .group_by(counted.c.department_id, counted.c.day, scale.c.version_id, counted.c.channel)
        .subquery("outcomes")
    )
    counts = surveys.day_counts(responses).subquery("counts")
    key = ("department_id", "day", "version_id", "channel")
    whole = ("responses", "partial", "assisted", "rapid")
    by_outcome = ("rated", "satisfied", "neutral", "not_satisfied", "scored", "points")
    session.execute(
        insert(DailyTally)
        .from_select(
            [*key, *whole, *by_outcome],
            select(
                *(counts.c[name] for name in (*key, *whole)),
                *(func.coalesce(outcomes.c[name], 0) for name in by_outcome),
            ).outerjoin_from(counts, outcomes, and_(*(counts.c[name] == outcomes.c[name] for name in key))),
        )
        .add_cte(counted)
    )


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
    return len(session.execute(delete(Publication).where(Publication.demonstration).returning(Publication.id)).all())


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


def import_reported(session: Session, ratings: Sequence[ReportRating]) -> int:
    """Store reported ratings; one that is here already (same department, period, source) is replaced. Their number."""
    for rating in ratings:
        values = {"percent": rating.percent, "written": rating.written, "measure": rating.measure}
        session.execute(
            upsert(ReportedRating)
            .values(
                department_id=rating.department_id,
                period_kind=rating.period.kind,
                starts_on=rating.period.starts_on,
                ends_on=rating.period.ends_on,
                source=rating.source,
                **values,
            )
            .on_conflict_do_update(index_elements=["department_id", "period_kind", "starts_on", "source"], set_=values)
        )
    return len(ratings)
