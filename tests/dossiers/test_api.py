"""What a one-stop system delivers: one department's day, under a key, as often as it likes."""

from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from feedback_app.dossiers.models import DossierImport
from feedback_app.kit.security import limiter
from feedback_app.staff import operations as staff
from feedback_app.staff import queries as trail
from tests.dossiers.making import SOURCE, counted, counts, enter, line, register
from tests.staff.people import MORNING, Office, make_office

A, B = (10, 4, 3, 1, 1, 20, 2), (5, 1, 1, 0, 0, 8, 0)
MONDAY = date(2026, 3, 2)
SPAN = (date(2026, 3, 1), date(2026, 4, 1))
WARD = "/api/v1/dossiers/dong-son/2026-03-02"


@pytest.fixture
def office(app: Flask, session: Session) -> Office:
    made = make_office(session)
    register(session)
    return made


@pytest.fixture
def key(session: Session, office: Office) -> str:
    """Of the city: the ward and the bureau are below it, Ba Đồn is not."""
    made = staff.add_key(session, now=MORNING, name="Một cửa", department_id=office.city)
    session.commit()
    return made


def part(numbers: tuple[int, ...], **more: Any) -> dict[str, Any]:
    made = counts(numbers)  # type: ignore[arg-type]
    return {**{name: getattr(made, name) for name in made.__slots__}, **more}


def put(client: FlaskClient, key: str | None, body: Any, address: str = WARD) -> TestResponse:
    headers = {"Authorization": f"Bearer {key}"} if key is not None else {}
    return client.put(address, json=body, headers=headers)


def message(*parts: dict[str, Any], source: str = SOURCE) -> dict[str, Any]:
    return {"source": source, "counts": list(parts)}


def errors(answer: TestResponse) -> list[tuple[str, str]]:
    assert answer.mimetype == "application/problem+json", answer.text
    return [(each["field"], each["message"]) for each in answer.get_json()["errors"]]


def test_a_day_is_replaced_and_the_same_again_changes_nothing(client: FlaskClient, session: Session, key: str):
    first = put(client, key, message(part(A, field="ho-tich"), part(B, procedure="khai-sinh")))
    assert (first.status_code, first.get_json()) == (
        200,
        {"department": "dong-son", "day": "2026-03-02", "source": SOURCE, "lines": 2, "outcome": "added"},
    )
    assert counted(session, *SPAN) == {("dong-son", None): tuple(map(sum, zip(A, B, strict=True)))}
    session.rollback()
    again = put(client, key, message(part(B, procedure="khai-sinh"), part(A, field="ho-tich")))
    assert again.get_json()["outcome"] == "unchanged"
    assert put(client, key, message(part(B))).get_json()["outcome"] == "changed"

    assert counted(session, *SPAN) == {("dong-son", None): B}
    made = session.scalars(select(DossierImport)).all()
    assert [each.lines for each in made] == [2, 1]
    assert {each.api_key_id for each in made} == {int(key.split(".")[0])}
    entries = trail.trail(session, scope=None, action="dossiers.imported", limit=5)
    assert [(each.actor, each.details["replaced_days"]) for each in entries] == [(None, 1), (None, 0)]


def test_without_a_key_in_use_nothing_is_read(client: FlaskClient, session: Session, key: str):
    for wrong in (None, "", "x", key + "x"):
        answer = put(client, wrong, message(part(A)))
        assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
        assert errors(answer) == [("Authorization", "Thiếu khóa API, hoặc khóa không đúng hay đã bị thu hồi.")]
    basic = client.put(WARD, json=message(part(A)), headers={"Authorization": f"Basic {key}"})
    assert basic.status_code == 401
    staff.revoke_key(session, now=MORNING, name="Một cửa")
    session.commit()
    assert put(client, key, message(part(A))).status_code == 401
    assert counted(session, *SPAN) == {}


def test_beyond_the_scope_is_refused_and_remembered(client: FlaskClient, session: Session, key: str, office: Office):
    answer = put(client, key, message(part(A)), "/api/v1/dossiers/ba-don/2026-03-02")

    assert (answer.status_code, errors(answer)) == (
        403,
        [("department", "Khóa này không dùng được cho đơn vị “ba-don”.")],
    )
    (entry,) = trail.trail(session, scope=None, action="dossiers.refused", limit=5)
    assert (entry.department_id, entry.details) == (office.elsewhere, {"key": "Một cửa", "day": "2026-03-02"})
    assert counted(session, *SPAN) == {}


def test_what_is_not_there_and_what_was_not_yet(client: FlaskClient, key: str):
    unknown = put(client, key, message(part(A)), "/api/v1/dossiers/la/2026-03-02")
    assert (unknown.status_code, errors(unknown)[0][1]) == (404, "Không có cơ quan, đơn vị nào mang mã “la”.")
    before = put(client, key, message(part(A)), "/api/v1/dossiers/dong-son/2019-12-31")
    assert (before.status_code, errors(before)) == (
        409,
        [("day", "Ngày 31/12/2019 đơn vị “dong-son” không hoạt động.")],
    )
    nowhere = client.get("/api/v1/la")
    assert (nowhere.status_code, errors(nowhere)) == (404, [("", "Không có gì ở địa chỉ này.")])
    assert (client.get(WARD).status_code, client.post(WARD).status_code) == (405, 405)


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("x", [("", "Nội dung phải là một đối tượng JSON.")]),
        ([], [("", "Nội dung phải là một đối tượng JSON.")]),
        ({}, [("source", "Xin ghi nguồn số liệu."), ("counts", "Cần ít nhất một dòng số liệu.")]),
        (message(part(A), source=" "), [("source", "Xin ghi nguồn số liệu.")]),
        (message(part(A), source="N" * 201), [("source", "Tên nguồn dài quá 200 ký tự.")]),
        ({**message(part(A)), "la": 1}, [("la", "Không hiểu mục “la”.")]),
        (message(part(A, on_time=1)), [("counts.0.on_time", "Không hiểu mục “on_time”.")]),
        (message(part(A, field=5)), [("counts.0.field", "Mã phải là một chuỗi.")]),
        ({"source": "N", "counts": [3]}, [("counts.0", "Mỗi dòng phải là một đối tượng JSON.")]),
        (
            message(part(A), part(A, field="ho-tich", received="10", pending=None, refused=True)),
            [
                ("counts.1.received", "Cần một số nguyên; nếu không có thì ghi 0."),
                ("counts.1.refused", "Cần một số nguyên; nếu không có thì ghi 0."),
                ("counts.1.pending", "Cần một số nguyên; nếu không có thì ghi 0."),
            ],
        ),
        (
            message(part(A), part(A, field="la")),
            [
                ("counts.0", "Phải chờ dòng 1 bị loại: một ngày của đơn vị chỉ nhập trọn."),
                ("counts.1.field", "Không có lĩnh vực mang mã “la”."),
            ],
        ),
        (
            message(part((1, 0, 0, 0, 0, 1, 2))),
            [("counts.0.pending_late", "Số đang giải quyết quá hạn lớn hơn số đang giải quyết.")],
        ),
        (message(part(A, received=-1)), [("counts.0.received", "Số hồ sơ trong một ngày phải từ 0 đến 1000000.")]),
    ],
)
def test_a_message_that_cannot_be_taken_says_where_and_why(
    client: FlaskClient, session: Session, key: str, body: Any, found: list[tuple[str, str]]
):
    answer = put(client, key, body)

    assert (answer.status_code, errors(answer)) == (422, found)
    assert counted(session, *SPAN) == {}


@pytest.mark.parametrize("day", ["2026-02-30", "20260302", "02-03-2026", "2026-W10-1"])
def test_a_day_that_is_none(client: FlaskClient, key: str, day: str):
    answer = put(client, key, message(part(A)), f"/api/v1/dossiers/dong-son/{day}")

    assert (answer.status_code, errors(answer)) == (422, [("day", "Ngày phải có dạng 2026-03-31.")])


def test_what_a_person_entered_from_another_source_is_kept_but_no_longer_counts(
    client: FlaskClient, session: Session, key: str
):
    enter(session, line(MONDAY, "dong-son", B), source="Báo cáo tay")
    session.commit()
    put(client, key, message(part(A)))

    assert counted(session, *SPAN) == {("dong-son", None): A}
    kept = session.execute(text("SELECT source FROM daily_dossiers ORDER BY id")).scalars().all()
    assert kept == ["Báo cáo tay", SOURCE]


def test_a_sender_in_a_hurry_is_told_to_wait(client: FlaskClient, key: str):
    assert limiter.enabled
    for _ in range(120):
        client.put(WARD, headers={"Authorization": f"Bearer {key}"})
    answer = put(client, key, message(part(A)))

    assert (answer.status_code, errors(answer)[0][1]) == (429, "Bạn gửi quá nhanh. Hãy đợi một phút rồi thử lại.")
