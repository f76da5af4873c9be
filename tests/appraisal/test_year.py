"""The year of officers: quarters added up, who may read it, and what it says when something is missing."""

import json
import re

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from deploy.translations import VIETNAMESE
from feedback_app.appraisal import operations, queries
from feedback_app.appraisal.queries import YearView
from feedback_app.ratings import operations as ratings
from feedback_app.ratings.periods import parse
from feedback_app.ratings.schemes import Points, read_scheme, shipped
from feedback_app.staff.queries import Member
from tests.appraisal.making import (
    FULL,
    MINIMUM,
    SOON,
    Workplace,
    enter,
    line,
    object_to,
    text_of,
    trail,
)
from tests.factories import local
from tests.staff.people import post, sign_in

YEAR = parse("2026")
OWN = "/toi/danh-gia?ky=2026"
OFFICERS = "/quan-ly/diem-can-bo?ky=2026"
LATER = local(2027, 1, 4)
ON_TIME = {number: Points(50, 50) for number in (1, 2, 3, 4, 7)}


def year_of(session: Session, member: Member) -> YearView:
    session.expire_all()
    officer = queries.officer_of(session, member)
    assert officer is not None
    return queries.year_views(session, [officer], YEAR, minimum=MINIMUM)[0]


def whole_year(session: Session, place: Workplace) -> None:
    """The three other quarters of the clerk, every dossier exactly on time."""
    enter(
        session,
        place,
        *(line(quarter=quarter, counted=ON_TIME) for quarter in ("2026-Q2", "2026-Q3", "2026-Q4")),
        now=LATER,
    )


def test_the_officer_reads_the_sums_of_four_quarters(app: Flask, session: Session, place: Workplace) -> None:
    whole_year(session, place)
    page = sign_in(app, "canbo").get(OWN)
    assert page.status_code == 200
    said = text_of(page.text)
    for words in (
        "Năm 2026",
        "CB-01",
        "Phường Đồng Sơn",
        "đủ 4 quý",
        "5,0 trên 10",
        "hoàn thành 100 % nhiệm vụ",
        "tt01/1",
        # 120 of 100 in the first quarter and 50 of 50 in each of the others.
        "1. Tổng thời gian giải quyết so với quy định 270 250 1,0800 1,1",
        "7. Thái độ của cán bộ, công chức, viên chức 198 210 0,9429 0,9",
    ):
        assert words in said, words
    for quarter in ("2026-Q1", "2026-Q2", "2026-Q3", "2026-Q4"):
        assert f'href="/toi/danh-gia?ky={quarter}"' in page.text
    assert "mới có" not in said
    # A year is not contested: its quarters are.
    assert "<textarea" not in page.text
    assert trail(session, "appraisal.viewed") == []


def test_a_year_of_dossiers_exactly_on_time_is_five_points(app: Flask, session: Session, place: Workplace) -> None:
    whole_year(session, place)
    enter(session, place, line(counted=ON_TIME), now=LATER)
    said = text_of(sign_in(app, "canbo").get(OWN).text)
    assert "5,0 trên 10" in said
    assert "hoàn thành 100 % nhiệm vụ" in said


def test_a_year_with_a_missing_quarter_says_which(app: Flask, session: Session, place: Workplace) -> None:
    enter(session, place, *(line(quarter=quarter, counted=ON_TIME) for quarter in ("2026-Q2", "2026-Q4")), now=LATER)
    assert [each.code for each in year_of(session, place.clerk).missing] == ["2026-Q3"]
    words = "mới có 3 trong 4 quý, còn thiếu quý III/2026"
    own = text_of(sign_in(app, "canbo").get(OWN).text)
    assert f"hoàn thành 100 % nhiệm vụ ({words})" in own
    assert "Quý III năm 2026 chưa có điểm" in own
    listed = text_of(sign_in(app, "phuong").get(OFFICERS).text)
    assert words in listed
    # The colleague has the first quarter alone.
    assert "mới có 1 trong 4 quý, còn thiếu quý II/2026, III/2026, IV/2026" in listed


def test_a_restated_quarter_changes_the_year_at_once(app: Flask, session: Session, place: Workplace) -> None:
    whole_year(session, place)
    client = sign_in(app, "canbo")
    assert "3. Số lần phải liên hệ để hoàn thiện hồ sơ 210 210 1,0000 1,0" in text_of(client.get(OWN).text)
    enter(session, place, line(counted={**FULL, 3: Points(90, 60)}), now=LATER)
    said = text_of(client.get(OWN).text)
    assert "3. Số lần phải liên hệ để hoàn thiện hồ sơ 240 210 1,1429 1,1" in said
    assert "5,1 trên 10" in said


def test_a_contest_of_a_quarter_is_marked_in_the_year_and_its_correction_counts(
    app: Flask, session: Session, place: Workplace
) -> None:
    whole_year(session, place)
    contest_id = object_to(session, place, 3)
    client, manager = sign_in(app, "canbo"), sign_in(app, "phuong")
    assert "Năm 2026 Đang khiếu nại" in text_of(client.get(OWN).text)
    listed = manager.get(OFFICERS).text
    assert "I/2026 Đang khiếu nại" in text_of(listed)
    assert 'href="/quan-ly/khieu-nai-diem"' in listed
    operations.decide(session, place.chief, contest_id, upheld=True, answer="Đúng.", corrected=Points(90, 60), now=SOON)
    session.commit()
    said = text_of(client.get(OWN).text)
    assert "Năm 2026 Đã sửa theo khiếu nại" in said
    assert "hồ sơ 240 210 1,1429 1,1" in said


def test_a_year_is_not_contested(app: Flask, session: Session, place: Workplace) -> None:
    answer = post(sign_in(app, "canbo"), "/toi/danh-gia/khieu-nai?ky=2026", {"index": "3", "reason": "x"})
    assert answer.status_code == 404
    assert trail(session, "appraisal.contested") == []


def test_few_dossiers_of_a_quarter_cannot_be_taken_out_of_the_year(
    app: Flask, session: Session, place: Workplace
) -> None:
    few = {**ON_TIME, 7: Points(3, 2)}
    enter(session, place, line(quarter="2026-Q2", counted=few), now=LATER)
    said = text_of(sign_in(app, "canbo").get(OWN).text)
    # 51 of 62: the value is told, the sum is not, as 51 less the 48 of the first quarter would be the two people's.
    assert "7. Thái độ của cán bộ, công chức, viên chức không nêu 62 không nêu 0,8" in said
    assert "lấy tổng của năm trừ đi các quý khác" in said
    assert not re.search(r"\b51\b", said)


def test_an_index_below_the_minimum_in_the_year_is_named(app: Flask, session: Session, place: Workplace) -> None:
    for who, path in (("dongnghiep", OWN), ("phuong", OFFICERS)):
        said = text_of(sign_in(app, who).get(path).text)
        assert "chưa đủ dữ liệu (n = 29, cần 30)" in said
        assert "chưa đủ dữ liệu để xếp loại" in said
    assert "Chưa đủ 30 hồ sơ có điểm: 7. Thái độ" in text_of(sign_in(app, "dongnghiep").get(OWN).text)


def test_several_departments_are_named_and_added_up(app: Flask, session: Session, place: Workplace) -> None:
    moved = line(department="tai-chinh", quarter="2026-Q2", counted=ON_TIME)
    enter(session, place, moved, now=LATER)
    view = year_of(session, place.clerk)
    assert [department for department, _quarters in view.departments] == [place.office.ward, place.office.bureau]
    assert view.figure is not None
    assert view.figure.scores[0].denominator == 150
    own, listed = (text_of(sign_in(app, who).get(path).text) for who, path in (("canbo", OWN), ("phuong", OFFICERS)))
    assert "Làm việc ở nhiều đơn vị trong năm" in own
    for said in (own, listed):
        assert re.search(r"Phường Đồng Sơn \(quý I/2026 ?\); [^;]+\(quý II/2026 ?\)", said)


def test_quarters_under_different_schemes_are_not_added_up(app: Flask, session: Session, place: Workplace) -> None:
    document = json.loads(next(scheme for scheme in shipped() if scheme.code == "tt01").content)
    document |= {"version": 2, "valid_from": "2026-04-01"}
    assert ratings.import_scheme(session, read_scheme(json.dumps(document)), now=LATER)
    enter(session, place, line(quarter="2026-Q2"), now=LATER)
    assert year_of(session, place.clerk).figure is None
    own, listed = (text_of(sign_in(app, who).get(path).text) for who, path in (("canbo", OWN), ("phuong", OFFICERS)))
    assert "Cách chấm khác nhau trong năm" in own
    for said in (own, listed):
        assert "không cộng, vì cách chấm khác nhau" in said
        assert "tt01/1 (quý I/2026); tt01/2 (quý II/2026)" in said
        assert "chưa đủ dữ liệu để xếp loại" in said


@pytest.mark.parametrize(
    ("who", "codes"),
    [
        ("phuong", {"CB-01", "CB-02"}),
        ("thanhpho", {"CB-01", "CB-02", "CB-03"}),
        ("taichinh", {"CB-03"}),
        ("noikhac", set()),
    ],
)
def test_managers_see_the_years_they_answer_for_and_that_is_written_down(
    app: Flask, session: Session, place: Workplace, who: str, codes: set[str]
) -> None:
    page = sign_in(app, who).get(OFFICERS)
    assert page.status_code == 200
    assert {code for code in ("CB-01", "CB-02", "CB-03") if code in page.text} == codes
    events = trail(session, "appraisal.viewed")
    assert {code for event in events for code in event.details["officers"]} == codes
    assert all(event.subject == "period:2026" for event in events)
    for event in events:
        expected = {"CB-03"} if event.department_id == place.office.bureau else {"CB-01", "CB-02"}
        assert set(event.details["officers"]) == expected


@pytest.mark.parametrize("who", ["canbo", "dongnghiep", "quantri"])
def test_everybody_else_is_refused_and_written_down(app: Flask, session: Session, place: Workplace, who: str) -> None:
    page = sign_in(app, who).get(OFFICERS)
    assert page.status_code == 403
    assert "CB-0" not in page.text
    assert [event.details["attempt"] for event in trail(session, "appraisal.refused")] == ["look"]
    assert trail(session, "appraisal.viewed") == []


def test_the_own_year_is_nobody_elses(app: Flask, place: Workplace) -> None:
    assert app.test_client().get(OWN).location.startswith("/dang-nhap?next=")
    assert "CB-01" not in sign_in(app, "dongnghiep").get(OWN).text
    for who in ("phuong", "quantri"):
        assert "chưa gắn với mã cán bộ nào" in sign_in(app, who).get(OWN).text


def test_both_pages_offer_quarters_and_years(app: Flask, session: Session, place: Workplace) -> None:
    enter(session, place, line(quarter="2025-Q4"), now=LATER)
    for who, path in (("canbo", "/toi/danh-gia"), ("phuong", "/quan-ly/diem-can-bo")):
        client = sign_in(app, who)
        page = client.get(path).text
        assert re.findall(r'<option value="([^"]+)"', page) == ["2026-Q1", "2025-Q4", "2026", "2025"]
        assert '<option value="2026" selected>' in client.get(f"{path}?ky=2026").text


def test_an_empty_year_says_so(app: Flask, place: Workplace) -> None:
    assert "Chưa có điểm nào của bạn ở năm này" in sign_in(app, "canbo").get("/toi/danh-gia?ky=2024").text
    assert "Chưa có điểm của cán bộ nào" in sign_in(app, "phuong").get("/quan-ly/diem-can-bo?ky=2024").text


@pytest.mark.parametrize(("who", "path"), [("canbo", OWN), ("phuong", OFFICERS)])
def test_the_year_reads_in_english(app: Flask, session: Session, place: Workplace, who: str, path: str) -> None:
    few = {**ON_TIME, 3: Points(2, 2)}
    enter(session, place, line(quarter="2026-Q2", counted=few, department="tai-chinh"), now=LATER)
    client = sign_in(app, who)
    client.set_cookie("ngon_ngu", "en")
    page = client.get(path).text
    main = text_of(page[page.index("<main") : page.index("</main>")])
    assert "only 2 of 4 quarters so far, missing: III/2026, IV/2026" in main
    for name in ("Phường Đồng Sơn", "Phòng Tài chính"):
        main = main.replace(name, "")
    assert not VIETNAMESE.search(main), main
