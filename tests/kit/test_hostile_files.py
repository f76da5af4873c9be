"""Whatever file an import is given, it answers with a Vietnamese line that names the file, and keeps nothing."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.staff.people import make_office

IMPORTS = {
    "articles import": ".md",
    "departments import": ".csv",
    "dossiers import": ".csv",
    "dossiers import-reported": ".csv",
    "polls import": ".json",
    "ratings import-reported": ".csv",
    "surveys import": ".json",
}
ENGLISH = re.compile(r"\b(Traceback|Error|Errno|invalid|expected|object|key|codec|decode|NoneType|str|int)\b")
TABLES = ("articles", "reported_dossiers", "daily_dossiers", "polls", "reported_ratings", "questionnaires", "places")

POLL = {
    "slug": "thu",
    "question": "Thử?",
    "opens_on": "2026-11-01",
    "options": [{"text": "Một", "praises": True}, {"text": "Hai", "praises": True}],
}
LEVELS = [
    {"key": "tot", "text": "Tốt", "outcome": "satisfied", "points": 1},
    {"key": "kem", "text": "Kém", "outcome": "not_satisfied", "points": 0},
]
OVERALL = {"key": "chung", "kind": "single", "text": "Chung", "overall": True, "choices": LEVELS}
FORM = {"code": "thu", "title": "Thử", "basis": "Thử", "questions": [OVERALL]}


def refused(app: Flask, session: Session, command: str, path: Path) -> str:
    """What the command says of a file it must refuse."""
    told = app.test_cli_runner().invoke(args=[*command.split(), str(path)])
    assert told.exit_code in (1, 2), told.output
    assert isinstance(told.exception, SystemExit), told.exception
    assert path.name in told.output
    assert not ENGLISH.search(told.output.replace(str(path), "")), told.output
    for table in TABLES:
        assert session.scalar(text(f"SELECT count(*) FROM {table}")) == 0, table  # noqa: S608  # names of ours
    return told.output


SHEET_OR_JSON = {
    "empty": b"",
    "blank": b" \n\n",
    "UTF-16": "mẫu,tên\nĐồng Hới,1\n".encode("utf-16"),
    "another encoding": b"m\xe3,t\xean\n\xd0\xf4ng,1\n",
    "NUL": b"ma,ten\nmot,ha\x00i\n",
    "binary": bytes(range(256)),
    "wrong columns": "mau,gia\nđỏ,1\n".encode(),
    "half a quote": b'ma,ten\n"a,b\n',
    "deep": b"[" * 100_000,
    "no object": b"[1, 2]",
    "huge number": b"9" * 5000,
}
TEXT = {
    "empty": b"",
    "blank": b" \n\n",
    "UTF-16": "Tiêu đề\n\nĐồng Hới".encode("utf-16"),
    "another encoding": b"# Ti\xeau\n\n\xd0\xf4ng",
    "NUL": b"# Ten\nmot ha\x00i\n",
    "binary": bytes(range(256)),
    "wrong heading": "---\nmàu: đỏ\n---\n# Tên\n\nNội dung\n".encode(),
    "no end of heading": b"---\ntitle: x\n",
    "no day": b"---\ntitle: x\npublished_on: 31/02/2026\n---\nNoi dung\n",
}


@pytest.mark.parametrize(
    ("command", "kind", "content"),
    [
        pytest.param(command, kind, content, id=f"{command}-{kind}")
        for command in IMPORTS
        for kind, content in (TEXT if command == "articles import" else SHEET_OR_JSON).items()
    ],
)
def test_a_file_of_another_kind_is_refused(
    app: Flask, session: Session, tmp_path: Path, command: str, kind: str, content: bytes
) -> None:
    path = tmp_path / f"tep-thu{IMPORTS[command]}"
    path.write_bytes(content)
    told = refused(app, session, command, path)
    if kind == "NUL":
        assert "Dòng 2 có ký tự NUL" in told
    if kind == "another encoding":
        assert "UTF-8" in told


@pytest.mark.parametrize("command", IMPORTS)
def test_a_folder_and_a_file_that_is_not_there_are_refused(
    app: Flask, session: Session, tmp_path: Path, command: str
) -> None:
    missing = refused(app, session, command, tmp_path / f"khong-co{IMPORTS[command]}")
    assert "Tệp '/" in missing
    folder = tmp_path / "thu-muc.csv"
    folder.mkdir()
    (folder / "con.csv").mkdir()
    refused(app, session, command, folder)


def changed(document: dict[str, Any], *path: Any, to: object = None) -> dict[str, Any]:
    """A copy with the value at a path replaced; without one the entry is gone."""
    copy = json.loads(json.dumps(document))
    inner = copy
    for step in path[:-1]:
        inner = inner[step]
    if to is None:
        del inner[path[-1]]
    else:
        inner[path[-1]] = to
    return copy


@pytest.mark.parametrize(
    ("document", "place"),
    [
        (changed(FORM, "code"), "code"),
        (changed(FORM, "code", to=["a"]), "code"),
        (changed(FORM, "title", to=5), "title"),
        (changed(FORM, "title", to={"en": "Test"}), "title.vi"),
        (changed(FORM, "title", to="T\0"), "title"),
        (changed(FORM, "basis", to="\ud800"), "basis"),
        (changed(FORM, "questions"), "questions"),
        (changed(FORM, "questions", to={}), "questions"),
        (changed(FORM, "questions", 0, to="chung"), "questions#1"),
        (changed(FORM, "questions", 0, "kind"), "questions#1.kind"),
        (changed(FORM, "questions", 0, "overall", to="có"), "questions#1.overall"),
        (changed(FORM, "questions", 0, "shown_for", to="satisfied"), "questions#1.shown_for"),
        (changed(FORM, "questions", 0, "choices", 1, "text"), "questions#1.choices#2.text"),
        (changed(FORM, "questions", 0, "choices", 1, "points", to=1.5), "questions#1.choices#2.points"),
        (changed(FORM, "questions", 0, "choices", 1, "points", to=True), "questions#1.choices#2.points"),
    ],
)
def test_what_is_wrong_in_a_questionnaire_is_named_by_its_place(
    app: Flask, session: Session, tmp_path: Path, document: dict[str, Any], place: str
) -> None:
    path = tmp_path / "mau.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    assert f"“{place}”" in refused(app, session, "surveys import", path)


@pytest.mark.parametrize(
    ("document", "place"),
    [
        (changed(POLL, "slug", to=5), "slug"),
        (changed(POLL, "question_en", to=["a"]), "question_en"),
        (changed(POLL, "opens_on", to="01/11/2026"), "opens_on"),
        (changed(POLL, "closes_on", to="9999-12-31"), "closes_on"),
        (changed(POLL, "options", to={"text": "Một"}), "options"),
        (changed(POLL, "options", 1, "praises"), "options#2.praises"),
        (changed(POLL, "options", 1, "praises", to="có"), "options#2.praises"),
        (changed(POLL, "reported", to=281), "reported"),
        (changed(POLL, "reported", to={"participants": "281", "source": "x"}), "reported.participants"),
        (changed(POLL, "reported", to={"participants": 2**31, "source": "x"}), "reported.participants"),
    ],
)
def test_what_is_wrong_in_a_poll_is_named_by_its_place(
    app: Flask, session: Session, tmp_path: Path, document: dict[str, Any], place: str
) -> None:
    path = tmp_path / "binh-chon.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    assert f"“{place}”" in refused(app, session, "polls import", path)


@pytest.mark.parametrize("document", [FORM, POLL])
def test_the_documents_these_tests_spoil_are_good(
    app: Flask, session: Session, tmp_path: Path, document: dict[str, Any]
) -> None:
    path = tmp_path / "tot.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    told = app.test_cli_runner().invoke(args=["surveys" if document is FORM else "polls", "import", str(path)])
    assert told.exit_code == 0, told.output


@pytest.mark.parametrize(
    ("command", "content", "named"),
    [
        (
            "dossiers import-reported",
            "don_vi,noi_dung,ghi_chu_ky,nguon,tiep_nhan\ndong-son,a,b,c,9999999999\n",
            "9999999999",
        ),
        ("dossiers import-reported", "don_vi,noi_dung,nguon\ndong-son,a,c\n", "ghi_chu_ky"),
        ("ratings import-reported", "ma_don_vi,loai_ky\ndong-son,nam\n", "nguyen_van"),
        (
            "ratings import-reported",
            "ma_don_vi,loai_ky,tu_ngay,den_truoc_ngay,ty_le,nguyen_van,cach_do,nguon\n"
            "dong-son,nam,9999-01-01,9999-12-31,5,x,x,x\n",
            "9999",
        ),
        ("departments import", "ma,loai,ten,tu_ngay\na,xã,A,0000-01-01\n", "0000-01-01"),
    ],
)
def test_a_cell_that_cannot_be_stored_is_refused(
    app: Flask, session: Session, tmp_path: Path, command: str, content: str, named: str
) -> None:
    make_office(session)
    path = tmp_path / "bang.csv"
    path.write_text(content, encoding="utf-8")
    assert named in refused(app, session, command, path)
