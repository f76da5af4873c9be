"""Advisory locks of PostgreSQL that end with the transaction that took them."""

from collections.abc import Collection
from zlib import crc32

from sqlalchemy import text
from sqlalchemy.orm import Session


def lock(session: Session, space: str, *parts: object, shared: bool = False) -> None:
    """Wait for the lock named by `space` and `parts`; it is given back at commit or rollback.

    `shared=True` lets other shared holders in and keeps exclusive ones out. Two names may fall on one
    number (32 bits each for space and parts): they then only wait for each other needlessly.
    """
    function = "pg_advisory_xact_lock_shared" if shared else "pg_advisory_xact_lock"
    session.execute(
        text(f"SELECT {function}(:space, :key)"),
        {"space": _number(space), "key": _number("/".join(map(str, parts)))},
    )


def lock_all(session: Session, space: str, names: Collection[str]) -> None:
    """Wait for many locks as `lock` does for one, in the order of their numbers, so that nobody waits in a circle."""
    session.execute(
        text("SELECT pg_advisory_xact_lock(:space, key) FROM unnest(CAST(:keys AS integer[])) AS key"),
        {"space": _number(space), "keys": sorted({_number(name) for name in names})},
    )


def try_lock(session: Session, space: str, *parts: object) -> bool:
    """Take the lock if nobody holds it, without waiting; held and given back as by `lock`."""
    taken = session.scalar(
        text("SELECT pg_try_advisory_xact_lock(:space, :key)"),
        {"space": _number(space), "key": _number("/".join(map(str, parts)))},
    )
    return bool(taken)


def _number(name: str) -> int:
    """A signed 32-bit number, stable across processes and machines."""
    return crc32(name.encode()) - 2**31
