"""What WTForms and Click say of themselves is Vietnamese wherever the page or the command is."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
import wtforms
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from flask import Flask
from sqlalchemy.orm import Session

from tests.staff.people import add_person, post, sign_in

CATALOGUE = Path("feedback_app/translations/vi/LC_MESSAGES/messages.po")
PLACE = re.compile(r"%\(\w+\)[sd]|%s|\{\w+(?:!r)?\}")
# Said to programmers alone, or no sentence.
NOT_SAID = {"d"}
NO_CHOICE = {"vi": "Hãy chọn một trong các mục có sẵn.", "en": "Not a valid choice."}


def sentences() -> Iterator[str | tuple[str, ...]]:
    with (Path(wtforms.__file__).parent / "locale" / "wtforms.pot").open("rb") as file:
        yield from (message.id for message in read_po(file) if message.id)
    for _file, _line, message, _comments, _context in extract_from_dir(Path(click.__file__).parent):
        if message not in NOT_SAID:
            yield message


def test_every_sentence_of_the_libraries_is_translated() -> None:
    with CATALOGUE.open("rb") as file:
        known = {message.id: message.string for message in read_po(file) if message.id}
    wanted = set(sentences())
    assert len(wanted) > 100
    assert wanted - set(known) == set()
    assert set(known) - wanted == set()
    for said, translated in known.items():
        sources, texts = ((said,), (translated,)) if isinstance(said, str) else (said, translated)
        places = {place for source in sources for place in PLACE.findall(source)}
        assert all(text for text in texts), said
        assert {place for text in texts for place in PLACE.findall(text)} <= places, said


@pytest.mark.parametrize(("language", "message"), sorted(NO_CHOICE.items()))
def test_a_choice_nobody_offered_is_refused_in_the_language_of_the_page(
    app: Flask, session: Session, language: str, message: str
) -> None:
    add_person(session, "quantri", "administrator", None)
    browser = sign_in(app, "quantri")
    browser.set_cookie("ngon_ngu", language)
    form = {"username": "moi", "display_name": "Moi", "role": "king", "department": "999"}
    answer = post(browser, "/quan-ly/tai-khoan/them", form)
    assert answer.status_code == 422
    assert [said for said in NO_CHOICE.values() if said in answer.text] == [message]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("articles", "import"), "Thiếu tham số 'TỆP'."),
        (("articles", "import", "/khong/co.md"), "Tệp '/khong/co.md' không có."),
        (("articles", "import", "/"), "Tệp '/' là một thư mục."),
        (("articles", "publish-all"), "Không có lệnh 'publish-all'."),
        (("visits", "baseline", "1"), "Thiếu tùy chọn '--source'."),
        (("staff", "add", "a", "--rank", "1"), "Không có tùy chọn '--rank'."),
        (("staff", "add", "a", "--name", "A", "--role", "king"), "Giá trị của '--role' chưa đúng: 'king' không phải"),
        (("ratings", "recount", "--from", "hôm qua"), "'hôm qua' không đúng dạng '%Y-%m-%d'."),
    ],
)
def test_a_command_typed_wrong_is_refused_in_vietnamese(app: Flask, words: tuple[str, ...], message: str) -> None:
    told = app.test_cli_runner().invoke(args=words)
    assert told.exit_code == 2
    assert message in told.output
    assert told.output.startswith("Cách dùng: ")
    assert "\nLỗi: " in told.output


def test_help_is_vietnamese(app: Flask) -> None:
    told = app.test_cli_runner().invoke(args=["ratings", "publish", "--help"])
    assert "Tùy chọn:" in told.output
    assert "In hướng dẫn này rồi thoát." in told.output
