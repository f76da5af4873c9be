"""A response begun at a kiosk is finished on a phone: once, without showing what was touched, and losing nothing."""

import re
import threading
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, func, select, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from feedback_app.kiosks import operations as operations_of_kiosks
from feedback_app.kiosks.commands import DeviceSettings
from feedback_app.kiosks.models import KioskDevice
from feedback_app.kit import clock
from feedback_app.kit.ids import new_id
from feedback_app.recounts import RecountRequest
from feedback_app.staff.queries import Member
from feedback_app.surveys import operations
from feedback_app.surveys.models import Comment, Response, ResponseConflict, ResponseHandover
from tests.kiosks.fleet import Device, enrol
from tests.surveys.halls import Hall, hidden

WORDS = "Ghế chờ ít quá"


@pytest.fixture
def enrolled(session: Session, enrolled: Device, admin: Member) -> Device:
    """The device of the hall, which lets people write on on their phones."""
    offer(session, admin, handover=True)
    return enrolled


def offer(session: Session, admin: Member, *, handover: bool) -> None:
    for device_id in session.scalars(select(KioskDevice.id)).all():
        operations_of_kiosks.change_settings(
            session, device_id, now=clock.now(), actor_id=admin.id, settings=DeviceSettings(handover=handover)
        )
    session.commit()


def begun(device: Device, **changes: Any) -> dict[str, Any]:
    """A response of which the first touches have arrived."""
    item = device.item(**{"sealed": False, "answers": {"overall": ["not-satisfied"]}, **changes})
    assert device.outcomes(item) == ["stored"]
    return item


def handed(device: Device, item: dict[str, Any]) -> str:
    """The path a phone opens."""
    answer = device.post("/api/v1/kiosks/handovers", {"id": item["id"]})
    assert answer.status_code == 201, answer.text
    assert answer.json["svg"].startswith("<svg")
    return "/tiep-tuc/" + answer.json["url"].partition("/tiep-tuc/")[2]


def write(phone: FlaskClient, path: str, words: str, **changes: str) -> TestResponse:
    carried = hidden(phone.get(path).text)
    return phone.post(path, data={**carried, "q-comment": words, **changes})


def later(session: Session, delay: timedelta) -> None:
    session.execute(update(ResponseHandover).values(expires_at=ResponseHandover.expires_at - delay))
    session.commit()


def test_a_phone_adds_its_words_to_what_was_touched_and_seals_it(
    app: Flask, session: Session, enrolled: Device
) -> None:
    item = begun(enrolled)
    path = handed(enrolled, item)
    asked_before = session.scalar(select(func.count()).select_from(RecountRequest))
    phone = app.test_client()
    page = phone.get(path)
    assert page.headers["Cache-Control"] == "no-store"
    assert re.findall(r'name="(q-[^"]+)"', page.text) == ["q-comment"]
    for told in ("not-satisfied", "Không hài lòng", str(item["id"]), 'type="radio"'):
        assert told not in page.text
    answer = write(phone, path, WORDS)
    assert (answer.status_code, answer.location) == (303, "/tiep-tuc/cam-on")
    assert WORDS not in phone.get(answer.location).text
    stored = session.scalars(select(Response)).one()
    assert stored.sealed_at is not None
    assert (stored.channel, stored.device_id, len(stored.choice_ids)) == ("kiosk", enrolled.id, 1)
    assert session.scalars(select(Comment.text)).all() == [WORDS]
    assert session.scalar(select(func.count()).select_from(RecountRequest)) == (asked_before or 0) + 1


def test_a_phone_that_sends_twice_is_thanked_twice_and_counts_once(
    app: Flask, session: Session, enrolled: Device
) -> None:
    path = handed(enrolled, begun(enrolled))
    phone = app.test_client()
    carried = {**hidden(phone.get(path).text), "q-comment": WORDS}
    assert [phone.post(path, data=carried).status_code for _ in range(2)] == [303, 303]
    again = phone.post(path, data={**carried, "q-comment": "Khác hẳn"})
    assert again.status_code == 409
    assert phone.get(path).status_code == 409
    assert session.scalar(select(func.count()).select_from(Response)) == 1
    assert session.scalars(select(Comment.text)).all() == [WORDS]
    # Acknowledged with regret, kept for a person.
    assert [each["comments"]["comment"] for each in session.scalars(select(ResponseConflict.content))] == ["Khác hẳn"]


def test_who_writes_nothing_still_finishes(app: Flask, session: Session, enrolled: Device) -> None:
    path = handed(enrolled, begun(enrolled))
    assert write(app.test_client(), path, " ").status_code == 303
    assert session.scalars(select(Response.sealed_at)).one() is not None
    assert session.scalars(select(Comment.text)).all() == []


def test_words_that_are_too_long_come_back_with_the_error_beside_them(
    app: Flask, session: Session, enrolled: Device
) -> None:
    path = handed(enrolled, begun(enrolled))
    answer = write(app.test_client(), path, "x" * 2001)
    assert answer.status_code == 422
    assert "x" * 2001 in answer.text
    assert re.search(r'<textarea [^>]*aria-describedby="[^"]*q-comment-error"[^>]*aria-invalid="true"', answer.text)
    assert session.scalars(select(Response.sealed_at)).one() is None


def test_a_page_without_its_cookie_comes_back_as_it_was_filled(app: Flask, session: Session, enrolled: Device) -> None:
    path = handed(enrolled, begun(enrolled))
    answer = app.test_client().post(path, data={"q-comment": WORDS})
    assert answer.status_code == 400
    assert WORDS in answer.text
    assert session.scalars(select(Response.sealed_at)).one() is None


def test_without_the_phone_the_response_stays_partial(app: Flask, session: Session, enrolled: Device) -> None:
    item = begun(enrolled)
    path = handed(enrolled, item)
    phone = app.test_client()
    carried = {**hidden(phone.get(path).text), "q-comment": WORDS}
    later(session, operations.LASTS)
    assert phone.get(path).status_code == 410
    assert "vẫn được tính" in phone.get(path).text
    assert session.scalars(select(Response.sealed_at)).one() is None
    # Who opened it in time may finish writing; an hour later that is over too.
    later(session, operations.WRITING)
    assert phone.post(path, data=carried).status_code == 410
    assert session.scalars(select(Comment.text)).all() == []


def test_who_opened_it_in_time_may_take_longer_to_write(app: Flask, session: Session, enrolled: Device) -> None:
    path = handed(enrolled, begun(enrolled))
    phone = app.test_client()
    carried = {**hidden(phone.get(path).text), "q-comment": WORDS}
    later(session, operations.LASTS + timedelta(minutes=5))
    assert phone.post(path, data=carried).status_code == 303
    assert session.scalars(select(Comment.text)).all() == [WORDS]


def test_nobody_guesses_a_code(app: Flask, enrolled: Device) -> None:
    assert app.test_client().get("/tiep-tuc/AAAAAAAAAAAAAAAAAAAAAA").status_code == 404


def test_a_device_hands_over_its_own_unfinished_responses_alone(
    session: Session, client: FlaskClient, hall: Hall, admin: Member, enrolled: Device
) -> None:
    def status(device: Device, response_id: object) -> int:
        return device.post("/api/v1/kiosks/handovers", {"id": response_id}).status_code

    item = begun(enrolled)
    other = enrol(session, client, hall, admin, name="Sảnh 2")
    offer(session, admin, handover=True)
    assert status(other, item["id"]) == 404
    assert status(enrolled, str(new_id())) == 404
    assert status(enrolled, "không phải mã") == 422
    assert enrolled.post("/api/v1/kiosks/handovers", []).status_code == 422
    done = enrolled.item()
    enrolled.send(done)
    assert status(enrolled, done["id"]) == 409
    # Reasons alone leave the required question open, which a phone cannot ask.
    assert status(enrolled, begun(enrolled, answers={"went-badly": ["waiting"]})["id"]) == 409
    enrolled.key = f"{enrolled.id}.wrong"
    assert status(enrolled, item["id"]) == 401


def test_what_the_kiosk_sends_after_the_phone_changes_nothing(app: Flask, session: Session, enrolled: Device) -> None:
    item = begun(enrolled)
    assert write(app.test_client(), handed(enrolled, item), WORDS).status_code == 303
    assert enrolled.outcomes({**item, "revision": 2, "sealed": True}, {**item, "revision": 3}) == ["superseded"] * 2
    assert session.scalars(select(ResponseConflict.id)).all() == []
    # What the phone did not know is not lost either.
    assert enrolled.outcomes({**item, "revision": 4, "sealed": True, "comments": {"comment": "Ồn quá"}}) == ["conflict"]
    assert session.scalars(select(Comment.text)).all() == [WORDS]
    assert [each["comments"] for each in session.scalars(select(ResponseConflict.content))] == [{"comment": "Ồn quá"}]


def test_a_kiosk_that_sealed_first_keeps_its_response_and_the_words_of_the_phone(
    app: Flask, session: Session, enrolled: Device
) -> None:
    item = begun(enrolled)
    path = handed(enrolled, item)
    phone = app.test_client()
    carried = {**hidden(phone.get(path).text), "q-comment": WORDS}
    assert enrolled.outcomes({**item, "revision": 2, "sealed": True}) == ["completed"]
    answer = phone.post(path, data=carried)
    assert answer.status_code == 409
    assert "được giữ lại" in answer.text
    assert session.scalars(select(Comment.text)).all() == []
    assert [each["comments"] for each in session.scalars(select(ResponseConflict.content))] == [{"comment": WORDS}]


@pytest.mark.parametrize("phones", [1, 3])
def test_kiosk_and_phones_at_once_leave_one_response_and_lose_no_words(
    session: Session, engine: Engine, app: Flask, enrolled: Device, phones: int
) -> None:
    item = begun(enrolled)
    tokens = [handed(enrolled, item).rpartition("/")[2] for _ in range(phones)]
    together = threading.Barrier(phones + 1)
    now = clock.now()

    def on_a_phone(number: int) -> None:
        with Session(engine) as own, app.app_context():
            together.wait()
            operations.finish(own, tokens[number], {"comment": f"Lời {number}"}, now=now)
            own.commit()

    def at_the_kiosk() -> None:
        client = app.test_client()
        together.wait()
        client.post(
            "/api/v1/kiosks/responses",
            json={
                **enrolled.clocks(),
                "items": [{**item, "revision": 2, "sealed": True, "comments": {"comment": "Lời ki-ốt"}}],
            },
            headers=enrolled.headers,
        )

    threads = [threading.Thread(target=on_a_phone, args=(number,)) for number in range(phones)]
    threads.append(threading.Thread(target=at_the_kiosk))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert session.scalar(select(func.count()).select_from(Response)) == 1
    said = session.scalars(select(Comment.text)).all()
    kept = [each["comments"]["comment"] for each in session.scalars(select(ResponseConflict.content))]
    assert len(said) == 1
    assert sorted([*said, *kept]) == sorted(["Lời ki-ốt", *(f"Lời {number}" for number in range(phones))])


def test_a_device_that_does_not_offer_it_gets_no_code(session: Session, enrolled: Device, admin: Member) -> None:
    item = begun(enrolled)
    offer(session, admin, handover=False)
    assert enrolled.post("/api/v1/kiosks/handovers", {"id": item["id"]}).status_code == 403


def test_codes_are_forgotten_once_they_are_over(session: Session, enrolled: Device) -> None:
    handed(enrolled, begun(enrolled))
    now = clock.now()
    assert operations.forget_handovers(session, before=now) == 0
    assert operations.forget_handovers(session, before=now + timedelta(minutes=11)) == 1


def test_words_written_too_long_after_are_given_back(app: Flask, session: Session, enrolled: Device) -> None:
    path = handed(enrolled, begun(enrolled))
    phone = app.test_client()
    carried = {**hidden(phone.get(path).text), "q-comment": WORDS}
    later(session, operations.LASTS + operations.WRITING)
    answer = phone.post(path, data=carried)
    assert answer.status_code == 410
    assert WORDS in answer.text
