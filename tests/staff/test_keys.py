"""Keys of other systems: shown once, kept as a digest, ended by name."""

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback_app.staff import operations, queries
from feedback_app.staff.models import ApiKey
from tests.staff.people import MORNING, make_office


def run(app: Flask, *words: str):
    return app.test_cli_runner().invoke(args=["staff", *words])


def test_a_key_is_printed_once_and_works_until_it_is_revoked(app: Flask, session: Session) -> None:
    office = make_office(session)
    done = run(app, "add-key", "Một cửa điện tử", "--department", "dong-hoi")
    assert done.exit_code == 0, done.output
    key = done.output.strip().removeprefix("Khóa (chỉ hiện lần này): ")

    holder = operations.use_key(session, now=MORNING, token=key)
    assert holder is not None
    assert (holder.name, holder.department_id) == ("Một cửa điện tử", office.city)
    (row,) = session.scalars(select(ApiKey))
    assert row.last_used_at == MORNING
    assert key.split(".")[1].encode() not in row.digest
    assert len(row.digest) == 32
    session.commit()
    assert "Một cửa điện tử\tThành phố Đồng Hới\tđang dùng\tdùng lần cuối 2026-03-02" in run(app, "list-keys").output

    assert run(app, "revoke-key", "Một cửa điện tử").exit_code == 0
    session.expire_all()
    assert operations.use_key(session, now=MORNING, token=key) is None
    assert "đã thu hồi" in run(app, "list-keys").output
    actions = [entry.action for entry in queries.trail(session, scope=frozenset({office.city}), limit=5)]
    assert actions == ["staff.key_revoked", "staff.key_added"]


def test_what_is_no_key_opens_nothing(app: Flask, session: Session) -> None:
    office = make_office(session)
    key = operations.add_key(session, now=MORNING, name="Một cửa", department_id=office.city)
    number, _, secret = key.partition(".")

    for wrong in (
        "",
        ".",
        secret,
        f"{number}.",
        f"{number}.{secret}x",
        f"{int(number) + 1}.{secret}",
        f"9{'9' * 99}.a",
    ):
        assert operations.use_key(session, now=MORNING, token=wrong) is None, wrong


def test_mistakes_are_told(app: Flask, session: Session) -> None:
    make_office(session)
    run(app, "add-key", "Một cửa", "--department", "dong-hoi")
    taken = run(app, "add-key", "Một cửa", "--department", "dong-hoi")
    nowhere = run(app, "add-key", "Khác", "--department", "la")
    nameless = run(app, "add-key", " ", "--department", "dong-hoi")
    unknown = run(app, "revoke-key", "Khác")

    assert [done.exit_code for done in (taken, nowhere, nameless, unknown)] == [1, 1, 1, 1]
    assert "đã được dùng" in taken.output
    assert "không có cơ quan" in nowhere.output.lower()
    assert "Không có khóa nào đang dùng" in unknown.output
