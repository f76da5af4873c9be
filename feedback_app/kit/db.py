"""The database: one metadata, one engine for each process, sessions that end with the request."""

import time
from collections.abc import Callable
from typing import Any, Final, TypeVar

import psycopg
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import MetaData, event, text
from sqlalchemy.exc import DisconnectionError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.pool import ConnectionPoolEntry, Pool

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Model(DeclarativeBase):
    """Base of every table. Constraints get names, so that a violated rule can be told apart."""

    metadata = MetaData(naming_convention=NAMES)


Done = TypeVar("Done")
# How often work is begun anew after a deadlock.
DEADLOCKS: Final = 3

db = SQLAlchemy(metadata=Model.metadata)


def engine_options(application_name: str) -> dict[str, Any]:
    """Engine options for one process of the service.

    A statement that runs for 30 s or a transaction idle for a minute holds locks other people
    wait for, so the server ends it; jobs that need longer say so themselves.
    """
    return {
        # The log of an error names no dossier, no key and nothing anybody wrote.
        "hide_parameters": True,
        "pool_size": 4,
        "max_overflow": 4,
        "connect_args": {
            "application_name": application_name,
            "options": "-c timezone=UTC -c statement_timeout=30s -c idle_in_transaction_session_timeout=60s",
        },
    }


def once_more(session: Session, work: Callable[[], Done]) -> Done:
    """The result of work that nobody committed yet; begun anew where PostgreSQL ended it for a deadlock."""
    for _ in range(DEADLOCKS):
        try:
            return work()
        except OperationalError as error:
            if not isinstance(error.orig, psycopg.errors.DeadlockDetected):
                raise
            session.rollback()
    return work()


class TableBusy(Exception):
    """Somebody reads or writes the table for longer than others may be kept waiting."""


def rewrite(session: Session, table: str, order: str) -> None:
    """Write a table and all its indexes into new files, in the order of a column; the caller commits, table by table.

    Deleted rows leave their bytes where they lay, in indexes too, also after a VACUUM, and a VACUUM FULL takes along
    those that an old transaction might still see. Others wait for the table meanwhile. Who rewrites two in one
    transaction can meet somebody who waits for them the other way round. Raises TableBusy, two seconds on, where
    another transaction holds the table (a dump does for as long as it takes): behind a lock that waits, every answer
    with a dossier would wait too.
    """
    session.execute(text("SET LOCAL lock_timeout = '2s'"))
    try:
        session.execute(text(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE"))
    except OperationalError as error:
        session.rollback()
        if isinstance(error.orig, psycopg.errors.LockNotAvailable):
            raise TableBusy(table) from error
        raise
    session.execute(text("SET LOCAL statement_timeout = '30min'"))
    session.execute(text(f"CREATE TEMP TABLE kept ON COMMIT DROP AS SELECT * FROM {table} ORDER BY {order}"))  # noqa: S608
    session.execute(text(f"TRUNCATE {table}"))
    session.execute(text(f"INSERT INTO {table} OVERRIDING SYSTEM VALUE SELECT * FROM kept"))  # noqa: S608


# A connection used a moment ago is taken to be alive; one that rested longer is asked first, for the server may have
# been restarted meanwhile. Asking each time costs a busy process a round trip for every request.
TRUSTED_SECONDS: Final = 2.0


@event.listens_for(Pool, "checkin")
def _note_return(_connection: object, entry: ConnectionPoolEntry) -> None:
    entry.info["returned"] = time.monotonic()


@event.listens_for(Pool, "checkout")
def _ask_if_rested(connection: Any, entry: ConnectionPoolEntry, _proxy: object) -> None:
    """Have the pool replace a connection that has died while it rested."""
    returned = entry.info.get("returned")
    if returned is None or time.monotonic() - returned < TRUSTED_SECONDS:
        return
    try:
        connection.execute("SELECT 1")
        connection.rollback()
    except psycopg.Error as error:
        raise DisconnectionError from error
