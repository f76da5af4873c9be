from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from feedback_app.departments import operations, sheets
from feedback_app.kit.sheets import ImportReport

SHIPPED = Path("feedback_app/demo_data/departments")


@pytest.fixture
def now() -> datetime:
    return datetime(2026, 11, 22, 2, 0, tzinfo=UTC)


@pytest.fixture
def import_shipped(session: Session, now: datetime) -> Callable[[], ImportReport]:
    """Enters the sheets that ship with the service."""

    def enter() -> ImportReport:
        rows, unread = sheets.read((path.name, path.read_bytes()) for path in sorted(SHIPPED.glob("*.csv")))
        return operations.import_departments(session, rows, now=now, unread=unread)

    return enter
