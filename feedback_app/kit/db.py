"""The database: one metadata, one engine for each process, sessions that end with the request."""

from typing import Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase

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


db = SQLAlchemy(metadata=Model.metadata)


def engine_options(application_name: str) -> dict[str, Any]:
    """Engine options for one process of the service.

    A statement that runs for 30 s or a transaction idle for a minute holds locks other people
    wait for, so the server ends it; jobs that need longer say so themselves.
    """
    return {
        "pool_size": 4,
        "max_overflow": 4,
        "pool_pre_ping": True,
        "connect_args": {
            "application_name": application_name,
            "options": "-c timezone=UTC -c statement_timeout=30s -c idle_in_transaction_session_timeout=60s",
        },
    }
