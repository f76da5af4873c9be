"""What a page sends that is not enrolled: stored at the first touch, completed until sealed, never twice or lost."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config import Settings
from feedback_app.app import create_app
from feedback_app.kit import clock
from feedback_app.kit.db import db
from feedback_app.kit.ids import new_id
from feedback_app.kit.security import limiter
from feedback_app.recounts import RecountRequest
from feedback_app.surveys.models import Comment, Response, ResponseConflict
from tests.staff.people import token_of
from tests.surveys.halls import Hall, Kiosk, batch, delivery, make_hall


@pytest.fixture
def hall(session: Session) -> Hall:
    return make_hall(session)


@pytest.fixture
def kiosk(hall: Hall, client: FlaskClient) -> Kiosk:
    return Kiosk(client)


def test_the_first_touch_is_stored_at_once(session: Session, hall: Hall, kiosk: Kiosk) -> None:
    response_id = new_id()
    assert kiosk.result(response_id, delivery(hall)) == {"outcome": "stored", "sealed": False}
    stored = session.scalars(select(Response)).one()
    assert (stored.id, stored.channel, stored.sealed_at, stored.place_id) == (response_id, "kiosk", None, hall.place_id)
    assert session.scalars(select(RecountRequest.subject_id)).all() == [hall.centre]


def test_the_same_id_is_completed_and_sealed(session: Session, hall: Hall, kiosk: Kiosk) -> None:
    response_id = new_id()
    kiosk.send(response_id, delivery(hall))
    chips = delivery(hall, revision=2, answers={"overall": ["satisfied"], "went-well": ["on-time", "waiting"]})
    assert kiosk.result(response_id, chips)["outcome"] == "completed"
    sealed = chips | {"revision": 3, "sealed": True, "comments": {"comment": "Cảm ơn."}}
    assert kiosk.result(response_id, sealed) == {"outcome": "completed", "sealed": True}
    stored = session.scalars(select(Response)).one()
    assert (len(stored.choice_ids), stored.revision, stored.sealed_at is None) == (3, 3, False)
    assert session.scalars(select(Comment.text)).all() == ["Cảm ơn."]


def test_the_same_again_is_the_same_response(session: Session, hall: Hall, kiosk: Kiosk) -> None:
    response_id, sealed = new_id(), delivery(hall, sealed=True)
    kiosk.send(response_id, sealed)
    again = kiosk.result(response_id, delivery(hall, sealed=True, age_ms=90_000))
    assert again == {"outcome": "same", "sealed": True}
    assert session.scalar(select(func.count()).select_from(Response)) == 1


def test_other_content_under_a_sealed_id_is_kept_for_review(session: Session, hall: Hall, kiosk: Kiosk) -> None:
    response_id = new_id()
    kiosk.send(response_id, delivery(hall, sealed=True))
    other = kiosk.result(response_id, delivery(hall, revision=2, sealed=True, answers={"overall": ["not-satisfied"]}))
    assert other == {"outcome": "conflict", "sealed": True}
    kept = session.scalars(select(ResponseConflict)).one()
    assert (kept.response_id, kept.content["answers"]) == (response_id, {"overall": ["not-satisfied"]})
    satisfied = hall.kiosk.overall.choice("satisfied")
    assert satisfied is not None
    assert session.scalars(select(Response.choice_ids)).one() == [satisfied.id]


def test_a_partial_delivery_after_the_seal_is_superseded(session: Session, hall: Hall, kiosk: Kiosk) -> None:
    response_id = new_id()
    kiosk.send(response_id, delivery(hall, revision=3, sealed=True))
    late = kiosk.result(response_id, delivery(hall, revision=2, answers={"overall": ["neutral"]}))
    assert late == {"outcome": "superseded", "sealed": True}
    assert session.scalars(select(ResponseConflict)).all() == []


def test_a_delivery_overtaken_by_one_that_said_the_first_again_changes_nothing(
    session: Session, hall: Hall, kiosk: Kiosk
) -> None:
    response_id, ticked = new_id(), {"overall": ["satisfied"], "went-well": ["on-time"]}
    kiosk.send(response_id, delivery(hall))
    kiosk.send(response_id, delivery(hall, revision=3))
    assert kiosk.result(response_id, delivery(hall, revision=2, answers=ticked))["outcome"] == "superseded"
    assert len(session.scalars(select(Response.choice_ids)).one()) == 1


def test_a_counter_rates_its_own_department(session: Session, hall: Hall, client: FlaskClient) -> None:
    Kiosk(client, "/ki-ot/mot-cua/quay-1").send(new_id(), delivery(hall))
    stored = session.scalars(select(Response)).one()
    assert (stored.receiving_department_id, stored.rated_department_id) == (hall.centre, hall.bureau)
    assert stored.field_id is not None


def test_the_time_is_the_servers_minus_the_age(session: Session, hall: Hall, kiosk: Kiosk) -> None:
    before = clock.now()
    kiosk.send(new_id(), delivery(hall, age_ms=3_600_000))
    stored = session.scalars(select(Response)).one()
    assert timedelta(0) <= stored.answered_at - (before - timedelta(hours=1)) < timedelta(minutes=1)


def test_a_touch_before_yesterday_counts_as_one_of_a_day_ago(session: Session, hall: Hall, kiosk: Kiosk) -> None:
    before = clock.now()
    kiosk.send(new_id(), delivery(hall, boot=str(new_id()), clock=0, offset=0))
    assert session.scalars(select(Response.answered_at)).one() >= before - timedelta(hours=24)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"answers": {"overall": ["splendid"]}}, "overall"),
        ({"answers": {"overall": ["satisfied", "neutral"]}}, "overall"),
        ({"answers": {"weather": ["fine"]}}, "weather"),
        ({"answers": {"comment": ["satisfied"]}}, "comment"),
        ({"answers": {"overall": "satisfied"}}, "overall"),
        ({"answers": {"\ud800": ["satisfied"]}}, "answers"),
        ({"answers": []}, "answers"),
        ({"answers": {}}, "overall"),
        ({"answers": {"went-well": ["on-time"]}, "sealed": True}, "overall"),
        ({"comments": {"overall": "Tốt"}}, "overall"),
        ({"comments": {"comment": 5}}, "comment"),
        ({"comments": {"comment": "a" * 2001}}, "comment"),
        ({"mono": -1}, "mono"),
        ({"mono": True}, "mono"),
        ({"mono": 1e300}, "mono"),
        ({"clock": None}, "clock"),
        ({"offset": "1"}, "offset"),
        ({"sequence": None}, "sequence"),
        ({"assignment": 0}, "assignment"),
        ({"revision": 0}, "revision"),
        ({"revision": "1"}, "revision"),
        ({"sealed": "no"}, "sealed"),
        ({"boot": "kiosk-1"}, "boot"),
        ({"version": None}, "version"),
    ],
)
def test_a_wrong_part_is_named_in_vietnamese(
    session: Session, hall: Hall, kiosk: Kiosk, wrong: dict[str, Any], field: str
) -> None:
    result = kiosk.result(new_id(), {**delivery(hall), **wrong})
    assert (result["outcome"], result["field"]) == ("refused", field)
    assert result["message"].endswith(".")
    assert session.scalars(select(Response)).all() == []


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"[" * 100_000, b'{"sealed": \xff}'])
def test_what_is_no_delivery_is_refused(hall: Hall, kiosk: Kiosk, body: bytes) -> None:
    answer = kiosk.client.post(
        "/ki-ot/mot-cua/phieu",
        data=body,
        content_type="application/json",
        headers={"X-CSRFToken": kiosk.token, "Accept": "application/json"},
    )
    assert (answer.status_code, answer.json["field"]) == (422, "body")


@pytest.mark.parametrize("items", [None, {}, "x", [{}] * 51])
def test_a_batch_without_a_list_of_at_most_fifty_is_refused(hall: Hall, kiosk: Kiosk, items: Any) -> None:
    answer = kiosk.send_batch(batch() | {"items": items})
    assert (answer.status_code, answer.json["field"]) == (422, "items")


@pytest.mark.parametrize("item", [None, 5, [], {}, {"id": 5}, {"id": "5"}])
def test_every_item_gets_a_result_even_what_is_none(hall: Hall, kiosk: Kiosk, item: Any) -> None:
    good = {"id": str(new_id()), **delivery(hall)}
    bad, stored = kiosk.send_batch(batch(item, good)).json["results"]
    assert (bad["outcome"], stored["outcome"]) == ("refused", "stored")
    assert stored["id"] == good["id"]


def test_an_unknown_version_or_place_is_refused(hall: Hall, kiosk: Kiosk) -> None:
    assert kiosk.result(new_id(), delivery(hall, version=10**6))["outcome"] == "refused"
    kiosk.address = "/ki-ot/khong-co"
    assert kiosk.result(new_id(), delivery(hall))["field"] == "place"


def test_a_missing_token_is_refused(session: Session, hall: Hall, kiosk: Kiosk) -> None:
    assert kiosk.send(new_id(), delivery(hall), headers={"X-CSRFToken": ""}).status_code == 400
    assert session.scalars(select(Response)).all() == []


def test_a_kiosk_whose_session_was_lost_gets_a_fresh_token(hall: Hall, kiosk: Kiosk) -> None:
    kiosk.client.delete_cookie("phien")
    assert kiosk.send(new_id(), delivery(hall)).status_code == 400
    fresh = kiosk.client.get("/ki-ot/mot-cua/phieu").json
    assert fresh["version"] == hall.kiosk.id
    kiosk.token = fresh["csrf"]
    assert kiosk.send(new_id(), delivery(hall)).status_code == 200


def test_texts_are_stored_in_one_normal_form_and_blanks_not_at_all(session: Session, hall: Hall, kiosk: Kiosk) -> None:
    decomposed = "Tha\u0301i \u00a0 đo\u0323\u0302\x00 tốt \n\n\u200bồn"
    kiosk.send(new_id(), delivery(hall, comments={"comment": decomposed}))
    assert session.scalars(select(Comment.text)).one() == "Thái độ tốt\n\n\u200bồn"
    kiosk.send(new_id(), delivery(hall, comments={"comment": " \n\t\u00a0"}))
    assert session.scalar(select(func.count()).select_from(Comment)) == 1


def test_answers_are_accepted_without_redis(session: Session, hall: Hall, settings: Settings) -> None:
    # There is one limiter in a process: it has to forget afterwards that it found no Redis.
    with_redis = dict(vars(limiter))
    app: Flask = create_app(replace(settings, redis_url="unix:///nowhere/valkey.sock"))
    try:
        answer = Kiosk(app.test_client()).send(new_id(), delivery(hall))
    finally:
        vars(limiter).update(with_redis)
        with app.app_context():
            db.engine.dispose()
    assert answer.status_code == 200
    assert session.scalar(select(func.count()).select_from(Response)) == 1


def test_a_flood_from_one_address_is_stopped_and_others_go_on(hall: Hall, kiosk: Kiosk) -> None:
    flood, hall_next_door = {"REMOTE_ADDR": "203.0.113.7"}, {"REMOTE_ADDR": "203.0.113.8"}
    # At most two windows of a minute are touched, so one of them overflows.
    full = batch(*[{}] * 50)
    answers = [kiosk.send_batch(full, environ_overrides=flood).status_code for _ in range(2 * 5 + 1)]
    assert 429 in answers
    assert kiosk.send(new_id(), delivery(hall), environ_overrides=hall_next_door).status_code == 200


def test_a_questionnaire_this_door_does_not_ask_is_refused(session: Session, client: FlaskClient) -> None:
    hall = make_hall(session, web="tt01")
    assert Kiosk(client).result(new_id(), delivery(hall, version=hall.web.id))["outcome"] == "refused"
    assert session.scalar(select(func.count()).select_from(Response)) == 0


def test_repeated_touches_of_one_loaded_page_are_marked(session: Session, hall: Hall, kiosk: Kiosk) -> None:
    kiosk.send(new_id(), delivery(hall, age_ms=3_000))
    kiosk.send(new_id(), delivery(hall))
    marked = session.scalars(select(Response.rapid).order_by(Response.answered_at)).all()
    assert marked == [False, True]


def test_without_the_setting_a_place_has_no_open_kiosk(session: Session, hall: Hall, settings: Settings) -> None:
    app = create_app(replace(settings, unenrolled_kiosks=False))
    client = app.test_client()
    try:
        page = client.get("/ki-ot/mot-cua")
        assert page.status_code == 403
        assert "mã ghi danh" in page.text
        assert client.get("/ki-ot/mot-cua/phieu").status_code == 403
        kiosk = Kiosk.__new__(Kiosk)
        kiosk.client, kiosk.address, kiosk.token = client, "/ki-ot/mot-cua", token_of(client)
        assert kiosk.send(new_id(), delivery(hall)).status_code == 403
    finally:
        with app.app_context():
            db.engine.dispose()
    assert session.scalars(select(Response)).all() == []
    with app.app_context():
        db.engine.dispose()
