"""The queue in the browser: who sees which case, what each may do, and that nothing typed is lost."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from feedback_app.exclusions import operations, queries
from feedback_app.exclusions.models import ReviewCase
from feedback_app.kit import clock
from feedback_app.staff.models import AuditEvent
from feedback_app.surveys.models import Response
from tests import factories
from tests.dossiers.making import field_id, register
from tests.exclusions.queue import LATER, NOW, WORDS, Queue, command, exclude, make_queue
from tests.factories import local
from tests.staff.people import add_made, add_person, post, sign_in

QUEUE = "/quan-ly/bat-thuong"


@pytest.fixture
def queue(session: Session) -> Queue:
    return make_queue(session)


def address(queue: Queue, action: str = "") -> str:
    return f"{QUEUE}/{queue.case_id}{action}"


def excluded(session: Session) -> int:
    session.expire_all()
    return session.scalar(select(func.count()).select_from(Response).where(Response.excluded_at.is_not(None))) or 0


def propose(app: Flask, queue: Queue, who: str = "truong") -> None:
    answer = post(sign_in(app, who), address(queue, "/de-nghi-loai"), {"reason": "device", "words": WORDS})
    assert answer.status_code == 302, answer.text


@pytest.mark.parametrize("path", [QUEUE, f"{QUEUE}/1"])
def test_visitors_are_sent_to_sign_in(client: FlaskClient, path: str) -> None:
    assert client.get(path).location.startswith("/dang-nhap?next=")


def test_staff_may_not(app: Flask, session: Session, queue: Queue) -> None:
    add_person(session, "nhap", "staff", queue.office.ward)
    client = sign_in(app, "nhap")
    assert client.get(QUEUE).status_code == 403
    assert post(client, address(queue, "/giu-lai"), {"note": "x"}).status_code == 403


def test_the_queue_says_what_was_found_in_words(app: Flask, queue: Queue) -> None:
    page = sign_in(app, "truong").get(QUEUE).text
    for said in (
        "Dồn dập trong vài phút",
        "Phường Đồng Sơn",
        "03/03/2026",
        "13 phiếu trong 10 phút",
        "2,5 phiếu mỗi giờ",
    ):
        assert said in page


def test_a_case_shows_hours_and_never_an_answer_or_its_minute(app: Flask, session: Session) -> None:
    queue = make_queue(session)
    page = sign_in(app, "truong").get(address(queue)).text
    assert "10 giờ đến 11 giờ" in page
    assert "9 giờ đến 10 giờ" not in page
    assert str(queue.doubtful[0]) not in page
    shown = re.sub(r"<dt>Phát hiện lúc</dt><dd>[^<]*", "", page)
    assert not re.search(r"\b\d\d:\d\d\b", shown)


@pytest.mark.parametrize(
    ("who", "proposes"),
    [("trongphuong", True), ("thanhpho", True), ("taichinh", False), ("noikhac", False), ("truong", True)],
)
def test_open_cases_are_proposed_by_those_who_answer_for_the_department(
    app: Flask, queue: Queue, who: str, proposes: bool
) -> None:
    client = sign_in(app, who)
    assert address(queue) in client.get(QUEUE).text
    page = client.get(address(queue))
    assert page.status_code == 200
    assert ("/de-nghi-loai" in page.text) == proposes
    sent = {"reason": "device", "words": "x"}
    assert post(client, address(queue, "/de-nghi-loai"), sent).status_code == (302 if proposes else 403)


@pytest.mark.parametrize(
    ("who", "outside"),
    [("trongphuong", False), ("thanhpho", False), ("taichinh", True), ("noikhac", True), ("quantri", True)],
)
def test_they_are_kept_by_somebody_from_outside(
    app: Flask, session: Session, queue: Queue, who: str, outside: bool
) -> None:
    client = sign_in(app, who)
    page = client.get(address(queue)).text
    assert ("/giu-lai" in page) == outside
    assert ("quản trị viên không thuộc đơn vị nào, xem xét" in page) != outside
    answer = post(client, address(queue, "/giu-lai"), {"note": "Đông thật."})
    assert answer.status_code == (302 if outside else 403)
    session.expire_all()
    assert session.get_one(ReviewCase, queue.case_id).state == ("kept" if outside else "open")
    if not outside:
        assert "Hãy để người quản lý ở ngoài đơn vị ấy" in answer.text
    elif who != "quantri":
        # Done, it is no longer theirs to read.
        assert address(queue) not in client.get(f"{QUEUE}?xong=1").text
        assert client.get(address(queue)).status_code == 404


def test_the_departments_own_cases_do_not_give_way_to_others(session: Session, queue: Queue) -> None:
    newer = operations.open_case(session, command(queue.office.elsewhere, []), now=LATER)
    ward = frozenset({queue.office.ward})

    def listed(limit: int) -> list[int]:
        found = queries.cases(session, queue.insider, scope=ward, day=LATER.date(), settled=False, limit=limit)
        return [each.id for each in found]

    assert listed(1) == [queue.case_id]
    assert listed(2) == [newer, queue.case_id]


def test_who_made_the_proposers_account_reads_why_another_decides(app: Flask, session: Session, queue: Queue) -> None:
    made = add_made(session, "moi", "manager", queue.office.ward, maker=queue.second, now=clock.now())
    propose(app, queue, made.username)
    client = sign_in(app, "quantri")
    page = client.get(address(queue)).text
    assert "bạn đã mở tài khoản hay đặt mật khẩu cho người đề nghị, hoặc ngược lại" in page
    assert "Đồng ý loại" not in page
    assert post(client, address(queue, "/quyet-dinh"), {"decision": "agree"}).status_code == 403
    assert excluded(session) == 0
    assert post(sign_in(app, "truong"), address(queue, "/quyet-dinh"), {"decision": "agree"}).status_code == 302
    assert excluded(session) == 13


def test_a_proposal_is_seen_by_those_outside_who_may_answer_it(app: Flask, session: Session, queue: Queue) -> None:
    propose(app, queue)
    client = sign_in(app, "noikhac")
    assert address(queue) in client.get(QUEUE).text
    assert "Đồng ý loại" in client.get(address(queue)).text
    answer = post(client, address(queue, "/quyet-dinh"), {"decision": "agree", "answer": ""})
    assert answer.location == QUEUE
    assert "Đã đồng ý" in client.get(QUEUE).text
    assert excluded(session) == 13
    # Done, it is no longer theirs to read.
    assert client.get(address(queue)).status_code == 404


def test_who_may_not_answer_is_told_so_and_stopped(app: Flask, session: Session, queue: Queue) -> None:
    propose(app, queue)
    for who, words in (("truong", "Bạn là người đề nghị"), ("trongphuong", "Người của đơn vị được đánh giá")):
        client = sign_in(app, who)
        page = client.get(address(queue)).text
        assert words in page
        assert "Đồng ý loại" not in page
        refused = post(client, address(queue, "/quyet-dinh"), {"decision": "agree"})
        assert refused.status_code == 403
    assert excluded(session) == 0
    events = session.scalars(select(AuditEvent.details).where(AuditEvent.action == "exclusions.attempt_refused")).all()
    assert [event["why"] for event in events] == ["same_person", "own_department"]


def test_only_the_button_agrees(app: Flask, session: Session, queue: Queue) -> None:
    propose(app, queue)
    client = sign_in(app, "quantri")
    answer = post(client, address(queue, "/quyet-dinh"), {"decision": "yes", "answer": ""})
    assert answer.status_code == 422
    assert "Xin ghi rõ lý do." in answer.text
    assert excluded(session) == 0


def test_what_was_typed_stays_when_something_is_missing(app: Flask, queue: Queue) -> None:
    client = sign_in(app, "truong")
    answer = post(client, address(queue, "/de-nghi-loai"), {"words": "Đã xem băng ghi hình."})
    assert answer.status_code == 422
    assert "Xin chọn lý do loại." in answer.text
    assert "Đã xem băng ghi hình." in answer.text
    answer = post(client, address(queue, "/de-nghi-loai"), {"reason": "device", "words": ""})
    assert answer.status_code == 422
    assert re.search(r'<input[^>]*checked[^>]*value="device"', answer.text)


def test_kept_and_given_back_through_the_pages(app: Flask, session: Session, queue: Queue) -> None:
    chief, second = sign_in(app, "truong"), sign_in(app, "quantri")
    assert post(chief, address(queue, "/giu-lai"), {"note": "Đông thật."}).status_code == 302
    assert address(queue) not in chief.get(QUEUE).text
    assert address(queue) in chief.get(f"{QUEUE}?xong=1").text
    assert "Đông thật." in chief.get(address(queue)).text
    propose(app, queue)
    assert post(second, address(queue, "/quyet-dinh"), {"decision": "agree"}).status_code == 302
    assert excluded(session) == 13
    assert post(second, address(queue, "/de-nghi-tinh-lai"), {"words": "Nhầm."}).status_code == 302
    assert post(second, address(queue, "/quyet-dinh"), {"decision": "agree"}).status_code == 403
    assert post(chief, address(queue, "/quyet-dinh"), {"decision": "agree"}).status_code == 302
    assert excluded(session) == 0
    assert "Đã giữ lại" in chief.get(address(queue)).text


def test_somebody_was_faster(app: Flask, session: Session, queue: Queue) -> None:
    operations.keep(session, queue.case_id, now=NOW, member=queue.second, note="Đông thật.")
    session.commit()
    answer = post(sign_in(app, "truong"), address(queue, "/giu-lai"), {"note": "x"})
    assert answer.status_code == 409


def test_the_public_reads_how_many_were_left_out_and_why(app: Flask, session: Session, queue: Queue) -> None:
    exclude(session, queue)
    factories.count(session)
    session.commit()
    for path in ("/ket-qua?ky=2026-03", "/ket-qua/dong-son?ky=2026-03"):
        page = app.test_client().get(path).text
        assert re.search(r"<dt>Phiếu đã loại[^<]*Thiết bị lỗi hoặc chạm thử</dt><dd>13</dd>", page), path
        assert "Một người trả lời nhiều lần" not in page
    assert "Phiếu đã loại" not in app.test_client().get("/ket-qua/tai-chinh?ky=2026-03").text


def test_a_department_whose_answers_are_all_left_out_says_so(app: Flask, session: Session, queue: Queue) -> None:
    only = factories.responses(session, queue.version, queue.office.elsewhere, local(2026, 3, 9), satisfied=6)
    case_id = operations.open_case(session, command(queue.office.elsewhere, only), now=NOW)
    exclude(session, queue, case_id)
    factories.count(session)
    session.commit()
    page = app.test_client().get("/ket-qua/ba-don?ky=2026-03").text
    assert "Thiết bị lỗi hoặc chạm thử</dt><dd>6</dd>" in page


def test_a_case_about_numbers_offers_to_keep_it_alone(app: Flask, session: Session, queue: Queue) -> None:
    register(session)
    field = field_id(session, "ho-tich")
    given = command(
        queue.office.ward,
        [],
        rule="surplus",
        subject=f"field:{field}",
        evidence={"ratings": 140, "dossiers": 100, "days": 60},
        hours=None,
    )
    case_id = operations.open_case(session, given, now=NOW)
    session.commit()
    page = sign_in(app, "truong").get(f"{QUEUE}/{case_id}").text
    assert "Lĩnh vực: Hộ tịch" in page
    assert "140 lượt đánh giá trên 100 hồ sơ, trong 60 ngày đã có số hồ sơ." in page
    assert "/giu-lai" in page
    assert "/de-nghi-loai" not in page
    sent = {"reason": "device", "words": WORDS}
    assert post(sign_in(app, "truong"), f"{QUEUE}/{case_id}/de-nghi-loai", sent).status_code == 409
    own = sign_in(app, "trongphuong").get(f"{QUEUE}/{case_id}").text
    assert "không quyết định được vụ việc này" in own
    assert "Bạn vẫn đề nghị loại được." not in own


RULES = {
    "burst": ("place:0", {"peak": 90, "minutes": 10, "full_hall_an_hour": 60, "known_days": 3}),
    "after_hours": ("keyer:1", {"keyed": 20}),
    "identical": ("device:0190-ab12", {"longest": 40, "usual_percent": 61.5, "known": 1200}),
    "pace": ("keyer:1", {"seconds_each": 1.5, "least_seconds": 4.25}),
    "divergence": (
        "department:1",
        {"paper_percent": 99.1, "paper_rated": 200, "kiosk_percent": 70, "kiosk_rated": 400},
    ),
    "surplus": ("department:1", {"ratings": 140, "dossiers": 100, "days": 60}),
    "trapped": ("department:1", {"answers": 40}),
}


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("rule", RULES)
def test_every_rule_has_its_words(app: Flask, session: Session, queue: Queue, rule: str, language: str) -> None:
    subject, evidence = RULES[rule]
    given = command(queue.office.ward, list(queue.doubtful), rule=rule, subject=subject, evidence=evidence, hours=None)
    case_id = operations.open_case(session, given, now=NOW)
    session.commit()
    client = sign_in(app, "truong")
    client.set_cookie("ngon_ngu", language)
    page = client.get(f"{QUEUE}/{case_id}").text
    assert f"<h1>{rule}</h1>" not in page
    label = {"vi": "Chứng cứ", "en": "Evidence"}[language]
    said = re.search(rf"<h2>{label}</h2>\s*<p>(.*?)</p>", page, re.S)
    assert said is not None
    assert len(said[1].split()) > 5
    assert session.scalar(select(ReviewCase.state).where(ReviewCase.id == case_id)) == "open"
