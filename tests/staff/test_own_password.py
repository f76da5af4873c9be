"""Changing one's own password."""

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.staff.people import PASSWORD, add_person, post, sign_in

NEW = "một câu khác cũng dễ nhớ"


def change(browser, current: str = PASSWORD, new: str = NEW, again: str | None = None):
    return post(browser, "/tai-khoan", {"current": current, "new": new, "again": new if again is None else again})


def test_older_sessions_end_and_this_one_goes_on(app: Flask, session: Session) -> None:
    add_person(session, "nhap", "staff", None)
    here, elsewhere = sign_in(app, "nhap"), sign_in(app, "nhap")
    assert change(here).status_code == 302
    assert here.get("/tai-khoan").status_code == 200
    assert elsewhere.get("/tai-khoan").status_code == 302
    sign_in(app, "nhap", NEW)


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"current": "sai rồi nhé"}, "Mật khẩu hiện tại chưa đúng."),
        ({"new": "ngắn quá"}, "Mật khẩu cần từ 10 đến 200 ký tự."),
        ({"new": PASSWORD}, "Mật khẩu mới phải khác mật khẩu hiện tại."),
        ({"new": "tôi là nhap đây"}, "Mật khẩu quá dễ đoán"),
        ({"new": "aaaaaaaaaaaa"}, "Mật khẩu quá dễ đoán"),
        ({"again": "không giống nhau"}, "Hai lần nhập mật khẩu mới chưa giống nhau."),
    ],
)
def test_a_bad_change_says_what_is_wrong_and_changes_nothing(
    app: Flask, session: Session, typed: dict[str, str], message: str
) -> None:
    add_person(session, "nhap", "staff", None)
    answer = change(sign_in(app, "nhap"), **typed)
    assert answer.status_code == 422
    assert message in answer.text
    sign_in(app, "nhap")


def test_letters_typed_by_another_keyboard_are_the_same_password(app: Flask, session: Session) -> None:
    add_person(session, "nhap", "staff", None)
    composed, decomposed = "tiếng Việt có dấu", "tiê\u0301ng Vi\u1ec7t có dấu".replace("\u1ec7", "e\u0323\u0302")
    change(sign_in(app, "nhap"), new=composed)
    sign_in(app, "nhap", decomposed)
