"""What the holder of a look-up code is told of their response: whether it counts and where, never what it said."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from feedback_app.kit import clock
from feedback_app.kit.clock import local_day
from feedback_app.ratings import operations as ratings
from feedback_app.ratings.periods import parse
from feedback_app.surveys import operations as surveys
from feedback_app.surveys.models import Comment, Response, ResponseLookup
from tests import factories
from tests.exclusions.queue import exclude, make_queue
from tests.staff.people import add_person
from tests.surveys.halls import Hall, Kiosk, delivery, make_hall

CODE = "K7QM2XDP4R"
NONE = "Không tìm thấy phiếu nào với mã này"


def ask(client: FlaskClient, code: str = CODE) -> TestResponse:
    return client.post("/tra-cuu", data={"ma": code})


def told(client: FlaskClient, code: str = CODE) -> str:
    answer = ask(client, code)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    return " ".join(answer.text.replace("\u00a0", " ").split())


@pytest.fixture
def hall(session: Session) -> Hall:
    return make_hall(session)


@pytest.fixture
def sent(session: Session, app: Flask, hall: Hall) -> dict[str, Any]:
    """A kiosk's delivery with a code and a comment."""
    item = delivery(hall, lookup=CODE, sealed=True, answers={"overall": ["not-satisfied"]}, comments={"comment": "Ồn"})
    response_id = "01939b1e-0000-7000-8000-000000000001"
    assert Kiosk(app.test_client()).result(response_id, item)["outcome"] == "stored"
    return {**item, "id": response_id}


def test_a_response_waits_and_then_counts(session: Session, client: FlaskClient, sent: dict[str, Any]) -> None:
    page = told(client)
    assert f"Phiếu đã được nhận ngày {local_day(clock.now()):%d/%m/%Y}." in page
    assert "Phiếu đang chờ được đếm" in page
    assert "Có góp ý bằng chữ, đang chờ người ngoài đơn vị duyệt." in page
    assert "Phiếu chưa nằm trong kỳ nào đã công bố." in page
    factories.count(session)
    session.commit()
    page = told(client, " k7qm2-xdp4r ")
    assert "Phiếu đã được tính." in page
    assert "Phiếu đã điền xong." in page
    for answered in ("Không hài lòng", "not-satisfied", "Ồn", sent["id"], CODE):
        assert answered not in page


def test_only_a_digest_of_the_code_is_kept(session: Session, sent: dict[str, Any]) -> None:
    digest = session.scalars(select(ResponseLookup.digest)).one()
    assert len(digest) == 32
    assert CODE.encode() not in digest


def test_delivered_again_it_is_one_code_and_one_response(session: Session, app: Flask, sent: dict[str, Any]) -> None:
    again = Kiosk(app.test_client()).result(sent["id"], {key: value for key, value in sent.items() if key != "id"})
    assert again["outcome"] == "same"
    assert session.scalar(select(func.count()).select_from(ResponseLookup)) == 1


@pytest.mark.parametrize("lookup", ["ngắn", "0O1IL00000", 5, ["K7QM2XDP4R"], "K7QM2XDP4R9"])
def test_a_code_that_is_none_does_not_cost_the_answer(session: Session, app: Flask, hall: Hall, lookup: object) -> None:
    response_id = "01939b1e-0000-7000-8000-000000000002"
    kiosk = Kiosk(app.test_client())
    assert kiosk.result(response_id, delivery(hall, lookup=lookup))["outcome"] == "stored"
    assert session.scalars(select(ResponseLookup.digest)).all() == []


@pytest.mark.parametrize("code", ["", "ABC", "ABCDEFGHJK", "K7QM2XDP4R" * 9, "<script>"])
def test_every_code_that_finds_none_gets_the_same_words(client: FlaskClient, sent: dict[str, Any], code: str) -> None:
    answer = ask(client, code)
    assert answer.status_code == 404
    assert NONE in answer.text
    assert "<script>" not in answer.text.partition("<main")[2]


def test_a_code_in_the_address_is_not_read(client: FlaskClient, sent: dict[str, Any]) -> None:
    page = client.get(f"/tra-cuu?ma={CODE}").text
    assert "Phiếu đã được nhận" not in page
    assert 'name="ma" value=""' in page


def test_a_partial_response_says_so(session: Session, client: FlaskClient, app: Flask, hall: Hall) -> None:
    Kiosk(app.test_client()).result("01939b1e-0000-7000-8000-000000000003", delivery(hall, lookup=CODE))
    page = told(client)
    assert "Phiếu điền dở" in page
    assert "Phiếu không có góp ý bằng chữ." in page


def test_a_repeated_press_is_told_as_left_out(session: Session, client: FlaskClient, sent: dict[str, Any]) -> None:
    session.execute(update(Response).values(rapid=True))
    session.commit()
    assert "vừa có một lần chạm ngay trước đó" in told(client)


@pytest.mark.parametrize(
    ("cleared", "words"),
    [(True, "Góp ý bằng chữ đã được duyệt."), (False, "Góp ý bằng chữ đã được đọc và không cho hiện.")],
)
def test_what_became_of_a_comment_is_told_without_its_words(
    session: Session, client: FlaskClient, sent: dict[str, Any], cleared: bool, words: str
) -> None:
    reviewer = add_person(session, "duyet", "manager", None)
    token = session.scalars(select(Comment.token)).one()
    if cleared:
        surveys.clear_comment(session, token, text="Ồn", reviewer=reviewer, now=clock.now())
    else:
        surveys.refuse_comment(session, token, reason="Không liên quan", reviewer=reviewer, now=clock.now())
    session.commit()
    page = told(client)
    assert words in page
    assert "Ồn" not in page
    assert "Không liên quan" not in page


def test_what_two_people_left_out_says_their_reason(session: Session, client: FlaskClient) -> None:
    queue = make_queue(session)
    surveys.keep_lookup(session, queue.doubtful[0], CODE)
    session.commit()
    exclude(session, queue, reason="device")
    assert "với lý do “Thiết bị lỗi hoặc chạm thử”" in told(client)


def test_the_periods_that_count_it_are_named(session: Session, client: FlaskClient) -> None:
    version = factories.questionnaire(session)
    found = factories.department(session, "do-thi", "Phòng Quản lý đô thị")
    at = factories.local(2026, 3, 3)
    early = factories.response(session, version, found, at)
    factories.count(session)
    ratings.publish(session, parse("2026-03"), now=factories.local(2026, 4, 2), minima=factories.minima(30))
    late = factories.response(session, version, found, at, now=factories.local(2026, 4, 5))
    surveys.keep_lookup(session, early, CODE)
    surveys.keep_lookup(session, late, "2222222222")
    factories.count(session)
    session.commit()
    assert "/ket-qua/cong-bo/2026-03/1" in told(client).partition("đã công bố:")[2].partition("</ul>")[0]
    assert "Phiếu chưa nằm trong kỳ nào đã công bố." in told(client, "2222222222")


def test_codes_are_forgotten_after_their_months(session: Session, client: FlaskClient, sent: dict[str, Any]) -> None:
    now = clock.now()
    assert surveys.forget_lookups(session, before=now - timedelta(days=1)) == 0
    assert surveys.forget_lookups(session, before=now + timedelta(days=1)) == 1
    session.commit()
    assert ask(client).status_code == 404
    assert session.scalar(select(func.count()).select_from(Response)) == 1


def test_tries_are_limited(client: FlaskClient, sent: dict[str, Any]) -> None:
    assert 429 in [ask(client, "2222222223").status_code for _ in range(45)]
