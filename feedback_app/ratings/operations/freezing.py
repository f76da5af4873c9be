"""Freezes the sums of a period into a draft, and seals a draft into a publication that nothing changes any more."""

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import func, insert, literal, select, update
from sqlalchemy.orm import Session

from feedback_app.exclusions import queries as exclusions
from feedback_app.kit.locks import lock
from feedback_app.kit.revisions import raise_revision
from feedback_app.ratings import chain, disclosure
from feedback_app.ratings.figures import SCHEME
from feedback_app.ratings.models import MonthlyTally, Publication, PublishedTally, WithheldMonth
from feedback_app.ratings.operations.recounting import recount_pending
from feedback_app.ratings.periods import Period
from feedback_app.ratings.queries.changes import FROZEN, describe, within
from feedback_app.ratings.queries.published import newest_publications, view
from feedback_app.ratings.queries.tallies import withheld_months
from feedback_app.ratings.queries.verification import content_hash
from feedback_app.staff.operations import record
from feedback_app.surveys import queries as surveys

if TYPE_CHECKING:
    from config import Minima


def settle(session: Session) -> None:
    """Count all that still waits, alone, so that no worker holds answers that were given before something is frozen."""
    lock(session, "recount")
    while recount_pending(session):
        pass


def freeze(
    session: Session,
    period: Period,
    *,
    now: datetime,
    minima: "Minima",
    number: int,
    reason: str | None,
    drafted_by: int | None,
) -> Publication:
    """Freeze what is counted of a period now, as a draft. The caller has settled what waits."""
    rapid = session.scalar(select(func.sum(MonthlyTally.rapid)).where(*within(period))) or 0
    draft = Publication(
        period_kind=period.kind,
        starts_on=period.starts_on,
        ends_on=period.ends_on,
        number=number,
        reason=reason,
        scheme=SCHEME,
        disclosure=disclosure.RULES,
        minimum_responses=minima.score,
        small_cell=minima.cell,
        excluded=({"rapid": int(rapid)} if rapid else {})
        | exclusions.exclusion_counts(session, first=period.starts_on, before=period.ends_on),
        demonstration=surveys.has_demonstration_between(session, period.starts_on, period.ends_on),
        as_of=now,
        drafted_by=drafted_by,
    )
    session.add(draft)
    session.flush()
    session.execute(
        insert(PublishedTally).from_select(
            ["publication_id", *FROZEN],
            select(literal(draft.id), *(getattr(MonthlyTally, name) for name in FROZEN)).where(*within(period)),
        )
    )
    held = withheld_months(session, [period], minima.cell)[period]
    if held:
        session.execute(
            insert(WithheldMonth),
            [
                {"publication_id": draft.id, "department_id": department_id, "month": month}
                for department_id, month in sorted(held)
            ],
        )
    return draft


def seal(session: Session, draft: Publication, *, now: datetime, published_by: int | None) -> None:
    """Publish a draft: compare it with the publication before, hash it into the chain, and let everybody see it."""
    # One office has one chain: the next link waits until this one is committed.
    lock(session, "publication-chain")
    session.flush()
    own = view(draft)
    before = newest_publications(session, [own.period]).get(own.period)
    last = session.execute(
        select(Publication.link, Publication.hash)
        .where(Publication.link.is_not(None), Publication.demonstration.is_(draft.demonstration))
        .order_by(Publication.link.desc())
        .limit(1)
    ).first()
    sealed = {
        "serialisation": chain.SERIALISATION,
        "link": last.link + 1 if last else 1,
        "previous_hash": last.hash if last else None,
        "changes": describe(session, before, own) if before else None,
        "published_at": now,
        "published_by": published_by,
    }
    sealed["hash"] = content_hash(session, draft, sealed)
    # In one statement: published, it is frozen at once.
    session.execute(update(Publication).where(Publication.id == draft.id).values(**sealed))
    record(
        session,
        now=now,
        actor_id=published_by,
        action="ratings.published",
        subject=f"period:{own.period.code}",
        reason=own.reason,
        details={"number": own.number, "hash": sealed["hash"]},
    )
    raise_revision(session, "ratings")
