"""Who holds the whole database cannot tell which answer spent which token: nothing but the day is common to both.

The attacker knows every dossier code, has the key, and reads the tables as PostgreSQL keeps them, with the place of
each row (ctid), the transaction that wrote it (xmin) and what earlier rows left behind, and every byte of the files.
"""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from feedback_app.departments import queries as departments
from feedback_app.kiosks import operations as kiosks
from feedback_app.kit.clock import local_day
from feedback_app.kit.db import TableBusy, rewrite
from feedback_app.tokens import operations as tokens
from tests.surveys.halls import MORNING, Hall, command, make_hall, submit
from tests.tokens.making import code, naming, token

MANY = 40
TODAY = local_day(MORNING)
TABLES = ("spent_tokens", "issued_tokens")


@pytest.fixture
def hall(session: Session) -> Hall:
    """A day's answers, each with a dossier whose slip was printed a minute before, in the order of their numbers."""
    made = make_hall(session)
    spot = departments.spot(session, place="mot-cua", counter=None, on=TODAY)
    for number in range(MANY):
        at = MORNING + timedelta(minutes=2 * number)
        tokens.issue(session, [naming(number, made.centre)], now=at, days=30)
        kiosks.call_up(session, token(number), spot=spot, stage="returned", now=at)
        session.commit()
        submit(session, command(made, token=token(number), answered_at=at + timedelta(minutes=1)))
    return made


def rows(session: Session, table: str, columns: str) -> Sequence[Any]:
    return session.execute(text(f"SELECT {columns} FROM {table} ORDER BY ctid")).all()  # noqa: S608


def night(session: Session) -> None:
    kiosks.forget_calls(session, now=MORNING + timedelta(days=1))
    session.commit()
    for table, order in (*tokens.MIXED, *kiosks.MIXED):
        rewrite(session, table, order)
        session.commit()


def in_files(engine: Engine, hall: Hall) -> dict[str, list[int]]:
    """The numbers of the dossiers in the order in which their tokens or digests lie in each file of the database."""
    signs = {
        sign: number
        for number in range(MANY)
        for sign in (token(number).value, token(number).digest, issued(number, hall))
    }
    anyone = re.compile(b"|".join(map(re.escape, signs)))
    found = {}
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("CHECKPOINT"))
        files = connection.execute(
            text(
                "SELECT name, pg_read_binary_file(folder || name, 0, 100000000, true) AS bytes"
                " FROM (SELECT 'base/' || oid || '/' AS folder FROM pg_database WHERE datname = current_database())"
                " AS own, LATERAL pg_ls_dir(folder) AS name"
            )
        )
        for name, content in files:
            if lying := [signs[each] for each in anyone.findall(bytes(content or b""))]:
                found[name] = lying
    return found


def joined(session: Session, table: str) -> int:
    """How many rows the number of a transaction joins to a response."""
    return len(
        session.execute(
            text(f"SELECT 1 FROM {table} AS token JOIN responses ON token.xmin::text = responses.xmin::text")  # noqa: S608
        ).all()
    )


def issued(number: int, hall: Hall) -> bytes:
    (digest,) = naming(number, hall.centre).digests
    return digest


def order(session: Session, hall: Hall, table: str) -> list[int]:
    """The numbers of the dossiers as their rows lie in the file: the attacker makes their digests anew."""
    numbers = {sign: number for number in range(MANY) for sign in (token(number).digest, issued(number, hall))}
    return [numbers[bytes(row.digest)] for row in rows(session, table, "digest")]


def test_before_the_night_the_attack_succeeds(session: Session, hall: Hall) -> None:
    """Else the tests below would show nothing."""
    assert joined(session, "spent_tokens") == MANY
    assert [order(session, hall, table) for table in TABLES] == [list(range(MANY))] * 2


def test_after_the_night_neither_order_nor_transaction_tells(session: Session, hall: Hall) -> None:
    night(session)
    for table in TABLES:
        assert joined(session, table) == 0
        lying = rows(session, table, "digest, xmin::text AS written_by")
        assert [row.digest for row in lying] == sorted(row.digest for row in lying)
        assert len({row.written_by for row in lying}) == 1
        assert order(session, hall, table) != list(range(MANY))


def test_after_the_night_nothing_of_the_day_is_left_in_the_pages(session: Session, hall: Hall) -> None:
    night(session)
    session.execute(text("CREATE EXTENSION IF NOT EXISTS pageinspect"))
    writers = {int(row[0]) for row in session.execute(text("SELECT xmin::text FROM responses"))}
    for table in TABLES:
        pages = session.execute(text(f"SELECT pg_relation_size('{table}') / current_setting('block_size')::int"))
        for page in range(pages.scalar_one()):
            left = session.execute(
                text("SELECT t_xmin::text FROM heap_page_items(get_raw_page(:table, :page)) WHERE t_xmin IS NOT NULL"),
                {"table": table, "page": page},
            )
            assert not writers & {int(row[0]) for row in left}
    session.rollback()


def test_before_the_night_the_files_tell(hall: Hall, engine: Engine) -> None:
    """Else the test below would show nothing."""
    told = [lying for lying in in_files(engine, hall).values() if sorted(set(lying)) == list(range(MANY))]
    assert any(lying in (list(range(MANY)), list(range(MANY))[::-1]) for lying in told)


def test_after_the_night_no_file_of_the_database_tells(session: Session, hall: Hall, engine: Engine) -> None:
    """Every byte of heap, indexes, statistics and deleted calls, whatever PostgreSQL itself still reads of it."""
    for half in range(2):
        submit(session, command(hall, token=token(MANY + half), answered_at=MORNING + timedelta(hours=3 + half)))
        session.execute(text("ANALYZE"))
        session.commit()
    with Session(engine) as old:  # what it might still see must not be kept for it
        old.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
        old.execute(text("SELECT count(*) FROM departments"))
        night(session)
    orders = [sorted(range(MANY), key=lambda number: token(number).digest)]
    orders.append(sorted(range(MANY), key=lambda number: issued(number, hall)))
    found = in_files(engine, hall)
    assert len(found) == 4  # two tables and their primary keys
    for lying in found.values():
        assert lying in orders or lying[::-1] in orders


def test_no_column_is_finer_than_the_day_or_common_to_both(session: Session, hall: Hall) -> None:
    columns = session.execute(
        text(
            "SELECT table_name, column_name, data_type FROM information_schema.columns"
            " WHERE table_name IN ('spent_tokens', 'issued_tokens')"
        )
    ).all()
    assert {(row.column_name, row.data_type) for row in columns} == {
        ("digest", "bytea"),
        ("day", "date"),
        ("expires_on", "date"),
    }
    (row,) = session.execute(
        text(
            "SELECT string_agg(responses::text || coalesce(recount_requests::text, ''), '') FROM responses"
            " LEFT JOIN recount_requests ON true"
        )
    ).all()
    whole = row[0]
    for number in range(MANY):
        made = token(number)
        for secret in (code(number), made.written, made.value.hex(), made.digest.hex(), issued(number, hall).hex()):
            assert secret not in whole


def test_the_code_and_the_token_stand_in_no_table(session: Session, hall: Hall) -> None:
    tables = session.execute(
        text("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")
    ).scalars()
    for table in tables:
        for row in session.execute(text(f'SELECT "{table}"::text FROM "{table}"')).scalars():  # noqa: S608
            assert code(1) not in row
            assert token(1).written not in row
            assert token(1).value.hex() not in row


def test_what_is_spent_stays_spent(session: Session, hall: Hall) -> None:
    night(session)
    night(session)
    late = command(hall, token=token(3), answered_at=MORNING + timedelta(days=1))
    assert submit(session, late) == "answered_before"


def test_an_answer_during_the_night_waits_and_is_told(session: Session, hall: Hall, engine: Engine) -> None:
    """Rows that are being written anew are never missing for somebody who spends them."""
    rewrite(session, *tokens.MIXED[0])
    with Session(engine) as other:
        other.execute(text("SET LOCAL lock_timeout = '200ms'"))
        with pytest.raises(Exception, match="lock timeout"):
            tokens.spend(other, token(3), department_ids=(), now=MORNING)
    session.commit()
    with Session(engine) as other:
        assert tokens.spend(other, token(3), department_ids=(), now=MORNING) is None


def test_what_is_kept_no_longer_goes(session: Session, hall: Hall) -> None:
    assert tokens.forget(session, today=date(2027, 2, 28), months=3) == MANY  # the slips have expired
    assert tokens.forget(session, today=date(2027, 2, 28), months=3) == 0
    assert tokens.forget(session, today=date(2027, 3, 1), months=3) == MANY
    session.commit()
    assert submit(session, command(hall, token=token(3))) == "stored"


def test_a_table_that_is_being_read_is_left_for_later_and_holds_nobody_up(
    session: Session, engine: Engine, hall: Hall
) -> None:
    with engine.connect() as dump:
        dump.execute(text("SELECT count(*) FROM spent_tokens"))
        with pytest.raises(TableBusy):
            rewrite(session, "spent_tokens", "digest")
        assert submit(session, command(hall, token=token(MANY), answered_at=MORNING)) == "stored"
    rewrite(session, "spent_tokens", "digest")
    session.commit()
    assert len(rows(session, "spent_tokens", "digest")) == MANY + 1
