"""A stack of scanned forms becomes responses, every page is accounted for, and nothing is counted twice."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback_app.paper import operations, queries
from feedback_app.paper.models import PaperBatch, PaperForm, PaperKeying, PaperPage, PaperScan, PaperUpload
from feedback_app.staff.models import AuditEvent
from feedback_app.surveys import queries as surveys
from feedback_app.surveys.models import Response
from tests import factories
from tests.paper.scanned import (
    BAD,
    GOOD,
    NEVER,
    NOW,
    Desk,
    counts,
    image_of,
    make_desk,
    pdf_of,
    read_by_child,
    responses,
    sheet,
    stored,
    take_in,
    upload,
)
from tests.staff.people import add_person


def test_its_forms_become_responses_and_the_rest_of_the_batch_is_named(session: Session) -> None:
    desk = make_desk(session)
    one, two, *unseen = desk.numbers
    read = read_by_child(session, pdf_of([sheet(session, one, GOOD), sheet(session, two, BAD)]), desk.uploader)
    assert counts(session, read) == {"read": 2}
    assert stored(session) == {one: ["hai-long", "tot"], two: ["khong-hai-long", "chua-tot", "cham", "xa"]}
    assert {
        (each.keyer_id, each.department_id, each.own_department) for each in session.scalars(select(PaperKeying))
    } == {(desk.uploader.id, desk.office.ward, False)}
    assert set(session.execute(select(Response.channel, Response.answered_on))) == {("scan", date(2026, 3, 2))}
    assert [each.numbers for each in queries.unseen(session, read)] == [tuple(unseen)]
    assert session.scalars(select(AuditEvent.action).where(AuditEvent.action == "paper.scanned")).all()


def test_a_question_left_out_is_left_out(session: Session) -> None:
    desk = make_desk(session)
    take_in(session, [sheet(session, desk.numbers[0], {"thai-do": [1]})], desk.uploader)
    assert stored(session) == {desk.numbers[0]: ["chua-tot"]}


def test_the_same_bytes_are_the_same_upload(session: Session) -> None:
    desk = make_desk(session)
    stack = image_of(sheet(session, desk.numbers[0], GOOD))
    assert read_by_child(session, stack, desk.uploader) == read_by_child(session, stack, desk.uploader)
    assert responses(session) == 1


def test_the_same_stack_reordered_and_cut_off_in_the_middle_gives_the_same_totals(session: Session) -> None:
    desk = make_desk(session, forms=5)
    sheets = [sheet(session, number, GOOD if number % 2 else BAD) for number in desk.numbers]
    read = upload(session, pdf_of(sheets), desk.uploader)
    for place, _ in enumerate(operations.read_upload(session, read, rules=NEVER, clock=lambda: NOW)):
        if place == 3:
            # As a killed worker leaves it: what was committed is there, the rest is not.
            session.rollback()
            break
        session.commit()
    before = counts(session, read)
    assert before["waiting"] > 0
    assert before["read"] > 0
    for _ in operations.read_upload(session, read, rules=NEVER, clock=lambda: NOW):
        session.commit()
    assert counts(session, read) == {"read": 5}
    answers = stored(session)
    sheets = sheets[3:] + sheets[2::-1]
    again = take_in(session, sheets, desk.uploader)
    assert counts(session, again) == {"duplicate": 5}
    assert stored(session) == answers
    assert responses(session) == len(desk.numbers)


def test_the_same_paper_scanned_otherwise_is_a_duplicate(session: Session) -> None:
    desk = make_desk(session)
    paper = sheet(session, desk.numbers[0], GOOD)
    take_in(session, [paper], desk.uploader)
    again = read_by_child(session, image_of(paper.rotate(1, fillcolor=255), "JPEG"), desk.uploader)
    assert counts(session, again) == {"duplicate": 1}
    assert responses(session) == 1


def test_a_paper_without_a_mark_is_a_form_that_came_back_blank(session: Session) -> None:
    desk = make_desk(session)
    take_in(session, [sheet(session, desk.numbers[0], {})], desk.uploader)
    form = session.get_one(PaperForm, desk.numbers[0])
    assert (form.response_id, form.spoiled_reason) == (None, "Phiếu thu về để trống, không có dấu nào")
    assert session.scalars(select(PaperScan.state)).all() == ["blank"]
    assert responses(session) == 0


def test_a_code_of_another_service_is_not_believed(session: Session) -> None:
    desk = make_desk(session)
    read = upload(session, pdf_of([sheet(session, desk.numbers[0], GOOD)]), desk.uploader)
    stranger = operations.Rules(b"another key", 0)
    for _ in operations.read_upload(session, read, rules=stranger, clock=lambda: NOW):
        session.commit()
    assert counts(session, read) == {"unidentified": 1}
    assert session.scalars(select(PaperPage.problem)).all() == ["not_ours"]
    assert responses(session) == 0


def test_two_forms_on_one_uncut_sheet_are_two(session: Session) -> None:
    desk = make_desk(session)
    left, right = (sheet(session, number, GOOD) for number in desk.numbers[:2])
    whole = left.resize((left.width + right.width, left.height))
    whole.paste(left, (0, 0))
    whole.paste(right, (left.width, 0))
    read = take_in(session, [whole], desk.uploader)
    assert sum(counts(session, read).values()) == 2
    assert set(session.scalars(select(PaperPage.form_number))) == set(desk.numbers[:2])


def test_the_uploader_is_marked_who_scans_forms_about_their_own_department(session: Session) -> None:
    desk = make_desk(session)
    own = add_person(session, "nguoi-phuong", "staff", desk.office.ward)
    take_in(session, [sheet(session, desk.numbers[0], GOOD)], own)
    assert session.scalars(select(PaperKeying.own_department)).all() == [True]


def test_a_form_of_another_department_waits_for_somebody_else(session: Session) -> None:
    desk = make_desk(session)
    stranger = add_person(session, "nguoi-ngoai", "staff", desk.office.elsewhere)
    read = take_in(session, [sheet(session, desk.numbers[0], GOOD)], stranger)
    assert counts(session, read) == {"conflict": 1}
    assert session.scalars(select(PaperPage.why)).all() == ["outside"]
    assert responses(session) == 0


def test_a_form_of_a_closed_batch_or_a_spoiled_one_waits_for_a_person(session: Session) -> None:
    desk = make_desk(session)
    one, two, *_ = desk.numbers
    spoiled = session.get_one(PaperForm, one)
    spoiled.spoiled_at, spoiled.spoiled_by, spoiled.spoiled_reason = NOW, desk.uploader.id, "rách"
    session.commit()
    take_in(session, [sheet(session, one, GOOD)], desk.uploader)
    batch = session.scalars(select(PaperBatch)).one()
    batch.closed_at, batch.closed_by, batch.not_returned = NOW, desk.uploader.id, 3
    session.commit()
    take_in(session, [sheet(session, two, GOOD)], desk.uploader)
    assert session.scalars(select(PaperPage.why).order_by(PaperPage.id)).all() == ["spoiled", "closed"]
    assert responses(session) == 0


def keyed(session: Session, desk: Desk, number: int, level: str) -> None:
    form = session.get_one(PaperForm, number)
    from_keyboard = factories.response(
        session,
        surveys.version(session, desk.version_id),
        desk.office.ward,
        NOW - timedelta(days=1),
        level=level,
        channel="paper",
    )
    form.response_id, form.source = from_keyboard, "keyed"
    session.commit()


def test_a_number_that_was_keyed_with_the_same_answers_is_a_duplicate(session: Session) -> None:
    desk = make_desk(session)
    keyed(session, desk, desk.numbers[0], "hai-long")
    read = take_in(session, [sheet(session, desk.numbers[0], {"chung": [0]})], desk.uploader)
    assert counts(session, read) == {"duplicate": 1}
    assert responses(session) == 1


def test_a_number_that_was_keyed_with_other_answers_is_a_conflict(session: Session) -> None:
    desk = make_desk(session)
    keyed(session, desk, desk.numbers[0], "binh-thuong")
    read = take_in(session, [sheet(session, desk.numbers[0], {"chung": [0]})], desk.uploader)
    assert counts(session, read) == {"conflict": 1}
    assert session.scalars(select(PaperPage.why)).all() == ["keyed"]
    assert stored(session) == {desk.numbers[0]: ["binh-thuong"]}


def test_an_upload_that_was_begun_too_often_fails_with_its_pages(session: Session) -> None:
    desk = make_desk(session)
    read = upload(session, pdf_of([sheet(session, desk.numbers[0], GOOD)]), desk.uploader)
    session.get_one(PaperUpload, read).attempts = 5
    session.commit()
    for _ in operations.read_upload(session, read, rules=NEVER, clock=lambda: NOW):
        session.commit()
    found = queries.upload(session, read)
    assert (found.state, found.problem) == ("failed", "given_up")


def test_a_batch_is_not_closed_over_pages_that_wait_and_a_demonstration_is_forgotten(session: Session) -> None:
    desk = make_desk(session)
    take_in(session, [sheet(session, desk.numbers[0], {"chung": [0, 1]})], desk.uploader)
    batch = session.scalars(select(PaperBatch)).one()
    with pytest.raises(operations.PagesWaiting):
        operations.close(session, batch.id, now=NOW, member=desk.uploader, not_returned=4, reason="mất")
    session.rollback()
    batch.demonstration = True
    session.commit()
    operations.remove_demonstration(session)
    session.commit()
    assert session.execute(select(PaperPage.state, PaperPage.form_number)).all() == [("unidentified", None)]


def test_a_number_that_was_keyed_can_be_scanned_again_and_again(session: Session) -> None:
    desk = make_desk(session)
    keyed(session, desk, desk.numbers[0], "hai-long")
    paper = sheet(session, desk.numbers[0], {"chung": [0]})
    for _ in range(2):
        assert counts(session, take_in(session, [paper], desk.uploader)) == {"duplicate": 1}
    other = sheet(session, desk.numbers[0], {"chung": [2]}, wobble=2)
    assert counts(session, take_in(session, [other], desk.uploader)) == {"conflict": 1}
    assert responses(session) == 1


def test_a_number_keyed_while_its_paper_waited_holds_it(session: Session) -> None:
    desk = make_desk(session)
    stranger = add_person(session, "nguoi-ngoai", "staff", desk.office.elsewhere)
    take_in(session, [sheet(session, desk.numbers[0], {"chung": [0]})], stranger)
    keyed(session, desk, desk.numbers[0], "binh-thuong")
    (conflict,) = queries.conflicts(session, department_ids=None)
    assert (conflict.why, conflict.is_keyed) == ("outside", True)
    assert operations.decisions(session, conflict.page_id) == ("same", "corrected", "second", "discarded")
