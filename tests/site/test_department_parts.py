"""A department part by part: channels, fields and stages, reasons, and its dossiers of the period."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app.surveys.versions import VersionView
from tests import factories
from tests.dossiers.making import enter, field_id, line, register
from tests.factories import local
from tests.site.test_results import words

JANUARY = local(2026, 1, 5)
QUARTER = "/ket-qua/do-thi?ky=2026-Q1"


@pytest.fixture
def version(session: Session) -> VersionView:
    return factories.questionnaire(session)


@pytest.fixture
def department(session: Session) -> int:
    register(session)
    return factories.department(session, "do-thi", "Phòng Quản lý đô thị")


def answered(session: Session, version: VersionView, department: int, counts: Mapping[str, int], **given: Any) -> None:
    factories.responses(session, version, department, JANUARY, **counts, **given)
    factories.count(session)
    session.commit()


def part(page: str, table: str, name: str) -> str:
    """The line of one part in one of the three tables."""
    return page.split(f'id="phan-{table}"', 1)[1].split("</table>")[0].split(f">{name}</th>", 1)[1].split("</tr>")[0]


def test_each_part_has_its_share_interval_and_number(
    client: FlaskClient, session: Session, version: VersionView, department: int
) -> None:
    land, births = field_id(session, "dat-dai"), field_id(session, "ho-tich")
    answered(session, version, department, {"satisfied": 30, "not_satisfied": 10}, field_id=land, stage="returned")
    answered(session, version, department, {"satisfied": 38, "not_satisfied": 2}, field_id=births, stage="returned")
    answered(session, version, department, {"satisfied": 33, "not_satisfied": 7}, channel="paper")
    page = words(client.get(QUARTER).text)
    assert "<strong>75,0 %</strong>" in part(page, "field_id", "Đất đai")
    assert "59,8 % – 85,8 %" in part(page, "field_id", "Đất đai")
    assert "<strong>95,0 %</strong>" in part(page, "field_id", "Hộ tịch")
    assert "<strong>82,5 %</strong>" in part(page, "field_id", "không rõ")
    assert "<strong>85,0 %</strong>" in part(page, "channel", "Ki-ốt")
    assert "<strong>82,5 %</strong>" in part(page, "channel", "Phiếu giấy")
    assert "<strong>85,0 %</strong>" in part(page, "stage", "Khi nhận kết quả")
    english = client.get(f"{QUARTER}&lang=en").text
    assert part(words(english), "field_id", "Land").count("75.0%") == 1


def test_procedures_are_parts_like_any_other(
    client: FlaskClient, session: Session, version: VersionView, department: int
) -> None:
    births, marriages = factories.procedures(session, "ho-tich", "khai-sinh", "ket-hon")
    answered(session, version, department, {"satisfied": 30, "not_satisfied": 10}, procedure_id=births)
    answered(session, version, department, {"satisfied": 48, "not_satisfied": 2}, procedure_id=marriages)
    answered(
        session, version, department, {"satisfied": 33, "not_satisfied": 27}, field_id=field_id(session, "ho-tich")
    )
    page = words(client.get(QUARTER).text)
    assert "<strong>75,0 %</strong>" in part(page, "procedure_id", "Khai sinh")
    assert "59,8 % – 85,8 %" in part(page, "procedure_id", "Khai sinh")
    assert "<strong>96,0 %</strong>" in part(page, "procedure_id", "Ket hon")
    assert "<strong>55,0 %</strong>" in part(page, "procedure_id", "không rõ")
    assert "<strong>74,0 %</strong>" in part(page, "field_id", "Hộ tịch")
    table = page.split('id="phan-procedure_id"', 1)[1].split("</table>")[0]
    assert table.index("Ket hon") < table.index("Khai sinh") < table.index("không rõ")
    english = words(client.get(f"{QUARTER}&lang=en").text)
    assert "75.0%" in part(english, "procedure_id", "Procedure khai-sinh")


def test_a_procedure_of_a_few_is_not_told_nor_what_would_give_it_away(
    client: FlaskClient, session: Session, version: VersionView, department: int
) -> None:
    """Two marriages beside sixty births: all of the field less the births would be those two."""
    births, marriages = factories.procedures(session, "ho-tich", "khai-sinh", "ket-hon")
    answered(session, version, department, {"satisfied": 50, "not_satisfied": 10}, procedure_id=births)
    answered(session, version, department, {"satisfied": 2}, procedure_id=marriages)
    answered(session, version, department, {"satisfied": 40}, field_id=field_id(session, "dat-dai"))
    page = words(client.get(QUARTER).text)
    for name in ("Khai sinh", "Ket hon"):
        assert "%" not in part(page, "procedure_id", name)
    assert '<td class="is-number">60</td>' in part(page, "procedure_id", "Khai sinh")
    assert "%" in part(page, "field_id", "Hộ tịch")


def test_of_many_procedures_the_smaller_ones_are_folded_away(
    client: FlaskClient, session: Session, version: VersionView, department: int
) -> None:
    ids = factories.procedures(session, "ho-tich", *(f"thu-tuc-{number:02}" for number in range(23)))
    for number, each in enumerate(ids):
        factories.responses(session, version, department, JANUARY, satisfied=30 - number, procedure_id=each)
    answered(session, version, department, {"satisfied": 40})
    page = words(client.get(QUARTER).text)
    folded = page.split("<details>", 1)[1].split("</details>")[0]
    assert "<summary>và 3 thủ tục khác</summary>" in folded.replace("> <", "><")
    shown = page.split('id="phan-procedure_id"', 1)[1].split("</table>")[0]
    assert [f">Thu tuc {number:02}<" in shown for number in range(23)] == [True] * 20 + [False] * 3
    assert [f">Thu tuc {number:02}<" in folded for number in range(23)] == [False] * 20 + [True] * 3
    assert page.index("</details>") < page.index('id="phan-procedure_id-khong-ro"')
    assert "100,0 %" in part(page, "procedure_id-khong-ro", "không rõ")


def test_parts_with_few_answers_say_why_not(
    client: FlaskClient, session: Session, version: VersionView, department: int
) -> None:
    """Two people on paper beside 60 at the kiosk: neither part may be told, as one gives away the other."""
    answered(session, version, department, {"satisfied": 50, "not_satisfied": 10})
    answered(session, version, department, {"satisfied": 2}, channel="paper")
    page = words(client.get(QUARTER).text)
    paper, kiosk = part(page, "channel", "Phiếu giấy"), part(page, "channel", "Ki-ốt")
    for cell in (paper, kiosk):
        assert "%" not in cell
    assert "chưa đủ dữ liệu (n &lt; 30)" in paper
    assert "không nêu, để bảo vệ người trả lời" in kiosk
    assert '<td class="is-number">60</td>' in kiosk  # how many is told


def test_of_months_the_page_says_why_there_are_no_parts(
    client: FlaskClient, session: Session, version: VersionView, department: int
) -> None:
    answered(session, version, department, {"satisfied": 40}, stage="returned")
    page = words(client.get("/ket-qua/do-thi?ky=2026-01").text)
    assert "Tỷ lệ hài lòng của từng phần chỉ nêu theo quý và dài hơn" in page
    assert 'id="phan-stage"' not in page


def test_what_nobody_was_asked_is_no_table(
    client: FlaskClient, session: Session, version: VersionView, department: int
) -> None:
    answered(session, version, department, {"satisfied": 40})
    page = words(client.get(QUARTER).text)
    assert 'id="phan-channel"' in page
    assert 'id="phan-field_id"' not in page
    assert page.count("không phiếu nào của kỳ này ghi điều này.") == 3


def test_narrowed_to_a_channel_there_are_no_parts(
    client: FlaskClient, session: Session, version: VersionView, department: int
) -> None:
    answered(session, version, department, {"satisfied": 40})
    page = client.get(f"{QUARTER}&kenh=kiosk").text
    assert 'id="tung-phan"' not in page


def test_reasons_stand_apart_the_most_picked_first(
    client: FlaskClient, session: Session, version: VersionView, department: int
) -> None:
    answered(session, version, department, {"satisfied": 40})
    answered(session, version, department, {"not_satisfied": 30}, reasons=("di-lai",))
    answered(session, version, department, {"neutral": 10}, reasons=("cho-lau", "di-lai"))
    page = words(client.get(QUARTER).text)
    why = page.split('id="vi-sao"', 1)[1].split("</section>")[0]
    assert why.index("Di-lai") < why.index("Cho-lau") < why.index("Thai-do")
    assert ">100,0 %<" in why.replace(" <", "<").split("Di-lai", 1)[1].split("</tr>")[0]
    assert "Vì sao?" not in page.split('id="cau-hoi"', 1)[1].split('id="vi-sao"')[0]


def test_too_few_answers_have_no_reasons(
    client: FlaskClient, session: Session, version: VersionView, department: int
) -> None:
    answered(session, version, department, {"not_satisfied": 20}, reasons=("di-lai",))
    page = client.get(QUARTER).text
    assert 'id="vi-sao"' not in page
    assert "Di-lai" not in page


def test_dossiers_of_the_period_with_base_and_definition(
    client: FlaskClient, session: Session, version: VersionView, department: int
) -> None:
    answered(session, version, department, {"satisfied": 40})
    enter(session, line(date(2026, 1, 6), "do-thi", (200, 50, 100, 10, 0, 40, 4)))
    session.commit()
    page = words(client.get(QUARTER).text)
    section = page.split('id="ho-so"', 1)[1].split("</section>")[0]
    assert "75,00 % (150 / 200)" in section
    assert "93,75 % (150 / 160)" in section
    assert "20,0 % (40 / 200)" in section
    for anchor in ("on-time-of-received", "on-time-of-resolved", "participation"):
        assert f"/phuong-phap#{anchor}" in section
    assert "không thu hẹp lại theo tỷ lệ tham gia" in section


def test_more_ratings_than_dossiers_is_an_anomaly(
    client: FlaskClient, session: Session, version: VersionView, department: int
) -> None:
    answered(session, version, department, {"satisfied": 40})
    enter(session, line(date(2026, 1, 6), "do-thi", (9, 5, 4, 0, 0, 0, 0)))
    session.commit()
    section = words(client.get(QUARTER).text).split('id="ho-so"', 1)[1].split("</section>")[0]
    assert "nhiều phiếu hơn hồ sơ</span> (40 / 9)" in section
    assert "444" not in section


def test_without_counts_nothing_is_said_of_dossiers(
    client: FlaskClient, session: Session, version: VersionView, department: int
) -> None:
    answered(session, version, department, {"satisfied": 40})
    assert 'id="ho-so"' not in client.get(QUARTER).text


# How sure the share is for just the people of the period.


def beside_the_share(page: str) -> str:
    """The lines below the large figure."""
    return words(page).split('aria-labelledby="ky-nay"', 1)[1].split("</section>\n\n", 1)[0]


def test_where_many_answered_the_interval_of_just_these_people_is_said(
    client: FlaskClient, session: Session, version: VersionView, department: int
) -> None:
    answered(session, version, department, {"satisfied": 180, "not_satisfied": 20})
    enter(session, line(date(2026, 1, 6), "do-thi", (250, 50, 200, 0, 0, 0, 0)))
    session.commit()
    page = client.get(QUARTER).text
    told = beside_the_share(page)
    assert "Khoảng tin cậy 95 %: từ 85,1 % đến 93,4 %;" in told
    assert "từ 88,0 % đến 91,7 %, vì đã có phiếu của 200 trong 250 hồ sơ có thể được đánh giá" in told
    assert "mọi bảng và mọi phép so sánh dùng khoảng ấy" in told
    assert "/phuong-phap#interval-of-period" in told
    # Tables keep the interval that also speaks of those to come.
    table = words(client.get("/ket-qua?ky=2026-Q1").text)
    assert "85,1 % – 93,4 %" in table
    assert "88,0 %" not in table
    assert "88,0 %" not in words(page).split('id="theo-mau"', 1)[1].split('id="ho-so"')[0]
    english = beside_the_share(client.get(f"{QUARTER}&lang=en").text)
    assert "from 88.0% to 91.7%, as 200 of the 250 dossiers that could be rated" in english


def test_where_few_of_many_answered_nothing_is_corrected(
    client: FlaskClient, session: Session, version: VersionView, department: int
) -> None:
    answered(session, version, department, {"satisfied": 40})
    enter(session, line(date(2026, 1, 6), "do-thi", (81, 0, 81, 0, 0, 0, 0)))
    session.commit()
    assert "interval-of-period" not in client.get(QUARTER).text


def test_where_all_answered_no_interval_is_left(
    client: FlaskClient, session: Session, version: VersionView, department: int
) -> None:
    answered(session, version, department, {"satisfied": 30, "not_satisfied": 10})
    enter(session, line(date(2026, 1, 6), "do-thi", (40, 0, 40, 0, 0, 0, 0)))
    session.commit()
    told = beside_the_share(client.get(QUARTER).text)
    assert "Không còn khoảng nào: cả 40 hồ sơ có thể được đánh giá (tính đến ngày 06/01/2026) đều đã có phiếu" in told
    assert "nên tỷ lệ 75,0 % là của tất cả những người ấy" in told


def test_more_ratings_than_dossiers_correct_nothing_and_are_said(
    client: FlaskClient, session: Session, version: VersionView, department: int
) -> None:
    answered(session, version, department, {"satisfied": 40})
    enter(session, line(date(2026, 1, 6), "do-thi", (39, 0, 39, 0, 0, 0, 0)))
    session.commit()
    told = beside_the_share(client.get(QUARTER).text)
    assert "số phiếu nhiều hơn số hồ sơ có thể được đánh giá (40 / 39) nên không tính" in told


def test_without_a_share_there_is_no_interval_either(
    client: FlaskClient, session: Session, version: VersionView, department: int
) -> None:
    answered(session, version, department, {"satisfied": 12})
    enter(session, line(date(2026, 1, 6), "do-thi", (20, 0, 20, 0, 0, 0, 0)))
    session.commit()
    assert "interval-of-period" not in client.get(QUARTER).text
