"""The public results: what is said beside a figure, and what is not said of too few."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.orm import Session

from feedback_app.kit.db import db
from feedback_app.kit.revisions import raise_revision
from feedback_app.ratings import operations
from feedback_app.ratings.commands import ReportRating
from feedback_app.ratings.models import MonthlyTally
from feedback_app.ratings.periods import parse
from tests import factories
from tests.factories import local

QUARTER = parse("2026-Q1")
MONTHS = ((2025, 10), (2025, 11), (2025, 12), (2026, 1), (2026, 2), (2026, 3))


@pytest.fixture
def department(session: Session) -> int:
    """36 of 40 satisfied in March, 35 of 50 in the quarter before, 4 of 5 in another department."""
    found, few = (
        factories.department(session, "do-thi", "Phòng Quản lý đô thị"),
        factories.department(session, "tu-phap"),
    )
    version = factories.questionnaire(session)
    factories.responses(
        session, version, found, local(2026, 3, 31, 23, 59, 59), satisfied=36, neutral=1, not_satisfied=3
    )
    factories.responses(session, version, found, local(2025, 12, 31), satisfied=35, not_satisfied=15)
    factories.responses(session, version, few, local(2026, 1, 1), satisfied=4, not_satisfied=1, channel="qr")
    factories.count(session)
    session.commit()
    return found


def words(page: str) -> str:
    return " ".join(page.replace("\u00a0", " ").split())


def test_an_empty_service_says_so(client: FlaskClient) -> None:
    for path in ("/", "/ket-qua"):
        page = words(client.get(path).text)
        assert "Chưa có dữ liệu" in page
        assert "0,0 %" not in page
        assert "100 %<" not in page.replace("100 %</text>", "")


def test_a_figure_has_its_base_interval_and_change(client: FlaskClient, department: int) -> None:
    page = words(client.get("/ket-qua?ky=2026-Q1").text)
    assert "88,9 %" in page  # 40 of 45
    assert "từ 76,5 % đến 95,2 %" in page
    assert "n = 45 phiếu" in page
    assert "chia cho số phiếu có trả lời câu đánh giá chung" in page
    assert "18,9" in page  # 88.888… − 70
    assert "Từ 01/01/2026 đến hết 31/03/2026" in page


def test_too_few_are_not_scored(client: FlaskClient, department: int) -> None:
    page = words(client.get("/ket-qua?ky=2026-Q1").text)
    row = page.split("/ket-qua/tu-phap?", 2)[2].split("</tr>")[0]
    assert "chưa đủ dữ liệu (n &lt; 30)" in row
    assert "80" not in row
    assert "%" not in row


def test_provisional_published_and_restated(client: FlaskClient, session: Session, department: int) -> None:
    assert "Tạm tính" in client.get("/ket-qua?ky=2026-Q1").text
    operations.publish(session, QUARTER, now=local(2026, 4, 1, 0, 10), minima=factories.minima(30))
    version = factories.survey_queries.current_versions(session)[0]
    factories.responses(session, version, department, local(2026, 2, 2), not_satisfied=7, channel="paper")
    factories.count(session)
    session.commit()
    page = words(client.get("/ket-qua").text)  # the newest published quarter is shown unasked
    assert "Công bố lúc 00:10 01/04/2026." in page
    assert "7 phiếu của kỳ này đến sau khi chốt số liệu" in page
    assert "88,9 %" in page
    operations.publish(
        session, QUARTER, now=local(2026, 4, 9), minima=factories.minima(30), reason="Phiếu giấy nhập muộn"
    )
    session.commit()
    page = words(client.get("/ket-qua").text)
    assert "Đính chính lần 1. Lý do: Phiếu giấy nhập muộn" in page
    assert "76,9 %" in page  # 40 of 52
    assert "đến sau khi chốt số liệu" not in page


def test_all_are_all_only_when_they_are(client: FlaskClient, session: Session) -> None:
    department, version = factories.department(session, "a"), factories.questionnaire(session)
    factories.responses(session, version, department, local(2026, 3, 2), satisfied=31)
    factories.count(session)
    session.commit()
    assert '<td class="is-number"><strong>100,0 %</strong></td>' in words(client.get("/ket-qua?ky=2026-03").text)
    tally = session.get_one(MonthlyTally, (department, local(2026, 3, 1).date(), version.id, "kiosk", 0, 0, ""))
    tally.responses = tally.rated = 10_000
    tally.satisfied, tally.not_satisfied = 9_996, 4
    raise_revision(session, "ratings")
    session.commit()
    page = words(client.get("/ket-qua?ky=2026-03").text)
    assert '<td class="is-number"><strong>99,9 %</strong></td>' in page
    assert '<td class="is-number"><strong>100,0 %</strong></td>' not in page


def test_narrowing_by_channel_and_questionnaire(client: FlaskClient, department: int) -> None:
    page = words(client.get("/ket-qua?ky=2026-Q1&kenh=qr").text)
    assert "Chỉ kênh: Mã QR." in page
    assert "n = 5 phiếu" in page
    assert client.get("/ket-qua?ky=2026-Q1&phieu=ki-ot").status_code == 200
    for wrong in ("ky=2026-Q7", "ky=1", "kenh=telex", "phieu=x"):
        assert client.get(f"/ket-qua?{wrong}").status_code == 404


def test_reported_figures_stand_apart_as_printed(client: FlaskClient, session: Session, department: int) -> None:
    operations.import_reported(
        session,
        [
            ReportRating(
                department_id=department,
                period=parse(code),
                percent=Decimal(percent),
                written=written,
                measure="không rõ",
                source="Bài viết về cải cách hành chính",
            )
            for code, percent, written in (
                ("2021", "55.3", "55.3%"),
                ("2022", "80.2", "80,2%"),
                ("2023-9M", "89.15", "89,15 %"),
            )
        ],
    )
    session.commit()
    before, _, after = words(client.get("/ket-qua").text).partition("Số liệu đã báo cáo trước khi có hệ thống")
    for figure in ("55,3 %", "80,2 %", "89,15 %"):
        assert figure in after
        assert figure not in before
    assert "“55.3%”" in after
    assert after.count("Cách đo: không rõ.") == 3
    assert after.count("một phần của năm") == 1


@contextmanager
def statements(app: Flask) -> Iterator[list[str]]:
    found: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_others: object) -> None:
        found.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize("path", ["/ket-qua?ky=2026-Q1", "/ket-qua?ky=2026-03", "/"])
def test_as_many_statements_however_much_there_is(
    app: Flask, client: FlaskClient, session: Session, department: int, path: str
) -> None:
    def asked() -> int:
        # What is remembered for seconds is asked for in the first request, never in the counted one.
        factories.survey_queries.forget_demonstration()
        client.get(path)
        with statements(app) as found:
            client.get(path)
        return len(found)

    few = asked()
    version = factories.survey_queries.current_versions(session)[0]
    for number in range(12):
        other = factories.department(session, f"phong-{number}")
        for year, month in MONTHS:
            factories.responses(session, version, other, local(year, month, 3), satisfied=2, channel="qr")
    factories.count(session)
    session.commit()
    assert asked() == few
    assert few <= 20
