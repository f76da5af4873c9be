"""Pages on which forms are keyed again and settled: what they show to whom, and what they keep."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from feedback_app.kit import clock
from feedback_app.kit.ids import new_id
from feedback_app.paper.models import PaperCheck
from feedback_app.paper.operations import checks
from feedback_app.paper.serials import grouped, serial
from feedback_app.staff.models import AuditEvent, StaffMember
from tests.paper.samples import NOW, OTHERWISE, SAID, Sample, check_of, draw, key, make_sample
from tests.staff.people import add_person, post, sign_in

JSON = {"Accept": "application/json"}
AGAIN, ALSO = f"/nhap-lai/{serial(1)}", f"/nhap-lai/{serial(2)}"
SETTLE = f"/doi-chieu/{serial(1)}"


@pytest.fixture
def sample(session: Session) -> Sample:
    return make_sample(session)


@pytest.fixture
def differing(session: Session, sample: Sample) -> Sample:
    checks.key_again(session, 1, now=NOW, member=sample.beside, answers=OTHERWISE)
    session.commit()
    return sample


def refusals(session: Session) -> list[tuple[int | None, str, object]]:
    events = session.scalars(select(AuditEvent).where(AuditEvent.action == "paper.attempt_refused"))
    return [(each.actor_id, each.subject, each.details["why"]) for each in events]


def test_the_list_tells_numbers_to_fetch_and_nothing_of_the_answers(app: Flask, sample: Sample) -> None:
    page = sign_in(app, "beside").get("/nhap-lai").text
    assert grouped(1) in page
    assert grouped(2) in page
    assert "Phường Đồng Sơn" in page
    assert "Hài lòng" not in page
    for who in ("keyer", "colleague", "above"):
        page = sign_in(app, who).get("/nhap-lai").text
        assert grouped(1) not in page
        assert "Không có phiếu nào chờ bạn." in page


def test_a_form_is_keyed_blind_and_the_next_one_follows(app: Flask, session: Session, sample: Sample) -> None:
    browser = sign_in(app, "beside")
    page = browser.get(AGAIN).text
    assert " checked" not in page
    assert "Ý kiến khác" not in page
    answer = post(browser, AGAIN, {"q-chung": "hai-long", "q-thai-do": "tot"})
    assert (answer.status_code, answer.location) == (302, ALSO)
    answer = post(browser, ALSO, {"q-chung": "", "q-thai-do": "", "blank": "y"}, headers=JSON)
    assert answer.json == {"next": "/nhap-lai"}
    assert [check_of(session, number).state for number in (1, 2)] == ["agrees", "differs"]


@pytest.mark.parametrize("sent", [{}, {"q-chung": "", "q-thai-do": ""}])
def test_a_form_is_keyed_again_as_blank_only_by_who_says_so(
    app: Flask, session: Session, sample: Sample, sent: dict[str, str]
) -> None:
    browser = sign_in(app, "beside")
    for headers in ({}, JSON):
        answer = post(browser, AGAIN, sent, headers=headers)
        assert answer.status_code == 422
        text = answer.get_json()["message"] if headers else answer.text
        assert "Nếu tờ phiếu để trống, xin đánh dấu vào ô." in text
    assert check_of(session, 1).state == "waiting"
    assert post(browser, AGAIN, {**sent, "blank": "y"}).status_code == 302
    assert check_of(session, 1).second_answers == {}


def test_a_choice_that_is_not_on_the_form_keeps_what_was_chosen(app: Flask, session: Session, sample: Sample) -> None:
    browser = sign_in(app, "beside")
    answer = post(browser, AGAIN, {"q-chung": "khac", "q-thai-do": "tot"})
    assert answer.status_code == 422
    assert answer.text.count(" checked") == 1
    assert post(browser, AGAIN, {"q-chung": "khac"}, headers=JSON).status_code == 422
    assert check_of(session, 1).state == "waiting"


@pytest.mark.parametrize("address", [AGAIN, ALSO, f"{AGAIN}/khong-thay"])
@pytest.mark.parametrize(("who", "why"), [("keyer", "own_keying"), ("colleague", "own_department")])
def test_who_is_not_a_second_person_is_told_why_and_it_is_kept(
    app: Flask, session: Session, sample: Sample, address: str, who: str, why: str
) -> None:
    session.execute(update(PaperCheck).values(drawn_at=NOW))
    browser = sign_in(app, who)
    shown, sent = browser.get(address), post(browser, address, {"q-chung": "hai-long", "reason": "Không có"})
    assert shown.status_code == sent.status_code == 403
    assert ("Chính bạn đã nhập phiếu này" if why == "own_keying" else "Người của đơn vị được đánh giá") in sent.text
    number = 2 if address == ALSO else 1
    assert refusals(session) == [(getattr(sample, who).id, f"paper_form:{number}", why)] * 2


@pytest.mark.parametrize("address", [ALSO, f"/doi-chieu/{serial(2)}", f"{ALSO}/khong-thay"])
@pytest.mark.parametrize(("who", "status"), [("beside", 403), ("everywhere", 404), ("keyer", 403)])
def test_a_form_that_was_not_drawn_is_kept_from_who_does_not_answer_for_it(
    app: Flask, session: Session, address: str, who: str, status: int
) -> None:
    sample = make_sample(session, drawn=1)
    add_person(session, "everywhere", "manager", None)
    answer = sign_in(app, who).get(address)
    assert answer.status_code == status
    if who == "beside":
        assert "không giao cho bạn kiểm tra" in answer.text
        assert refusals(session) == [(sample.beside.id, "paper_form:2", "not_theirs")]


def test_a_visitor_is_sent_to_sign_in(client: FlaskClient, session: Session, sample: Sample) -> None:
    for address in ("/nhap-lai", "/doi-chieu", AGAIN, SETTLE, f"{AGAIN}/khong-thay"):
        assert client.get(address).location.startswith("/dang-nhap")
    assert client.get("/quan-ly/chat-luong-nhap").location.startswith("/dang-nhap")
    assert post(client, AGAIN, {"q-chung": "hai-long"}, headers=JSON).status_code == 401


def test_an_unknown_or_mistyped_number_is_not_found(app: Flask, sample: Sample) -> None:
    browser = sign_in(app, "beside")
    for written in (serial(7), "00000018", "abc"):
        assert browser.get(f"/nhap-lai/{written}").status_code == 404
    assert browser.get(SETTLE).status_code == 409


def test_the_settler_sees_both_keyings_and_not_whose_they_are(app: Flask, differing: Sample) -> None:
    page = sign_in(app, "another").get(SETTLE).text
    both = page.split('class="two-keyings"', 1)[1].split("</dl>", 1)[0]
    assert ">Hài lòng<" in both
    assert ">Không hài lòng<" in both
    assert "Người keyer" not in page
    assert "Người beside" not in page
    # A practised keyer presses what stands on the paper without reading: each choice has the key it has everywhere.
    options = page.split('class="options"', 1)[1].split("</fieldset>", 1)[0]
    shown = re.findall(r"<kbd>(.)</kbd> <span>([^<]+)</span>", options)
    assert shown == [("1", "Hài lòng"), ("2", "Bình thường"), ("3", "Không hài lòng"), ("0", "Bỏ trống")]
    assert "Thái độ phục vụ" not in page


def test_sides_are_shuffled(app: Flask, differing: Sample) -> None:
    browser = sign_in(app, "another")
    # All thirty alike comes about once in half a thousand million runs.
    first = {browser.get(SETTLE).text.split("<dd>", 1)[1].split("<", 1)[0] for _ in range(30)}
    assert first == {"Hài lòng", "Không hài lòng"}


def test_what_stands_on_the_paper_is_chosen_blank_too(app: Flask, session: Session, differing: Sample) -> None:
    browser = sign_in(app, "another")
    answer = post(browser, SETTLE, {})
    assert answer.status_code == 422
    assert "Xin nhập điều ghi trên phiếu, hoặc chọn bỏ trống." in answer.text
    assert post(browser, SETTLE, {"q-chung": ""}).location == "/doi-chieu"
    row = check_of(session, 1)
    assert (row.state, row.first_errors, row.second_errors) == ("settled", 1, 1)
    assert row.settled_answers == {"thai-do": ["tot"]}


@pytest.mark.parametrize(
    ("who", "why"), [("keyer", "own_keying"), ("beside", "own_keying"), ("colleague", "own_department")]
)
def test_who_keyed_it_does_not_settle_it(app: Flask, session: Session, differing: Sample, who: str, why: str) -> None:
    browser = sign_in(app, who)
    assert grouped(1) not in browser.get("/doi-chieu").text
    assert post(browser, SETTLE, {"q-chung": "hai-long"}).status_code == 403
    assert refusals(session) == [(getattr(differing, who).id, "paper_form:1", why)]
    assert check_of(session, 1).state == "differs"


def test_a_missing_paper_is_written_down_once_it_was_confirmed(app: Flask, session: Session, sample: Sample) -> None:
    browser = sign_in(app, "beside")
    address = f"{AGAIN}/khong-thay"
    assert "Phiếu vẫn được tính như đã nhập." in browser.get(address).text
    assert post(browser, address, {"reason": "  "}).status_code == 422
    assert post(browser, address, {"reason": "Không có trong kẹp."}).location == ALSO
    assert check_of(session, 1).state == "missing"


def test_an_administrator_lets_insiders_in_only_where_nobody_else_can(
    app: Flask, session: Session, sample: Sample
) -> None:
    add_person(session, "head", "administrator", sample.office.city)
    add_person(session, "chief", "manager", sample.office.city)
    path = f"/nhap-lai/tap/{sample.batch_id}/cho-phep"
    assert post(sign_in(app, "chief"), path, {}).status_code == 403
    browser = sign_in(app, "head")
    page = browser.get("/nhap-lai").text
    assert "Khi không có ai ở ngoài đơn vị" in page
    assert "2 phiếu đang chờ người ở ngoài đơn vị. Có 3 tài khoản" in page
    assert path not in page
    assert "Có 3 tài khoản" in post(browser, path, {}, follow_redirects=True).text
    outside = [each.id for each in (sample.beside, sample.another, sample.stranger)]
    session.execute(update(StaffMember).where(StaffMember.id.in_(outside)).values(active=False))
    session.commit()
    assert path in browser.get("/nhap-lai").text
    assert "Người trong đơn vị được kiểm tra 2 phiếu" in post(browser, path, {}, follow_redirects=True).text
    colleague = sign_in(app, "colleague")
    assert "không độc lập" in colleague.get("/nhap-lai").text
    assert post(colleague, AGAIN, {"q-chung": "hai-long", "q-thai-do": "tot"}).status_code == 302
    assert check_of(session, 1).not_independent
    add_person(session, "far", "administrator", sample.office.elsewhere)
    assert post(sign_in(app, "far"), path, {}).status_code == 403


def test_what_was_drawn_today_is_told_to_no_administrator_before_tomorrow(
    app: Flask, session: Session, sample: Sample
) -> None:
    add_person(session, "head", "administrator", sample.office.ward)
    outside = [each.id for each in (sample.beside, sample.another, sample.stranger)]
    session.execute(update(StaffMember).where(StaffMember.id.in_(outside)).values(active=False))
    session.execute(update(PaperCheck).where(PaperCheck.number == 2).values(drawn_at=clock.now()))
    session.commit()
    browser, path = sign_in(app, "head"), f"/nhap-lai/tap/{sample.batch_id}/cho-phep"
    assert "1 phiếu đang chờ người ở ngoài đơn vị." in browser.get("/nhap-lai").text
    assert "kiểm tra 1 phiếu của tập này" in post(browser, path, {}, follow_redirects=True).text
    assert path not in browser.get("/nhap-lai").text
    assert "không có phiếu nào đang chờ kiểm tra lại" in post(browser, path, {}, follow_redirects=True).text
    assert check_of(session, 2).allowed_by is None


def test_a_form_keyed_by_somebody_elsewhere_is_no_business_of_theirs_either(
    app: Flask, session: Session, sample: Sample
) -> None:
    response_id = new_id()
    key(session, sample, 3, response_id, answers=SAID, keyer=sample.stranger)
    draw(session, sample, 3, response_id, keyer=sample.stranger)
    session.commit()
    assert post(sign_in(app, "stranger"), f"/nhap-lai/{serial(3)}", {"q-chung": "hai-long"}).status_code == 403
    assert check_of(session, 3).state == "waiting"
