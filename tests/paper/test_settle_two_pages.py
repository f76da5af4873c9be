"""Papers of two pages are settled as one, also where a page is missing or comes late."""

from datetime import date
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from feedback_app.paper import operations, queries
from feedback_app.paper.models import PaperBatch, PaperScan, PaperUpload
from feedback_app.paper.operations import Rules
from feedback_app.staff.models import AuditEvent
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
    responses,
    sheet,
    stored,
    take_in,
)
from tests.paper.settled import BAD_DAY, LATER, OF_KEYED, OTHER, answer_field, batch_of, conflict, decide, key, offered
from tests.paper.stacks import ID
from tests.staff.people import add_person, post, sign_in

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
