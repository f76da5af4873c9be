"""One figure everywhere: pages, files, API, report, open data, articles agree on every department and period."""

import csv
import io
import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from feedback_app import demo
from feedback_app.articles import queries as articles
from feedback_app.articles.figures import parse_reference
from feedback_app.kit.numbers import format_count, format_percent_value, round_percent
from feedback_app.ratings import operations, queries
from feedback_app.ratings.periods import Period, parse
from tests import factories
from tests.factories import local
from tests.ratings.test_open_data import run
from tests.ratings.test_reports import words
from tests.ratings.test_standardised import in_file, on_page
from tests.ratings.test_table import Seen, read_csv, read_xlsx, seen_in_rows, seen_on_page
from tests.staff.people import add_person, post, sign_in

Q1 = parse("2026-Q1")
MINIMA = factories.minima(30, cell=5)
NAMES = {"a": "Phòng A", "b": "Phòng B", "c": "Phòng C", None: "Tất cả"}


@dataclass(frozen=True)
class Readers:
    visitor: FlaskClient
    manager: FlaskClient


@pytest.fixture
def readers(app: Flask, session: Session) -> Readers:
    """A quarter with a department to show, one of too few and one that must be withheld in part; published."""
    ids = {code: factories.department(session, code, NAMES[code]) for code in ("a", "b", "c")}
    version = factories.questionnaire(session)

    def answers(code: str, month: int, **given: Any) -> None:
        factories.responses(session, version, ids[code], local(2026, month, 2), **given)

    answers("a", 1, satisfied=1201, neutral=33, not_satisfied=7)
    answers("a", 2, satisfied=30, not_satisfied=12, channel="qr")
    answers("a", 3, satisfied=2, channel="paper")
    answers("b", 3, satisfied=29)
    answers("c", 1, satisfied=17, neutral=1, channel="web")
    answers("c", 2, satisfied=16, channel="scan")
    answers("c", 3, not_satisfied=3, channel="scan")
    operations.publish(session, Q1, now=local(2026, 4, 1), minima=MINIMA)
    session.commit()
    add_person(session, "quanly", "manager", None)
    return Readers(app.test_client(), sign_in(app, "quanly"))


def expected(session: Session, period: Period = Q1) -> Seen:
    table = queries.table(session, period, minima=MINIMA)
    return {
        row.department.name if row.department else NAMES[None]: (
            row.figure.percent,
            row.figure.n,
            *(row.figure.bounds or (None, None)),
        )
        for row in (*table.rows, table.together)
    }


def from_api(found: dict[str, Any]) -> Seen:
    seen: Seen = {}
    for row in (*found["ratings"], found["together"]):
        figure = row["figure"]
        interval = figure["interval"] or {}
        seen[row["department"]["name"] if row["department"] else NAMES[None]] = (
            _decimal(figure["percent"]),
            figure["n"],
            _decimal(interval.get("low")),
            _decimal(interval.get("high")),
        )
        if figure["percent"]:
            assert figure["denominator"] == figure["n"]
            exact = Decimal(figure["numerator"]) * 100 / figure["denominator"]
            assert round_percent(exact, 1) == Decimal(figure["percent"])
    return seen


def from_open_data(rows: list[dict[str, Any]]) -> Seen:
    return {
        row["department_name"] or NAMES[None]: (
            _decimal(row["satisfied_percent"]),
            int(row["n"]),
            _decimal(row["interval_low"]),
            _decimal(row["interval_high"]),
        )
        for row in rows
        if row["channel"] == "all"
    }


def from_export(content: bytes) -> Seen:
    lines = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";")
    return {
        line["Tên trong kỳ"] or NAMES[None]: (
            _decimal(line["Tỷ lệ hài lòng"]),
            int(line["Phiếu có đánh giá chung"]),
            _decimal(line["Cận dưới khoảng tin cậy"]),
            _decimal(line["Cận trên khoảng tin cậy"]),
        )
        for line in lines
        if line["Kênh trả lời"] == "all"
    }


def _decimal(text: str | None) -> Decimal | None:
    return Decimal(text.replace(",", ".")) if text else None


def test_every_door_shows_one_figure(readers: Readers, engine: Engine, environ: dict[str, str]) -> None:
    visitor, manager = readers.visitor, readers.manager
    with Session(engine) as session:
        wanted = expected(session)
    assert [percent for percent, *_ in wanted.values()].count(None) == 1  # b, of too few
    seen = {
        "public page": seen_on_page(visitor.get("/ket-qua?ky=2026-Q1").text),
        "manager page": seen_on_page(manager.get("/quan-ly?ky=2026-Q1").text),
        "CSV": seen_in_rows(read_csv(manager.get("/quan-ly/xuat.csv?ky=2026-Q1").data)),
        "XLSX": seen_in_rows(read_xlsx(manager.get("/quan-ly/xuat.xlsx?ky=2026-Q1").data)),
        "API": from_api(dict(visitor.get("/api/v1/ratings?period=2026-Q1").json or {})),
    }
    run("make_open_files", environ)
    told = json.loads(visitor.get("/du-lieu-mo/2026-Q1-lan-1.json").data)
    seen["open data"] = from_open_data(told["rows"])
    asked = post(manager, "/quan-ly/xuat", {"kind": "quarter", "first": "2026-01", "last": "2026-03", "format": "csv"})
    run("make_next_export", environ)
    export_id = UUID(asked.location.rpartition("/")[2])
    seen["long export"] = from_export(manager.get(f"/quan-ly/xuat/{export_id}/tep").data)
    assert seen == dict.fromkeys(seen, wanted)


def test_the_report_and_articles_say_it_too(readers: Readers, engine: Engine) -> None:
    reports = [
        words(readers.visitor.get("/ket-qua/2026-Q1/bao-cao.pdf").data),
        words(readers.manager.get("/quan-ly/bao-cao/2026-Q1.pdf").data),
    ]
    with Session(engine) as session:
        table = queries.table(session, Q1, minima=MINIMA)
        for row in (*table.rows, table.together):
            figure = row.figure
            name = row.department.name if row.department else NAMES[None]
            line = f"{name} {format_count(figure.sums.responses)} {format_count(figure.n)} "
            if figure.percent is None or figure.bounds is None:
                line += "chưa đủ dữ liệu (n < 30)"
            else:
                low, high = (format_percent_value(bound, 1) for bound in figure.bounds)
                line += f"{format_percent_value(figure.percent, 1)} {low} – {high}".replace("\u00a0", " ")
            assert [line in said for said in reports] == [True, True], line
            if row.department:
                reference = parse_reference(f"so-lieu:rating/{row.department.code}/quarter/2026-01-01/satisfied_share")
                bound = articles.stored_figure(session, reference, now=local(2026, 4, 2), minima=MINIMA)
                assert (round_percent(bound.value, 1) if bound else None) == figure.percent


def test_channels_add_up_to_the_total_at_every_door(readers: Readers, engine: Engine, environ: dict[str, str]) -> None:
    """Of how many answered nothing is hidden, so that everybody can check the sum."""
    run("make_open_files", environ)
    told = json.loads(readers.visitor.get("/du-lieu-mo/2026-Q1-lan-1.json").data)["rows"]
    api = dict(readers.visitor.get("/api/v1/ratings?period=2026-Q1").json or {})
    rows = read_csv(readers.manager.get("/quan-ly/xuat.csv?ky=2026-Q1").data)
    heading = next(row for row in rows if "Tên trong kỳ" in row)
    with Session(engine) as session:
        table = queries.table(session, Q1, minima=MINIMA)
    for row in (*table.rows, table.together):
        code = row.department.code if row.department else None
        total = row.figure.sums.responses
        assert sum(count for _, count in row.channels) == total
        of_open_data = [each for each in told if each["department_code"] == code]
        assert sum(each["responses"] for each in of_open_data if each["channel"] != "all") == total
        (of_api,) = [
            each
            for each in (*api["ratings"], api["together"])
            if (each["department"] or {"code": None})["code"] == code
        ]
        assert sum(of_api["channels"].values()) == of_api["figure"]["responses"] == total
        (line,) = [dict(zip(heading, each, strict=True)) for each in rows if each[1:2] == [NAMES[code]]]
        assert sum(int(line[name]) for name in heading if name.startswith("Phiếu qua kênh")) == total
    assert date.fromisoformat(told[0]["first_day"]) == Q1.starts_on


def test_over_the_demonstration_too(app: Flask, session: Session) -> None:
    now = local(2026, 11, 20)
    demo.load(session, now=now, minima=MINIMA, rapid_seconds=5, report=lambda _text: None, months=2)
    session.commit()
    add_person(session, "nguoi-doc", "manager", None)
    visitor, manager = app.test_client(), sign_in(app, "nguoi-doc")
    for code in ("2026-Q4", "2026-10"):
        wanted = expected(session, parse(code))
        assert len(wanted) > 5
        seen = {
            "public page": seen_on_page(visitor.get(f"/ket-qua?ky={code}").text),
            "manager page": seen_on_page(manager.get(f"/quan-ly?ky={code}").text),
            "CSV": seen_in_rows(read_csv(manager.get(f"/quan-ly/xuat.csv?ky={code}").data)),
            "XLSX": seen_in_rows(read_xlsx(manager.get(f"/quan-ly/xuat.xlsx?ky={code}").data)),
            "API": from_api(dict(visitor.get(f"/api/v1/ratings?period={code}").json or {})),
        }
        assert seen == dict.fromkeys(seen, wanted)
        pages = [
            on_page(reader.get(f"{path}?ky={code}").text)
            for reader, path in ((visitor, "/ket-qua"), (manager, "/quan-ly"))
        ]
        files = [
            in_file(read_csv(manager.get(f"/quan-ly/xuat.csv?ky={code}").data)),
            in_file(read_xlsx(manager.get(f"/quan-ly/xuat.xlsx?ky={code}").data)),
        ]
        assert pages[0] == pages[1]
        assert [name for name, said in pages[0].items() if "%" in said] == [
            name for name, cells in files[0].items() if cells[0]
        ]
        assert any("%" in said for said in pages[0].values()) == (code == "2026-Q4")
        for name, cells in files[0].items():
            assert pages[0][name].startswith(f"{float(cells[0]):.1f}".replace(".", ",") if cells[0] else "–")
            assert [round(float(cell), 1) if cell else None for cell in files[1][name][:5]] == [
                float(cell) if cell else None for cell in cells[:5]
            ]
        said = words(manager.get(f"/quan-ly/bao-cao/{code}.pdf").data)
        for percent, *_ in wanted.values():
            if percent is not None:
                assert format_percent_value(percent, 1).replace("\u00a0", " ") in said
    # It begins within a quarter, and every door says so with the same day.
    began = queries.table(session, parse("2026-Q3"), minima=MINIMA).counted_from
    assert began is not None
    mark = f"Một phần của kỳ: có số liệu từ {began:%d/%m/%Y}"
    for code, is_part in (("2026-Q3", True), ("2026-Q4", False)):
        assert (mark in visitor.get(f"/ket-qua?ky={code}").text) == is_part
        assert (mark in manager.get(f"/quan-ly?ky={code}").text) == is_part
        for read, kind in ((read_csv, "csv"), (read_xlsx, "xlsx")):
            about = [row[:2] for row in read(manager.get(f"/quan-ly/xuat.{kind}?ky={code}").data)]
            of_the_period = about[: next(i for i, row in enumerate(about) if row[:1] == ["Kỳ trước"])]
            assert (["Một phần của kỳ, có số liệu từ", began.isoformat()] in of_the_period) == is_part
        api = dict(visitor.get(f"/api/v1/ratings?period={code}").json or {})
        assert api["period"]["counted_from"] == (began.isoformat() if is_part else None)
        preamble = words(manager.get(f"/quan-ly/bao-cao/{code}.pdf").data).partition("Phạm vi:")[0]
        assert (mark in preamble) == is_part
    # The banner of the demonstration is remembered for seconds; the next test has none.
    factories.survey_queries.forget_demonstration()
