"""The managers' page of petitions: whose are seen by whom, what it says of them, and the file it gives."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app.kit import clock
from feedback_app.petitions import operations, sheets
from feedback_app.petitions.commands import RegisterPetition
from feedback_app.petitions.figures import Verdict
from feedback_app.petitions.staff_routes import PAGE_SIZE
from tests.factories import local
from tests.staff.people import Office, add_person, make_office, sign_in

PAGE = "/quan-ly/phan-anh"
YEAR = f"{PAGE}?nam=2026"
FILE = f"{PAGE}/so.csv?nam=2026"
NOW = local(2026, 4, 2)


def petition(
    reference: str,
    department: str = "dong-son",
    *,
    due: int = 20,
    answered: int | None = 18,
    verdict: Verdict = "upheld",
    received: int = 5,
    source: str = "Sổ của phường",
) -> RegisterPetition:
    """One of February 2026, by days of that month."""
    first = local(2026, 2, 1).date()
    return RegisterPetition(
        reference=reference,
        department=department,
        received_on=first + timedelta(days=received - 1),
        due_on=first + timedelta(days=due - 1),
        answered_on=None if answered is None else first + timedelta(days=answered - 1),
        verdict=verdict,
        about_conduct=True,
        prolonged=False,
        contested=False,
        source=source,
    )


REGISTER = (
    petition("PA-1"),
    petition("PA-2", answered=25, verdict="unfounded"),
    petition("PA-3", answered=None, verdict="pending"),
    petition("PA-4", answered=None, verdict="pending", due=200_000),
    petition("PA-5", "tai-chinh"),
    petition("PA-6", "ba-don"),
)


@pytest.fixture
def office(app: Flask, session: Session) -> Office:
    made = make_office(session)
    add_person(session, "phuong", "manager", made.ward)
    add_person(session, "thanhpho", "manager", made.city)
    add_person(session, "noikhac", "manager", made.elsewhere)
    add_person(session, "toanbo", "manager", None)
    add_person(session, "nhap", "staff", made.ward)
    return made


@pytest.fixture
def register(session: Session, office: Office) -> None:
    enter(session, *REGISTER)


def enter(session: Session, *rows: RegisterPetition) -> None:
    assert operations.import_petitions(session, rows, now=NOW).rejected == ()
    session.commit()


@pytest.mark.parametrize("path", [PAGE, FILE])
def test_visitors_sign_in_and_staff_may_not(app: Flask, client: FlaskClient, office: Office, path: str) -> None:
    assert client.get(path).location.startswith("/dang-nhap?next=/quan-ly")
    assert sign_in(app, "nhap").get(path).status_code == 403


def test_everybody_sees_the_petitions_about_the_departments_they_answer_for(app: Flask, register: None) -> None:
    for username, seen in (
        ("phuong", {"PA-1", "PA-2", "PA-3", "PA-4"}),
        ("thanhpho", {"PA-1", "PA-2", "PA-3", "PA-4", "PA-5"}),
        ("noikhac", {"PA-6"}),
        ("toanbo", {"PA-1", "PA-2", "PA-3", "PA-4", "PA-5", "PA-6"}),
    ):
        reader = sign_in(app, username)
        for path in (YEAR, FILE):
            text = reader.get(path).text
            assert {each.reference for each in REGISTER if each.reference in text} == seen, (username, path)


def test_an_outsider_reads_that_there_is_nothing(app: Flask, session: Session, office: Office) -> None:
    enter(session, petition("PA-1"))
    page = sign_in(app, "noikhac").get(YEAR).text
    assert "Sổ không có phản ánh, kiến nghị nào trong phạm vi và thời gian này" in page
    assert "PA-1" not in page
    assert "Phường Đồng Sơn" not in page


def test_a_petition_is_in_time_late_unanswered_or_waiting(app: Flask, register: None) -> None:
    page = sign_in(app, "phuong").get(YEAR).text
    for words in ("Trả lời đúng hạn", "Trả lời quá hạn", "Quá hạn, chưa trả lời", "Còn trong hạn"):
        assert words in page
    row = page.split('<th scope="row">Phường Đồng Sơn</th>', 1)[1].split("</tr>", 1)[0]
    numbers = [cell.split("</td>", 1)[0] for cell in row.split('<td class="is-number">')[1:]]
    # Received, in time, overdue, within their time; dragged on, conduct (not the unfounded one), overdue or contested.
    assert numbers == ["4", "1", "2", "1", "0", "3", "2"]


def test_how_they_count_is_one_click_away(app: Flask, register: None) -> None:
    page = sign_in(app, "phuong").get(YEAR).text
    for anchor in ("tt01-unit", "qd766-5-2", "qd766-5-3"):
        assert f'href="/phuong-phap#{anchor}"' in page
    assert "flask petitions import" in page


def test_a_quarter_is_a_part_of_its_year(app: Flask, register: None) -> None:
    reader = sign_in(app, "phuong")
    assert "PA-1" in reader.get(f"{YEAR}&quy=1").text
    for quarter in ("2", "3", "4"):
        assert "PA-1" not in reader.get(f"{YEAR}&quy={quarter}").text


@pytest.mark.parametrize("asked", ["nam=x", "nam=0001", "nam=99999", "nam=2026&quy=5", "nam=2026&quy=x"])
def test_what_is_no_year_or_quarter_is_not_found(app: Flask, office: Office, asked: str) -> None:
    reader = sign_in(app, "phuong")
    assert reader.get(f"{PAGE}?{asked}").status_code == 404
    assert reader.get(f"{PAGE}/so.csv?{asked}").status_code == 404


def test_without_a_year_it_is_this_one(app: Flask, office: Office) -> None:
    year = clock.local_day(clock.now()).year
    assert f'<option selected value="{year}">' in sign_in(app, "phuong").get(PAGE).text


def test_a_long_register_comes_in_pages(app: Flask, session: Session, office: Office) -> None:
    enter(session, *(petition(f"PA-{number:03}") for number in range(PAGE_SIZE + 1)))
    reader = sign_in(app, "phuong")
    first, second = (reader.get(f"{YEAR}&trang={page}").text for page in (1, 2))
    assert "PA-049" in first
    assert "PA-050" not in first
    assert "PA-050" in second
    assert "PA-049" not in second
    for beyond in ("0", "9", "x", "-1"):
        assert reader.get(f"{YEAR}&trang={beyond}").status_code == 200


def test_the_file_reads_back_as_it_was_entered(app: Flask, register: None) -> None:
    answer = sign_in(app, "toanbo").get(FILE)
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    rows, unread = sheets.read("phan-anh.csv", answer.data)
    assert unread == []
    assert sorted(rows, key=lambda row: row.reference) == list(REGISTER)


def test_no_cell_of_the_file_is_a_formula(app: Flask, session: Session, office: Office) -> None:
    enter(session, petition("=1+1", source="@SUM(A1)"))
    text = sign_in(app, "phuong").get(FILE).text
    assert "'=1+1;dong-son;05/02/2026" in text
    assert ";'@SUM(A1)" in text


def test_it_reads_in_english(app: Flask, register: None) -> None:
    reader = sign_in(app, "phuong")
    reader.set_cookie("ngon_ngu", "en")
    page = reader.get(YEAR).text
    assert "<h1>Petitions</h1>" in page
    assert "Answered in time" in page
