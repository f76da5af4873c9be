"""The files the managers take away: the figures of their page, number for number and look for look."""

import csv
import io
from decimal import Decimal

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app.kit.ids import new_id
from feedback_app.ratings.comparison import Proportion, compare
from feedback_app.ratings.figures import Change
from tests import factories
from tests.exclusions.queue import exclude, make_queue
from tests.factories import local
from tests.staff.people import add_person, make_office, sign_in

MARCH = "?ky=2026-03"


@pytest.fixture
def reader(app: Flask, session: Session) -> FlaskClient:
    """Somebody who reads of a ward: 90.0 % in February, 86.0 % and a mean of 4.30 points in March."""
    ward = make_office(session).ward
    version = factories.questionnaire(session)
    factories.responses(session, version, ward, local(2026, 2, 2), satisfied=45, neutral=5)
    factories.responses(session, version, ward, local(2026, 3, 2), satisfied=43, neutral=7)
    factories.count(session)
    session.commit()
    add_person(session, "phuong", "manager", ward)
    return sign_in(app, "phuong")


def test_one_number_has_one_look_on_the_page_in_csv_and_in_xlsx(reader: FlaskClient) -> None:
    page = reader.get(f"/quan-ly{MARCH}").text
    lines = list(
        csv.reader(reader.get(f"/quan-ly/xuat.csv{MARCH}").data.decode("utf-8-sig").splitlines(), delimiter=";")
    )
    in_csv = next(line for line in lines if line[:1] == ["dong-son"])
    book = openpyxl.load_workbook(io.BytesIO(reader.get(f"/quan-ly/xuat.xlsx{MARCH}").data))
    in_xlsx = next(row for row in book.active.iter_rows() if row[0].value == "dong-son")

    headings = lines[[line[:1] for line in lines].index(["dong-son"]) - 1]
    named = dict(zip(headings, zip(in_csv, in_xlsx, strict=True), strict=True))
    share, change = named["Tỷ lệ hài lòng (%)"], named["Thay đổi so với kỳ trước (điểm phần trăm)"]
    mean, rated = named["Điểm trung bình"], named["Mẫu số: phiếu có đánh giá chung"]
    assert [cell[0] for cell in (share, change, rated)] == ["86,0", "-4,0", "50"]
    assert [cell[1].value for cell in (share, change, rated)] == [86, -4, 50]
    assert [cell[1].number_format for cell in (share, change, rated)] == ["0.0", "0.0", "General"]
    assert (mean[1].number_format, f"{mean[1].value:.2f}".replace(".", ",")) == ("0.00", mean[0])
    for shown in ("86,0\u00a0%", "4,0", mean[0]):
        assert shown in page
    for text, cell in named.values():
        if isinstance(cell.value, (int, float)):
            places = len(cell.number_format.partition(".")[2])
            assert f"{cell.value:.{places}f}".replace(".", ",") == text


def test_what_is_left_out_stands_above_the_table_by_reason(app: Flask, session: Session) -> None:
    queue = make_queue(session)
    exclude(session, queue)
    device = new_id()
    for second in (0, 2):
        at = local(2026, 3, 5, 9, 0, second)
        factories.response(session, queue.version, queue.office.ward, at, device_id=device, rapid_seconds=5)
    factories.count(session)
    session.commit()
    manager = sign_in(app, "truong")
    lines = list(
        csv.reader(manager.get(f"/quan-ly/xuat.csv{MARCH}").data.decode("utf-8-sig").splitlines(), delimiter=";")
    )
    about = {line[0]: line[1] for line in lines[: lines.index([])]}
    together = dict(zip(lines[lines.index([]) + 1], lines[-1], strict=True))
    rapid = "Lần chạm lặp lại quá nhanh trên cùng một thiết bị (không tính)"
    reason = "Phiếu đã loại, hai người duyệt (không tính): Thiết bị lỗi hoặc chạm thử"
    assert (about[rapid], about[reason]) == ("1", "13")
    assert together["Chạm lặp quá nhanh, không tính"] == "1"
    book = openpyxl.load_workbook(io.BytesIO(manager.get(f"/quan-ly/xuat.xlsx{MARCH}").data))
    assert {row[0].value: row[1].value for row in book.active.iter_rows()}[reason] == 13
    beside = sign_in(app, "taichinh").get(f"/quan-ly/xuat.csv{MARCH}").data.decode("utf-8-sig")
    assert "Phiếu đã loại" not in beside


@pytest.mark.parametrize(
    ("points", "shown"), [("-0.04", "0.0"), ("0.04", "0.0"), ("-0.05", "-0.1"), ("0.25", "0.3"), ("-4", "-4.0")]
)
def test_a_change_too_small_to_show_has_no_sign(points: str, shown: str) -> None:
    assert str(Change(Decimal(points), compare(Proportion(30, 40), Proportion(30, 40))).shown) == shown
