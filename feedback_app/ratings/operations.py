"""Counts days again and publishes periods. Nothing here commits."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, and_, delete, func, insert, literal, or_, select, text, tuple_
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
    RatingRevision,
    ReportedRating,
)
from feedback_app.ratings.periods import PUBLISHED_KINDS, Period, ended_between
from feedback_app.staff.operations import record
from feedback_app.surveys import queries as surveys

# Buckets counted in one transaction: enough to catch up fast, few enough to let others in.
BATCH = 500
# A year of tallies is compared in one hash table; in the 4 MB of the server's default it goes through files.
RECOUNT_MEMORY = "64MB"

SUMS = tuple(field.name for field in fields(Sums))
KEY = ("department_id", "day", "version_id", "channel")
CHOICE_KEY = ("department_id", "day", "choice_id", "channel")


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
    _count(session, [(bucket.subject_id, bucket.day) for bucket in claimed.buckets])
    recounts.settle(session, claimed)
    return len(claimed.request_ids)


def recount_range(session: Session, *, first: date, before: date) -> int:
    """Count every department's days from `first` until before `before` again, whoever asked or not.

    Returns how many buckets were not what their responses say, and are now: 0 while no request was ever lost. Tallies
    that are right are left alone, because writing them costs several times what counting does.
    """
    lock(session, "recount")
    session.execute(text(f"SET LOCAL work_mem = '{RECOUNT_MEMORY}'"))
    wrong = sorted(_wrong_days(session, first, before))
    for start in range(0, len(wrong), BATCH):
        _count(session, wrong[start : start + BATCH])
    return len(wrong)


def _count(session: Session, days: Collection[tuple[int, date]]) -> None:
    """Replace the tallies of these (department, day) pairs by what their responses say now.

    Choices and responses are counted in one statement, hence in one snapshot: an answer that arrives or is removed in
    between would else be in one count and not in the other.
    """
    session.execute(
        delete(DailyChoiceTally).where(tuple_(DailyChoiceTally.department_id, DailyChoiceTally.day).in_(days))
    )
    session.execute(delete(DailyTally).where(tuple_(DailyTally.department_id, DailyTally.day).in_(days)))
    responses = surveys.on_days(days)
    counted = (
        insert(DailyChoiceTally)
        .from_select([*CHOICE_KEY, "picked"], surveys.day_choice_counts(responses))
        .returning(*(getattr(DailyChoiceTally, name) for name in (*CHOICE_KEY, "picked")))
        .cte("counted")
    )
    session.execute(insert(DailyTally).from_select([*KEY, *SUMS], _day_sums(responses, counted)).add_cte(counted))
    _raise_revision(session)


def _raise_revision(session: Session) -> None:
    """Say that kept pages no longer hold. Last, because its one row stays locked until the caller commits."""
    session.execute(
        upsert(RatingRevision)
        .values(id=1, number=1)
        .on_conflict_do_update(index_elements=[RatingRevision.id], set_={"number": RatingRevision.number + 1})
    )


def _day_sums(responses: ColumnElement[bool], picks: FromClause) -> Select[Any]:
    """DailyTally as it should be, from the responses and the choice tallies of the same days."""
    scale = surveys.overall_choices().subquery("scale")
    key = (picks.c.department_id, picks.c.day, scale.c.version_id, picks.c.channel)
    outcomes = (
        select(
            *key,
            func.sum(picks.c.picked).label("rated"),
            *(
                func.coalesce(func.sum(picks.c.picked).filter(scale.c.outcome == outcome), 0).label(outcome)
                for outcome in ("satisfied", "neutral", "not_satisfied")
            ),
            func.coalesce(func.sum(picks.c.picked).filter(scale.c.points.is_not(None)), 0).label("scored"),
            func.coalesce(func.sum(picks.c.picked * scale.c.points), 0).label("points"),
        )
        .join_from(picks, scale, scale.c.choice_id == picks.c.choice_id)
        .group_by(*key)
        .subquery("outcomes")
    )
    counts = surveys.day_counts(responses).subquery("counts")
    return select(
        *(counts.c[name] for name in KEY),
        *(counts.c[name] if name in counts.c else func.coalesce(outcomes.c[name], 0).label(name) for name in SUMS),
    ).outerjoin_from(counts, outcomes, and_(*(counts.c[name] == outcomes.c[name] for name in KEY)))


def _wrong_days(session: Session, first: date, before: date) -> set[tuple[int, date]]:
    """Departments' days whose stored tallies differ from what is counted now, or are missing, or should not be."""
    responses = surveys.between(first, before)
    choices, sums = (
        select(*(getattr(tally, name) for name in columns)).where(tally.day >= first, tally.day < before).subquery()
        for tally, columns in ((DailyChoiceTally, (*CHOICE_KEY, "picked")), (DailyTally, (*KEY, *SUMS)))
    )
    wrong = set()
    for key, values, stored, counted in (
        (CHOICE_KEY, ("picked",), choices, surveys.day_choice_counts(responses).subquery()),
        (KEY, SUMS, sums, _day_sums(responses, choices).subquery()),
    ):
        differing = (
            select(*(func.coalesce(counted.c[name], stored.c[name]) for name in ("department_id", "day")))
            .join_from(counted, stored, and_(*(counted.c[name] == stored.c[name] for name in key)), full=True)
            .where(or_(*(counted.c[name].is_distinct_from(stored.c[name]) for name in values)))
            .distinct()
        )
        wrong |= {(row[0], row[1]) for row in session.execute(differing)}
    return wrong


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
    _raise_revision(session)
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
    _raise_revision(session)
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
    _raise_revision(session)
    return len(ratings)
