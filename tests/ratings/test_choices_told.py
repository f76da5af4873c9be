"""How often each answer was picked follows one rule on every surface: counts of groups, shares of larger ones."""

import io

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app.ratings import operations, queries
from feedback_app.ratings.dataset import write_json
from feedback_app.ratings.drivers import drivers
from feedback_app.ratings.periods import parse
from feedback_app.surveys.versions import VersionView
from tests import factories
from tests.factories import local
from tests.ratings.test_reports import words as pdf_words
from tests.site.test_results import words
from tests.staff.people import add_person, sign_in

QUARTER = parse("2026-Q1")
MARCH = local(2026, 3, 2)
MINIMUM, SMALLEST = 30, 5


@pytest.fixture
def version(session: Session) -> VersionView:
    return factories.questionnaire(session)


def answered(session: Session, version: VersionView, *, satisfied: int, asked_why: int) -> int:
    """One department of whose people `asked_why` were asked for reasons; one of them alone picked the second one."""
    department = factories.department(session, "do-thi", "Phòng Quản lý đô thị")
    factories.responses(session, version, department, MARCH, satisfied=satisfied)
    factories.responses(session, version, department, MARCH, not_satisfied=asked_why - 1, reasons=("cho-lau",))
    factories.responses(session, version, department, MARCH, not_satisfied=1, reasons=("thai-do",))
    factories.count(session)
    session.commit()
    return department


@pytest.mark.parametrize(
    ("satisfied", "asked_why", "counts", "shares"),
    [
        (60, SMALLEST - 1, False, False),
        (60, SMALLEST, True, False),
        (60, MINIMUM - 1, True, False),
        (60, MINIMUM, True, True),
        # Enough for a group, too few for any figure of the questionnaire.
        (MINIMUM - 1 - 12, 12, False, False),
    ],
)
@pytest.mark.parametrize("published", [False, True])
def test_a_group_large_enough_is_counted_and_a_larger_one_has_shares(
    app: Flask,
    client: FlaskClient,
    session: Session,
    version: VersionView,
    satisfied: int,
    asked_why: int,
    counts: bool,
    shares: bool,
    published: bool,
) -> None:
    department = answered(session, version, satisfied=satisfied, asked_why=asked_why)
    minima = factories.minima(MINIMUM, cell=SMALLEST)
    if published:
        operations.publish(session, QUARTER, now=local(2026, 4, 1), minima=minima)
        session.commit()

    page = words(client.get("/ket-qua/do-thi?ky=2026-Q1").text)
    assert ("Vì sao chưa hài lòng" in page) == counts
    rows = [page.split(f">{name}</th>")[1].split("</tr>")[0] for name in ("Cho-lau", "Thai-do") if counts]
    assert [f">{count}<" in row for count, row in zip((asked_why - 1, 1), rows, strict=False)] == [True] * len(rows)
    assert [" %" in row for row in rows] == [shares] * len(rows)
    assert ("Dưới 30 phiếu nên không nêu tỷ lệ." in page) == (counts and not shares)

    answer = client.get("/api/v1/ratings/do-thi/2026-Q1/questions").json or {}
    (told,) = answer["questionnaires"]
    reasons = [each for each in told["questions"] or [] if each["key"] == "ly-do"]
    assert bool(reasons) == counts
    choices = reasons[0]["choices"][:2] if reasons else []
    assert [each["count"] for each in choices] == ([asked_why - 1, 1] if counts else [])
    assert [each["percent"] is not None for each in choices] == [shares] * len(choices)

    parts = queries.department_parts(session, QUARTER, department_id=department, smallest=SMALLEST)
    assert parts
    behind = drivers(parts, parts, versions={version.id: version}, minimum=MINIMUM, minimum_before=MINIMUM)
    assert [each.picked for each in behind.reasons] == ([asked_why - 1, 1] if shares else [])


def test_a_publication_goes_on_by_the_size_of_group_it_was_made_with(
    client: FlaskClient, session: Session, version: VersionView
) -> None:
    answered(session, version, satisfied=60, asked_why=12)
    operations.publish(session, QUARTER, now=local(2026, 4, 1), minima=factories.minima(MINIMUM, cell=13))
    session.commit()
    assert "Vì sao chưa hài lòng" not in client.get("/ket-qua/do-thi?ky=2026-Q1").text
    (told,) = (client.get("/api/v1/ratings/do-thi/2026-Q1/questions").json or {})["questionnaires"]
    assert [each["key"] for each in told["questions"]] == ["chung"]


def test_files_name_no_choice(app: Flask, client: FlaskClient, session: Session, version: VersionView) -> None:
    answered(session, version, satisfied=60, asked_why=40)
    operations.publish(session, QUARTER, now=local(2026, 4, 1), minima=factories.minima(MINIMUM, cell=SMALLEST))
    add_person(session, "lap", "manager", None)
    session.commit()
    read = queries.period_lines(session, QUARTER, minima=factories.minima(MINIMUM, cell=SMALLEST))
    open_data = io.BytesIO()
    write_json(read, open_data)
    csv = sign_in(app, "lap").get("/quan-ly/xuat.csv?ky=2026-Q1").data.decode("utf-8-sig")
    pdf = pdf_words(client.get("/ket-qua/2026-Q1/bao-cao.pdf").data)
    for file in (open_data.getvalue().decode(), csv, pdf):
        assert "Phòng Quản lý đô thị" in file
        assert "Cho-lau" not in file
        assert "cho-lau" not in file


def test_the_page_of_methods_says_so(client: FlaskClient) -> None:
    page = words(client.get("/phuong-phap").text)
    for told in (
        "mỗi câu hỏi nêu bao nhiêu người chọn từng ý, nếu ít nhất 5 người của mỗi quý đã trả lời câu ấy",
        "tỷ lệ chọn từng ý thì cần từ 30 người",
        "Khi 2 trong 60 người chọn “chờ lâu”, trang ghi 2",
    ):
        assert told in page
