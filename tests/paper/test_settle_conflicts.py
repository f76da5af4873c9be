"""Of every paper that cannot simply count, somebody outside the department can say what is true."""

from collections.abc import Iterator
from datetime import date
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from feedback_app.paper import operations, queries
from feedback_app.paper.models import PaperBatch
from feedback_app.paper.operations import NotCorrectable, NotOffered, checks
from feedback_app.recounts import RecountRequest
from feedback_app.staff.models import AuditEvent
from feedback_app.staff.queries import Member
from feedback_app.surveys.models import Response
from tests.paper.scanned import (
    DOUBTFUL,
    GOOD,
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
from tests.paper.settled import BAD_DAY, LATER, OF_KEYED, OTHER, answer_field, batch_of, conflict, decide, key, offered
from tests.paper.stacks import ID
from tests.staff.people import add_person, post, sign_in


@pytest.fixture
def desk(session: Session) -> Desk:
    return make_desk(session)


@pytest.fixture
def keyer(session: Session, desk: Desk) -> Member:
    return add_person(session, "nguoi-nhap", "staff", desk.office.ward)


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
