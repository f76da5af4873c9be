"""Open data: what is listed is what is downloaded, it never changes, and one list of columns explains it."""

import csv
import hashlib
import io
import json
import subprocess
import sys

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app.ratings import dataset, operations, queries
from feedback_app.ratings.periods import parse
from feedback_app.ratings.queries import Filter
from tests import factories
from tests.conftest import ROOT
from tests.factories import local
from tests.staff.people import add_person

Q1 = parse("2026-Q1")
MINIMA = factories.minima(30, cell=5)


@pytest.fixture
def office(session: Session) -> None:
    """A published first quarter of two departments, one of them with a name that looks like a formula."""
    a = factories.department(session, "a", "=1+1")
    b = factories.department(session, "b", "Phòng B")
    version = factories.questionnaire(session)
    factories.responses(session, version, a, local(2026, 2, 2), satisfied=40, neutral=2)
    factories.responses(session, version, a, local(2026, 3, 2), satisfied=30, not_satisfied=5, channel="paper")
    factories.responses(session, version, a, local(2026, 3, 2), satisfied=2, channel="qr")
    factories.responses(session, version, b, local(2026, 3, 2), satisfied=3, channel="web")
    operations.publish(session, Q1, now=local(2026, 4, 1, 8, 30), minima=MINIMA)
    session.commit()


def run(task: str, environ: dict[str, str]) -> None:
    """What the worker does when it is woken."""
    code = f"from tasks import exports; exports.{task}()"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environ, check=True)


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))


def test_every_publication_has_files_that_stay(
    client: FlaskClient, office: None, session: Session, environ: dict[str, str]
) -> None:
    assert "Chưa có tệp nào." in client.get("/du-lieu-mo").text
    run("make_open_files", environ)
    run("make_open_files", environ)
    page = client.get("/du-lieu-mo").text
    kept = {}
    for name in ("2026-Q1-lan-1.csv", "2026-Q1-lan-1.json"):
        answer = client.get(f"/du-lieu-mo/{name}")
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert int(answer.headers["Content-Length"]) == len(answer.data)
        assert f"/du-lieu-mo/{name}" in page
        assert hashlib.sha256(answer.data).hexdigest() in page
        kept[name] = answer.data
    version = factories.survey_queries.current_versions(session)[0]
    factories.responses(session, version, factories.department_id(session, "b"), local(2026, 3, 3), satisfied=60)
    operations.publish(session, Q1, now=local(2026, 5, 1), minima=MINIMA, reason="Phiếu giấy nhập muộn")
    session.commit()
    run("make_open_files", environ)
    for name, content in kept.items():
        assert client.get(f"/du-lieu-mo/{name}").data == content
    assert rows(client.get("/du-lieu-mo/2026-Q1-lan-2.csv").data)[0]["publication"] == "2"
    page = client.get("/du-lieu-mo").text
    assert page.count("đã có đính chính") == 2
    assert client.get("/du-lieu-mo/2026-Q1-lan-3.csv").status_code == 404
    operations.expire_exports(session, now=factories.LATER)
    session.commit()
    assert client.get("/du-lieu-mo/2026-Q1-lan-1.csv").data == kept["2026-Q1-lan-1.csv"]


def test_a_draft_of_a_restatement_is_told_to_nobody(
    client: FlaskClient, office: None, session: Session, environ: dict[str, str]
) -> None:
    run("make_open_files", environ)
    before = client.get("/du-lieu-mo").text
    version = factories.survey_queries.current_versions(session)[0]
    factories.response(session, version, factories.department_id(session, "b"), local(2026, 3, 3))
    member = add_person(session, "nguoilap", "manager", None)
    operations.draft_publication(
        session, Q1, now=local(2026, 5, 1), minima=MINIMA, member=member, reason="Phiếu giấy nhập muộn"
    )
    session.commit()
    run("make_open_files", environ)
    assert client.get("/du-lieu-mo").text == before
    assert "đã có đính chính" not in before


def test_lines_are_those_of_the_table_and_add_up(office: None, session: Session) -> None:
    read = queries.period_lines(session, Q1, minima=MINIMA)
    by_name: dict[str | None, list[queries.Line]] = {}
    for line in read.lines:
        by_name.setdefault(line.department.code if line.department else None, []).append(line)
    for code, (whole, *channels) in by_name.items():
        assert whole.channel is None
        assert sum(each.figure.sums.responses for each in channels) == whole.figure.sums.responses
        for each in channels:
            ids = frozenset({factories.department_id(session, code)}) if code else None
            narrowed = queries.table(session, Q1, minima=MINIMA, narrowed=Filter(ids, each.channel)).together
            assert each.figure == narrowed.figure
    assert {line.channel for line in by_name["a"]} == {None, "kiosk", "paper", "qr"}
    hidden = [line for line in by_name["a"] if line.channel == "qr"]
    assert hidden[0].figure.percent is None


def test_a_file_says_what_it_is(client: FlaskClient, office: None, environ: dict[str, str]) -> None:
    run("make_open_files", environ)
    content = client.get("/du-lieu-mo/2026-Q1-lan-1.csv").data
    assert content.startswith(b"\xef\xbb\xbf")
    first = rows(content)[0]
    assert list(first) == [column.heading for column in dataset.COLUMNS]
    assert first["department_name"] == "'=1+1"
    assert first["first_day (Asia/Ho_Chi_Minh)"] == "2026-01-01"
    assert first["counted_from (Asia/Ho_Chi_Minh)"] == "2026-02-02"
    assert first["published_at (Asia/Ho_Chi_Minh)"] == "2026-04-01T08:30:00+07:00"
    assert (first["channel"], first["satisfied_percent"], first["n"]) == ("all", "91,1", "79")
    told = json.loads(client.get("/du-lieu-mo/2026-Q1-lan-1.json").data)
    assert told["time_zone"] == "Asia/Ho_Chi_Minh"
    assert len(told["rows"]) == len(rows(content))
    assert told["rows"][0]["satisfied_percent"] == "91.1"
    few = next(row for row in told["rows"] if row["department_code"] == "b")
    assert (few["state"], few["n"], few["satisfied"], few["satisfied_percent"]) == ("too_few", 3, None, None)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_dictionary_explains_every_column(client: FlaskClient, session: Session, language: str) -> None:
    page = client.get(f"/du-lieu-mo/tu-dien?lang={language}").text
    keys = [column.key for column in dataset.COLUMNS]
    assert len(set(keys)) == len(keys)
    for key in keys:
        assert f"<code>{key}</code>" in page
    assert ("Nghị định 61/2018/NĐ-CP" in page) == (language == "vi")


def test_the_page_names_the_source(app: Flask, client: FlaskClient, session: Session) -> None:
    assert "ghi nguồn “Ủy ban nhân dân phường Đồng Hới (trình diễn)”" in client.get("/du-lieu-mo").text
