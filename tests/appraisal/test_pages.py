"""The pages: each reader sees what is theirs, everybody else is stopped, and the trail knows of both."""

import re
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app.appraisal import operations
from feedback_app.kit import clock
from feedback_app.ratings.schemes import Points
from feedback_app.staff import operations as staff
from tests.appraisal.making import (
    DAYS,
    FULL,
    NOW,
    QUARTER,
    REASON,
    Workplace,
    enter,
    line,
    points_of,
    text_of,
    trail,
)
from tests.staff.people import post, sign_in

OWN = "/toi/danh-gia"
FILE = "/toi/danh-gia/khieu-nai?ky=2026-Q2"
AFTER = datetime(2026, 7, 2, 3, tzinfo=UTC)
OFFICERS = "/quan-ly/diem-can-bo"
CONTESTS = "/quan-ly/khieu-nai-diem"


@pytest.fixture
def fresh(session: Session, place: Workplace) -> None:
    """The clerk's newest quarter became known just now, by the clock of the pages."""
    enter(session, place, line(quarter="2026-Q2"), now=max(clock.now(), AFTER))


def file_one(session: Session, place: Workplace, index: int = 3) -> str:
    contest_id = operations.contest(session, place.clerk, QUARTER, index, reason=REASON, days=DAYS, now=NOW)
    session.commit()
    return f"{CONTESTS}/{contest_id}"


@pytest.mark.parametrize("path", [OWN, OFFICERS, CONTESTS, f"{CONTESTS}/1"])
def test_visitors_are_sent_to_sign_in(client: FlaskClient, path: str) -> None:
    assert client.get(path).location.startswith("/dang-nhap?next=")


def test_the_officer_sees_how_each_index_was_made(app: Flask, place: Workplace) -> None:
    page = sign_in(app, "canbo").get(OWN).text
    said = text_of(page)
    for words in (
        "Quý I năm 2026",
        "CB-01",
        "Phường Đồng Sơn",
        "5,0 trên 10",
        "hoàn thành 100 % nhiệm vụ",
        "tt01/1",
        "3. Số lần phải liên hệ để hoàn thiện hồ sơ 60 60 1,0000 1,0",
        "4. Số cơ quan, đơn vị phải liên hệ 54 60 0,9000 0,9",
        "7. Thái độ của cán bộ, công chức, viên chức 48 60 0,8000 0,8",
    ):
        assert words in said, words
    assert "/phuong-phap#tt01-officer" in page
    assert "CB-02" not in page
    assert "CB-03" not in page


def test_too_few_dossiers_have_no_class_and_their_sum_is_not_told(
    app: Flask, session: Session, place: Workplace
) -> None:
    enter(session, place, line("CB-02", counted={**FULL, 7: Points(17, 29)}))
    for who, path in (("dongnghiep", OWN), ("phuong", OFFICERS)):
        said = text_of(sign_in(app, who).get(path).text)
        assert "chưa đủ dữ liệu (n = 29, cần 30)" in said
        assert "chưa đủ dữ liệu để xếp loại" in said
        assert not re.search(r"\b17\b", said)
    assert "4,2 trên 10" in text_of(sign_in(app, "dongnghiep").get(OWN).text)


def test_own_points_are_no_look_at_somebody_else(app: Flask, session: Session, place: Workplace) -> None:
    sign_in(app, "canbo").get(OWN)
    assert trail(session, "appraisal.viewed") == []


def test_an_account_without_a_code_is_told_so(app: Flask, place: Workplace) -> None:
    for who in ("phuong", "quantri"):
        page = sign_in(app, who).get(OWN)
        assert page.status_code == 200
        assert "chưa gắn với mã cán bộ nào" in page.text


@pytest.mark.parametrize(
    ("who", "codes"),
    [
        ("phuong", {"CB-01", "CB-02"}),
        ("thanhpho", {"CB-01", "CB-02", "CB-03"}),
        ("taichinh", {"CB-03"}),
        ("noikhac", set()),
        ("toanbo", {"CB-01", "CB-02", "CB-03"}),
    ],
)
def test_managers_see_the_officers_they_answer_for_and_that_is_written_down(
    app: Flask, session: Session, place: Workplace, who: str, codes: set[str]
) -> None:
    page = sign_in(app, who).get(OFFICERS)
    assert page.status_code == 200
    assert {code for code in ("CB-01", "CB-02", "CB-03") if code in page.text} == codes
    events = trail(session, "appraisal.viewed")
    assert {code for event in events for code in event.details["officers"]} == codes
    assert all(event.subject == "period:2026-Q1" for event in events)
    for event in events:
        expected = {"CB-03"} if event.department_id == place.office.bureau else {"CB-01", "CB-02"}
        assert set(event.details["officers"]) == expected


@pytest.mark.parametrize("who", ["canbo", "dongnghiep", "quantri"])
def test_other_officers_and_administrators_are_refused_and_written_down(
    app: Flask, session: Session, place: Workplace, who: str
) -> None:
    contest = file_one(session, place)
    client = sign_in(app, who)
    for path in (OFFICERS, CONTESTS, contest):
        page = client.get(path)
        assert page.status_code == 403
        assert "CB-0" not in page.text
    assert post(client, f"{contest}/quyet-dinh", {"decision": "reject", "answer": "x"}).status_code == 403
    assert [event.details["attempt"] for event in trail(session, "appraisal.refused")] == ["look"] * 3 + ["decide"]
    assert trail(session, "appraisal.viewed") == []
    links = client.get("/tai-khoan").text
    assert OWN in links
    assert OFFICERS not in links


def test_access_follows_the_present_department(app: Flask, session: Session, place: Workplace) -> None:
    staff.set_role(
        session,
        now=NOW,
        actor_id=None,
        member_id=place.clerk.id,
        role="staff",
        department_id=place.office.elsewhere,
    )
    session.commit()
    assert "CB-01" not in sign_in(app, "phuong").get(OFFICERS).text
    said = text_of(sign_in(app, "noikhac").get(OFFICERS).text)
    assert "CB-01 Phường Đồng Sơn nay: Thị xã Ba Đồn" in said


def test_a_contest_from_filing_to_the_new_version(app: Flask, session: Session, place: Workplace, fresh: None) -> None:
    clerk, chief, manager = sign_in(app, "canbo"), sign_in(app, "toanbo"), sign_in(app, "phuong")
    answer = post(clerk, FILE, {"index": "3", "reason": REASON})
    assert answer.status_code == 302, answer.text
    assert "Đang khiếu nại" in clerk.get(OWN).text
    assert "Đang khiếu nại" in manager.get(OFFICERS).text
    listed = chief.get(CONTESTS).text
    path = re.search(rf'href="({CONTESTS}/\d+)"', listed)
    assert path is not None
    assert "1,0" not in text_of(listed)
    assert REASON in chief.get(path[1]).text
    decision = f"{path[1]}/quyet-dinh"
    assert post(chief, decision, {"decision": "uphold", "answer": "Đúng."}).status_code == 422
    wrong = post(chief, decision, {"decision": "uphold", "answer": "Đúng.", "points": "sáu", "scored": "60"})
    assert wrong.status_code == 422
    assert "Đúng." in wrong.text
    done = post(chief, decision, {"decision": "uphold", "answer": "Đúng.", "points": "66", "scored": "60"})
    assert done.location == CONTESTS
    said = text_of(clerk.get(OWN).text)
    for words in ("Đã sửa theo khiếu nại", "5,1 trên 10", "Phiên bản 1,", "trả lời: Đúng.", "Đã sửa ở phiên bản 2."):
        assert words in said, words
    assert "Đã sửa theo khiếu nại" in manager.get(OFFICERS).text
    assert path[1] in chief.get(f"{CONTESTS}?xong=1").text
    assert post(chief, decision, {"decision": "reject", "answer": "x"}).status_code == 409


def test_only_the_exact_button_upholds(app: Flask, session: Session, place: Workplace) -> None:
    contest = file_one(session, place)
    form = {"decision": "yes", "answer": "Không rõ.", "points": "66", "scored": "60"}
    assert post(sign_in(app, "toanbo"), f"{contest}/quyet-dinh", form).status_code == 302
    view = points_of(session, place.clerk)
    assert (view.version, view.contests[0].upheld) == (1, False)


def test_nothing_typed_is_lost(app: Flask, place: Workplace, fresh: None) -> None:
    client = sign_in(app, "canbo")
    page = post(client, FILE, {"reason": REASON})
    assert page.status_code == 422
    assert "Xin chọn chỉ số khiếu nại." in page.text
    assert REASON in page.text
    page = post(client, FILE, {"index": "4", "reason": " "})
    assert page.status_code == 422
    assert re.search(r'<input[^>]*checked[^>]*value="4"', page.text)
    assert post(client, FILE, {"index": "tám", "reason": "x"}).status_code == 422


def test_after_the_days_the_form_is_gone_and_the_attempt_refused(
    app: Flask, session: Session, place: Workplace
) -> None:
    enter(session, place, line(quarter="2020-Q1"), now=datetime(2020, 4, 6, 3, tzinfo=UTC))
    client = sign_in(app, "canbo")
    page = client.get(f"{OWN}?ky=2020-Q1").text
    assert "Hạn khiếu nại quý này đã hết" in page
    assert "Gửi khiếu nại" not in page
    late = post(client, "/toi/danh-gia/khieu-nai?ky=2020-Q1", {"index": "3", "reason": REASON})
    assert late.status_code == 409
    assert trail(session, "appraisal.refused")[-1].details["why"] == "too_late"


def test_a_contest_is_read_by_who_may_decide_it_and_by_the_officers_manager(
    app: Flask, session: Session, place: Workplace
) -> None:
    contest = file_one(session, place)
    for who, words in (
        ("phuong", "không quyết định khiếu nại này"),
        ("nhapdiem", "Bạn đã nhập điểm quý này"),
        ("noikhac", "Chấp nhận và sửa điểm"),
    ):
        page = sign_in(app, who).get(contest)
        assert page.status_code == 200
        assert words in page.text
        assert ("Chấp nhận và sửa điểm" in page.text) == (who == "noikhac")
    events = trail(session, "appraisal.viewed")
    assert [event.actor_id for event in events] == [place.ward.id, place.importer.id, place.stranger.id]
    operations.decide(
        session,
        place.chief,
        int(contest.rpartition("/")[2]),
        upheld=False,
        answer="Không đúng.",
        corrected=None,
        now=NOW,
    )
    session.commit()
    # Decided, it is no longer theirs to read.
    assert sign_in(app, "noikhac").get(contest).status_code == 404
    assert trail(session, "appraisal.refused")[-1].details == {"attempt": "look", "why": "scope"}
    assert "Không đúng." in sign_in(app, "phuong").get(contest).text


@pytest.mark.parametrize("path", [OWN, OFFICERS])
@pytest.mark.parametrize("written", ["2026-01", "2026-H1", "2026-9M", "quy-1", "2026-Q5"])
def test_only_quarters_and_years(app: Flask, place: Workplace, path: str, written: str) -> None:
    assert sign_in(app, "phuong").get(f"{path}?ky={written}").status_code == 404


def test_an_empty_quarter_says_so(app: Flask, place: Workplace) -> None:
    assert "Chưa có điểm nào của bạn" in sign_in(app, "canbo").get(f"{OWN}?ky=2025-Q1").text
    assert "Chưa có điểm của cán bộ nào" in sign_in(app, "phuong").get(f"{OFFICERS}?ky=2025-Q1").text


@pytest.mark.parametrize("who", ["canbo", "toanbo"])
def test_every_page_reads_in_english(app: Flask, session: Session, place: Workplace, who: str) -> None:
    contest = file_one(session, place)
    client = sign_in(app, who)
    client.set_cookie("ngon_ngu", "en")
    for path in (OWN,) if who == "canbo" else (OFFICERS, CONTESTS, contest):
        assert re.search(
            r"<h1>(My points|Points of officers|Contests of points|Contest of CB-01)</h1>", client.get(path).text
        )


def test_who_set_the_officers_password_reads_why_another_decides(
    app: Flask, session: Session, place: Workplace
) -> None:
    path = file_one(session, place)
    staff.reset_password(session, now=clock.now(), actor_id=place.chief.id, member_id=place.clerk.id)
    session.commit()
    page = sign_in(app, "toanbo").get(path).text
    assert "bạn đã mở tài khoản hay đặt mật khẩu cho cán bộ khiếu nại" in page
    assert f'action="{path}/quyet-dinh"' not in page
    refused = post(sign_in(app, "toanbo"), f"{path}/quyet-dinh", {"decision": "reject", "answer": "Đúng."})
    assert refused.status_code == 403
    assert "Hãy để người quản lý khác ở ngoài đơn vị quyết định." in refused.text
