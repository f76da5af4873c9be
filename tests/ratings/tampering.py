"""What somebody with all rights over the database could do: change what triggers keep as it is."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import text
from sqlalchemy.orm import Session

TABLES = ("publications", "published_tallies", "withheld_months")


@contextmanager
def unfrozen(session: Session) -> Iterator[None]:
    """The triggers of publications are off inside; commits."""
    for table in TABLES:
        session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
    yield
    for table in TABLES:
        session.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER USER"))
    session.commit()
