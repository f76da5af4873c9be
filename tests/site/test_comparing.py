"""How departments, periods and channels are set against each other on the pages and in the files."""

from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app.ratings.models import DailyTally, MonthlyTally
from feedback_app.ratings.periods import parse
from feedback_app.ratings.queries import history, period_lines, table
from feedback_app.ratings.trends import Break
from feedback_app.surveys.versions import VersionView
from tests import factories
from tests.ratings.test_table import read_csv
from tests.site.test_results import words
from tests.staff.people import add_person, sign_in

MARCH, FEBRUARY = date(2026, 3, 2), date(2026, 2, 2)


def counted(
    session: Session,
    version: VersionView,
    department_id: int,
    day: date,
    satisfied: int,
    rated: int,
    *,
    channel: str = "kiosk",
) -> None:
    """A day as it was counted, without storing hundreds of answers; the only one of its month."""
    counts = {
        "department_id": department_id,
        "version_id": version.id,
        "channel": channel,
        "field_id": 0,
        "stage": "",
        "responses": rated,
        "partial": 0,
        "assisted": 0,
        "rapid": 0,
        "rated": rated,
        "satisfied": satisfied,
        "neutral": 0,
        "not_satisfied": rated - satisfied,
        "scored": 0,
        "points": 0,
        "choice_ids": [],
        "picked": [],
    }
    session.add_all([DailyTally(day=day, **counts), MonthlyTally(month=day.replace(day=1), **counts)])


def row_of(page: str, code: str) -> str:
    """The department's line in the table of the page."""
    return page.split('<table class="table">', 1)[1].split(f"/ket-qua/{code}?", 1)[1].split("</tr>")[0]


@pytest.fixture
def version(session: Session) -> VersionView:
    return factories.questionnaire(session)


@pytest.fixture
def ladder(session: Session, version: VersionView) -> None:
    """Three that overlap their neighbours, one far below, one with too few answers for a rank."""
    for code, satisfied, rated in (
        ("a", 570, 600),
        ("b", 555, 600),
        ("c", 537, 600),
        ("d", 300, 600),
        ("e", 99, 99),
    ):
        counted(session, version, factories.department(session, code), MARCH, satisfied, rated)
    session.commit()


def test_ranks_are_as_wide_as_the_intervals_leave_them(client: FlaskClient, ladder: None) -> None:
    page = words(client.get("/ket-qua?ky=2026-03").text)
    for code, band in (("a", "1–2"), ("b", "1–3"), ("c", "2–3"), ("d", "4")):
        assert f'<td class="is-number">{band}</td>' in row_of(page, code)
    assert '<td class="is-number muted">–</td>' in row_of(page, "e")
    assert "99" in row_of(page, "e")
    assert "chỉ cho đơn vị có từ 100 phiếu" in page


def test_managers_read_the_same_ranks_on_page_and_in_file(app: Flask, session: Session, ladder: None) -> None:
    add_person(session, "quanly", "manager", None)
    manager = sign_in(app, "quanly")
    page = words(manager.get("/quan-ly?ky=2026-03").text)
    assert '<td class="is-number">1–3</td>' in row_of(page, "b")
    rows = read_csv(manager.get("/quan-ly/xuat.csv?ky=2026-03").data)
    assert ["Số phiếu tối thiểu để xếp hạng", "100"] in rows
    start = next(number for number, row in enumerate(rows) if "Tên trong kỳ" in row)
    best, worst = (rows[start].index(name) for name in ("Hạng cao nhất có thể", "Hạng thấp nhất có thể"))
    found = {row[0]: (row[best], row[worst]) for row in rows[start + 1 :]}
    assert found == {
        "a": ("1", "2"),
        "b": ("1", "3"),
        "c": ("2", "3"),
        "d": ("4", "4"),
        "e": ("", ""),
        "": ("", ""),
    }


def test_one_department_alone_has_no_rank(session: Session, version: VersionView) -> None:
    counted(session, version, factories.department(session, "a"), MARCH, 500, 600)
    session.commit()
    assert table(session, parse("2026-03"), minima=factories.minima(30)).bands == {}


@pytest.mark.parametrize(
    ("satisfied", "said", "unsaid", "span"),
    [
        # 88.0 against 83.0 %: their intervals overlap, the test tells them apart.
        (528, "khác rõ, khó có thể do ngẫu nhiên", "có thể chỉ là ngẫu nhiên", "(từ 1,0 đến 9,0)"),
        (510, "có thể chỉ là ngẫu nhiên", "khác rõ, khó", "(từ −2,2 đến 6,2)"),
    ],
)
def test_a_change_is_judged_by_its_own_interval(
    client: FlaskClient, session: Session, version: VersionView, satisfied: int, said: str, unsaid: str, span: str
) -> None:
    department = factories.department(session, "a")
    counted(session, version, department, FEBRUARY, 498, 600)
    counted(session, version, department, MARCH, satisfied, 600)
    session.commit()
    for path in ("/ket-qua?ky=2026-03", "/ket-qua/a?ky=2026-03"):
        page = words(client.get(path).text)
        assert said in page
        assert unsaid not in page
        assert span in page


def test_other_words_are_no_change_of_the_service(client: FlaskClient, session: Session, version: VersionView) -> None:
    department = factories.department(session, "a")
    counted(session, version, department, FEBRUARY, 300, 600)
    counted(session, factories.questionnaire(session, levels=factories.THREE_LEVELS), department, MARCH, 580, 600)
    session.commit()
    page = words(client.get("/ket-qua?ky=2026-03").text)
    assert "hai kỳ hỏi bằng hai bản mẫu phiếu khác nhau nên không so được" in page
    assert "đổi mẫu phiếu</span>" in row_of(page, "a")
    assert "khác rõ</span>" not in page


def test_histories_are_broken_where_the_questionnaire_changed(
    client: FlaskClient, session: Session, version: VersionView
) -> None:
    department = factories.department(session, "a")
    counted(session, version, department, date(2026, 1, 2), 560, 600)
    counted(session, version, department, FEBRUARY, 550, 600)
    counted(session, factories.questionnaire(session, title="Phiếu mới"), department, MARCH, 570, 600)
    session.commit()
    months = [parse(code) for code in ("2026-01", "2026-02", "2026-03")]
    points = history(session, months, today=date(2026, 5, 1), minima=factories.minima(30), department_id=department)
    assert [point.breaks for point in points] == [(), (), (Break.QUESTIONNAIRE,)]
    for path in ("/ket-qua", "/ket-qua/a"):
        page = words(client.get(f"{path}?ky=2026-03").text)
        assert page.count('class="mark-gap"') == 1
        assert "ngắt trước 3/26: đổi mẫu phiếu" in page
        assert page.count("không nối với kỳ trước: đổi mẫu phiếu") == 2  # said of the chart, and in its table
    assert words(client.get("/ket-qua?ky=2026-03").text).count('class="mark-link"') == 1


LATE = date(2025, 11, 28)


@pytest.fixture
def begun_late(session: Session, version: VersionView) -> None:
    """Counted from 28 November on; far better in the year after."""
    department = factories.department(session, "a")
    counted(session, version, department, LATE, 480, 600)
    for month in (1, 4):
        counted(session, version, department, date(2026, month, 2), 580, 600)
    session.commit()


@pytest.mark.parametrize("code", ["2025", "2025-Q4", "2025-11"])
def test_a_part_of_a_period_is_marked_everywhere(
    app: Flask, client: FlaskClient, session: Session, begun_late: None, code: str
) -> None:
    add_person(session, "quanly", "manager", None)
    manager = sign_in(app, "quanly")
    mark = "Một phần của kỳ: có số liệu từ 28/11/2025</span>"
    for reader, path in ((client, "/ket-qua"), (client, "/ket-qua/a"), (manager, "/quan-ly")):
        assert words(reader.get(f"{path}?ky={code}").text).count(mark) == 1
        assert mark not in words(reader.get(f"{path}?ky=2026-01").text)
    rows = read_csv(manager.get(f"/quan-ly/xuat.csv?ky={code}").data)
    assert ["Một phần của kỳ, có số liệu từ", "2025-11-28"] in rows
    english = words(client.get(f"/ket-qua?ky={code}&lang=en").text)
    assert "Part of the period: counted from 28 Nov 2025</span>" in english


@pytest.mark.parametrize(("code", "before"), [("2026", "Năm 2025"), ("2026-Q1", "Quý IV năm 2025")])
def test_nothing_is_clear_against_a_part_of_a_period(
    app: Flask, client: FlaskClient, session: Session, begun_late: None, code: str, before: str
) -> None:
    (row,) = table(session, parse(code), minima=factories.minima(30)).rows
    assert (row.breaks, row.clear) == ((Break.PART,), False)
    assert row.change
    assert row.change.clear  # so it is the part of a period alone that keeps it from being said
    add_person(session, "quanly", "manager", None)
    manager = sign_in(app, "quanly")
    for reader, path in ((client, "/ket-qua"), (manager, "/quan-ly")):
        page = words(reader.get(f"{path}?ky={code}").text)
        assert "một kỳ không đủ ngày</span>" in row_of(page, "a")
        assert "khác rõ</span>" not in page
        assert f"{before} không đủ ngày, chỉ có số liệu từ 28/11/2025, nên không kết luận về chênh lệch." in page
    for path in ("/ket-qua", "/ket-qua/a"):
        page = words(client.get(f"{path}?ky={code}").text)
        assert "một trong hai kỳ không đủ ngày nên không so được" in page
        assert "khác rõ, khó" not in page
    rows = read_csv(manager.get(f"/quan-ly/xuat.csv?ky={code}").data)
    assert ["Một phần của kỳ, có số liệu từ", "2025-11-28"] in rows
    start = next(number for number, row in enumerate(rows) if "Tên trong kỳ" in row)
    assert rows[start + 1][rows[start].index("Khác rõ so với kỳ trước (p < 0,05)")] == "không"
    api = dict(client.get(f"/api/v1/ratings?period={code}").json or {})
    change = api["together"]["change"]
    assert (change["clear"], change["reworded"], change["part"]) == (False, False, True)
    assert api["period"]["counted_from"] is None
    (line, *_) = period_lines(session, parse(code), minima=factories.minima(30)).lines
    assert (line.clear, line.breaks) == (False, (Break.PART,))


def test_histories_are_broken_beside_a_part_of_a_period(
    client: FlaskClient, session: Session, begun_late: None
) -> None:
    quarters = [parse(code) for code in ("2025-Q4", "2026-Q1", "2026-Q2")]
    points = history(session, quarters, today=date(2026, 8, 1), minima=factories.minima(30))
    assert [point.counted_from for point in points] == [LATE, None, None]
    assert [point.breaks for point in points] == [(), (Break.PART,), ()]
    for path in ("/ket-qua", "/ket-qua/a"):
        page = words(client.get(f"{path}?ky=2026-Q2").text)
        assert page.count('class="mark-gap"') == 1
        assert "ngắt trước I/2026: một kỳ không đủ ngày" in page
        assert page.count("; một phần của kỳ: có số liệu từ 28/11/2025") == 1
        assert page.count("không nối với kỳ trước: một kỳ không đủ ngày") == 2  # said of the chart, and in its table
    assert words(client.get("/ket-qua?ky=2026-Q2").text).count('class="mark-link"') == 1
    told = dict(client.get("/api/v1/ratings/history?kind=year").json or {})["history"]
    assert [each["counted_from"] for each in told if each["code"] in ("2025", "2026")] == ["2025-11-28", None]


def test_a_part_of_a_period_is_told_of_when_two_are_compared(client: FlaskClient, begun_late: None) -> None:
    for address in ("ky=2026-Q1&voi=2025-Q4", "ky=2025-Q4&voi=2026-Q1"):
        page = words(client.get(f"/ket-qua/so-sanh?{address}").text)
        assert "Quý IV năm 2025: <span" in page
        assert "Một phần của kỳ: có số liệu từ 28/11/2025</span>" in page
        assert "Giữa hai kỳ có điều khác nhau: một kỳ không đủ ngày." in page
        assert "một kỳ không đủ ngày</span>" in row_of(page, "a")
        assert "khác rõ</span>" not in page


def test_a_shift_of_channels_is_warned_of(client: FlaskClient, session: Session, version: VersionView) -> None:
    department = factories.department(session, "a")
    counted(session, version, department, FEBRUARY, 480, 600)
    counted(session, version, department, MARCH, 380, 400)
    counted(session, version, department, MARCH, 195, 200, channel="paper")
    session.commit()
    for path in ("/ket-qua?ky=2026-03", "/ket-qua/a?ky=2026-03"):
        page = words(client.get(path).text)
        assert "Kênh trả lời đã đổi nhiều" in page
        assert "So với Tháng 2/2026: phần phiếu qua kênh Ki-ốt giảm 33,3 điểm phần trăm." in page
        assert "đổi kênh: phần phiếu qua kênh Ki-ốt giảm 33,3" in page  # the table below the history
    assert "đổi kênh</span>" in row_of(words(client.get("/ket-qua?ky=2026-03").text), "a")
    # One channel alone has no mix to shift.
    assert "đổi kênh" not in client.get("/ket-qua?ky=2026-03&kenh=kiosk").text


def test_a_shift_among_few_is_not_warned_of(client: FlaskClient, session: Session, version: VersionView) -> None:
    department = factories.department(session, "a")
    counted(session, version, department, FEBRUARY, 20, 25)
    counted(session, version, department, MARCH, 500, 600, channel="qr")
    session.commit()
    assert "đã đổi nhiều" not in client.get("/ket-qua?ky=2026-03").text
