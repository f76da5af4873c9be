"""Two chosen periods side by side."""

from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app.ratings import operations
from feedback_app.ratings.periods import parse
from feedback_app.surveys.versions import VersionView
from tests import factories
from tests.factories import local
from tests.site.test_comparing import counted, row_of
from tests.site.test_many_departments import departments_with_answers, listed
from tests.site.test_results import words

NOW, YEAR_BEFORE = date(2026, 7, 2), date(2025, 7, 1)
ADDRESS = "/ket-qua/so-sanh?ky=2026-Q3&voi=2025-Q3"


@pytest.fixture
def version(session: Session) -> VersionView:
    return factories.questionnaire(session)


@pytest.fixture
def two_years(session: Session, version: VersionView) -> None:
    """One clearly better than a year ago, one as before, one only a year ago; nothing in the quarter between."""
    better, same, gone = (factories.department(session, code) for code in ("hon", "nhu-cu", "da-thoi"))
    counted(session, version, better, NOW, 528, 600)
    counted(session, version, better, YEAR_BEFORE, 498, 600)
    counted(session, version, same, NOW, 510, 600)
    counted(session, version, same, YEAR_BEFORE, 498, 600)
    counted(session, version, gone, YEAR_BEFORE, 30, 40)
    session.commit()


def test_both_periods_stand_with_change_interval_and_verdict(client: FlaskClient, two_years: None) -> None:
    page = words(client.get(ADDRESS).text)
    assert "Quý III năm 2026 so với Quý III năm 2025" in page
    better = row_of(page, "hon")
    assert "<strong>88,0 %</strong>" in better
    assert "<strong>83,0 %</strong>" in better
    assert "(từ 1,0 đến 9,0)" in better
    assert "khác rõ</span>" in better
    assert "khác rõ</span>" not in row_of(page, "nhu-cu")
    gone = row_of(page, "da-thoi")
    assert "chưa có dữ liệu" in gone
    assert "<strong>75,0 %</strong>" in gone


def test_the_other_way_round_the_change_turns(client: FlaskClient, two_years: None) -> None:
    page = words(client.get("/ket-qua/so-sanh?ky=2025-Q3&voi=2026-Q3").text)
    assert "(từ −9,0 đến −1,0)" in row_of(page, "hon")


def test_one_department_alone(client: FlaskClient, two_years: None) -> None:
    page = words(client.get(f"{ADDRESS}&don-vi=hon").text)
    assert "So sánh hai kỳ: Phòng hon" in page
    assert "/ket-qua/nhu-cu?" not in page
    assert 'name="don-vi" value="hon"' in page
    assert client.get(f"{ADDRESS}&don-vi=khong-co").status_code == 404


def test_without_a_second_period_it_is_the_one_before(client: FlaskClient, two_years: None) -> None:
    assert "Quý III năm 2026 so với Quý II năm 2026" in words(client.get("/ket-qua/so-sanh?ky=2026-Q3").text)


@pytest.mark.parametrize("other", ["2026-Q3", "2026-07", "2025"])
def test_periods_that_cannot_be_compared_are_refused_beside_the_field(
    client: FlaskClient, two_years: None, other: str
) -> None:
    answer = client.get(f"/ket-qua/so-sanh?ky=2026-Q3&voi={other}")
    assert answer.status_code == 422
    assert 'id="voi-error"' in answer.text
    assert f'<option value="{other}" selected>' in answer.text  # nothing chosen is lost
    assert "<table" not in answer.text


@pytest.mark.parametrize("wrong", ["ky=x", "voi=x", "kenh=telex", "phieu=x", "voi=2026-Q5"])
def test_an_unknown_choice_is_not_found(client: FlaskClient, two_years: None, wrong: str) -> None:
    assert client.get(f"/ket-qua/so-sanh?{wrong}").status_code == 404


def test_another_questionnaire_is_a_break_and_no_change(
    client: FlaskClient, session: Session, version: VersionView
) -> None:
    department = factories.department(session, "a")
    counted(session, version, department, YEAR_BEFORE, 300, 600)
    counted(session, factories.questionnaire(session, title="Phiếu mới"), department, NOW, 580, 600)
    session.commit()
    page = words(client.get(ADDRESS).text)
    assert "Giữa hai kỳ có điều khác nhau: đổi mẫu phiếu." in page
    assert "đổi mẫu phiếu</span>" in row_of(page, "a")
    assert "khác rõ</span>" not in page


def test_other_channels_are_warned_of(client: FlaskClient, session: Session, version: VersionView) -> None:
    department = factories.department(session, "a")
    counted(session, version, department, YEAR_BEFORE, 480, 600)
    counted(session, version, department, NOW, 570, 600, channel="paper")
    session.commit()
    page = words(client.get(ADDRESS).text)
    assert "Kênh trả lời đã đổi nhiều" in page
    assert "So với Quý III năm 2025:" in page


def test_too_few_have_no_share_and_no_change(client: FlaskClient, session: Session, version: VersionView) -> None:
    department = factories.department(session, "it")
    counted(session, version, department, YEAR_BEFORE, 9, 10)
    counted(session, version, department, NOW, 400, 500)
    session.commit()
    row = row_of(words(client.get(ADDRESS).text), "it")
    assert "chưa đủ dữ liệu (n &lt; 30)" in row
    assert "90,0" not in row
    assert row.count("%") == 3  # the one share and the two ends of its interval


def test_a_published_period_stands_as_published(client: FlaskClient, session: Session, version: VersionView) -> None:
    department = factories.department(session, "a")
    counted(session, version, department, YEAR_BEFORE, 60, 100)
    session.commit()
    operations.publish(session, parse("2025-Q3"), now=local(2025, 10, 1, 0, 10), minima=factories.minima(30))
    session.commit()
    page = words(client.get(ADDRESS).text)
    assert "<strong>60,0 %</strong>" in row_of(page, "a")
    assert "đã công bố" in page


def test_many_are_read_by_the_page(client: FlaskClient, session: Session) -> None:
    departments_with_answers(session, 120)
    address = "/ket-qua/so-sanh?ky=2026-Q1&voi=2025-Q1"
    assert len(listed(client.get(address).text)) == 100
    page = client.get(f"{address}&trang=2").text
    assert listed(page) == list(range(101, 121))
    assert "voi=2025-Q1" in page.split('rel="prev"')[0].rsplit('href="', 1)[1]


def test_results_and_department_pages_lead_here(client: FlaskClient, two_years: None) -> None:
    assert "/ket-qua/so-sanh?ky=2026-Q3&amp;kenh=kiosk" in client.get("/ket-qua?ky=2026-Q3&kenh=kiosk").text
    page = client.get("/ket-qua/hon?ky=2026-Q3").text
    assert "/ket-qua/so-sanh?" in page
    assert "don-vi=hon" in page.split("/ket-qua/so-sanh?", 1)[1].split('"')[0]
