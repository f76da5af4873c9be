"""Numbers that change with what they name, and what each process keeps for as long as they stand.

A revision is raised in the transaction that changes something, so that whoever reads it afterwards reads the change as
well. Its numbers come from one sequence and never come again, not even after a rollback.
"""

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import BigInteger, Engine, Sequence, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Mapped, Session, mapped_column

from feedback_app.kit.db import Model

Value = TypeVar("Value")

_NUMBERS = Sequence("revision_numbers", metadata=Model.metadata)


class Revision(Model):
    """`number` is another one after every change of what `name` stands for."""

    __tablename__ = "revisions"

    name: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger)


def raise_revision(session: Session, name: str) -> None:
    """Say that what was kept no longer holds. Last, because the row stays locked until the caller commits."""
    number = _NUMBERS.next_value()
    session.execute(
        upsert(Revision)
        .values(name=name, number=number)
        .on_conflict_do_update(index_elements=[Revision.name], set_={"number": number})
    )


def revision(session: Session, name: str) -> int:
    """The number that stands; 0 before the first change."""
    return session.scalar(select(Revision.number).where(Revision.name == name)) or 0


class Kept(Generic[Value]):
    """What was made by key, at most `most` values of each database in this process.

    A value is found again only while the revisions of `names` stand, so it is never older than what it was made of.
    Without names it is of what never changes.
    """

    def __init__(self, *names: str, most: int) -> None:
        self._query = select(Revision.name, Revision.number).where(Revision.name.in_(names)).order_by(Revision.name)
        self._names = len(names)
        self._most = most
        self._kept: WeakKeyDictionary[Engine, dict[Hashable, tuple[object, Value]]] = WeakKeyDictionary()

    def find(self, session: Session, key: Hashable, make: Callable[[], Value]) -> Value:
        """The kept value, or a new one from `make`, which may raise: then nothing is kept."""
        kept = self._kept.setdefault(session.get_bind().engine, {})
        standing = self._standing(session)
        known = kept.get(key)
        if known is not None and known[0] == standing:
            return known[1]
        value = make()
        # Made while something changed it may be newer than it would be told; before the first change nothing is told.
        if len(standing) == self._names and self._standing(session) == standing:
            # Addresses are free for anybody to invent, so the oldest value makes room.
            while len(kept) >= self._most:
                kept.pop(next(iter(kept)), None)
            kept[key] = (standing, value)
        return value

    def _standing(self, session: Session) -> list[tuple[str, int]]:
        return [(name, number) for name, number in session.execute(self._query)] if self._names else []
