"""Runs migrations over the application's own engine, with limits so that none of them can stop the service.

A migration that cannot get its lock within five seconds gives up and can be tried again; without that limit it would
queue in front of every reader of the table.
"""

from alembic import context
from flask import current_app
from sqlalchemy import text

LOCK_TIMEOUT = "5s"
STATEMENT_TIMEOUT = "10min"

database = current_app.extensions["migrate"].db


def run() -> None:
    with database.engine.connect() as connection:
        connection.execute(text(f"SET lock_timeout = '{LOCK_TIMEOUT}'"))
        connection.execute(text(f"SET statement_timeout = '{STATEMENT_TIMEOUT}'"))
        connection.commit()
        context.configure(
            connection=connection,
            target_metadata=database.metadata,
            compare_server_default=True,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
