"""What a real worker does at night: tokens lie as if shuffled, and codes that are kept no longer are gone."""

import subprocess
import sys
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from deploy.processes import Process, wait_until
from feedback_app.kiosks.models import KioskCall
from feedback_app.kit import clock
from feedback_app.kit.ids import new_id
from feedback_app.surveys import operations as surveys
from feedback_app.surveys.lookups import lookup_digest
from feedback_app.surveys.models import ResponseHandover, ResponseLookup
from feedback_app.tokens import operations as tokens
from feedback_app.tokens.models import IssuedToken, SpentToken
from tests.conftest import ROOT
from tests.surveys.halls import command, make_hall, submit
from tests.tokens.making import naming, token

pytestmark = pytest.mark.worker

MANY = 30
TABLES = ("spent_tokens", "issued_tokens")


@pytest.fixture
def now(session: Session) -> datetime:
    return clock.now()


def run(worker: Process, environ: dict[str, str], *tasks: str) -> None:
    """Send tasks to the worker as beat does, one after another, and wait until it has done them."""
    for task in tasks:
        name = f"tasks.retention.{task}"
        command = [sys.executable, "-m", "celery", "-A", "tasks.worker", "call", name]
        asked = subprocess.run(command, cwd=ROOT, env=environ, check=True, capture_output=True, text=True)
        done = f"Task {name}[{asked.stdout.strip()}] succeeded"
        wait_until(partial(_says, worker, done), worker, 60)


def _says(worker: Process, words: str) -> bool:
    return words in worker.log.read_text()


def lying(session: Session, table: str) -> list[Any]:
    """Digest, day and writing transaction of every row, in the order of the file."""
    session.rollback()
    return list(session.execute(text(f"SELECT digest, day, xmin::text AS writer FROM {table} ORDER BY ctid")))  # noqa: S608


def writers(session: Session) -> set[str]:
    """The transactions that wrote the answers, which wrote their tokens too."""
    return set(session.execute(text("SELECT xmin::text FROM responses")).scalars())


def test_in_the_morning_tokens_follow_neither_the_order_nor_the_moments_of_the_answers(
    session: Session, now: datetime, celery_worker: Process, environ: dict[str, str]
) -> None:
    hall = make_hall(session)
    for number in range(MANY):
        at = now - timedelta(days=1, seconds=10 * (MANY - number))
        tokens.issue(session, [naming(number, hall.centre)], now=at, days=30)
        session.commit()
        assert submit(session, command(hall, token=token(number), answered_at=at)) == "stored"
    given = {
        "spent_tokens": [token(number).digest for number in range(MANY)],
        "issued_tokens": [naming(number, hall.centre).digests[0] for number in range(MANY)],
    }
    for table in TABLES:
        assert [bytes(row.digest) for row in lying(session, table)] == given[table]
    assert {row.writer for row in lying(session, "spent_tokens")} == writers(session)
    session.rollback()

    run(celery_worker, environ, "mix_tokens")

    for table in TABLES:
        rows = lying(session, table)
        assert [bytes(row.digest) for row in rows] == sorted(given[table])
        assert len({row.writer for row in rows}) == 1
        assert not {row.writer for row in rows} & writers(session)
        # Nothing of the rows as they lay before is left in the pages.
        session.execute(text("CREATE EXTENSION IF NOT EXISTS pageinspect"))
        left = session.execute(
            text(
                "SELECT t_xmin::text"
                " FROM generate_series(0, pg_relation_size(CAST(:table AS text)::regclass) / 8192 - 1) AS page,"
                " heap_page_items(get_raw_page(CAST(:table AS text), page::int)) WHERE t_xmin IS NOT NULL"
            ),
            {"table": table},
        ).scalars()
        assert not set(left) & writers(session)
        session.rollback()
    late = command(hall, token=token(3), answered_at=now)
    assert submit(session, late) == "answered_before"


def test_what_is_past_its_time_is_gone_and_what_is_not_stays(
    session: Session, now: datetime, celery_worker: Process, environ: dict[str, str]
) -> None:
    hall = make_hall(session)
    tokens.spend(session, token(1), department_ids=[hall.centre], now=now - timedelta(days=19 * 31))
    tokens.spend(session, token(2), department_ids=[hall.centre], now=now - timedelta(days=17 * 28))
    tokens.issue(session, [naming(3, hall.centre)], now=now - timedelta(days=61), days=60)
    tokens.issue(session, [naming(4, hall.centre)], now=now - timedelta(days=59), days=60)
    for place, code, received in ((5, "AAAAAAAAAA", 19), (6, "BBBBBBBBBB", 17)):
        at = now - timedelta(days=31 * received)
        answer = command(hall, answered_at=at, sealed=False, device_id=new_id())
        assert submit(session, answer) == "stored"
        surveys.keep_lookup(session, answer.id, code)
        begun = now - timedelta(days=2 if place == 5 else 0)
        surveys.hand_over(session, answer.id, device_id=answer.device_id, now=begun)
    for counter, minutes in ((None, -1), (hall_counter(session), 3)):
        session.add(
            KioskCall(
                place_id=hall.place_id,
                counter_id=counter,
                token=token(7).value,
                stage="returned",
                expires_at=now + timedelta(minutes=minutes),
            )
        )
    session.commit()

    run(celery_worker, environ, "mix_tokens", "forget_codes")

    session.rollback()
    assert session.scalars(select(SpentToken.digest)).all() == [token(2).digest]
    assert session.scalars(select(IssuedToken.digest)).all() == list(naming(4, hall.centre).digests)
    assert session.scalars(select(ResponseLookup.digest)).all() == [lookup_digest("BBBBBBBBBB")]
    (handover,) = session.scalars(select(ResponseHandover))
    assert handover.expires_at > now
    assert [each.counter_id is not None for each in session.scalars(select(KioskCall))] == [True]


def hall_counter(session: Session) -> int:
    return session.execute(text("SELECT id FROM counters")).scalar_one()
