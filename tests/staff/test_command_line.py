"""`flask staff`: the first administrator comes from a terminal."""

import re

from flask import Flask
from sqlalchemy.orm import Session

from feedback_app.staff import operations, queries
from tests.staff.people import MORNING, PASSWORD, add_person, make_office, sign_in


def run(app: Flask, *words: str, typed: str | None = None):
    return app.test_cli_runner().invoke(args=["staff", *words], input=typed)


def test_adding_prints_a_password_that_works(app: Flask, session: Session) -> None:
    office = make_office(session)
    done = run(app, "add", "nhap", "--name", "Nguyễn Văn A", "--role", "staff", "--department", "dong-son")
    assert done.exit_code == 0, done.output
    password = re.search(r"[a-z2-9]{4}(-[a-z2-9]{4}){3}", done.output)
    assert password
    sign_in(app, "nhap", password[0])
    assert queries.account_named(session, username="nhap").member.department_id == office.ward


def test_a_password_from_standard_input_is_not_printed(app: Flask, session: Session) -> None:
    done = run(
        app, "add", "quantri", "--name", "B", "--role", "administrator", "--password-stdin", typed=f"{PASSWORD}\n"
    )
    assert done.exit_code == 0, done.output
    assert PASSWORD not in done.output
    sign_in(app, "quantri")


def test_mistakes_are_told_and_change_nothing(app: Flask, session: Session) -> None:
    add_person(session, "nhap", "staff", None)
    taken = run(app, "add", "nhap", "--name", "A", "--role", "staff")
    unknown = run(app, "add", "khac", "--name", "A", "--role", "staff", "--department", "khong-co")
    nobody = run(app, "unlock", "khong-ai")
    assert [done.exit_code for done in (taken, unknown, nobody)] == [1, 1, 1]
    assert "đã có người dùng" in taken.output
    assert "khong-co" in unknown.output
    assert "Không có tài khoản này" in nobody.output


def test_list_unlock_and_deactivate(app: Flask, session: Session) -> None:
    add_person(session, "quantri", "administrator", None)
    add_person(session, "nhap", "staff", None)
    for _ in range(operations.FAILURES_BEFORE_LOCK):
        operations.sign_in(session, now=MORNING, username="nhap", password="sai")
    session.commit()
    assert run(app, "unlock", "nhap").exit_code == 0
    assert queries.account_named(session, username="nhap").locked_until is None
    sign_in(app, "nhap")
    assert run(app, "deactivate", "nhap").exit_code == 0
    assert "nhap\tNgười nhap\tstaff\ttoàn bộ hệ thống\tđã ngừng" in run(app, "list").output
