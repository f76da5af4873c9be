"""`flask paper read`: a folder goes through the same pipeline, and what became of each paper is told as JSON."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image, ImageDraw
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from feedback_app.paper.serials import serial
from feedback_app.surveys.models import Response
from tests.paper.scanned import image_of, issue, pdf_of, sheet
from tests.paper.stacks import publish
from tests.staff.people import add_person, make_office

NOW = datetime(2026, 3, 4, 3, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def nothing_drawn_by_lot(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = replace(app.extensions["settings"], paper_blind_review_percent=0)
    monkeypatch.setitem(app.extensions, "settings", settings)


def test_a_folder_is_read_and_told(app: Flask, session: Session, tmp_path: Path) -> None:
    office = make_office(session)
    person = add_person(session, "quan-tri", "administrator", None)
    one, two = issue(session, publish(session), office.ward, person.id, forms=2, now=NOW)
    folder = tmp_path / "scans"
    folder.mkdir()
    first = sheet(session, one, {"chung": [1], "ly-do": [0, 1]})
    letter = Image.new("L", first.size, 255)
    ImageDraw.Draw(letter).multiline_text((100, 100), "Kinh gui\n" * 40, fill=0)
    (folder / "a.pdf").write_bytes(pdf_of([first, letter]))
    (folder / "b.jpg").write_bytes(image_of(sheet(session, two, {"chung": [0, 2]}), "JPEG"))
    (folder / "c.png").write_bytes(image_of(sheet(session, one, {"chung": [1], "ly-do": [0, 1]})))
    (folder / "broken.pdf").write_bytes(b"no PDF at all")
    (folder / "empty.png").write_bytes(image_of(Image.new("L", first.size, 255)))
    (folder / "notes.txt").write_text("not a scan")

    ran = app.test_cli_runner().invoke(args=["paper", "read", str(folder), "--out", str(tmp_path / "got.json")])

    assert ran.exit_code == 1, "one file could not be read"
    assert "blank: 1, duplicate: 1, read: 1, review: 1, unidentified: 2" in ran.output
    assert "Không đọc được: broken.pdf" in ran.output
    told = json.loads((tmp_path / "got.json").read_text())
    by_serial = [(each["serial"], each["state"]) for each in told]
    assert sorted(by_serial, key=str) == sorted(
        [
            (serial(one), "read"),
            (serial(one), "duplicate"),
            (serial(two), "review"),
            (None, "unidentified"),
            (None, "unidentified"),
        ],
        key=str,
    )
    read = next(each for each in told if each["state"] == "read")
    assert read["fields"]["chung"] == {"v": [1], "state": "auto"}
    assert read["fields"]["ly-do"] == {"v": [0, 1], "state": "auto"}
    doubtful = next(each for each in told if each["state"] == "review")
    assert doubtful["fields"]["chung"]["state"] == "review"
    unidentified = {(each["file"], each["page"]) for each in told if each["serial"] is None}
    assert unidentified == {("a.pdf", 1), ("broken.pdf", 0)}
    assert session.scalar(select(func.count()).select_from(Response)) == 1
