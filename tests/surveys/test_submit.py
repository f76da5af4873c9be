"""The rules behind every door."""

import hashlib
import json
import threading
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from feedback_app.departments import queries as departments
from feedback_app.kit.ids import new_id
from feedback_app.recounts import RecountRequest
from feedback_app.surveys import operations, queries
from feedback_app.surveys.models import Response, ResponseConflict
from feedback_app.surveys.operations import FutureAnswer, WrongProcedure
from feedback_app.surveys.versions import check, content_hash
from tests import factories
from tests.staff.people import add_person
from tests.surveys.halls import MORNING, Hall, Kiosk, command, delivery, hidden, make_hall, submit


@pytest.fixture
def hall(session: Session) -> Hall:
    return make_hall(session)


def countable(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Response).where(queries.countable())) or 0


def test_every_door_makes_the_same_command(
    session: Session, hall: Hall, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    real = operations.submit

    def note(*args: object, **kwargs: object) -> object:
        seen.append(args[1])
        return real(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(operations, "submit", note)
    text = {"comment": "Xin thêm ghế"}
    said = {"overall": ["satisfied"], "went-well": ["on-time"]}
    Kiosk(client).send(new_id(), delivery(hall, sealed=True, answers=said, comments=text))
    for address in ("/khao-sat/mot-cua", "/khao-sat/mot-cua?kenh=qr"):
        page = client.get(address).text
        answers = {"q-overall": "satisfied", "q-went-well": "on-time", "q-comment": "Xin thêm ghế"}
        client.post("/khao-sat/mot-cua", data=hidden(page) | answers)
    assert [each.channel for each in seen] == ["kiosk", "web", "qr"]
    alike = {
        (
            each.version_id,
            each.place_id,
            each.rated_department_id,
            tuple(sorted(each.answers.items())),
            tuple(each.comments.items()),
            each.sealed,
            each.revision,
        )
        for each in seen
    }
    assert len(alike) == 1


def test_two_deliveries_at_once_are_one_response(session: Session, engine: Engine, hall: Hall) -> None:
    given = command(hall)
    outcomes: list[str] = []
    together = threading.Barrier(8)

    def deliver() -> None:
        with Session(engine) as own:
            together.wait()
            outcomes.append(submit(own, given))

    threads = [threading.Thread(target=deliver) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["same"] * 7 + ["stored"]
    assert session.scalar(select(func.count()).select_from(Response)) == 1
    assert session.scalar(select(func.count()).select_from(RecountRequest)) == 1


@pytest.mark.parametrize("order", [(0, 2, 10), (2, 0, 10), (10, 2, 0)])
def test_a_repeated_press_is_stored_and_marked_but_not_counted(
    session: Session, hall: Hall, order: tuple[int, ...]
) -> None:
    device = new_id()
    for seconds in order:
        submit(session, command(hall, device_id=device, answered_at=MORNING + timedelta(seconds=seconds)))
    assert session.scalars(select(Response.rapid).order_by(Response.answered_at)).all() == [False, True, False]
    assert countable(session) == 2


def test_the_next_person_after_five_seconds_counts(session: Session, hall: Hall) -> None:
    device = new_id()
    for seconds in (0, 5):
        submit(session, command(hall, device_id=device, answered_at=MORNING + timedelta(seconds=seconds)))
    assert countable(session) == 2


def test_two_devices_side_by_side_both_count(session: Session, hall: Hall) -> None:
    for _ in range(2):
        submit(session, command(hall, device_id=new_id()))
    assert countable(session) == 2


def test_completing_ones_own_answer_is_no_repeated_press(session: Session, hall: Hall) -> None:
    first = command(hall, device_id=new_id(), sealed=False)
    submit(session, first)
    assert submit(session, replace(first, sealed=True, revision=2)) == "completed"
    assert countable(session) == 1


def test_nobody_answers_in_the_future(session: Session, hall: Hall) -> None:
    with pytest.raises(FutureAnswer):
        submit(session, command(hall, answered_at=MORNING + timedelta(seconds=1)), now=MORNING)


def test_the_day_is_the_one_on_a_vietnamese_calendar(session: Session, hall: Hall) -> None:
    submit(session, command(hall, answered_at=datetime(2026, 9, 30, 16, 59, 59, tzinfo=UTC)))
    submit(session, command(hall, answered_at=datetime(2026, 9, 30, 17, 0, 0, tzinfo=UTC)))
    days = session.scalars(select(Response.answered_on).order_by(Response.answered_at)).all()
    assert days == [date(2026, 9, 30), date(2026, 10, 1)]
    stored = session.scalars(select(Response.answered_at).order_by(Response.answered_at)).first()
    assert stored is not None
    assert stored.utcoffset() == timedelta(0)
    assert sorted(session.scalars(select(RecountRequest.day))) == days


def test_a_delivery_to_another_door_is_a_conflict(session: Session, hall: Hall) -> None:
    first = command(hall, sealed=False)
    submit(session, first)
    assert submit(session, replace(first, channel="web", revision=2, sealed=True)) == "conflict"


def test_a_conflict_whose_reply_was_lost_is_kept_once(session: Session, hall: Hall) -> None:
    first = command(hall)
    submit(session, first)
    other, another = (
        replace(first, revision=2, answers={"overall": (level,)}) for level in ("neutral", "very-dissatisfied")
    )
    assert [submit(session, each) for each in (other, other, another, other)] == ["conflict"] * 4
    kept = session.scalars(select(ResponseConflict).order_by(ResponseConflict.id)).all()
    assert [each.content["answers"]["overall"] for each in kept] == [["neutral"], ["very-dissatisfied"]]


def test_a_removed_response_does_not_come_back(session: Session, hall: Hall) -> None:
    given = command(hall)
    submit(session, given)
    operations.remove(session, given.id, now=MORNING)
    session.commit()
    assert submit(session, given) == "same"
    assert countable(session) == 0


def test_demonstration_is_shown_until_it_is_removed(session: Session, hall: Hall) -> None:
    assert not queries.shows_demonstration(session, now=MORNING)
    submit(session, command(hall, demonstration=True))
    assert queries.shows_demonstration(session, now=MORNING)
    assert operations.remove_demonstration(session, now=MORNING) == 1
    assert not queries.shows_demonstration(session, now=MORNING)


def test_a_procedure_brings_its_field(session: Session, hall: Hall) -> None:
    births, _ = factories.procedures(session, "ho-tich", "khai-sinh", "ket-hon")
    given = command(hall, procedure_id=births)
    assert [submit(session, given), submit(session, given)] == ["stored", "same"]
    field = next(each.id for each in departments.fields(session) if each.code == "ho-tich")
    assert session.execute(select(Response.field_id, Response.procedure_id)).all() == [(field, births)]


def test_completing_an_answer_may_name_another_procedure(session: Session, hall: Hall) -> None:
    births, marriages = factories.procedures(session, "ho-tich", "khai-sinh", "ket-hon")
    first = command(hall, procedure_id=births, sealed=False)
    submit(session, first)
    assert submit(session, replace(first, procedure_id=marriages, sealed=True, revision=2)) == "completed"
    assert session.scalars(select(Response.procedure_id)).one() == marriages


def test_a_procedure_belongs_to_the_field_named(session: Session, hall: Hall) -> None:
    (births,) = factories.procedures(session, "ho-tich", "khai-sinh")
    land = next(each.id for each in departments.fields(session) if each.code == "dat-dai")
    with pytest.raises(WrongProcedure, match="không thuộc lĩnh vực") as caught:
        submit(session, command(hall, procedure_id=births, field_id=land))
    assert caught.value.field == "field"
    with pytest.raises(WrongProcedure, match="Không có thủ tục này"):
        submit(session, command(hall, procedure_id=births + 1000))
    assert session.scalars(select(Response)).all() == []


def test_without_a_procedure_the_hash_is_what_it_always_was(session: Session, hall: Hall) -> None:
    given = command(hall, stage="returned")
    version = queries.version(session, given.version_id)
    content = check(version, given)
    said = [given.version_id, "kiosk", hall.place_id, None, hall.centre, None, "returned", list(content.choice_ids), []]
    written = json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()
    assert content_hash(given, content) == hashlib.sha256(written).digest()
    (births,) = factories.procedures(session, "ho-tich", "khai-sinh")
    assert content_hash(replace(given, procedure_id=births), content) != content_hash(given, content)


def test_words_of_a_conflict_are_not_kept_for_ever(session: Session, hall: Hall) -> None:
    first = command(hall, comments={"comment": "Tốt"})
    submit(session, first)
    for number in range(3):
        other = replace(first, revision=2 + number, comments={"comment": f"Gọi tôi số 091234567{number}"})
        assert submit(session, other, now=MORNING + timedelta(days=number)) == "conflict"
    settled = session.scalars(select(ResponseConflict.id).order_by(ResponseConflict.id)).all()[1]
    chief = add_person(session, "truong", "manager", None)
    at = MORNING + timedelta(days=2)
    operations.settle_conflict(session, settled, decision="kept", settled_by=chief.id, now=at)
    session.commit()

    def forget(days: int) -> int:
        at = MORNING + timedelta(days=days)
        return operations.forget_conflicts(session, settled_before=at, received_before=at - timedelta(days=90))

    assert [forget(days) for days in (2, 3, 90, 91, 92, 93)] == [0, 1, 0, 1, 0, 1]
