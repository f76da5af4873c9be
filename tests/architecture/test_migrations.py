"""Migrations are numbered, say what the models say, and can be taken back."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect, text

from config import Settings
from feedback_app.app import create_app
from feedback_app.kit.db import Model, db
from tests.conftest import environ_for

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"


@pytest.fixture
def migrating_app(new_database: Callable[..., str], valkey_url: str, process_number: int) -> Iterator[Flask]:
    """The application on an empty database of its own. The one limiter of a process goes on counting in Valkey."""
    url = new_database(f"test_{process_number}_migrations", empty=True)
    app = create_app(Settings.from_environ(environ_for(url, valkey_url)))
    with app.app_context():
        yield app
        db.engine.dispose()


def scripts() -> ScriptDirectory:
    return ScriptDirectory(str(MIGRATIONS))


def test_migrations_are_numbered_one_after_the_other() -> None:
    names = sorted(path.stem for path in (MIGRATIONS / "versions").glob("*.py"))
    assert [name[:5] for name in names] == [f"{number:04d}_" for number in range(1, len(names) + 1)]
    assert all(re.fullmatch(r"\d{4}_[a-z0-9_]+", name) for name in names), names


def test_the_head_file_names_the_only_head() -> None:
    """Two branches that each add a migration then conflict in git, where people see it."""
    (head,) = scripts().get_heads()
    assert (MIGRATIONS / "HEAD").read_text().strip() == Path(scripts().get_revision(head).path).stem


def test_the_migrated_database_is_what_the_models_say(whole_app: Flask) -> None:
    with whole_app.app_context(), db.engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), Model.metadata)
    assert differences == []


def test_up_down_and_up_again(migrating_app: Flask) -> None:
    upgrade()
    first = schema()
    downgrade(revision="base")
    assert set(inspect(db.engine).get_table_names()) <= {"alembic_version"}
    with db.engine.connect() as connection:
        left = connection.execute(text("SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace"))
        assert left.scalars().all() == []
    upgrade()
    assert schema() == first


def schema() -> dict[str, Any]:
    inspector = inspect(db.engine)
    return {
        table: (
            [(column["name"], str(column["type"]), column["nullable"]) for column in inspector.get_columns(table)],
            sorted(str(index["name"]) for index in inspector.get_indexes(table)),
            sorted(str(check["name"]) for check in inspector.get_check_constraints(table)),
            sorted(str(key["name"]) for key in inspector.get_foreign_keys(table)),
        )
        for table in inspector.get_table_names()
    }
