"""A keyed form is taken back whose paper was scanned too: what was scanned is not lost with it."""

from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from feedback_app.paper import operations, queries
from feedback_app.paper.models import PaperForm, PaperKeying, PaperPage, PaperScan
from feedback_app.paper.serials import grouped
from feedback_app.staff.models import AuditEvent
from feedback_app.staff.queries import Member
from feedback_app.surveys.models import Response
from tests.paper.batches import numbered
from tests.paper.scanned import NOW, Desk, counts, make_desk, responses, sheet, stored, take_in
from tests.paper.stacks import ANOTHER_ID, ID
from tests.staff.people import add_person, post, sign_in

SAID = {"chung": [0], "thai-do": [0]}
OTHERWISE = {"chung": [2]}


@pytest.fixture
def desk(session: Session) -> Desk:
    return make_desk(session)


@pytest.fixture
def keyer(session: Session, desk: Desk) -> Member:
    return add_person(session, "nguoi-nhap", "staff", desk.office.ward)


def key(session: Session, desk: Desk, keyer: Member, response_id: str = ID) -> None:
    batch = queries.batch(session, batch_of(session, desk))
    operations.key_form(
        session,
        now=NOW,
        keyer=keyer,
        sitting=queries.sitting_of(batch, today=NOW.date()),
        number=desk.numbers[0],
        response_id=UUID(response_id),
        answers={"chung": ("hai-long",), "thai-do": ("tot",)},
        comments={},
        rapid_seconds=0,
    )
    session.commit()


def undo(session: Session, keyer: Member, response_id: str = ID) -> None:
    operations.undo_last(
        session, now=NOW, keyer=keyer, response_id=UUID(response_id), reason="Nhập nhầm câu trả lời", words=""
    )
    session.commit()


def decide(session: Session, member: Member, decision: str) -> None:
    (conflict,) = queries.conflicts(session, department_ids=None)
    operations.decide_conflict(
        session,
        conflict.page_id,
        decision=decision,  # type: ignore[arg-type]
        reason="Giấy không hợp lệ",
        member=member,
        now=NOW,
    )
    session.commit()


def batch_of(session: Session, desk: Desk) -> int:
    return session.get_one(PaperForm, desk.numbers[0]).batch_id


def sums(session: Session, desk: Desk) -> tuple[int, int, int, int]:
    found = queries.sums(session, batch_of(session, desk))
    return found.keyed, found.scanned, found.spoiled, found.out


@pytest.mark.parametrize(
    ("answers", "settled", "says"),
    [
        (SAID, False, ["hai-long", "tot"]),
        (OTHERWISE, False, ["khong-hai-long"]),
        (OTHERWISE, True, ["khong-hai-long"]),
    ],
    ids=["a duplicate", "a conflict", "a conflict that somebody settled"],
)
def test_the_scanned_paper_waits_again_and_can_be_counted(
    session: Session, desk: Desk, keyer: Member, answers: dict[str, list[int]], settled: bool, says: list[str]
) -> None:
    key(session, desk, keyer)
    upload_id = take_in(session, [sheet(session, desk.numbers[0], answers)], desk.uploader)
    if settled:
        decide(session, desk.uploader, "same")
    undo(session, keyer)
    assert counts(session, upload_id) == {"conflict": 1}
    assert (stored(session), sums(session, desk)) == ({}, (0, 0, 0, 4))
    with pytest.raises(operations.PagesWaiting):
        operations.close(
            session, batch_of(session, desk), now=NOW, member=desk.uploader, not_returned=4, reason="Chưa về"
        )
    session.rollback()
    decide(session, desk.uploader, "counted")
    assert counts(session, upload_id) == {"read": 1}
    assert (stored(session), sums(session, desk)) == ({desk.numbers[0]: says}, (0, 1, 0, 3))
    operations.close(session, batch_of(session, desk), now=NOW, member=desk.uploader, not_returned=3, reason="Chưa về")


def test_or_it_is_left_out_and_the_number_is_still_out(session: Session, desk: Desk, keyer: Member) -> None:
    key(session, desk, keyer)
    take_in(session, [sheet(session, desk.numbers[0], SAID)], desk.uploader)
    undo(session, keyer)
    decide(session, desk.uploader, "discarded")
    assert session.scalars(select(PaperScan.state)).all() == ["discarded"]
    assert (stored(session), sums(session, desk)) == ({}, (0, 0, 0, 4))


def test_keyed_anew_it_meets_the_scanned_paper_as_before(session: Session, desk: Desk, keyer: Member) -> None:
    key(session, desk, keyer)
    take_in(session, [sheet(session, desk.numbers[0], OTHERWISE)], desk.uploader)
    undo(session, keyer)
    key(session, desk, keyer, ANOTHER_ID)
    (conflict,) = queries.conflicts(session, department_ids=None)
    assert operations.decisions(session, conflict.page_id) == ("same", "corrected", "second", "discarded")
    decide(session, desk.uploader, "same")
    assert session.scalars(select(PaperPage.state)).all() == ["duplicate"]
    assert (responses(session), sums(session, desk)) == (2, (1, 0, 0, 3))


def test_the_page_says_why_it_waits(app: Flask, session: Session, desk: Desk, keyer: Member) -> None:
    key(session, desk, keyer)
    take_in(session, [sheet(session, desk.numbers[0], SAID)], desk.uploader)
    undo(session, keyer)
    page = sign_in(app, "quet").get("/duyet-quet/trung-so").text
    assert "Phần nhập tay dưới số này không còn được tính" in page
    assert "Tính phiếu này" in page
    assert "Cùng một tờ phiếu" not in page


@pytest.mark.parametrize("is_scanned", [True, False])
def test_its_keyer_is_told_that_the_scanned_paper_waits(
    app: Flask, session: Session, desk: Desk, keyer: Member, is_scanned: bool
) -> None:
    browser, sitting = sign_in(app, "nguoi-nhap"), f"tap={batch_of(session, desk)}"
    form = numbered(desk.numbers[0], **{"q-thai-do": "tot"})
    assert post(browser, f"/nhap-phieu/phieu?{sitting}", form).status_code == 302
    if is_scanned:
        take_in(session, [sheet(session, desk.numbers[0], SAID)], desk.uploader)
    reason = {"reason": "Nhập nhầm câu trả lời", "words": ""}
    page = post(browser, f"/nhap-phieu/hoan-tac/{ID}?{sitting}", reason, follow_redirects=True).text
    assert f"Số {grouped(desk.numbers[0])} nhập lại được." in page
    assert ("Tờ phiếu đã quét của số này nay đợi người xem" in page) == is_scanned


def settled_beside_the_wrong_keying(session: Session, desk: Desk, keyer: Member, decision: str) -> None:
    """Another paper's answers keyed under the number of a paper that is then scanned and settled; it is undone."""
    key(session, desk, keyer)
    take_in(session, [sheet(session, desk.numbers[0], OTHERWISE)], desk.uploader)
    decide(session, desk.uploader, decision)
    undo(session, keyer)


def offered(session: Session) -> tuple[str, ...]:
    (conflict,) = queries.conflicts(session, department_ids=None)
    assert conflict.why == "undone"
    return operations.decisions(session, conflict.page_id)


def counting(session: Session) -> int:
    """Responses that count."""
    return session.scalar(select(func.count()).select_from(Response).where(Response.removed_at.is_(None))) or 0


def test_a_paper_that_counted_without_a_number_gets_it(session: Session, desk: Desk, keyer: Member) -> None:
    settled_beside_the_wrong_keying(session, desk, keyer, "second")
    assert queries.paper_waits(session, desk.numbers[0])
    assert offered(session) == ("counted", "second", "discarded")
    decide(session, desk.uploader, "counted")
    assert (counting(session), sums(session, desk)) == (1, (0, 1, 0, 3))
    assert stored(session) == {desk.numbers[0]: ["khong-hai-long"]}
    assert session.scalars(select(PaperKeying.batch_id)).all() == [batch_of(session, desk)]
    with pytest.raises(operations.NumberRefused):
        key(session, desk, keyer, ANOTHER_ID)


def test_or_stays_another_paper(session: Session, desk: Desk, keyer: Member) -> None:
    settled_beside_the_wrong_keying(session, desk, keyer, "second")
    decide(session, desk.uploader, "second")
    assert (counting(session), stored(session), sums(session, desk)) == (1, {}, (0, 0, 0, 4))
    assert not queries.paper_waits(session, desk.numbers[0])


def test_or_corrects_what_was_keyed_anew_and_counts_once(session: Session, desk: Desk, keyer: Member) -> None:
    settled_beside_the_wrong_keying(session, desk, keyer, "second")
    key(session, desk, keyer, ANOTHER_ID)
    decide(session, desk.uploader, "corrected")
    assert (counting(session), sums(session, desk)) == (1, (1, 0, 0, 3))
    assert stored(session) == {desk.numbers[0]: ["khong-hai-long"]}
    assert not queries.paper_waits(session, desk.numbers[0])


@pytest.mark.parametrize("decision", ["same", "discarded"])
def test_or_counts_no_more_once_it_was_keyed(session: Session, desk: Desk, keyer: Member, decision: str) -> None:
    settled_beside_the_wrong_keying(session, desk, keyer, "second")
    key(session, desk, keyer, ANOTHER_ID)
    assert offered(session) == ("same", "corrected", "second", "discarded")
    decide(session, desk.uploader, decision)
    assert (counting(session), sums(session, desk)) == (1, (1, 0, 0, 3))
    assert not queries.paper_waits(session, desk.numbers[0])
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "paper.conflict_settled")).all()[-1]
    assert event.details["removed"]


def test_what_was_taken_out_can_count_again(session: Session, desk: Desk, keyer: Member) -> None:
    settled_beside_the_wrong_keying(session, desk, keyer, "second")
    decide(session, desk.uploader, "discarded")
    assert counting(session) == 0
    key(session, desk, keyer, ANOTHER_ID)
    undo(session, keyer, ANOTHER_ID)
    decide(session, desk.uploader, "counted")
    assert (counting(session), stored(session)) == (1, {desk.numbers[0]: ["khong-hai-long"]})


def test_a_paper_that_was_left_out_waits_again(session: Session, desk: Desk, keyer: Member) -> None:
    settled_beside_the_wrong_keying(session, desk, keyer, "discarded")
    assert offered(session) == ("counted", "discarded")
    decide(session, desk.uploader, "counted")
    assert stored(session) == {desk.numbers[0]: ["khong-hai-long"]}


def test_of_several_papers_any_can_be_the_one(session: Session, desk: Desk, keyer: Member) -> None:
    key(session, desk, keyer)
    take_in(session, [sheet(session, desk.numbers[0], SAID)], desk.uploader)
    take_in(session, [sheet(session, desk.numbers[0], OTHERWISE)], desk.uploader)
    decide(session, desk.uploader, "second")
    take_in(session, [sheet(session, desk.numbers[0], {"thai-do": [1]})], desk.uploader)
    decide(session, desk.uploader, "discarded")
    undo(session, keyer)
    waiting = queries.conflicts(session, department_ids=None, limit=9)
    assert [operations.decisions(session, each.page_id) for each in waiting] == [
        ("counted", "discarded"),
        ("counted", "second", "discarded"),
        ("counted", "discarded"),
    ]
    one, two, three = (each.page_id for each in waiting)
    for page_id, decision in ((two, "counted"), (one, "second"), (three, "discarded")):
        operations.decide_conflict(
            session,
            page_id,
            decision=decision,  # type: ignore[arg-type]
            reason="Tờ giấy nói vậy",
            member=desk.uploader,
            now=NOW,
        )
    session.commit()
    assert (counting(session), stored(session)) == (2, {desk.numbers[0]: ["khong-hai-long"]})
