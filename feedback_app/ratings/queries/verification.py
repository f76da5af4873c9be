"""The chain of publications: hashes of what is stored, and whether they are still those it went out with."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from feedback_app.ratings import chain
from feedback_app.ratings.models import Publication, PublishedTally, WithheldMonth
from feedback_app.ratings.queries.published import PublicationView, view

# Rows held at once while hashing: a year of a large province has hundreds of thousands.
_AT_ONCE: Final = 10_000
# Stored in the order of their bytes, whatever language the database sorts in.
_TEXTS: Final = ("channel", "stage")

Fault = Literal["content", "order"]


@dataclass(frozen=True, slots=True)
class Broken:
    """The first link that does not hold: its content is not what was hashed, or a publication before it is missing."""

    publication: PublicationView
    fault: Fault


@dataclass(frozen=True, slots=True)
class Chain:
    """A chain as it was found: how many links hold from its beginning on, the last one's hash, and what broke it."""

    demonstration: bool
    links: int
    last_hash: str | None
    broken: Broken | None


def verify(session: Session) -> list[Chain]:
    """Compute every hash again, of real publications first, then of the demonstration's; each chain to its first fault.

    Whoever deletes the last links leaves a chain that holds: the newest hash, which is public, has to be kept apart.
    """
    return [_verify(session, demonstration) for demonstration in (False, True)]


def content_hash(session: Session, publication: Publication, sealed: Mapping[str, object]) -> str:
    """The hash of a publication with the values that `sealed` is about to give it."""
    version = str(sealed["serialisation"])
    header = {name: sealed[name] if name in sealed else getattr(publication, name) for name in chain.HEADER[version]}
    names = chain.TALLY[version]
    columns = [getattr(PublishedTally, name) for name in names]
    key = columns[: names.index("responses")]
    tallies = session.execute(
        select(*columns)
        .where(PublishedTally.publication_id == publication.id)
        .order_by(*(each.collate("C") if each.key in _TEXTS else each for each in key))
        .execution_options(yield_per=_AT_ONCE)
    )
    withheld = session.execute(
        select(WithheldMonth.department_id, WithheldMonth.month)
        .where(WithheldMonth.publication_id == publication.id)
        .order_by(WithheldMonth.department_id, WithheldMonth.month)
    )
    return chain.digest(header, (tuple(row) for row in tallies), (tuple(row) for row in withheld))


def _verify(session: Session, demonstration: bool) -> Chain:
    ids = session.scalars(
        select(Publication.id)
        .where(Publication.published_at.is_not(None), Publication.demonstration.is_(demonstration))
        .order_by(Publication.link)
    ).all()
    last: str | None = None
    for place, publication_id in enumerate(ids, start=1):
        row = session.get_one(Publication, publication_id, populate_existing=True)
        if row.link != place or row.previous_hash != last:
            return Chain(demonstration, place - 1, last, Broken(view(row), "order"))
        if _says_what_is_not_hashed(session, row) or row.hash != content_hash(
            session, row, {"serialisation": row.serialisation}
        ):
            return Chain(demonstration, place - 1, last, Broken(view(row), "content"))
        last = row.hash
    return Chain(demonstration, len(ids), last, None)


def _says_what_is_not_hashed(session: Session, row: Publication) -> bool:
    """Whether tallies of a publication that went out before there were procedures tell of some now."""
    if "procedure_id" in chain.TALLY[str(row.serialisation)]:
        return False
    later = exists().where(PublishedTally.publication_id == row.id, PublishedTally.procedure_id != 0)
    return bool(session.scalar(select(later)))
