"""Of every paper that cannot simply count, somebody outside the department can say what is true."""

from collections.abc import Iterator
from datetime import date, timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from feedback_app.paper import operations, queries
from feedback_app.paper.models import PaperBatch, PaperForm, PaperScan, PaperUpload
from feedback_app.paper.operations import NotCorrectable, NotOffered, Rules, checks
from feedback_app.recounts import RecountRequest
from feedback_app.staff.models import AuditEvent
from feedback_app.staff.queries import Member
from feedback_app.surveys.models import Response
from tests.paper.scanned import (
    ALWAYS,
    DOUBTFUL,
    GOOD,
    NEVER,
    NOW,
    RULE,
    Desk,
    counts,
    make_desk,
    pdf_of,
    read_by_child,
    responses,
    sheet,
    stored,
    take_in,
)
from tests.paper.stacks import ID
from tests.staff.people import add_person, post, sign_in

OF_KEYED = ("same", "corrected", "second", "discarded")
BAD_DAY = date(2026, 2, 27)
OTHER = {"chung": [2]}
LATER = NOW + timedelta(minutes=10)


@pytest.fixture
def desk(session: Session) -> Desk:
    return make_desk(session)


@pytest.fixture
def keyer(session: Session, desk: Desk) -> Member:
    return add_person(session, "nguoi-nhap", "staff", desk.office.ward)


def batch_of(session: Session, desk: Desk) -> PaperBatch:
    return session.get_one(PaperBatch, session.get_one(PaperForm, desk.numbers[0]).batch_id, populate_existing=True)


def key(session: Session, desk: Desk, keyer: Member, *, percent: int = 0) -> None:
    """The first number, with the answers of GOOD."""
    operations.key_form(
        session,
        now=NOW,
        keyer=keyer,
        sitting=queries.sitting_of(queries.batch(session, batch_of(session, desk).id), today=NOW.date()),
        number=desk.numbers[0],
        response_id=UUID(ID),
        answers={"chung": ("hai-long",), "thai-do": ("tot",)},
        comments={},
        rapid_seconds=0,
        second_keying_percent=percent,
    )
    session.commit()


def conflict(session: Session) -> queries.ConflictView:
    (found,) = queries.conflicts(session, department_ids=None)
    return found


def offered(session: Session) -> tuple[str, ...]:
    return operations.decisions(session, conflict(session).page_id)


def decide(session: Session, desk: Desk, decision: str, *, answered_on: date | None = None) -> None:
    operations.decide_conflict(
        session,
        conflict(session).page_id,
        decision=decision,  # type: ignore[arg-type]
        reason="Tờ giấy nói vậy",
        answered_on=answered_on,
        member=desk.uploader,
        now=NOW,
    )
    session.commit()


def test_a_scan_is_right_where_the_keying_was_wrong(session: Session, desk: Desk, keyer: Member) -> None:
    key(session, desk, keyer)
    read = take_in(session, [sheet(session, desk.numbers[0], OTHER)], desk.uploader)
    assert offered(session) == ("same", "corrected", "second", "discarded")
    recounts = session.scalar(select(func.count()).select_from(RecountRequest)) or 0
    decide(session, desk, "corrected")
    assert stored(session) == {desk.numbers[0]: ["khong-hai-long"]}
    assert (counts(session, read), responses(session)) == ({"duplicate": 1}, 1)
    assert session.scalar(select(func.count()).select_from(RecountRequest)) == recounts + 1
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "paper.conflict_settled")).one()
    assert event.details["decision"] == "corrected"
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "paper.corrected_by_scan")).one()
    assert (event.actor_id, event.details["corrected"]) == (desk.uploader.id, ["chung", "thai-do"])


def test_a_decision_that_is_no_longer_offered_is_answered_by_what_is(
    app: Flask, session: Session, desk: Desk, keyer: Member
) -> None:
    session.execute(update(PaperBatch).values(answered_on=BAD_DAY))
    session.commit()
    take_in(session, [sheet(session, desk.numbers[0], OTHER)], desk.uploader)
    browser, path = sign_in(app, "quet"), f"/duyet-quet/trung-so/{conflict(session).page_id}"
    assert "Tính phiếu này" in browser.get(path).text
    key(session, desk, keyer)
    answer = post(browser, path, {"decision": "counted", "reason": "", "answered_on": "3/3/2026"})
    assert answer.status_code == 409
    assert "Tình trạng phiếu vừa thay đổi, xin xem lại." in answer.text
    assert "Xin chọn một cách giải quyết." not in answer.text
    assert "phần đã nhập đúng" in answer.text
    assert "quét hai lần" not in answer.text
    assert "Đã nhập tay" in answer.text
    assert offered(session) == OF_KEYED


def test_a_number_that_is_keyed_meanwhile_is_corrected_once_its_doubts_are_decided(
    session: Session, desk: Desk, keyer: Member
) -> None:
    session.execute(update(PaperBatch).values(answered_on=BAD_DAY))
    session.commit()
    read = take_in(session, [sheet(session, desk.numbers[0], DOUBTFUL)], desk.uploader)
    session.execute(update(PaperBatch).values(answered_on=date(2026, 3, 2)))
    key(session, desk, keyer)
    decide(session, desk, "corrected")
    assert (counts(session, read), stored(session)) == ({"review": 1}, {desk.numbers[0]: ["hai-long", "tot"]})
    answer_field(session, desk, 1)
    assert stored(session) == {desk.numbers[0]: ["binh-thuong", "tot"]}
    assert (counts(session, read), responses(session)) == ({"duplicate": 1}, 1)


def answer_field(session: Session, desk: Desk, choice: int) -> None:
    field = queries.next_field(session, department_ids=None)
    assert field is not None
    operations.decide_field(
        session, field.id, verdict="marked", chosen=[choice], member=desk.uploader, rule=RULE, now=NOW
    )
    operations.settle_reviewed(session, now=LATER)
    session.commit()


def test_a_keyed_number_of_a_closed_batch_is_corrected_all_the_same(
    app: Flask, session: Session, desk: Desk, keyer: Member
) -> None:
    key(session, desk, keyer)
    operations.close(
        session, batch_of(session, desk).id, now=NOW, member=desk.uploader, not_returned=3, reason="Chưa thu về"
    )
    session.commit()
    take_in(session, [sheet(session, desk.numbers[0], OTHER)], desk.uploader)
    assert (conflict(session).why, offered(session)) == ("closed", OF_KEYED)
    assert "mở lại tập phiếu trước" not in sign_in(app, "quet").get("/duyet-quet/trung-so").text
    checks.miss(session, desk.numbers[0], now=NOW, member=desk.uploader, reason="Không còn tờ giấy.")
    decide(session, desk, "corrected")
    assert stored(session) == {desk.numbers[0]: ["khong-hai-long"]}


def test_what_was_the_same_as_a_keyed_form_waits_once_that_is_taken_back(
    session: Session, desk: Desk, keyer: Member
) -> None:
    session.execute(update(PaperBatch).values(answered_on=BAD_DAY))
    session.commit()
    take_in(session, [sheet(session, desk.numbers[0], OTHER)], desk.uploader)
    session.execute(update(PaperBatch).values(answered_on=date(2026, 3, 2)))
    key(session, desk, keyer)
    decide(session, desk, "same")
    operations.undo_last(session, now=NOW, keyer=keyer, response_id=UUID(ID), reason="Nhập nhầm", words="")
    session.commit()
    assert (conflict(session).why, offered(session)) == ("undone", ("counted", "discarded"))
    decide(session, desk, "counted")
    assert stored(session) == {desk.numbers[0]: ["khong-hai-long"]}


def test_a_keyed_form_whose_scan_is_blank_came_back_blank(session: Session, desk: Desk, keyer: Member) -> None:
    key(session, desk, keyer)
    blank = take_in(session, [sheet(session, desk.numbers[0], {})], desk.uploader)
    decide(session, desk, "corrected")
    sums = queries.sums(session, batch_of(session, desk).id)
    assert (sums.keyed, sums.scanned, sums.spoiled, sums.out) == (0, 0, 1, 3)
    assert (stored(session), counts(session, blank)) == ({}, {"read": 1})
    take_in(session, [sheet(session, desk.numbers[0], OTHER)], desk.uploader)
    assert offered(session) == ("same", "counted", "discarded")
    decide(session, desk, "counted")
    assert stored(session) == {desk.numbers[0]: ["khong-hai-long"]}
    sums = queries.sums(session, batch_of(session, desk).id)
    assert (sums.keyed, sums.scanned, sums.spoiled, sums.out) == (0, 1, 0, 3)


@pytest.mark.parametrize("text", ["Cần thêm ghế ngồi chờ.", None])
def test_what_was_written_on_a_scan_without_a_mark_is_typed(
    session: Session, desk: Desk, keyer: Member, text: str | None
) -> None:
    key(session, desk, keyer)
    take_in(session, [sheet(session, desk.numbers[0], {}, written=["y-kien"])], desk.uploader)
    decide(session, desk, "corrected")
    writing = queries.next_writing(session, kind="comment", department_ids=None)
    assert writing is not None
    assert stored(session) == {}
    if text is not None:
        operations.type_comment(session, writing.id, text=text, member=desk.uploader, now=NOW)
    else:
        operations.refuse_writing(session, writing.id, reason="Không đọc được", member=desk.uploader, now=NOW)
    session.commit()
    sums = queries.sums(session, batch_of(session, desk).id)
    assert (sums.keyed, sums.scanned, sums.spoiled) == ((0, 1, 0) if text else (0, 0, 1))


@pytest.mark.parametrize(
    ("scanned", "is_settled"), [(OTHER, False), (OTHER, True), (GOOD, False)], ids=["waiting", "settled", "the same"]
)
def test_what_was_scanned_of_a_form_found_blank_waits_again(
    session: Session, desk: Desk, keyer: Member, scanned: dict[str, list[int]], is_settled: bool
) -> None:
    key(session, desk, keyer, percent=100)
    take_in(session, [sheet(session, desk.numbers[0], scanned)], desk.uploader)
    if is_settled:
        decide(session, desk, "same")
    checks.key_again(session, desk.numbers[0], now=NOW, member=desk.uploader, answers={})
    third = add_person(session, "nguoi-thu-ba", "manager", None)
    checks.settle(session, desk.numbers[0], now=NOW, member=third, answers={"chung": (), "thai-do": ()})
    session.commit()
    assert (conflict(session).why, offered(session)) == ("undone", ("counted", "discarded"))
    decide(session, desk, "counted")
    assert len(stored(session)) == 1
    sums = queries.sums(session, batch_of(session, desk).id)
    assert (sums.keyed, sums.scanned, sums.spoiled, sums.out) == (0, 1, 0, 3)


def test_a_form_of_the_sample_is_corrected_by_the_sample(session: Session, desk: Desk, keyer: Member) -> None:
    key(session, desk, keyer, percent=100)
    take_in(session, [sheet(session, desk.numbers[0], OTHER)], desk.uploader)
    with pytest.raises(NotCorrectable) as drawn:
        decide(session, desk, "corrected")
    assert "kiểm tra" not in drawn.value.message
    session.rollback()
    assert stored(session) == {desk.numbers[0]: ["hai-long", "tot"]}
    checks.miss(session, desk.numbers[0], now=NOW, member=desk.uploader, reason="Không còn tờ giấy.")
    decide(session, desk, "corrected")
    assert stored(session) == {desk.numbers[0]: ["khong-hai-long"]}


@pytest.mark.parametrize("percent", [0, 100])
def test_nobody_learns_of_the_sample_by_correcting_what_they_keyed(session: Session, desk: Desk, percent: int) -> None:
    key(session, desk, desk.uploader, percent=percent)
    take_in(session, [sheet(session, desk.numbers[0], OTHER)], desk.uploader)
    with pytest.raises(NotCorrectable):
        decide(session, desk, "corrected")


def test_a_paper_of_a_closed_batch_counts_once_it_is_open_again(app: Flask, session: Session, desk: Desk) -> None:
    operations.close(
        session, batch_of(session, desk).id, now=NOW, member=desk.uploader, not_returned=4, reason="Chưa thu về"
    )
    session.commit()
    take_in(session, [sheet(session, desk.numbers[0], GOOD)], desk.uploader)
    assert offered(session) == ("discarded",)
    page = sign_in(app, "quet").get("/duyet-quet/trung-so").text
    assert f'href="/tap-phieu/{batch_of(session, desk).id}"' in page
    assert "mở lại tập phiếu trước" in page
    with pytest.raises(NotOffered):
        decide(session, desk, "counted")
    session.rollback()
    operations.reopen(session, batch_of(session, desk).id, now=NOW, member=desk.uploader, reason="Tìm thấy phiếu")
    assert offered(session) == ("counted", "discarded")
    decide(session, desk, "counted")
    assert stored(session) == {desk.numbers[0]: ["hai-long", "tot"]}


def test_a_paper_of_a_number_that_was_spoiled_by_mistake_counts_under_it(
    app: Flask, session: Session, desk: Desk
) -> None:
    number = desk.numbers[0]
    operations.spoil(session, number, now=NOW, member=desk.uploader, reason="Rách")
    take_in(session, [sheet(session, number, GOOD)], desk.uploader)
    assert offered(session) == ("second", "discarded")
    page = sign_in(app, "quet").get("/duyet-quet/trung-so").text
    assert "dùng lại số đã ghi hỏng" in page
    assert f'href="/tap-phieu/{batch_of(session, desk).id}"' in page
    operations.restore(session, number, now=NOW, member=desk.uploader, reason="Nhầm số")
    assert offered(session) == ("counted", "discarded")
    decide(session, desk, "counted")
    assert stored(session) == {number: ["hai-long", "tot"]}


def test_a_better_scan_of_a_paper_that_looked_blank_counts_under_its_number(session: Session, desk: Desk) -> None:
    number = desk.numbers[0]
    take_in(session, [sheet(session, number, {})], desk.uploader)
    take_in(session, [sheet(session, number, GOOD)], desk.uploader)
    assert offered(session) == ("same", "counted", "discarded")
    decide(session, desk, "counted")
    assert stored(session) == {number: ["hai-long", "tot"]}
    sums = queries.sums(session, batch_of(session, desk).id)
    assert (sums.scanned, sums.spoiled, sums.out) == (1, 0, 3)
    assert session.scalars(select(AuditEvent.action).where(AuditEvent.action == "paper.restored")).all()


def test_a_paper_that_was_left_out_by_mistake_is_asked_about_again(app: Flask, session: Session, desk: Desk) -> None:
    number = desk.numbers[0]
    session.execute(update(PaperBatch).values(answered_on=BAD_DAY))
    session.commit()
    paper = sheet(session, number, GOOD)
    take_in(session, [paper], desk.uploader)
    decide(session, desk, "discarded")
    session.execute(update(PaperBatch).values(answered_on=date(2026, 3, 2)))
    session.commit()
    again = take_in(session, [paper, paper], desk.uploader)
    assert counts(session, again) == {"conflict": 1, "duplicate": 1}
    assert (conflict(session).why, offered(session)) == ("left_out", ("counted", "discarded"))
    browser = sign_in(app, "quet")
    page = browser.get("/duyet-quet/trung-so").text
    assert "giống tờ đã được quyết định không tính" in page
    assert "Tờ đã để lại không tính" in page
    assert "Cùng tờ với trang 1 của chồng “chồng.pdf”." in browser.get(f"/quet-phieu/{again}").text
    decide(session, desk, "counted")
    assert stored(session) == {number: ["hai-long", "tot"]}
    assert counts(session, take_in(session, [paper] * 3, desk.uploader)) == {"duplicate": 3}


def test_what_was_left_out_of_a_number_that_counts_stays_so(app: Flask, session: Session, desk: Desk) -> None:
    number = desk.numbers[0]
    take_in(session, [sheet(session, number, GOOD)], desk.uploader)
    copy = sheet(session, number, OTHER, wobble=2)
    take_in(session, [copy], desk.uploader)
    decide(session, desk, "discarded")
    again = take_in(session, [copy, copy], desk.uploader)
    assert counts(session, again) == {"duplicate": 2}
    assert "Tờ ấy đã được quyết định không tính." in sign_in(app, "quet").get(f"/quet-phieu/{again}").text


def test_nobody_answered_before_the_batch_was_issued(session: Session, desk: Desk) -> None:
    session.execute(update(PaperBatch).values(answered_on=BAD_DAY))
    session.commit()
    take_in(session, [sheet(session, desk.numbers[0], GOOD)], desk.uploader)
    assert conflict(session).why == "day"
    with pytest.raises(operations.NotIssuedThen):
        decide(session, desk, "counted", answered_on=BAD_DAY)
    session.rollback()
    decide(session, desk, "counted", answered_on=date(2026, 3, 3))
    assert session.scalars(select(Response.answered_on)).all() == [date(2026, 3, 3)]


def test_no_page_brings_its_stack_down(session: Session, desk: Desk, keyer: Member) -> None:
    key(session, desk, keyer)
    one, two, three, *_ = desk.numbers
    first, second = sheet(session, one, GOOD), sheet(session, two, GOOD)
    assert counts(session, read_by_child(session, pdf_of([first, second]), desk.uploader)) == {
        "duplicate": 1,
        "read": 1,
    }
    third = sheet(session, three, GOOD)
    again = read_by_child(session, pdf_of([first, second, third]), desk.uploader)
    assert counts(session, again) == {"duplicate": 2, "read": 1}


@pytest.fixture
def broken(session: Session, desk: Desk) -> Iterator[int]:
    """A number under which no response can be stored."""
    number = desk.numbers[0]
    condition = f"CHECK (number <> {number} OR response_id IS NULL)"
    session.execute(text(f"ALTER TABLE paper_forms ADD CONSTRAINT broken {condition}"))
    session.commit()
    yield number
    session.rollback()
    session.execute(text("ALTER TABLE paper_forms DROP CONSTRAINT IF EXISTS broken"))
    session.commit()


def test_a_paper_that_cannot_be_stored_waits_for_a_person_alone(session: Session, desk: Desk, broken: int) -> None:
    fine, third = desk.numbers[1:3]
    read = take_in(session, [sheet(session, each, DOUBTFUL) for each in (broken, fine)], desk.uploader)
    while (field := queries.next_field(session, department_ids=None)) is not None:
        operations.decide_field(
            session, field.id, verdict="marked", chosen=[1], member=desk.uploader, rule=RULE, now=NOW
        )
        session.commit()
    operations.settle_reviewed(session, now=LATER)
    session.commit()
    assert stored(session) == {fine: ["binh-thuong", "tot"]}
    assert counts(session, read) == {"conflict": 1, "read": 1}
    assert (conflict(session).why, offered(session)) == ("not_stored", ("counted", "discarded"))
    decide(session, desk, "counted")
    assert conflict(session).why == "not_stored", "it fails again"
    session.execute(text("ALTER TABLE paper_forms DROP CONSTRAINT broken"))
    decide(session, desk, "counted")
    assert stored(session)[broken] == ["binh-thuong", "tot"]
    assert counts(session, take_in(session, [sheet(session, third, GOOD)], desk.uploader)) == {"read": 1}


def test_a_page_that_cannot_be_kept_fails_alone(session: Session, desk: Desk) -> None:
    one, two, *_ = desk.numbers
    session.execute(text(f"ALTER TABLE paper_scans ADD CONSTRAINT broken CHECK (form_number <> {one})"))
    session.commit()
    stack = pdf_of([sheet(session, one, GOOD), sheet(session, two, GOOD)])
    try:
        read = read_by_child(session, stack, desk.uploader)
    finally:
        session.rollback()
        session.execute(text("ALTER TABLE paper_scans DROP CONSTRAINT broken"))
        session.commit()
    assert counts(session, read) == {"failed": 1, "read": 1}
    assert queries.upload(session, read).state == "read"
    assert stored(session) == {two: ["hai-long", "tot"]}


ONE, TWO = GOOD, {"them-6": [1]}


@pytest.fixture
def long(session: Session) -> Desk:
    """Forms of two pages."""
    return make_desk(session, more=6)


def first_page(session: Session, long: Desk) -> UUID:
    return take_in(session, [sheet(session, long.numbers[0], ONE)], long.uploader)


def second_page(session: Session, long: Desk) -> UUID:
    return take_in(session, [sheet(session, long.numbers[0], TWO, page=2)], long.uploader)


def test_two_pages_are_one_paper_in_any_order(session: Session, long: Desk) -> None:
    second_page(session, long)
    assert responses(session) == 0
    first_page(session, long)
    assert stored(session) == {long.numbers[0]: ["hai-long", "tot", "chua-tot"]}
    assert queries.conflicts(session, department_ids=None) == []


def test_a_paper_counts_without_its_missing_page(app: Flask, session: Session, long: Desk) -> None:
    read = first_page(session, long)
    assert (conflict(session).why, offered(session)) == ("missing_page", ("counted", "discarded"))
    browser = sign_in(app, "quet")
    assert "/duyet-quet/trung-so" in browser.get(f"/quet-phieu/{read}").text
    page = browser.get("/duyet-quet/trung-so").text
    assert "Thiếu trang khác của cùng phiếu." in page
    assert "Tính với những trang đã có" in page
    path = f"/duyet-quet/trung-so/{conflict(session).page_id}"
    assert post(browser, path, {"decision": "discarded", "reason": ""}).status_code == 422
    assert post(browser, path, {"decision": "counted", "reason": ""}).status_code == 302
    session.rollback()
    assert stored(session) == {long.numbers[0]: ["hai-long", "tot"]}
    assert queries.pages_waiting(session, batch_of(session, long).id) == 0
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "paper.conflict_settled")).one()
    assert (event.details["why"], event.details["decision"]) == ("missing_page", "counted")


def test_its_doubts_are_looked_at_first(session: Session, long: Desk) -> None:
    read = take_in(session, [sheet(session, long.numbers[0], DOUBTFUL)], long.uploader)
    decide(session, long, "counted")
    assert (counts(session, read), responses(session)) == ({"review": 1}, 0)
    field = queries.next_field(session, department_ids=None)
    assert field is not None
    operations.decide_field(session, field.id, verdict="marked", chosen=[0], member=long.uploader, rule=RULE, now=NOW)
    operations.settle_reviewed(session, now=LATER)
    session.commit()
    assert stored(session) == {long.numbers[0]: ["hai-long", "tot"]}


def test_the_page_that_was_missing_comes_after_all(session: Session, long: Desk) -> None:
    first_page(session, long)
    decide(session, long, "counted")
    read = second_page(session, long)
    assert (conflict(session).why, offered(session)) == ("late_page", ("same", "corrected", "second", "discarded"))
    decide(session, long, "corrected")
    assert stored(session) == {long.numbers[0]: ["hai-long", "tot", "chua-tot"]}
    assert (counts(session, read), responses(session)) == ({"read": 1}, 1)
    assert counts(session, second_page_again(session, long)) == {"duplicate": 2}


def second_page_again(session: Session, long: Desk) -> UUID:
    """In another file, as the same one would be the same upload."""
    pages = [sheet(session, long.numbers[0], TWO, page=2)] * 2
    return take_in(session, pages, long.uploader)


def test_or_it_is_left_out_until_both_pages_come(session: Session, long: Desk) -> None:
    first_page(session, long)
    decide(session, long, "discarded")
    assert queries.pages_waiting(session, batch_of(session, long).id) == 0
    assert (responses(session), session.scalars(select(PaperScan.state)).all()) == (0, ["discarded"])
    number = long.numbers[0]
    both = [sheet(session, number, ONE), sheet(session, number, TWO, page=2)]
    take_in(session, both, long.uploader)
    assert stored(session) == {number: ["hai-long", "tot", "chua-tot"]}


def test_of_a_number_that_was_keyed_meanwhile_it_is_evidence(session: Session, long: Desk) -> None:
    read = first_page(session, long)
    keyer = add_person(session, "nguoi-nhap", "staff", long.office.ward)
    key(session, long, keyer)
    assert offered(session) == OF_KEYED
    decide(session, long, "same")
    assert (counts(session, read), responses(session)) == ({"duplicate": 1}, 1)
    second_page(session, long)
    assert offered(session) == OF_KEYED
    decide(session, long, "corrected")
    assert stored(session) == {long.numbers[0]: ["hai-long", "tot", "chua-tot"]}, "what is not on the page stays"


def test_nobody_of_the_department_says_what_becomes_of_it(app: Flask, session: Session, long: Desk) -> None:
    first_page(session, long)
    add_person(session, "thanh-pho", "manager", long.office.city)
    path = f"/duyet-quet/trung-so/{conflict(session).page_id}"
    assert post(sign_in(app, "thanh-pho"), path, {"decision": "counted", "reason": ""}).status_code == 403
    assert session.scalars(select(AuditEvent.action).where(AuditEvent.action == "paper.conflict_denied")).all()
    assert session.scalars(select(PaperScan.state)).all() == ["open"]


def test_while_its_stack_is_read_nobody_is_asked(session: Session, long: Desk) -> None:
    first_page(session, long)
    session.execute(update(PaperUpload).values(state="reading", finished_at=None))
    assert queries.waiting_conflicts(session, department_ids=None) == 0


def of_bad_day(session: Session, long: Desk, *more: int) -> UUID:
    """Both pages of a paper of an impossible day, and `more` pages of another one under its number."""
    session.execute(update(PaperBatch).values(answered_on=BAD_DAY))
    session.commit()
    number = long.numbers[0]
    again = [sheet(session, number, OTHER if page == 1 else {"them-6": [0]}, page=page, wobble=2) for page in more]
    return take_in(session, [sheet(session, number, ONE), sheet(session, number, TWO, page=2), *again], long.uploader)


def test_one_decision_settles_both_pages_of_a_paper(app: Flask, session: Session, long: Desk) -> None:
    read = of_bad_day(session, long)
    assert queries.waiting_conflicts(session, department_ids=None) == 1
    page = sign_in(app, "quet").get("/duyet-quet/trung-so").text
    assert "Tờ mới quét, trang 1" in page
    assert "Tờ mới quét, trang 2" in page
    decide(session, long, "counted", answered_on=date(2026, 3, 3))
    assert stored(session) == {long.numbers[0]: ["hai-long", "tot", "chua-tot"]}
    assert (counts(session, read), responses(session)) == ({"read": 2}, 1)
    assert queries.waiting_conflicts(session, department_ids=None) == 0


@pytest.mark.parametrize(("decision", "count"), [("same", 1), ("second", 2), ("discarded", 1)])
def test_two_papers_of_two_pages_are_two_papers(session: Session, long: Desk, decision: str, count: int) -> None:
    of_bad_day(session, long, 1, 2)
    assert queries.waiting_conflicts(session, department_ids=None) == 2
    decide(session, long, "counted", answered_on=date(2026, 3, 3))
    assert (conflict(session).whys, len(conflict(session).others)) == (("other_ink",), 2)
    session.execute(update(PaperBatch).values(answered_on=date(2026, 3, 2)))
    decide(session, long, decision)
    assert (responses(session), queries.waiting_conflicts(session, department_ids=None)) == (count, 0)
    assert stored(session) == {long.numbers[0]: ["hai-long", "tot", "chua-tot"]}


def test_a_missing_page_is_not_asked_for_while_it_waits(session: Session, long: Desk) -> None:
    session.execute(update(PaperBatch).values(answered_on=BAD_DAY))
    session.commit()
    first_page(session, long)
    session.execute(update(PaperBatch).values(answered_on=date(2026, 3, 2)))
    session.commit()
    second_page(session, long)
    assert (conflict(session).why, offered(session)) == ("day", ("counted", "discarded"))
    decide(session, long, "counted")
    assert stored(session) == {long.numbers[0]: ["hai-long", "tot", "chua-tot"]}


def test_of_a_keyed_number_both_pages_are_shown(app: Flask, session: Session, long: Desk) -> None:
    key(session, long, add_person(session, "nguoi-nhap", "staff", long.office.ward))
    number = long.numbers[0]
    take_in(session, [sheet(session, number, ONE), sheet(session, number, TWO, page=2)], long.uploader)
    assert (conflict(session).why, offered(session)) == ("keyed", OF_KEYED)
    page = sign_in(app, "quet").get("/duyet-quet/trung-so").text
    assert "Đã nhập tay" in page
    fields = [field_id for shown in conflict(session).pages for field_id, _ in shown.fields]
    assert len(conflict(session).pages) == 2
    assert all(f"/duyet-quet/hinh/{field_id}.png" in page for field_id in fields)


@pytest.mark.parametrize("rules", [NEVER, ALWAYS], ids=["doubtful", "drawn"])
def test_a_late_page_is_added_once_its_fields_are_looked_at(
    app: Flask, session: Session, long: Desk, rules: Rules
) -> None:
    first_page(session, long)
    decide(session, long, "counted")
    answers = {"them-6": [0, 1]} if rules is NEVER else TWO
    read = take_in(session, [sheet(session, long.numbers[0], answers, page=2)], long.uploader, rules=rules)
    assert "Những câu chưa chắc trên các trang này" in sign_in(app, "quet").get("/duyet-quet/trung-so").text
    decide(session, long, "corrected")
    assert (counts(session, read), responses(session)) == ({"review": 1}, 1)
    assert stored(session) == {long.numbers[0]: ["hai-long", "tot"]}
    while queries.next_field(session, department_ids=None) is not None:
        answer_field(session, long, 1)
    assert stored(session)[long.numbers[0]][:2] == ["hai-long", "tot"]
    assert "chua-tot" in stored(session)[long.numbers[0]]
    assert (counts(session, read), responses(session)) == ({"read": 1}, 1)
    assert set(session.scalars(select(PaperScan.state))) == {"stored"}


def test_a_late_page_of_a_number_that_is_free_again_counts(session: Session, long: Desk) -> None:
    keyer = add_person(session, "nguoi-nhap", "staff", long.office.ward)
    first_page(session, long)
    key(session, long, keyer)
    decide(session, long, "same")
    second_page(session, long)
    operations.undo_last(session, now=NOW, keyer=keyer, response_id=UUID(ID), reason="Nhập nhầm", words="")
    session.commit()
    decide(session, long, "counted")
    assert (conflict(session).why, offered(session)) == ("late_page", ("counted", "discarded"))
    decide(session, long, "counted")
    assert stored(session) == {long.numbers[0]: ["hai-long", "tot", "chua-tot"]}


def test_a_late_page_that_cannot_be_added_waits_and_its_paper_counts_on(session: Session, long: Desk) -> None:
    first_page(session, long)
    decide(session, long, "counted")
    second_page(session, long)
    session.execute(text("ALTER TABLE responses ADD CONSTRAINT broken CHECK (cardinality(choice_ids) < 3)"))
    session.commit()
    try:
        decide(session, long, "corrected")
        assert stored(session) == {long.numbers[0]: ["hai-long", "tot"]}
        assert (conflict(session).why, offered(session)) == ("not_stored", ("same", "corrected", "second", "discarded"))
    finally:
        session.rollback()
        session.execute(text("ALTER TABLE responses DROP CONSTRAINT broken"))
        session.commit()
    decide(session, long, "corrected")
    assert stored(session) == {long.numbers[0]: ["hai-long", "tot", "chua-tot"]}


def test_whoever_answers_for_a_page_that_came_meanwhile_is_told(app: Flask, session: Session, long: Desk) -> None:
    first_page(session, long)
    path = f"/duyet-quet/trung-so/{conflict(session).page_id}"
    browser = sign_in(app, "quet")
    assert "Thiếu trang khác của cùng phiếu." in browser.get(path).text
    second_page(session, long)
    answer = post(browser, path, {"decision": "counted", "reason": ""}, follow_redirects=True)
    assert "Tình trạng phiếu vừa thay đổi, xin xem lại." in answer.text
    assert stored(session) == {long.numbers[0]: ["hai-long", "tot", "chua-tot"]}
