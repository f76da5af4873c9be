"""One definition: the public page, the managers' page, the CSV and the XLSX of a figure are the same figure."""

import csv
import io
import re
import zipfile
from datetime import date
from decimal import Decimal
from xml.etree import ElementTree

import html5lib
import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from feedback_app.kit.numbers import parse_count, parse_decimal
from feedback_app.ratings import operations, queries
from feedback_app.ratings.exports import Sheet, as_csv, as_xlsx
from feedback_app.ratings.periods import parse
from feedback_app.ratings.queries import Filter
from tests import factories
from tests.factories import local
from tests.staff.people import add_person, sign_in

MARCH = parse("2026-03")
PLACES = ("a", "b", "c")
ANSWERS = st.lists(
    st.tuples(
        st.sampled_from(PLACES),
        st.sampled_from(("kiosk", "qr", "web", "paper", "scan")),
        st.integers(0, 25),
        st.integers(0, 6),
        st.integers(0, 9),
    ),
    max_size=5,
)

# What every door says of a department: share, n, low, high; None where no share may be shown.
Seen = dict[str, tuple[Decimal | None, int, Decimal | None, Decimal | None]]


@pytest.fixture
def manager(app: Flask, session: Session) -> FlaskClient:
    for code in PLACES:
        factories.department(session, code, f"Phòng {code.upper()}")
    factories.questionnaire(session)
    session.commit()
    add_person(session, "quanly", "manager", None)
    return sign_in(app, "quanly")


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(answers=ANSWERS)
def test_four_doors_show_one_figure(
    app: Flask, manager: FlaskClient, engine: Engine, answers: list[tuple[str, str, int, int, int]]
) -> None:
    with Session(engine) as session:
        factories.surveys.remove_demonstration(session, now=factories.LATER)
        version = factories.survey_queries.current_versions(session)[0]
        for code, channel, satisfied, neutral, not_satisfied in answers:
            factories.responses(
                session,
                version,
                factories.department_id(session, code),
                local(2026, 3, 31, 23, 59, 59),
                satisfied=satisfied,
                neutral=neutral,
                not_satisfied=not_satisfied,
                channel=channel,
                demonstration=True,
            )
        factories.count(session)
        session.commit()
        table = queries.table(session, MARCH, minima=factories.minima(30, cell=5))
    expected: Seen = {
        f"Phòng {row.department.code.upper()}" if row.department else "Tất cả": (
            row.figure.percent,
            row.figure.n,
            *(row.figure.bounds or (None, None)),
        )
        for row in (*table.rows, table.together)
    }
    address = "?ky=2026-03"
    if table.rows:
        assert seen_on_page(app.test_client().get(f"/ket-qua{address}").text) == expected
        assert seen_on_page(manager.get(f"/quan-ly{address}").text) == expected
    assert seen_in_rows(read_csv(manager.get(f"/quan-ly/xuat.csv{address}").data)) == expected
    assert seen_in_rows(read_xlsx(manager.get(f"/quan-ly/xuat.xlsx{address}").data)) == expected
    everyone = table.together.figure.sums
    assert sum(row.figure.n for row in table.rows) == everyone.rated + everyone.withheld


def seen_on_page(page: str) -> Seen:
    """The rows of the table of departments."""
    tree = html5lib.parse(page, namespaceHTMLElements=False)
    found: Seen = {}
    for line in tree.find(".//table").iter("tr"):
        if line.find("th[@scope='row']") is None:
            continue
        name, *cells = [" ".join("".join(cell.itertext()).split()) for cell in line]
        if cells[0].startswith(("chưa", "không")):
            found[name] = (None, parse_count(cells[1]), None, None)
        else:
            low, high = re.split(" – ", cells[1])
            found[name] = (parse_decimal(cells[0]), parse_count(cells[2]), parse_decimal(low), parse_decimal(high))
    return found


def seen_in_rows(rows: list[list[str]]) -> Seen:
    """The rows below the line of headings."""
    start = next(number for number, row in enumerate(rows) if "Tên trong kỳ" in row) + 1
    return {
        row[1]: (_number(row[3]), int(row[7]), _number(row[4]), _number(row[5])) for row in rows[start:] if len(row) > 1
    }


def read_csv(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))


def read_xlsx(content: bytes) -> list[list[str]]:
    """Cells of the first sheet as text; an empty one is empty text."""
    space = {"x": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
    book = zipfile.ZipFile(io.BytesIO(content))
    sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))  # noqa: S314  # our own file
    assert sheet.find(".//x:f", space) is None, "no cell may be a formula"
    rows = []
    for line in sheet.iterfind(".//x:row", space):
        cells = {}
        for cell in line.iterfind("x:c", space):
            column = re.sub(r"\d", "", cell.get("r", ""))
            text = cell.findtext("x:v", "", space) or "".join(cell.itertext())
            cells[_column(column)] = text
        rows.append([cells.get(number, "") for number in range(max(cells, default=-1) + 1)])
    return rows


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def _number(text: str) -> Decimal | None:
    return Decimal(text.replace(",", ".")).quantize(Decimal("0.1")) if text else None


def test_published_figures_are_the_same_everywhere_too(app: Flask, manager: FlaskClient, engine: Engine) -> None:
    with Session(engine) as session:
        version = factories.survey_queries.current_versions(session)[0]
        department = factories.department_id(session, "a")
        factories.responses(session, version, department, local(2026, 3, 2), satisfied=40, not_satisfied=5)
        operations.publish(session, MARCH, now=local(2026, 4, 1), minima=factories.minima(30))
        factories.responses(session, version, department, local(2026, 3, 2), not_satisfied=30, channel="paper")
        factories.count(session)
        session.commit()
    public = seen_on_page(app.test_client().get("/ket-qua?ky=2026-03").text)
    assert public["Phòng A"][:2] == (Decimal("88.9"), 45)
    assert seen_on_page(manager.get("/quan-ly?ky=2026-03").text) == public
    assert seen_in_rows(read_csv(manager.get("/quan-ly/xuat.csv?ky=2026-03").data)) == public


def test_rows_say_where_each_answer_came_from(manager: FlaskClient, engine: Engine) -> None:
    with Session(engine) as session:
        version = factories.survey_queries.current_versions(session)[0]
        department = factories.department_id(session, "a")
        factories.responses(session, version, department, local(2026, 3, 2), satisfied=31, channel="qr", assisted=True)
        factories.count(session)
        session.commit()
    heading, row, _total = read_csv(manager.get("/quan-ly/xuat.csv?ky=2026-03&kenh=qr").data)[-3:]
    cells = dict(zip(heading, row, strict=True))
    assert cells["Mã cơ quan, đơn vị"] == "a"
    assert (cells["Tử số: phiếu hài lòng"], cells["Mẫu số: phiếu có đánh giá chung"]) == ("31", "31")
    assert (cells["Tỷ lệ hài lòng (%)"], cells["Điểm trung bình"]) == ("100,0", "5,00")
    assert (cells["Phiếu qua kênh Mã QR"], cells["Phiếu có người trợ giúp"]) == ("31", "31")


def test_says_what_it_is(manager: FlaskClient) -> None:
    content = manager.get("/quan-ly/xuat.csv?ky=2026-Q1&kenh=paper").data
    assert content.startswith(b"\xef\xbb\xbf")
    about = {row[0]: row[1] for row in read_csv(content) if len(row) == 2}
    assert about["Kỳ"] == "Quý I năm 2026 (2026-Q1)"
    assert (about["Từ ngày"], about["Đến hết ngày"]) == ("2026-01-01", "2026-03-31")
    assert about["Múi giờ"] == "Asia/Ho_Chi_Minh"
    assert about["Kênh trả lời"] == "Phiếu giấy"
    assert about["Cách tính, phiên bản"] == "satisfied-share/1"


@pytest.mark.parametrize("text", ["=1+1", "+84", "-2", "@SUM(A1)", "\tx", "\rx", "=HYPERLINK(1)"])
def test_no_text_becomes_a_formula(text: str) -> None:
    sheet = Sheet(about=((text, text),), headings=(text,), rows=((text, 5, Decimal("-2.5"), None),))
    for rows in (read_csv(as_csv(sheet)), read_xlsx(as_xlsx(sheet))):
        texts = [cell for row in rows for cell in row if cell.endswith(text[1:])]
        assert len(texts) == 4
        assert all(cell.startswith("'") for cell in texts)
        assert rows[-1][1] == "5"
        assert Decimal(rows[-1][2].replace(",", ".")) == Decimal("-2.5")


def test_before_and_after_a_department(session: Session) -> None:
    """A department that ended stays in the periods it lived in, and nowhere else."""
    old = factories.department(session, "cu", "Phường Đồng Sơn", kind="ward")
    version = factories.questionnaire(session)
    factories.responses(session, version, old, local(2026, 3, 2), satisfied=3)
    factories.count(session)
    assert [
        row.department.name for row in queries.table(session, MARCH, minima=factories.minima(1)).rows if row.department
    ] == ["Phường Đồng Sơn"]
    assert queries.table(session, parse("2026-05"), minima=factories.minima(1)).rows == ()
    april = queries.table(session, parse("2026-04"), minima=factories.minima(1)).rows[0]
    assert (april.figure.state, april.before.state, april.change) == ("no_data", "shown", None)


def test_scales_are_not_mixed(session: Session) -> None:
    department = factories.department(session, "a")
    five, three = factories.questionnaire(session), factories.questionnaire(session, "3", levels=factories.THREE_LEVELS)
    factories.responses(session, five, department, local(2026, 3, 2), satisfied=30)
    factories.count(session)
    assert queries.table(session, MARCH, minima=factories.minima(30)).together.figure.mean == 5
    factories.responses(session, three, department, local(2026, 3, 2), satisfied=10)
    factories.count(session)
    together = queries.table(session, MARCH, minima=factories.minima(30)).together.figure
    assert (together.sums.rated, together.percent, together.mean) == (40, 100, None)
    only = queries.table(
        session, parse("2026-Q1"), minima=factories.minima(10), narrowed=Filter(questionnaire="3")
    ).together.figure
    assert (only.sums.rated, only.mean) == (10, 3)


def test_history_reads_any_number_of_periods_alike(session: Session) -> None:
    department, version = factories.department(session, "a"), factories.questionnaire(session)
    for month in (1, 2, 3):
        factories.responses(session, version, department, local(2026, month, 28), satisfied=month, not_satisfied=1)
    operations.publish(session, parse("2026-02"), now=local(2026, 4, 1), minima=factories.minima(1))
    months = [parse("2026-01"), parse("2026-02"), parse("2026-03"), parse("2026-04")]
    for _ in range(2):  # the second time what is published is known already
        points = queries.history(
            session, months, today=date(2026, 4, 20), minima=factories.minima(1), department_id=department
        )
        assert [point.figure.sums.rated for point in points] == [2, 3, 4, 0]
        assert [point.published for point in points] == [False, True, False, False]
        assert [point.provisional for point in points] == [False, False, False, True]
