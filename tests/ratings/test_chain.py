"""What is published is frozen by the database and chained: a change that gets past the triggers is found."""

import hashlib
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from feedback_app.ratings import chain, operations, queries
from feedback_app.ratings.models import Publication, PublishedTally, WithheldMonth
from feedback_app.ratings.periods import parse
from feedback_app.ratings.queries import verification
from feedback_app.ratings.queries.changes import FROZEN
from tests import factories
from tests.factories import local
from tests.ratings.tampering import unfrozen

AFTER = local(2026, 10, 1, 0, 10)
CODES = ("2026-07", "2026-08", "2026-09", "2026-Q3")
MINIMA = factories.minima(30, cell=5)


@pytest.fixture
def department(session: Session) -> int:
    """Four publications; in September two people answered, so it is withheld."""
    found, version = factories.department(session, "mot-cua"), factories.questionnaire(session)
    for month, satisfied in ((7, 40), (8, 35), (9, 2)):
        factories.responses(session, version, found, local(2026, month, 3), satisfied=satisfied, not_satisfied=0)
    factories.count(session)
    for code in CODES:
        operations.publish(session, parse(code), now=AFTER, minima=MINIMA)
    session.commit()
    return found


def broken(session: Session) -> tuple[str, str, int]:
    """Period and fault of the first broken link, and how many hold before it."""
    real, demonstration = queries.verify(session)
    assert demonstration.broken is None
    assert real.broken is not None
    return real.broken.publication.period.code, real.broken.fault, real.links


def test_serialisation_is_what_its_description_says() -> None:
    moment = datetime(2026, 10, 1, 2, 10, tzinfo=UTC)
    lines = (
        '{"link":1,"published_at":"2026-10-01T02:10:00.000000+00:00","reason":"Nhập muộn"}\n'
        '["tally",7,"2026-09-01",[1,2]]\n'
        '["withheld",7,"2026-09-01"]\n'
    )
    month = date(2026, 9, 1)
    header = {"reason": "Nhập muộn", "published_at": moment, "link": 1}
    assert chain.digest(header, [(7, month, [1, 2])], [(7, month)]) == hashlib.sha256(lines.encode()).hexdigest()


def test_everything_that_is_frozen_is_hashed() -> None:
    assert chain.TALLY[chain.SERIALISATION] == FROZEN
    left_out = {"id", "hash", "returned_at", "returned_by", "return_reason"}
    assert set(Publication.__table__.columns.keys()) - set(chain.HEADER[chain.SERIALISATION]) == left_out


def test_each_link_holds_the_hash_of_the_one_before(session: Session, department: int) -> None:
    found = queries.all_publications(session, limit=9)[::-1]
    assert [each.link for each in found] == [1, 2, 3, 4]
    assert [each.previous_hash for each in found] == [None, *(each.hash for each in found[:-1])]
    real, demonstration = queries.verify(session)
    assert (real.links, real.last_hash, real.broken) == (4, found[-1].hash, None)
    assert demonstration.links == 0


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE publications SET reason = 'x'",
        "DELETE FROM publications WHERE link = 4",
        "UPDATE published_tallies SET satisfied = satisfied",
        "DELETE FROM published_tallies WHERE month = '2026-09-01'",
        "DELETE FROM withheld_months",
        "UPDATE withheld_months SET month = month",
        "INSERT INTO withheld_months SELECT id, 1, starts_on FROM publications WHERE link = 1",
    ],
)
def test_the_database_refuses_every_change(session: Session, department: int, statement: str) -> None:
    with pytest.raises(IntegrityError, match="frozen"):
        session.execute(text(statement))
    session.rollback()
    assert queries.verify(session)[0].broken is None


TAMPERING: dict[str, tuple[Callable[[Session], object], tuple[str, str, int]]] = {
    "one number": (
        lambda session: session.execute(
            update(PublishedTally).where(PublishedTally.satisfied == 35).values(satisfied=34, not_satisfied=1)
        ),
        ("2026-08", "content", 1),
    ),
    "a row more": (
        lambda session: session.execute(
            text("INSERT INTO withheld_months SELECT id, 1, starts_on FROM publications WHERE link = 2")
        ),
        ("2026-08", "content", 1),
    ),
    "a withheld month shown": (lambda session: session.execute(delete(WithheldMonth)), ("2026-09", "content", 2)),
    "a minimum": (
        lambda session: session.execute(update(Publication).where(Publication.link == 4).values(minimum_responses=1)),
        ("2026-Q3", "content", 3),
    ),
    "a publication deleted": (
        lambda session: session.execute(delete(Publication).where(Publication.link == 2)),
        ("2026-09", "order", 1),
    ),
    "its own hash made to fit": (
        lambda session: session.execute(update(Publication).where(Publication.link == 1).values(hash="0" * 64)),
        ("2026-07", "content", 0),
    ),
}


@pytest.mark.parametrize("what", TAMPERING)
def test_tampering_is_found_at_the_first_link_it_broke(session: Session, department: int, what: str) -> None:
    tamper, expected = TAMPERING[what]
    with unfrozen(session):
        tamper(session)
    assert broken(session) == expected


def test_the_demonstration_has_a_chain_of_its_own_that_may_go(session: Session, department: int) -> None:
    version = factories.survey_queries.current_versions(session)[0]
    factories.responses(session, version, department, local(2026, 5, 3), satisfied=9, demonstration=True)
    for code in ("2026-05", "2026-Q2"):
        operations.publish(session, parse(code), now=AFTER, minima=MINIMA)
    session.commit()
    assert [(each.links, each.broken) for each in queries.verify(session)] == [(4, None), (2, None)]
    assert operations.withdraw_demonstration(session) == 2
    session.commit()
    assert [(each.links, each.broken) for each in queries.verify(session)] == [(4, None), (0, None)]


def made_before_procedures(session: Session) -> None:
    """Give every publication the hash it would have under "publication/1", as those from before keep it."""
    with unfrozen(session):
        previous = None
        for row in session.scalars(select(Publication).order_by(Publication.link)).all():
            row.serialisation, row.previous_hash = "publication/1", previous
            row.hash = previous = verification.content_hash(session, row, {"serialisation": "publication/1"})
            session.flush()


def test_what_went_out_before_there_were_procedures_still_holds(session: Session, department: int) -> None:
    made_before_procedures(session)
    assert "procedure_id" not in chain.TALLY["publication/1"]
    later, version = local(2026, 10, 5), factories.survey_queries.current_versions(session)[0]
    factories.responses(session, version, department, later, satisfied=30)
    factories.count(session)
    operations.publish(session, parse("2026-10"), now=local(2026, 11, 1, 0, 10), minima=MINIMA)
    session.commit()
    rules = session.scalars(select(Publication.serialisation).order_by(Publication.link)).all()
    assert rules == ["publication/1"] * 4 + ["publication/2"]
    assert (queries.verify(session)[0].links, queries.verify(session)[0].broken) == (5, None)


@pytest.mark.parametrize("rules", ["publication/1", "publication/2"])
def test_a_procedure_put_in_later_is_found(session: Session, department: int, rules: str) -> None:
    if rules == "publication/1":
        made_before_procedures(session)
    with unfrozen(session):
        session.execute(update(PublishedTally).where(PublishedTally.satisfied == 35).values(procedure_id=7))
    assert broken(session) == ("2026-08", "content", 1)
