"""People decide what the reader left open: doubts, drawn fields, handwriting, dossiers, papers under one number."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from feedback_app.kit.kept_files import FilePart
from feedback_app.paper import operations, queries
from feedback_app.paper.models import (
    PaperForm,
    PaperKeying,
    PaperPage,
    PaperPause,
    PaperScan,
    PaperScanField,
    PaperWriting,
)
from feedback_app.paper.operations import AlreadyDecided, NotTheirs, OwnDepartment, PauseRule, uploads
from feedback_app.staff.models import AuditEvent
from feedback_app.staff.queries import Member
from feedback_app.surveys.models import Comment, Response
from feedback_app.tokens.installed import codes
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
    responses,
    sheet,
    stored,
    take_in,
    upload,
)
from tests.staff.people import add_person

LATER = NOW + timedelta(minutes=10)


def waiting(session: Session) -> int:
    field = queries.next_field(session, department_ids=None)
    assert field is not None
    return field.id


def decide(session: Session, field_id: int, member: Member, verdict: str = "marked", *chosen: int) -> None:
    operations.decide_field(
        session,
        field_id,
        verdict=verdict,
        chosen=chosen,
        member=member,
        rule=RULE,
        now=NOW,  # type: ignore[arg-type]
    )
    session.commit()


def settle(session: Session) -> None:
    operations.settle_reviewed(session, now=LATER)
    session.commit()


def test_a_doubt_keeps_the_paper_back_until_somebody_decided(session: Session) -> None:
    desk = make_desk(session)
    read = take_in(session, [sheet(session, desk.numbers[0], DOUBTFUL)], desk.uploader)
    assert counts(session, read) == {"review": 1}
    assert responses(session) == 0
    decide(session, waiting(session), desk.uploader, "marked", 1)
    assert queries.next_field(session, department_ids=None) is None
    assert responses(session) == 0, "there are second thoughts for a while"
    settle(session)
    assert stored(session) == {desk.numbers[0]: ["binh-thuong", "tot"]}
    assert counts(session, read) == {"read": 1}


def test_the_last_decision_can_be_changed_until_the_paper_is_a_response(session: Session) -> None:
    desk = make_desk(session)
    one, two, *_ = desk.numbers
    take_in(session, [sheet(session, one, DOUBTFUL), sheet(session, two, DOUBTFUL)], desk.uploader)
    first = waiting(session)
    decide(session, first, desk.uploader, "marked", 0)
    last = queries.last_decided(session, decided_by=desk.uploader.id, department_ids=None)
    assert last is not None
    assert (last.id, last.chosen) == (first, (0,))
    decide(session, first, desk.uploader, "several")
    decide(session, waiting(session), desk.uploader, "blank")
    assert stored(session) == {one: ["tot"]}, "the paper before the one at hand"
    with pytest.raises(AlreadyDecided):
        decide(session, first, desk.uploader, "marked", 0)


def test_somebody_elses_decision_stands(session: Session) -> None:
    desk = make_desk(session)
    other = add_person(session, "nguoi-khac", "staff", None)
    take_in(session, [sheet(session, desk.numbers[0], DOUBTFUL)], desk.uploader)
    field = waiting(session)
    decide(session, field, desk.uploader, "blank")
    with pytest.raises(AlreadyDecided):
        decide(session, field, other, "marked", 0)


def test_nobody_decides_about_their_own_department(session: Session) -> None:
    desk = make_desk(session)
    own = add_person(session, "nguoi-phuong", "manager", desk.office.ward)
    outsider = add_person(session, "nguoi-ngoai", "manager", desk.office.elsewhere)
    above = add_person(session, "thanh-pho", "staff", desk.office.city)
    take_in(session, [sheet(session, desk.numbers[0], DOUBTFUL)], desk.uploader)
    field = waiting(session)
    with pytest.raises(OwnDepartment):
        operations.decide_field(session, field, verdict="blank", member=own, rule=RULE, now=NOW)
    assert session.scalars(select(AuditEvent.action).where(AuditEvent.action == "paper.review_denied")).all()
    session.rollback()
    with pytest.raises(NotTheirs):
        operations.decide_field(session, field, verdict="blank", member=outsider, rule=RULE, now=NOW)
    session.rollback()
    decide(session, field, above, "blank")
    assert session.get_one(PaperScanField, field).own_department is True, "above is not outside"


def test_drawn_fields_wait_like_doubtful_ones_and_what_people_see_counts(session: Session) -> None:
    desk = make_desk(session)
    read = take_in(session, [sheet(session, desk.numbers[0], GOOD)], desk.uploader, rules=ALWAYS)
    assert counts(session, read) == {"review": 1}
    decide(session, waiting(session), desk.uploader, "marked", 2)
    decide(session, waiting(session), desk.uploader, "marked", 0)
    decide(session, waiting(session), desk.uploader, "blank")
    settle(session)
    assert stored(session) == {desk.numbers[0]: ["khong-hai-long", "tot"]}
    quality = queries.quality(session, department_ids=None, since=None)[desk.office.ward]
    assert (quality.looked_at, quality.wrong) == (3, 1)


def test_too_many_silent_errors_pause_what_is_accepted_unseen(session: Session) -> None:
    desk = make_desk(session)
    own = add_person(session, "nguoi-phuong", "manager", desk.office.ward)
    take_in(session, [sheet(session, desk.numbers[0], GOOD)], desk.uploader, rules=ALWAYS)
    for verdict in ("unreadable", "marked", "blank"):
        operations.decide_field(
            session,
            waiting(session),
            verdict=verdict,  # type: ignore[arg-type]
            chosen=[0] if verdict == "marked" else [],
            member=desk.uploader,
            rule=PauseRule(per_mille=300, base=3),
            now=NOW,
        )
        session.commit()
    assert queries.is_paused(session, desk.office.ward)
    assert session.execute(select(PaperPause.errors, PaperPause.base)).all() == [(1, 3)]
    read = take_in(session, [sheet(session, desk.numbers[1], GOOD)], desk.uploader)
    assert counts(session, read) == {"review": 1}
    with pytest.raises(operations.PausedOwn):
        operations.end_pause(session, desk.office.ward, reason="xong", member=own, now=LATER)
    operations.end_pause(session, desk.office.ward, reason="Đã chỉnh máy quét", member=desk.uploader, now=LATER)
    session.commit()
    read = take_in(session, [sheet(session, desk.numbers[2], GOOD)], desk.uploader)
    assert counts(session, read) == {"read": 1}
    assert queries.quality(session, department_ids=None, since=None) == {}, "counted anew since"


def two_papers(session: Session, desk: Desk) -> int:
    """A photocopied blank: two papers of one number. The page of the second."""
    number = desk.numbers[0]
    take_in(session, [sheet(session, number, GOOD)], desk.uploader)
    read = take_in(session, [sheet(session, number, {"chung": [2]}, wobble=2)], desk.uploader)
    assert counts(session, read) == {"conflict": 1}
    (conflict,) = queries.conflicts(session, department_ids=None)
    assert conflict.why == "other_ink"
    assert len(conflict.others) == 1
    return conflict.page_id


@pytest.mark.parametrize(("decision", "count"), [("same", 1), ("second", 2), ("discarded", 1)])
def test_a_conflict_is_settled_by_somebody_outside(session: Session, decision: str, count: int) -> None:
    desk = make_desk(session)
    above = add_person(session, "thanh-pho", "manager", desk.office.city)
    page_id = two_papers(session, desk)
    with pytest.raises(OwnDepartment):
        operations.decide_conflict(
            session,
            page_id,
            decision=decision,
            reason="x",
            member=above,
            now=NOW,  # type: ignore[arg-type]
        )
    session.rollback()
    reason = "Không rõ" if decision == "discarded" else ""
    operations.decide_conflict(
        session,
        page_id,
        decision=decision,
        reason=reason,
        member=desk.uploader,
        now=NOW,  # type: ignore[arg-type]
    )
    session.commit()
    assert responses(session) == count
    assert stored(session) == {desk.numbers[0]: ["hai-long", "tot"]}, "the number stands for the paper it stood for"
    batches = session.scalars(select(PaperKeying.batch_id)).all()
    assert batches.count(None) == count - 1, "a second paper has no number"
    assert queries.waiting_conflicts(session, department_ids=None) == 0
    with pytest.raises(AlreadyDecided):
        operations.decide_conflict(session, page_id, decision="second", reason="", member=desk.uploader, now=NOW)


def test_a_discarded_paper_needs_a_reason(session: Session) -> None:
    desk = make_desk(session)
    page_id = two_papers(session, desk)
    with pytest.raises(operations.ReasonMissing):
        operations.decide_conflict(session, page_id, decision="discarded", reason=" ", member=desk.uploader, now=NOW)


def test_the_third_copy_of_a_paper_in_conflict_is_its_duplicate(session: Session) -> None:
    desk = make_desk(session)
    two_papers(session, desk)
    again = sheet(session, desk.numbers[0], {"chung": [2]}, wobble=2)
    read = take_in(session, [again, again], desk.uploader)
    assert counts(session, read) == {"duplicate": 2}


def test_a_page_of_another_uploader_counts_once_somebody_says_so(session: Session) -> None:
    desk = make_desk(session)
    stranger = add_person(session, "nguoi-ngoai", "staff", desk.office.elsewhere)
    take_in(session, [sheet(session, desk.numbers[0], GOOD)], stranger)
    page_id = session.scalars(select(PaperPage.id)).one()
    operations.decide_conflict(session, page_id, decision="counted", reason="", member=desk.uploader, now=NOW)
    session.commit()
    assert stored(session) == {desk.numbers[0]: ["hai-long", "tot"]}


def test_handwriting_becomes_a_held_comment(session: Session) -> None:
    desk = make_desk(session)
    take_in(session, [sheet(session, desk.numbers[0], GOOD, written=["y-kien"])], desk.uploader)
    assert responses(session) == 1
    writing = queries.next_writing(session, kind="comment", department_ids=None)
    assert writing is not None
    operations.type_comment(session, writing.id, text="Chờ lâu quá", member=desk.uploader, now=NOW)
    session.commit()
    assert session.execute(select(Comment.text, Comment.state)).all() == [("Chờ lâu quá", "held")]
    assert queries.next_writing(session, kind="comment", department_ids=None) is None
    assert operations.erase_writings(session, before=NOW) == 0
    assert operations.erase_writings(session, before=LATER) == 1


def test_a_file_is_erased_after_its_time_and_known_when_it_comes_again(session: Session) -> None:
    desk = make_desk(session)
    content = pdf_of([sheet(session, desk.numbers[0], GOOD)])
    upload_id = upload(session, content, desk.uploader)
    assert operations.erase_files(session, before=LATER) == 0
    uploads.fail_upload(session, upload_id, problem="unreadable", now=NOW)
    assert operations.erase_files(session, before=NOW) == 0
    assert operations.erase_files(session, before=LATER) == 1
    assert session.scalar(select(func.count()).select_from(FilePart)) == 0
    assert operations.erase_files(session, before=LATER) == 0
    assert upload(session, content, desk.uploader) == upload_id


def test_a_paper_that_says_nothing_but_a_comment_waits_for_it(session: Session) -> None:
    desk = make_desk(session)
    one, two, *_ = desk.numbers
    take_in(session, [sheet(session, each, {}, written=["y-kien"]) for each in (one, two)], desk.uploader)
    assert responses(session) == 0
    first = queries.next_writing(session, kind="comment", department_ids=None)
    assert first is not None
    operations.type_comment(session, first.id, text="Cảm ơn", member=desk.uploader, now=NOW)
    second = queries.next_writing(session, kind="comment", department_ids=None)
    assert second is not None
    operations.refuse_writing(session, second.id, reason="Chỉ là nét gạch", member=desk.uploader, now=NOW)
    session.commit()
    assert responses(session) == 1
    assert session.get_one(PaperForm, one).source == "scanned"
    assert session.get_one(PaperForm, two).spoiled_reason == "Phiếu thu về để trống, không có dấu nào"


def test_a_dossier_is_answered_for_once_whatever_the_door(app: Flask, session: Session) -> None:
    desk = make_desk(session, coded=True)
    one, two, three, *_ = desk.numbers
    take_in(
        session,
        [sheet(session, each, GOOD, written=["dossier"]) for each in (one, two, three)],
        desk.uploader,
    )
    assert responses(session) == 0
    with app.app_context():
        token = codes().token("000.00.00.H50-251128-0001", None)
    states = []
    for each in (token, token, None):
        writing = queries.next_writing(session, kind="dossier", department_ids=None)
        assert writing is not None
        states.append(operations.name_dossier(session, writing.id, token=each, member=desk.uploader, now=NOW))
        session.commit()
    assert states == ["stored", "answered_before", "stored"]
    assert session.get_one(PaperForm, two).spoiled_reason == "Hồ sơ ghi trên phiếu đã có câu trả lời ở bước này"
    assert set(session.scalars(select(PaperWriting.crop))) == {None}, "nothing joins a dossier to its answer"
    assert sorted(session.scalars(select(PaperScan.state))) == ["answered_before", "stored", "stored"]
    assert session.scalars(select(Response.verification).order_by(Response.id)).all() == ["unverified", None]


def test_a_batch_says_what_of_it_waits_for_people(session: Session) -> None:
    desk = make_desk(session)
    take_in(session, [sheet(session, desk.numbers[0], DOUBTFUL)], desk.uploader, rules=NEVER)
    batch_id = session.get_one(PaperForm, desk.numbers[0]).batch_id
    assert queries.pages_waiting(session, batch_id) == 1
    decide(session, waiting(session), desk.uploader, "blank")
    settle(session)
    assert queries.pages_waiting(session, batch_id) == 0


def test_a_number_whose_paper_waits_is_not_written_down_as_spoiled(session: Session) -> None:
    desk = make_desk(session)
    number = desk.numbers[0]
    batch_id = session.get_one(PaperForm, number).batch_id
    take_in(session, [sheet(session, number, DOUBTFUL)], desk.uploader)
    with pytest.raises(operations.FormUsed):
        operations.spoil(session, number, now=NOW, member=desk.uploader, reason="In lỗi")
    with pytest.raises(operations.NumberRefused, match="đang đợi người xem"):
        operations.return_blank(session, now=NOW, keyer=desk.uploader, batch_id=batch_id, number=number)
    session.rollback()
    decide(session, waiting(session), desk.uploader, "marked", 1)
    settle(session)
    assert stored(session) == {number: ["binh-thuong", "tot"]}
