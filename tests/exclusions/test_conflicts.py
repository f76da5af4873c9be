"""Two deliveries of one response that contradict each other are settled once, by somebody outside, for one of them."""

import re
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Page, expect
from sqlalchemy import Engine, delete, func, select
from sqlalchemy.orm import Session

from feedback_app.exclusions import operations
from feedback_app.exclusions.two_persons import OwnDepartment, OwnKeying
from feedback_app.kit import clock
from feedback_app.kit.ids import new_id
from feedback_app.recounts import RecountRequest
from feedback_app.staff.models import AuditEvent
from feedback_app.surveys import operations as surveys
from feedback_app.surveys.commands import SubmitResponse
from feedback_app.surveys.kept_deliveries import as_delivered, as_kept
from feedback_app.surveys.models import Comment, Response, ResponseConflict
from feedback_app.surveys.operations import AlreadySettled, NothingToReplace
from feedback_app.surveys.queries import ConflictNotFound
from tests.exclusions.queue import LATER, NOW, Queue, command, exclude, make_queue
from tests.factories import local
from tests.staff.people import PASSWORD, add_person, post, sign_in

PAGE = "/quan-ly/phieu-trai-nhau"
KEEP, REPLACE = "giu-phieu-dang-tinh", "tinh-phieu-den-sau"
AT = local(2026, 3, 5, 9, 17, 23)
FIRST_WORDS = "Nhanh, gọn."
LATER_WORDS = "Chờ quá lâu, gọi tôi số 0912345678."


@pytest.fixture
def queue(session: Session) -> Queue:
    return make_queue(session)


@pytest.fixture
def first(session: Session, queue: Queue) -> SubmitResponse:
    """A finished response about the ward, of 5 March at 9:17:23, with a text."""
    return made(session, queue)


@pytest.fixture
def later(session: Session, first: SubmitResponse) -> SubmitResponse:
    """The same response once more, dissatisfied and with another text, which waits for a decision."""
    other = replace(
        first,
        answers={"chung": ("khong-hai-long",), "ly-do": ("cho-lau",)},
        comments={"gop-y": LATER_WORDS},
        revision=2,
    )
    assert submit(session, other) == "conflict"
    return other


def made(session: Session, queue: Queue, **changes: Any) -> SubmitResponse:
    ward = queue.office.ward
    given = SubmitResponse(
        **{
            "id": new_id(),
            "version_id": queue.version.id,
            "channel": "kiosk",
            "receiving_department_id": ward,
            "rated_department_id": ward,
            "answers": {"chung": ("hai-long",)},
            "comments": {"gop-y": FIRST_WORDS},
            "answered_at": AT,
            "sealed": True,
            **changes,
        }
    )
    assert submit(session, given) == "stored"
    return given


def submit(session: Session, given: SubmitResponse) -> str:
    outcome = surveys.submit(session, given, now=AT + timedelta(minutes=1), rapid_seconds=0).outcome
    session.commit()
    return outcome


def settle(session: Session, member: Any, decision: Any = "replaced") -> None:
    operations.settle_conflict(session, waiting(session), now=LATER, member=member, decision=decision)
    session.commit()


def waiting(session: Session) -> int:
    return session.scalars(select(ResponseConflict.id).order_by(ResponseConflict.id)).all()[-1]


def stored(session: Session, given: SubmitResponse) -> Response:
    return session.get_one(Response, given.id, populate_existing=True)


def picked(session: Session, queue: Queue, given: SubmitResponse) -> set[str]:
    """Keys of the choices that are stored."""
    ids = stored(session, given).choice_ids
    return {choice.key for question in queue.version.questions for choice in question.choices if choice.id in ids}


def texts(session: Session) -> list[tuple[str | None, str]]:
    return [tuple(row) for row in session.execute(select(Comment.text, Comment.state))]  # type: ignore[misc]


def trail(session: Session) -> list[AuditEvent]:
    query = select(AuditEvent).where(AuditEvent.subject.like("conflict:%")).order_by(AuditEvent.id)
    return list(session.scalars(query))


def address(session: Session, step: str) -> str:
    return f"{PAGE}/{waiting(session)}/{step}"


def test_a_delivery_comes_back_from_being_kept_as_it_was_sent(later: SubmitResponse) -> None:
    assert as_delivered(as_kept(later)) == later


def test_keeping_changes_nothing_that_counts(
    session: Session, queue: Queue, first: SubmitResponse, later: SubmitResponse
) -> None:
    session.execute(delete(RecountRequest))
    settle(session, queue.stranger, "kept")
    assert picked(session, queue, first) == {"hai-long"}
    assert texts(session) == [(FIRST_WORDS, "held")]
    assert session.scalars(select(RecountRequest)).all() == []
    assert submit(session, later) == "conflict"
    row = session.scalars(select(ResponseConflict)).one()
    assert (row.decision, row.settled_by, row.settled_at) == ("kept", queue.stranger.id, LATER)


def test_the_later_one_counts_under_the_same_id_on_the_same_day(
    session: Session, queue: Queue, first: SubmitResponse, later: SubmitResponse
) -> None:
    token = session.scalars(select(Comment.token)).one()
    surveys.clear_comment(session, token, text=FIRST_WORDS, reviewer=queue.above, now=LATER)
    session.execute(delete(RecountRequest))
    before = session.scalar(select(func.count()).select_from(Response))
    settle(session, queue.stranger)
    assert picked(session, queue, first) == {"khong-hai-long", "cho-lau"}
    assert session.scalar(select(func.count()).select_from(Response)) == before
    assert texts(session) == [(LATER_WORDS, "held")]
    asked = session.execute(select(RecountRequest.subject_id, RecountRequest.day)).all()
    assert asked == [(queue.office.ward, AT.date())]
    assert stored(session, first).answered_at == AT
    # Whoever repeats either of the two changes nothing, and asks nobody again.
    assert [submit(session, first), submit(session, later)] == ["superseded", "same"]
    assert picked(session, queue, first) == {"khong-hai-long", "cho-lau"}


def test_the_trail_names_person_and_decision_and_no_word_of_the_texts(
    session: Session, queue: Queue, later: SubmitResponse
) -> None:
    settle(session, queue.stranger)
    (event,) = trail(session)
    assert (event.action, event.actor_id) == ("exclusions.conflict_replaced", queue.stranger.id)
    assert (event.department_id, event.reason, event.details) == (queue.office.ward, None, {})


@pytest.mark.parametrize("who", ["insider", "above"])
def test_nobody_of_the_rated_department_or_above_it_settles(
    app: Flask, session: Session, queue: Queue, first: SubmitResponse, later: SubmitResponse, who: str
) -> None:
    member = getattr(queue, who)
    client = sign_in(app, member.username)
    page = client.get(PAGE).text
    assert "không quyết định được vụ việc này" in page
    for hidden in (KEEP, REPLACE, "Chờ quá lâu", FIRST_WORDS, "Không hài lòng"):
        assert hidden not in page
    for step in (KEEP, REPLACE):
        assert "Chờ quá lâu" not in client.get(address(session, step)).text
        assert post(client, address(session, step), {}).status_code == 403
    assert picked(session, queue, first) == {"hai-long"}
    assert session.scalars(select(ResponseConflict.settled_at)).one() is None
    events = trail(session)
    assert {event.action for event in events} == {"exclusions.attempt_refused"}
    assert [(event.actor_id, event.details) for event in events] == [
        (member.id, {"attempt": decision, "why": "own_department"}) for decision in ("kept", "replaced")
    ]


def test_who_stands_in_the_department_that_only_the_later_one_rates_does_not_settle(
    session: Session, queue: Queue, first: SubmitResponse
) -> None:
    assert submit(session, replace(first, rated_department_id=queue.office.bureau, revision=2)) == "conflict"
    with pytest.raises(OwnDepartment):
        settle(session, queue.beside)
    session.rollback()
    session.execute(delete(RecountRequest))
    settle(session, queue.stranger)
    assert stored(session, first).rated_department_id == queue.office.bureau
    counted_again = session.scalars(select(RecountRequest.subject_id)).all()
    assert set(counted_again) == {queue.office.ward, queue.office.bureau}


def test_nobody_settles_what_they_keyed_first_or_later(session: Session, queue: Queue) -> None:
    given = made(session, queue, channel="paper", keyer_id=queue.stranger.id)
    again = replace(given, answers={"chung": ("rat-hai-long",)}, keyer_id=queue.chief.id, revision=2)
    assert submit(session, again) == "conflict"
    for member in (queue.stranger, queue.chief):
        with pytest.raises(OwnKeying):
            settle(session, member)
        session.rollback()
    settle(session, queue.second)
    assert stored(session, given).keyer_id == queue.chief.id


@pytest.mark.parametrize(("door", "keyed"), [("paper", True), ("web", False)])
def test_a_later_delivery_through_another_door_brings_its_door_along(
    session: Session, queue: Queue, first: SubmitResponse, door: Any, keyed: bool
) -> None:
    assert submit(session, replace(first, channel=door, revision=2)) == "conflict"
    settle(session, queue.chief)
    row = stored(session, first)
    assert (row.channel, row.keyed_at is not None) == (door, keyed)


def test_a_removed_response_stays_removed(app: Flask, session: Session, queue: Queue, later: SubmitResponse) -> None:
    surveys.remove(session, later.id, now=AT + timedelta(hours=1))
    session.commit()
    with pytest.raises(NothingToReplace):
        settle(session, queue.stranger)
    session.rollback()
    client = sign_in(app, queue.stranger.username)
    page = client.get(PAGE).text
    assert "Phiếu đã hoàn tác" in page
    assert REPLACE not in page
    assert post(client, address(session, REPLACE), {}).status_code == 409
    assert post(client, address(session, KEEP), {}).status_code == 302
    assert stored(session, later).removed_at is not None


def test_a_response_left_out_by_two_people_stays_out(session: Session, queue: Queue, later: SubmitResponse) -> None:
    case_id = operations.open_case(session, command(queue.office.ward, [later.id], subject="place:9"), now=NOW)
    assert exclude(session, queue, case_id) == 1
    exclusion_id = stored(session, later).exclusion_id
    settle(session, queue.stranger)
    assert exclusion_id is not None
    assert stored(session, later).exclusion_id == exclusion_id


def test_an_erased_response_takes_its_conflict_along(
    app: Flask, session: Session, queue: Queue, later: SubmitResponse
) -> None:
    conflict_id = waiting(session)
    session.execute(delete(Response).where(Response.id == later.id))
    session.commit()
    with pytest.raises(ConflictNotFound):
        operations.settle_conflict(session, conflict_id, now=LATER, member=queue.chief, decision="kept")
    client = sign_in(app, queue.chief.username)
    assert "Không có phiếu trái nhau nào đang chờ." in client.get(PAGE).text
    for step in (KEEP, REPLACE):
        assert client.get(f"{PAGE}/{conflict_id}/{step}").status_code == 404
        assert post(client, f"{PAGE}/{conflict_id}/{step}", {}).status_code == 404


def test_an_erased_original_is_told_as_erased(
    app: Flask, session: Session, queue: Queue, later: SubmitResponse
) -> None:
    token = session.scalars(select(Comment.token)).one()
    surveys.refuse_comment(session, token, reason="Có tên người", reviewer=queue.above, now=LATER)
    surveys.erase_originals(session, before=LATER + timedelta(days=1))
    session.commit()
    page = sign_in(app, queue.stranger.username).get(PAGE).text
    assert "đã xóa theo hạn lưu" in page
    assert FIRST_WORDS not in page


def test_two_settlers_at_once_are_one_decision(
    session: Session, engine: Engine, queue: Queue, first: SubmitResponse, later: SubmitResponse
) -> None:
    conflict_id, outcomes = waiting(session), []
    together = threading.Barrier(2)

    def decide(member: Any, decision: Any) -> None:
        with Session(engine) as own:
            together.wait()
            try:
                operations.settle_conflict(own, conflict_id, now=LATER, member=member, decision=decision)
                own.commit()
                outcomes.append(decision)
            except AlreadySettled:
                outcomes.append("late")

    threads = [
        threading.Thread(target=decide, args=args) for args in ((queue.chief, "kept"), (queue.second, "replaced"))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    row = session.scalars(select(ResponseConflict)).one()
    assert sorted(outcomes) == sorted([row.decision, "late"])
    assert len(trail(session)) == 1
    assert picked(session, queue, first) == ({"hai-long"} if row.decision == "kept" else {"khong-hai-long", "cho-lau"})


def test_who_comes_late_is_told(app: Flask, session: Session, queue: Queue, later: SubmitResponse) -> None:
    settle(session, queue.chief, "kept")
    client = sign_in(app, queue.second.username)
    assert client.get(address(session, REPLACE)).status_code == 404
    late = post(client, address(session, REPLACE), {})
    assert late.status_code == 409
    assert "vừa được người khác xử lý" in late.text


def test_both_stand_side_by_side_in_words_and_masked_without_a_minute(
    app: Flask, session: Session, queue: Queue, later: SubmitResponse
) -> None:
    page = sign_in(app, queue.stranger.username).get(PAGE).text
    for said in ("Phường Đồng Sơn", "05/03/2026", "Hài lòng", "Không hài lòng", "Cho-lau", FIRST_WORDS, "Chờ quá lâu"):
        assert said in page
    assert "0912345678" not in page
    assert str(later.id) not in page
    assert not re.search(r"\b\d\d:\d\d\b", page)


def test_what_arrived_today_waits_until_tomorrow(app: Flask, session: Session, queue: Queue) -> None:
    given = made(session, queue)
    other = replace(given, comments={"gop-y": LATER_WORDS}, revision=2)
    surveys.submit(session, other, now=clock.now(), rapid_seconds=0)
    session.commit()
    client = sign_in(app, queue.chief.username)
    assert "Không có phiếu trái nhau nào đang chờ." in client.get(PAGE).text
    assert client.get(address(session, KEEP)).status_code == 404
    assert post(client, address(session, KEEP), {}).status_code == 404


def test_who_decided_what_is_read_below_by_those_it_concerns(
    app: Flask, session: Session, queue: Queue, later: SubmitResponse
) -> None:
    client = sign_in(app, queue.stranger.username)
    assert "mất hẳn" in client.get(address(session, REPLACE)).text
    assert post(client, address(session, REPLACE), {}).location == PAGE
    for who, reads in (("noikhac", True), ("trongphuong", True), ("quantri", True), ("taichinh", False)):
        page = sign_in(app, who).get(PAGE).text
        assert "Chờ quá lâu" not in page
        assert ("Người noikhac, " in page) == reads, who


def test_visitors_and_staff_may_not(
    app: Flask, client: FlaskClient, session: Session, queue: Queue, later: SubmitResponse
) -> None:
    add_person(session, "nhap", "staff", queue.office.elsewhere)
    keyer = sign_in(app, "nhap")
    for path in (PAGE, address(session, KEEP)):
        assert client.get(path).location.startswith("/dang-nhap?next=")
        assert keyer.get(path).status_code == 403
    assert post(keyer, address(session, KEEP), {}).status_code == 403


@pytest.mark.browser
@pytest.mark.parametrize("width", [1440, 360])
def test_it_is_settled_on_pages_that_keep_to_the_rules(
    page: Page, queue: Queue, later: SubmitResponse, axe: Callable[[Page], None], width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 900})

    def look() -> None:
        page.wait_for_load_state()
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width

    page.goto(f"/dang-nhap?next={PAGE}")
    page.fill("[name=username]", queue.stranger.username)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(f"**{PAGE}")
    look()
    page.get_by_role("link", name="Tính phiếu đến sau").press("Enter")
    expect(page.get_by_role("heading", name="Tính phiếu đến sau thay phiếu đang tính?")).to_be_visible()
    look()
    page.get_by_role("button", name="Tính phiếu đến sau").press("Enter")
    expect(page.get_by_text("Không có phiếu trái nhau nào đang chờ.")).to_be_visible()
    expect(page.get_by_role("cell", name="Tính phiếu đến sau")).to_be_visible()
    look()
