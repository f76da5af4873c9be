"""Exports of many periods: asked for by managers within their scope, made by the worker, kept for some days."""

import csv
import io
from datetime import timedelta
from tempfile import TemporaryFile
from uuid import UUID

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from deploy.processes import Process, wait_until
from feedback_app.kit import clock, kept_files
from feedback_app.ratings import operations, queries
from feedback_app.ratings.commands import AskExport
from feedback_app.ratings.operations import BadExport
from feedback_app.ratings.periods import parse
from tests import factories
from tests.factories import local
from tests.ratings.test_open_data import run
from tests.staff.people import add_person, make_office, post, sign_in

FORM = {"kind": "month", "first": "2026-01", "last": "2026-03", "format": "csv"}


@pytest.fixture
def office(app: Flask, session: Session) -> None:
    made = make_office(session)
    version = factories.questionnaire(session)
    for month, satisfied in ((1, 31), (2, 40), (3, 50)):
        factories.responses(session, version, made.ward, local(2026, month, 2), satisfied=satisfied, not_satisfied=4)
        factories.responses(session, version, made.elsewhere, local(2026, month, 2), satisfied=77, channel="qr")
    operations.publish(session, parse("2026-01"), now=local(2026, 2, 1), minima=factories.minima(30, cell=5))
    factories.count(session)
    session.commit()
    add_person(session, "phuong", "manager", made.ward)
    add_person(session, "phongban", "manager", made.bureau)
    add_person(session, "quantri", "administrator", None)
    add_person(session, "nhap", "staff", made.ward)


def ask(reader: FlaskClient, **changed: str) -> UUID:
    answer = post(reader, "/quan-ly/xuat", {**FORM, **changed})
    assert answer.status_code == 303, answer.text
    return UUID(answer.location.rpartition("/")[2])


def test_a_manager_gets_the_figures_of_their_own(app: Flask, office: None, environ: dict[str, str]) -> None:
    reader = sign_in(app, "phuong")
    export_id = ask(reader)
    waiting = reader.get(f"/quan-ly/xuat/{export_id}")
    assert waiting.headers["Refresh"] == "3"
    assert "đang chờ" in waiting.text
    assert reader.get(f"/quan-ly/xuat/{export_id}/tep").status_code == 404
    run("make_next_export", environ)
    done = reader.get(f"/quan-ly/xuat/{export_id}")
    assert "Refresh" not in done.headers
    assert "Tải về xuat-2026-01-2026-03.csv" in done.text
    content = reader.get(f"/quan-ly/xuat/{export_id}/tep").data
    lines = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))
    own = [line for line in lines if line["Mã cơ quan, đơn vị"] == "dong-son" and line["Kênh trả lời"] == "all"]
    assert [(line["Kỳ"], line["Tình trạng"], line["Phiếu hài lòng"]) for line in own] == [
        ("2026-01", "published", "31"),
        ("2026-02", "provisional", "40"),
        ("2026-03", "provisional", "50"),
    ]
    assert "ba-don" not in content.decode()
    assert ";77;" not in content.decode()


def test_nobody_else_may_have_it(app: Flask, office: None, environ: dict[str, str]) -> None:
    export_id = ask(sign_in(app, "phuong"))
    run("make_next_export", environ)
    for path in (f"/quan-ly/xuat/{export_id}", f"/quan-ly/xuat/{export_id}/tep"):
        assert sign_in(app, "quantri").get(path).status_code == 200
        assert sign_in(app, "phongban").get(path).status_code == 404
        assert sign_in(app, "nhap").get(path).status_code == 403
        assert app.test_client().get(path).status_code == 302
    assert str(export_id) not in sign_in(app, "phongban").get("/quan-ly/xuat").text
    assert str(export_id) in sign_in(app, "quantri").get("/quan-ly/xuat").text


def test_a_workbook_holds_the_same_numbers(app: Flask, office: None, environ: dict[str, str]) -> None:
    reader = sign_in(app, "quantri")
    export_id = ask(reader, format="xlsx", kind="quarter")
    run("make_next_export", environ)
    book = openpyxl.load_workbook(io.BytesIO(reader.get(f"/quan-ly/xuat/{export_id}/tep").data))
    heading, *lines = book.active.iter_rows(values_only=True)
    found = [dict(zip(heading, line, strict=True)) for line in lines]
    (ward,) = [line for line in found if line["Mã cơ quan, đơn vị"] == "dong-son" and line["Kênh trả lời"] == "all"]
    assert (ward["Kỳ"], ward["Phiếu hài lòng"], ward["Tỷ lệ hài lòng"]) == ("2026-Q1", 121, 91)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"first": ""}, "Xin nhập tháng đầu."),
        ({"first": "tháng 1"}, "Cần một tháng"),
        ({"last": "2026-Q1"}, "Cần một tháng"),
        ({"first": "2026-04"}, "Khoảng này không có kỳ nào."),
        ({"first": "2010-01"}, "Mỗi lần xuất nhiều nhất 120 kỳ."),
    ],
)
def test_a_span_that_is_none_is_refused_beside_its_field(
    app: Flask, office: None, changed: dict[str, str], said: str
) -> None:
    answer = post(sign_in(app, "phuong"), "/quan-ly/xuat", {**FORM, **changed})
    assert answer.status_code == 422
    assert said in answer.text
    assert f'value="{changed.get("first", "2026-01")}"' in answer.text


def test_nobody_fills_the_line(app: Flask, office: None) -> None:
    reader = sign_in(app, "phuong")
    for _ in range(3):
        ask(reader)
    answer = post(reader, "/quan-ly/xuat", FORM)
    assert answer.status_code == 409
    assert "3 lần xuất chưa xong" in answer.text


def command(session: Session) -> AskExport:
    member = add_person(session, "hoi", "manager", None)
    march = parse("2026-03")
    return AskExport(
        asked_by=member.id,
        kind="month",
        first_on=march.starts_on,
        last_on=march.last_day,
        format="csv",
        department_ids=None,
    )


def test_what_a_killed_worker_left_is_taken_up_again(session: Session, engine: Engine) -> None:
    export_id = operations.ask_export(session, command(session), now=local(2026, 4, 1))
    session.commit()
    with Session(engine) as killed:
        assert operations.take_turn(killed)
        assert operations.start_export(session, now=local(2026, 4, 1)) is not None
        session.commit()
        with Session(engine) as other:
            assert not operations.take_turn(other)
    with Session(engine) as other:
        assert operations.take_turn(other)
        again = operations.start_export(session, now=local(2026, 4, 1))
        assert again is not None
        assert (again.id, again.state) == (export_id, "running")
        for content in (b"ab", b"cd"):  # the second time nothing changes
            with TemporaryFile() as file:
                file.write(content)
                operations.finish_export(session, export_id, file, name="x.csv", rows=1, now=local(2026, 4, 1))
        session.commit()
    done = queries.export(session, export_id=export_id, asked_by=None)
    assert done.file is not None
    assert kept_files.file_part(session, done.file.id, 0) == b"ab"
    assert operations.start_export(session, now=local(2026, 4, 1)) is None


def test_one_that_brings_every_worker_down_fails(session: Session) -> None:
    export_id = operations.ask_export(session, command(session), now=local(2026, 4, 1))
    for _ in range(3):
        assert operations.start_export(session, now=local(2026, 4, 1)) is not None
    assert operations.start_export(session, now=local(2026, 4, 1)) is None
    assert queries.export(session, export_id=export_id, asked_by=None).state == "failed"


def test_files_end_after_a_week(session: Session) -> None:
    now = local(2026, 4, 1)
    export_id = operations.ask_export(session, command(session), now=now)
    operations.start_export(session, now=now)
    with TemporaryFile() as file:
        file.write(b"x" * (kept_files.PART_BYTES + 1))
        operations.finish_export(session, export_id, file, name="x.csv", rows=1, now=now)
    file_id = queries.export(session, export_id=export_id, asked_by=None).file.id  # type: ignore[union-attr]
    assert len(kept_files.file_part(session, file_id, 1) or b"") == 1
    assert operations.expire_exports(session, now=now + timedelta(days=7, seconds=-1)) == 0
    assert operations.expire_exports(session, now=now + timedelta(days=7)) == 1
    assert kept_files.file_part(session, file_id, 0) is None
    session.expire_all()
    assert queries.export(session, export_id=export_id, asked_by=None).state == "expired"


def test_a_span_without_a_period_is_none(session: Session) -> None:
    asked = command(session)
    with pytest.raises(BadExport):
        operations.ask_export(
            session,
            AskExport(
                asked_by=asked.asked_by,
                kind="nine_months",
                first_on=parse("2026-10").starts_on,
                last_on=parse("2026-12").last_day,
                format="csv",
                department_ids=None,
            ),
            now=clock.now(),
        )


@pytest.mark.worker
def test_a_real_worker_makes_it(app: Flask, office: None, celery_worker: Process, environ: dict[str, str]) -> None:
    reader = sign_in(app, "phuong")
    export_id = ask(reader)
    run("make_next_export.delay", environ)
    wait_until(lambda: "Tải về" in reader.get(f"/quan-ly/xuat/{export_id}").text, celery_worker, 60)
