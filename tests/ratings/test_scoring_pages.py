"""The pages on which departments are scored: who sees them, who may do what, and what a refusal says."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app.kit import clock
from feedback_app.ratings import queries
from feedback_app.ratings.periods import parse
from feedback_app.staff import operations as people
from feedback_app.staff import queries as staff
from tests.staff.people import Office, add_person, make_office, post, sign_in

PERIOD = "2026-Q1"
LIST = f"/quan-ly/cham-diem?ky={PERIOD}"
WARD = f"/quan-ly/cham-diem/dong-son?ky={PERIOD}"
OWN = f"/quan-ly/cham-diem/dong-son/tu-cham?ky={PERIOD}"
APPRAISAL = f"/quan-ly/cham-diem/dong-son/tham-dinh?ky={PERIOD}"


@pytest.fixture
def office(app: Flask, session: Session) -> Office:
    made = make_office(session)
    add_person(session, "phuong", "manager", made.ward)
    add_person(session, "thanhpho", "manager", made.city)
    add_person(session, "noikhac", "manager", made.elsewhere)
    add_person(session, "toanbo", "manager", None)
    add_person(session, "nhap", "staff", made.ward)
    return made


def stored(session: Session, office: Office) -> dict[int, tuple[int, int | None]]:
    session.rollback()
    found = queries.assessments(session, parse(PERIOD), [office.ward]).get(office.ward, {})
    return {number: (view.points.own, view.points.appraised) for number, view in found.items()}


@pytest.mark.parametrize("path", [LIST, WARD])
def test_visitors_sign_in_and_staff_may_not(app: Flask, client: FlaskClient, office: Office, path: str) -> None:
    assert client.get(path).location.startswith("/dang-nhap?next=/quan-ly")
    assert sign_in(app, "nhap").get(path).status_code == 403


def test_everybody_sees_the_departments_they_answer_for(app: Flask, office: Office) -> None:
    for username, codes in (
        ("phuong", {"dong-son"}),
        ("thanhpho", {"dong-hoi", "dong-son", "tai-chinh"}),
        ("noikhac", {"ba-don"}),
        ("toanbo", {"dong-hoi", "dong-son", "tai-chinh", "ba-don"}),
    ):
        reader = sign_in(app, username)
        page = reader.get(LIST).text
        for code in ("dong-hoi", "dong-son", "tai-chinh", "ba-don"):
            assert (f"/quan-ly/cham-diem/{code}?" in page) == (code in codes)
            found = reader.get(f"/quan-ly/cham-diem/{code}?ky={PERIOD}").status_code
            assert found == (200 if code in codes else 403)


def test_an_outsider_can_neither_assess_nor_appraise(app: Flask, session: Session, office: Office) -> None:
    outsider = sign_in(app, "noikhac")
    for path, field in ((OWN, "tu-cham-points_5"), (APPRAISAL, "tham-dinh-points_5")):
        assert post(outsider, path, {field: "2"}).status_code == 403
    assert stored(session, office) == {}


@pytest.mark.parametrize("code", ["2026-02", "2026-H1", "x", "2018-Q4"])
def test_a_period_that_is_not_scored_is_not_found(app: Flask, office: Office, code: str) -> None:
    assert sign_in(app, "toanbo").get(f"/quan-ly/cham-diem?ky={code}").status_code == 404


def test_nothing_is_chosen_before_somebody_chooses(app: Flask, office: Office) -> None:
    page = sign_in(app, "phuong").get(WARD).text
    form = page.split("/tu-cham?", 1)[1].split("</form>", 1)[0]
    assert form.count("<select") == 4
    assert form.count("selected") == form.count('selected value=""') == 4


def test_assessed_by_one_and_appraised_by_another(app: Flask, session: Session, office: Office) -> None:
    owner, whole = sign_in(app, "phuong"), sign_in(app, "toanbo")
    assert post(owner, OWN, {"tu-cham-points_5": "2", "tu-cham-points_9": "2"}).location.endswith(WARD)
    assert stored(session, office) == {5: (2, None), 9: (2, None)}
    page = owner.get(WARD).text
    assert "Chưa thẩm định" in page
    assert "Người thẩm định phải ở ngoài đơn vị" in page
    assert "/tham-dinh?" not in page
    answer = post(whole, APPRAISAL, {"tham-dinh-points_5": "2", "tham-dinh-points_9": "1"})
    assert answer.status_code == 422
    assert "Xin nêu lý do khi điểm thẩm định khác điểm tự chấm." in answer.text
    assert '<option selected value="1">' in answer.text
    assert stored(session, office) == {5: (2, None), 9: (2, None)}
    reason = "Chưa đủ 20 % hồ sơ trực tuyến"
    sent = {"tham-dinh-points_5": "2", "tham-dinh-points_9": "1", "tham-dinh-reason_9": reason}
    assert post(whole, APPRAISAL, sent).status_code == 302
    assert stored(session, office) == {5: (2, 2), 9: (2, 1)}
    page = owner.get(WARD).text
    for told in (
        "3,0 trên 18",
        "yếu",
        "Người phuong tự chấm 2",
        "Người toanbo thẩm định 1",
        reason,
        "nhiều nhất là 4 điểm",
    ):
        assert told in page
    assert "Chưa thẩm định" not in page
    assert '<td class="is-number">2</td>' in owner.get(LIST).text


def test_what_was_appraised_is_no_longer_the_departments_to_change(
    app: Flask, session: Session, office: Office
) -> None:
    owner = sign_in(app, "phuong")
    post(owner, OWN, {"tu-cham-points_5": "2"})
    post(sign_in(app, "toanbo"), APPRAISAL, {"tham-dinh-points_5": "2"})
    answer = post(owner, OWN, {"tu-cham-points_5": "1"})
    assert answer.status_code == 409
    assert "Chỉ số 5 đã thẩm định nên không tự chấm lại được." in answer.text
    assert stored(session, office) == {5: (2, 2)}


def test_an_empty_form_and_impossible_points_are_refused(app: Flask, session: Session, office: Office) -> None:
    owner = sign_in(app, "phuong")
    answer = post(owner, OWN, {})
    assert answer.status_code == 422
    assert "Xin chấm ít nhất một chỉ số." in answer.text
    assert post(owner, OWN, {"tu-cham-points_5": "3"}).status_code == 422
    assert stored(session, office) == {}


def test_one_of_the_department_above_is_refused_and_the_trail_keeps_it(
    app: Flask, session: Session, office: Office
) -> None:
    post(sign_in(app, "phuong"), OWN, {"tu-cham-points_5": "2"})
    city = sign_in(app, "thanhpho")
    assert "/tham-dinh?" not in city.get(WARD).text
    assert post(city, APPRAISAL, {"tham-dinh-points_5": "2"}).status_code == 403
    assert stored(session, office) == {5: (2, None)}
    (entry,) = staff.trail(session, scope=None, action="ratings.appraisal_refused", limit=9)
    assert (entry.actor, entry.reason) == ("Người thanhpho", "own_department")


def test_who_assessed_does_not_appraise(app: Flask, session: Session, office: Office) -> None:
    whole = sign_in(app, "toanbo")
    post(whole, OWN, {"tu-cham-points_5": "2"})
    page = whole.get(WARD).text
    assert "Chỉ số 5: Bạn đã chấm thay đơn vị: người khác phải thẩm định." in page
    assert "/tham-dinh?" not in page
    assert post(whole, APPRAISAL, {"tham-dinh-points_5": "2"}).status_code == 403
    (entry,) = staff.trail(session, scope=None, action="ratings.appraisal_refused", limit=9)
    assert entry.reason == "same_person"


def test_an_index_is_offered_to_who_may_appraise_it_and_to_nobody_else(
    app: Flask, session: Session, office: Office
) -> None:
    whole = sign_in(app, "toanbo")
    post(whole, OWN, {"tu-cham-points_5": "2"})
    post(sign_in(app, "phuong"), OWN, {"tu-cham-points_9": "2"})
    page = whole.get(WARD).text
    assert 'name="tham-dinh-points_9"' in page
    assert 'name="tham-dinh-points_5"' not in page
    assert post(whole, APPRAISAL, {"tham-dinh-points_9": "2"}).status_code == 302
    assert stored(session, office) == {5: (2, None), 9: (2, 2)}


def test_the_maker_of_the_assessors_account_reads_why_another_appraises(
    app: Flask, session: Session, office: Office
) -> None:
    post(sign_in(app, "phuong"), OWN, {"tu-cham-points_5": "2"})
    whole, owner = (staff.account_named(session, username=each).member for each in ("toanbo", "phuong"))
    people.reset_password(session, now=clock.now(), actor_id=whole.id, member_id=owner.id)
    session.commit()
    page = sign_in(app, "toanbo").get(WARD).text
    assert "bạn đã mở tài khoản hay đặt mật khẩu cho người tự chấm" in page
    assert "/tham-dinh?" not in page


def test_what_was_appraised_is_not_offered_to_the_department(app: Flask, office: Office) -> None:
    owner = sign_in(app, "phuong")
    post(owner, OWN, {"tu-cham-points_5": "2", "tu-cham-points_9": "1"})
    post(sign_in(app, "toanbo"), APPRAISAL, {"tham-dinh-points_5": "2"})
    page = owner.get(WARD).text
    assert "Đã thẩm định nên không tự chấm lại được: chỉ số 5." in page
    assert 'name="tu-cham-points_5"' not in page
    assert 'name="tu-cham-points_9"' in page
    assert post(owner, OWN, {"tu-cham-points_9": "2"}).status_code == 302


def test_a_period_that_runs_is_shown_but_not_assessed(app: Flask, session: Session, office: Office) -> None:
    owner = sign_in(app, "phuong")
    running = "/quan-ly/cham-diem/dong-son{}?ky=2099"
    assert "Chấm được khi kỳ đã kết thúc." in owner.get(running.format("")).text
    answer = post(owner, running.format("/tu-cham"), {"tu-cham-points_5": "2"})
    assert answer.status_code == 422
    assert "Kỳ 2099 chưa kết thúc nên chưa chấm được." in answer.text
