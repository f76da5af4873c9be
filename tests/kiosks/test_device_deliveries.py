"""What enrolled kiosks deliver: a batch at a time, each answer for itself, never lost and never twice."""

import threading
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid1, uuid3, uuid4, uuid5

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from config import Settings
from feedback_app.app import create_app
from feedback_app.departments import queries as department_queries
from feedback_app.departments.models import Place
from feedback_app.kiosks import operations
from feedback_app.kiosks.commands import Position
from feedback_app.kiosks.models import KioskReading
from feedback_app.kit import clock
from feedback_app.kit.db import db
from feedback_app.kit.ids import new_id
from feedback_app.kit.security import limiter
from feedback_app.staff.queries import Member
from feedback_app.surveys import operations as surveys
from feedback_app.surveys.models import Response, ResponseConflict
from tests.kiosks.fleet import Device, enrol
from tests.surveys.halls import Hall, publish
from tests.tokens.making import code


def count(session: Session) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(Response)) or 0


def counter_of(session: Session, hall: Hall) -> int:
    return department_queries.counters(session, place_id=hall.place_id)[0].id


def test_each_item_gets_its_result_in_order(session: Session, enrolled: Device) -> None:
    first, second = enrolled.item(), enrolled.item(sealed=False, assisted=True)
    answer = enrolled.send(first, second)
    assert [(each["id"], each["outcome"], each["sealed"]) for each in answer.json["results"]] == [
        (first["id"], "stored", True),
        (second["id"], "stored", False),
    ]
    assert abs(answer.json["now"] - clock.now().timestamp() * 1000) < 60_000
    stored = {str(row.id): row for row in session.scalars(select(Response))}
    one, other = stored[first["id"]], stored[second["id"]]
    assert (one.device_id, one.channel, one.assisted, other.assisted) == (enrolled.id, "kiosk", False, True)
    readings = session.scalars(select(KioskReading).order_by(KioskReading.sequence)).all()
    assert [(each.sequence, each.device_id, each.method, each.flagged) for each in readings] == [
        (1, enrolled.id, "mono", False),
        (2, enrolled.id, "mono", False),
    ]


def test_a_batch_whose_reply_was_lost_is_the_same_again(session: Session, enrolled: Device) -> None:
    items = [enrolled.item(age_ms=10_000 * number) for number in range(5, 0, -1)]
    assert enrolled.outcomes(*items) == ["stored"] * 5
    enrolled.restart()
    assert enrolled.outcomes(*items) == ["same"] * 5
    assert count(session) == 5
    assert len(session.scalars(select(KioskReading)).all()) == 5


def test_a_response_is_completed_in_one_batch_or_the_next(session: Session, enrolled: Device) -> None:
    begun = enrolled.item(sealed=False)
    more = {**begun, "revision": 2, "answers": {"overall": ["satisfied"], "went-well": ["on-time"]}}
    sealed = {**more, "revision": 3, "sealed": True}
    assert enrolled.outcomes(begun, more) == ["stored", "completed"]
    assert enrolled.outcomes(sealed, more) == ["completed", "same"]
    assert session.scalars(select(Response)).one().sealed_at is not None
    assert enrolled.outcomes({**sealed, "revision": 4, "answers": {"overall": ["not-satisfied"]}}) == ["conflict"]
    assert session.scalar(select(func.count()).select_from(ResponseConflict)) == 1


def test_two_devices_send_the_same_answer_and_both_count(
    session: Session, client: FlaskClient, hall: Hall, admin: Member, enrolled: Device
) -> None:
    other = enrol(session, client, hall, admin, name="Sảnh 2")
    assert enrolled.outcomes(enrolled.item()) == other.outcomes(other.item()) == ["stored"]
    assert set(session.scalars(select(Response.device_id))) == {enrolled.id, other.id}
    # Close upon each other, but of two people at two devices.
    assert not any(session.scalars(select(Response.rapid)))


def test_repeated_touches_on_one_device_are_marked(session: Session, enrolled: Device) -> None:
    enrolled.outcomes(enrolled.item(age_ms=10_000), enrolled.item(age_ms=8_000), enrolled.item(age_ms=1_000))
    assert session.scalars(select(Response.rapid).order_by(Response.answered_at)).all() == [False, True, False]


def test_two_batches_at_once_with_the_same_ids_store_each_once(session: Session, app: Flask, enrolled: Device) -> None:
    items = [enrolled.item(age_ms=10_000 * number) for number in range(1, 31)]
    told: list[Any] = []
    start = threading.Barrier(3)

    def send(order: list[dict[str, Any]]) -> None:
        one = Device(app.test_client(), enrolled.hall, enrolled.key, assignment=enrolled.assignment)
        start.wait()
        told.append(one.send(*order))

    threads = [threading.Thread(target=send, args=(order,)) for order in (items, items[::-1], items)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.status_code for answer in told] == [200] * 3
    outcomes = [each["outcome"] for answer in told for each in answer.json["results"]]
    assert sorted(outcomes) == ["same"] * 60 + ["stored"] * 30
    assert count(session) == 30


def test_crossed_batches_with_the_same_dossiers_all_arrive(
    session: Session, app: Flask, client: FlaskClient, hall: Hall, admin: Member, enrolled: Device
) -> None:
    """Each dossier is spent by whoever comes first, and nobody is told 500 because the two waited for each other."""
    other = enrol(session, client, hall, admin, name="Sảnh 2", now=clock.now() - timedelta(days=1))
    told: list[Any] = []
    start = threading.Barrier(2)

    def send(device: Device, turns: list[list[dict[str, Any]]]) -> None:
        one = Device(app.test_client(), hall, device.key, assignment=device.assignment)
        for items in turns:
            start.wait()
            told.append(one.send(*items))

    def turns(device: Device, step: int) -> list[list[dict[str, Any]]]:
        return [
            [device.item(age_ms=9_000, dossier=code(30 * turn + number)) for number in range(30)[::step]]
            for turn in range(6)
        ]

    threads = [
        threading.Thread(target=send, args=(device, turns(device, step)))
        for device, step in ((enrolled, 1), (other, -1))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.status_code for answer in told] == [200] * 12
    outcomes = [each["outcome"] for answer in told for each in answer.json["results"]]
    assert sorted(outcomes) == ["answered_before"] * 180 + ["stored"] * 180


@pytest.mark.parametrize(
    "made",
    [
        UUID(int=0),
        UUID(int=7),
        uuid1(node=0x0242AC110002),  # tells which machine made it
        uuid3(NAMESPACE_URL, "quay-1/7"),
        uuid5(NAMESPACE_URL, "quay-1/7"),
    ],
)
def test_an_id_that_two_devices_could_come_upon_is_refused_with_words(
    session: Session, enrolled: Device, made: UUID
) -> None:
    answer = enrolled.send(enrolled.item(id=str(made)), enrolled.item(id=str(uuid4())), enrolled.item())
    refused, *others = answer.json["results"]
    assert (refused["id"], refused["outcome"], refused["field"]) == (str(made), "refused", "id")
    assert refused["message"] == "Mã phiếu phải là UUID ngẫu nhiên: phiên bản 7 hoặc 4."
    assert [each["outcome"] for each in others] == ["stored", "stored"]
    assert count(session) == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"answers": {"overall": ["splendid"]}},
        {"answers": {}},
        {"version": 10**6},
        {"assignment": None},
        {"assignment": 10**6},
        {"sealed": None},
        {"id": "x"},
        {"comments": {"comment": "a" * 2001}},
    ],
)
def test_a_refused_item_does_not_hurt_its_neighbours(session: Session, enrolled: Device, wrong: dict[str, Any]) -> None:
    before, bad, after = enrolled.item(), enrolled.item(**wrong), enrolled.item()
    results = enrolled.send(before, bad, after).json["results"]
    assert [each["outcome"] for each in results] == ["stored", "refused", "stored"]
    assert results[1]["id"] == bad["id"]
    assert results[1]["message"].endswith(".")
    assert {str(each) for each in session.scalars(select(Response.id))} == {before["id"], after["id"]}


@pytest.mark.parametrize("wrong", [{"items": None}, {"items": [{}] * 51}, {"boot": 1}, {"mono": None}, {"clock": -1}])
def test_what_is_no_batch_is_a_problem(session: Session, enrolled: Device, wrong: dict[str, Any]) -> None:
    answer = enrolled.send(enrolled.item(), **wrong)
    assert (answer.status_code, answer.content_type) == (422, "application/problem+json")
    assert answer.json["errors"][0]["field"] == next(iter(wrong))
    assert count(session) == 0


def test_fifty_answers_with_long_comments_fit(session: Session, enrolled: Device) -> None:
    items = [enrolled.item(comments={"comment": "ế" * 2000}) for _ in range(50)]
    assert enrolled.outcomes(*items) == ["stored"] * 50


def test_a_removed_response_does_not_come_back(session: Session, enrolled: Device) -> None:
    item = enrolled.item()
    enrolled.outcomes(item)
    surveys.remove(session, UUID(item["id"]), now=clock.now())
    session.commit()
    assert enrolled.outcomes(item) == ["same"]
    assert session.scalars(select(Response.removed_at)).one() is not None


def test_after_a_move_late_answers_count_where_they_were_given(
    session: Session, hall: Hall, admin: Member, enrolled: Device
) -> None:
    late = enrolled.item(age_ms=60_000)
    counter_id = counter_of(session, hall)
    operations.move(
        session,
        enrolled.id,
        now=clock.now(),
        actor_id=admin.id,
        position=Position(place_id=hall.place_id, counter_id=counter_id, stage="returned"),
    )
    session.commit()
    moved = enrolled.configuration().json
    assert moved["assignment"] != enrolled.assignment
    assert enrolled.outcomes(late, enrolled.item(assignment=moved["assignment"])) == ["stored", "stored"]
    rows = session.execute(
        select(Response.rated_department_id, Response.counter_id, Response.stage).order_by(Response.answered_at)
    ).all()
    assert rows == [(hall.centre, None, None), (hall.bureau, counter_id, "returned")]


def test_another_devices_assignment_is_refused(
    session: Session, client: FlaskClient, hall: Hall, admin: Member, enrolled: Device
) -> None:
    other = enrol(session, client, hall, admin, name="Sảnh 2")
    assert enrolled.outcomes(enrolled.item(assignment=other.assignment)) == ["refused"]


def test_what_was_asked_before_the_place_changed_its_questionnaire_still_counts(
    session: Session, hall: Hall, enrolled: Device
) -> None:
    late = enrolled.item()
    version = publish(session, "tt01")
    surveys.ask_at(session, place_id=hall.place_id, door="kiosk", questionnaire_id=version.questionnaire_id)
    session.commit()
    assert enrolled.outcomes(late) == ["stored"]


def test_the_place_is_what_it_was_on_the_day_of_the_answer(session: Session, hall: Hall, enrolled: Device) -> None:
    today = clock.local_day(clock.now())
    session.execute(update(Place).values(closed_on=today))
    session.commit()
    late, after = enrolled.item(age_ms=26 * 3_600_000), enrolled.item()
    results = enrolled.send(late, after).json["results"]
    assert [each["outcome"] for each in results] == ["stored", "refused"]
    assert results[1]["field"] == "place"


def test_limits_are_each_devices_own(
    session: Session, client: FlaskClient, hall: Hall, admin: Member, enrolled: Device
) -> None:
    other = enrol(session, client, hall, admin, name="Sảnh 2")
    # At most two windows of a minute are touched.
    assert 429 in [enrolled.send().status_code for _ in range(2 * 120 + 1)]
    assert other.outcomes(other.item()) == ["stored"]


def test_rejected_keys_are_limited_by_address_and_hold_up_no_good_one(client: FlaskClient, enrolled: Device) -> None:
    shown = ({"Authorization": f"Bearer {new_id()}.{number}"} for number in range(2 * 120 + 1))
    rejected = [client.get("/api/v1/kiosks/self", headers=each).status_code for each in shown]
    assert set(rejected) == {401, 429}
    assert enrolled.outcomes(enrolled.item()) == ["stored"]


def test_one_key_has_one_share_however_it_is_spelt(enrolled: Device) -> None:
    spelt = [f"{scheme}{' ' * gap}{enrolled.key}" for scheme in ("Bearer", "bearer") for gap in range(1, 122)]
    sent = [enrolled.client.get("/api/v1/kiosks/call", headers={"Authorization": each}) for each in spelt]
    assert 429 in [each.status_code for each in sent]


def test_an_error_of_the_database_names_no_values(app: Flask) -> None:
    with app.app_context(), pytest.raises(Exception, match="no_such_table") as raised:
        db.session.execute(text("SELECT 1 FROM no_such_table WHERE name = :name"), {"name": "hồ sơ của bà Bưởi"})
    assert "Bưởi" not in str(raised.value)


def test_answers_are_taken_without_redis(session: Session, settings: Settings, enrolled: Device) -> None:
    # There is one limiter in a process: it has to forget afterwards that it found no Redis.
    with_redis = dict(vars(limiter))
    app = create_app(replace(settings, redis_url="unix:///nowhere/valkey.sock"))
    alone = Device(app.test_client(), enrolled.hall, enrolled.key, assignment=enrolled.assignment)
    try:
        assert alone.outcomes(alone.item()) == ["stored"]
    finally:
        vars(limiter).update(with_redis)
        with app.app_context():
            db.engine.dispose()
    assert count(session) == 1


DAY_MS = 24 * 3_600_000


@pytest.mark.parametrize("drift_ms", [DAY_MS, -DAY_MS, 3 * 365 * DAY_MS])
@pytest.mark.parametrize("method", ["mono", "known", "upload"])
def test_a_clock_that_is_wrong_by_days_is_corrected_and_flagged(
    session: Session, enrolled: Device, drift_ms: int, method: str
) -> None:
    enrolled.drift_ms = drift_ms
    item = enrolled.item(age_ms=3_600_000, offset=None if method == "upload" else -drift_ms)
    if method != "mono":
        enrolled.restart()
    before = clock.now()
    assert enrolled.outcomes(item) == ["stored"]
    reading = session.scalars(select(KioskReading)).one()
    assert (reading.method, reading.flagged) == (method, True)
    assert abs((reading.offset_ms or 0) + drift_ms) < 60_000
    answered = session.scalars(select(Response.answered_at)).one()
    assert abs(answered - (before - timedelta(hours=1))) < timedelta(minutes=1)


def test_a_clock_set_between_touch_and_upload_moves_no_answer_out_of_its_time(
    session: Session, enrolled: Device
) -> None:
    first = enrolled.item(clock=0)
    ahead = enrolled.item(clock=int((clock.now() + timedelta(days=400)).timestamp() * 1000))
    enrolled.restart()
    assert enrolled.outcomes(first, ahead) == ["stored", "stored"]
    now = clock.now()
    for answered in session.scalars(select(Response.answered_at)):
        assert now - timedelta(days=31) < answered <= now
    assert all(session.scalars(select(KioskReading.flagged)))


def test_a_small_drift_is_not_flagged(session: Session, enrolled: Device) -> None:
    enrolled.drift_ms = 4 * 60_000
    enrolled.outcomes(enrolled.item())
    assert session.scalars(select(KioskReading.flagged)).one() is False


def test_a_revoked_device_is_told_and_what_it_sent_stays(session: Session, admin: Member, enrolled: Device) -> None:
    enrolled.outcomes(enrolled.item())
    operations.revoke(session, enrolled.id, now=clock.now(), actor_id=admin.id)
    session.commit()
    answer = enrolled.send(enrolled.item())
    assert (answer.status_code, answer.content_type) == (401, "application/problem+json")
    assert count(session) == 1
    assert enrolled.configuration().status_code == 401
    assert enrolled.report().status_code == 401


def test_ids_already_taken_by_a_page_are_the_same_response(session: Session, enrolled: Device) -> None:
    response_id = str(new_id())
    assert enrolled.outcomes(enrolled.item(id=response_id), enrolled.item(id=response_id)) == ["stored", "same"]
