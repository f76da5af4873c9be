"""Reviewing comments: by somebody outside the rated department, one at a time, and every step in the trail."""

import re
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from feedback_app.kit import clock
from feedback_app.staff import queries as staff
from feedback_app.staff.queries import Member
from feedback_app.surveys import operations, queries
from feedback_app.surveys.models import Comment, Response
from feedback_app.surveys.versions import VersionView
from tests import factories
from tests.factories import local
from tests.staff.people import Office, add_person, make_office, post, sign_in

QUEUE = "/quan-ly/gop-y"
WRITTEN = "Chờ lâu, gọi 0000 000 000 không ai nghe máy."
SHOWN = "Chờ lâu, gọi [số điện thoại] không ai nghe máy."
LATER = local(2026, 3, 20)
WRITTEN_AT = local(2026, 3, 2, 10, 17, 43)


@pytest.fixture
def office(app: Flask, session: Session) -> Office:
    """A ward and a bureau of one city, another city; a person of each, one of the whole service, one who keys."""
    made = make_office(session)
    for name, role, department in (
        ("phuong", "manager", made.ward),
        ("thanhpho", "manager", made.city),
        ("phongban", "manager", made.bureau),
        ("noikhac", "manager", made.elsewhere),
        ("quantri", "administrator", None),
        ("nhap", "staff", made.ward),
    ):
        add_person(session, name, role, department)
    return made


@pytest.fixture
def version(session: Session) -> VersionView:
    return factories.questionnaire(session)


def write(
    session: Session,
    version: VersionView,
    department: int,
    text: str = WRITTEN,
    at: datetime = WRITTEN_AT,
    **given: object,
) -> UUID:
    """A response with this comment; the comment's token."""
    response_id = factories.response(session, version, department, at, comments={"gop-y": text}, **given)
    session.commit()
    return session.scalars(select(Comment.token).where(Comment.response_id == response_id)).one()


def stored(session: Session, token: UUID) -> Comment:
    session.expire_all()
    return session.scalars(select(Comment).where(Comment.token == token)).one()


def trail(session: Session) -> list[tuple[str, str | None, int | None]]:
    session.expire_all()
    entries = staff.trail(session, scope=None, limit=50)
    return [(each.action, each.actor, each.department_id) for each in entries if each.action.startswith("surveys.")]


def person(session: Session, username: str) -> Member:
    return staff.account_named(session, username=username).member


def words(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_visitors_are_sent_to_sign_in(
    client: FlaskClient, office: Office, session: Session, version: VersionView
) -> None:
    token = write(session, version, office.ward)
    for path in (QUEUE, f"{QUEUE}/{token}"):
        answer = client.get(path)
        assert answer.status_code == 302
        assert answer.location.startswith("/dang-nhap?next=/quan-ly/gop-y")
    for path in (f"{QUEUE}/{token}", f"{QUEUE}/{token}/hoan-tac"):
        answer = post(client, path, {"text": "x", "decision": "clear"})
        assert answer.location.startswith("/dang-nhap")
    assert stored(session, token).state == "held"


def test_staff_may_not(app: Flask, office: Office, session: Session, version: VersionView) -> None:
    token = write(session, version, office.ward)
    keyer = sign_in(app, "nhap")
    assert keyer.get(QUEUE).status_code == 403
    assert keyer.get(f"{QUEUE}/{token}").status_code == 403
    assert post(keyer, f"{QUEUE}/{token}", {"text": "x", "decision": "clear"}).status_code == 403
    assert post(keyer, f"{QUEUE}/{token}/hoan-tac", {}).status_code == 403
    assert stored(session, token).state == "held"


def test_shows_the_original_marked_and_the_masked_text_to_edit(
    app: Flask, office: Office, session: Session, version: VersionView
) -> None:
    response_id = factories.response(session, version, office.ward, WRITTEN_AT, comments={"gop-y": WRITTEN + " <b>"})
    session.commit()
    page = sign_in(app, "thanhpho").get(QUEUE).text
    assert 'gọi <mark title="[số điện thoại]">0000 000 000</mark> không ai nghe máy. &lt;b&gt;' in page
    assert f"{SHOWN} &lt;b&gt;</textarea>" in page
    assert "Tháng 3/2026" in page
    assert "Phường Đồng Sơn" in page
    # The response's id holds its millisecond; the page says neither that nor a day, a minute or a counter.
    assert str(response_id) not in page
    assert not re.search(r"10:17|17:43|02/03|2026-03-02", words(page))


@pytest.mark.parametrize("username", ["phuong", "phongban", "noikhac"])
def test_is_seen_by_nobody_inside_and_nobody_elsewhere(
    app: Flask, office: Office, session: Session, version: VersionView, username: str
) -> None:
    token = write(session, version, office.ward)
    reader = sign_in(app, username)
    page = reader.get(QUEUE)
    assert page.status_code == 200
    assert "Còn chờ: 0 góp ý." in page.text
    assert "Chờ lâu" not in page.text
    assert reader.get(f"{QUEUE}/{token}").status_code == 404


def test_a_member_of_the_rated_department_is_refused_and_it_is_logged(
    app: Flask, office: Office, session: Session, version: VersionView
) -> None:
    token = write(session, version, office.ward)
    inside = sign_in(app, "phuong")
    for data in ({"text": SHOWN, "decision": "clear"}, {"reason": "Lời lẽ xúc phạm", "decision": "refuse"}):
        answer = post(inside, f"{QUEUE}/{token}", data)
        assert answer.status_code == 403
        assert "phải do người ngoài đơn vị duyệt" in answer.text
    assert post(inside, f"{QUEUE}/{token}/hoan-tac", {}).status_code == 403
    assert stored(session, token).state == "held"
    assert trail(session) == [("surveys.comment_review_denied", "Người phuong", office.ward)] * 3
    page = sign_in(app, "quantri").get("/quan-ly/nhat-ky?viec=surveys.comment_review_denied").text
    assert "Bị từ chối duyệt góp ý về đơn vị mình" in page


def test_a_part_of_the_rated_department_is_refused_too(
    app: Flask, office: Office, session: Session, version: VersionView
) -> None:
    token = write(session, version, office.city)
    for username in ("phuong", "thanhpho"):
        assert post(sign_in(app, username), f"{QUEUE}/{token}", {"text": SHOWN, "decision": "clear"}).status_code == 403
    assert {entry[0] for entry in trail(session)} == {"surveys.comment_review_denied"}
    assert post(sign_in(app, "quantri"), f"{QUEUE}/{token}", {"text": SHOWN, "decision": "clear"}).status_code == 302


def test_a_manager_of_another_department_finds_nothing(
    app: Flask, office: Office, session: Session, version: VersionView
) -> None:
    token = write(session, version, office.ward)
    for username in ("phongban", "noikhac"):
        reader = sign_in(app, username)
        assert post(reader, f"{QUEUE}/{token}", {"text": SHOWN, "decision": "clear"}).status_code == 404
        assert post(reader, f"{QUEUE}/{token}/hoan-tac", {}).status_code == 404
    assert stored(session, token).state == "held"


def test_clears_what_the_reviewer_left_and_masks_it_once_more(
    app: Flask, office: Office, session: Session, version: VersionView
) -> None:
    token = write(session, version, office.ward)
    reviewer = sign_in(app, "thanhpho")
    edited = "Chờ lâu, gọi 0000 000 000 [tên người] không nghe máy."
    answer = post(reviewer, f"{QUEUE}/{token}", {"text": edited, "decision": "clear"}, follow_redirects=True)
    assert "Đã duyệt góp ý." in answer.text
    assert "Còn chờ: 0 góp ý." in answer.text
    comment = stored(session, token)
    assert (comment.state, comment.text) == ("cleared", WRITTEN)
    assert comment.shown_text == "Chờ lâu, gọi [số điện thoại] [tên người] không nghe máy."
    assert comment.reviewed_by == person(session, "thanhpho").id
    assert trail(session) == [("surveys.comment_cleared", "Người thanhpho", office.ward)]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"text": " \n", "decision": "clear"}, "Nội dung cho hiện không được để trống"),
        ({"text": "Đã sửa " + "a" * 4000, "decision": "clear"}, "Nội dung dài quá 4000 ký tự."),
        ({"text": "Đã sửa", "decision": "refuse"}, "Xin cho biết lý do không cho hiện."),
        ({"text": "Đã sửa", "reason": "Lý do khác", "words": " ", "decision": "refuse"}, "Xin cho biết lý do"),
        ({"text": "Đã sửa", "reason": "Lý do khác", "words": "b" * 201, "decision": "refuse"}, "Lý do dài quá 200"),
        ({"text": "Đã sửa", "reason": "Lời lẽ xúc phạm", "decision": "clear"}, "Đã có lý do không cho hiện"),
        ({"text": "Đã sửa", "words": "quảng cáo", "decision": "clear"}, "Đã có lý do không cho hiện"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field_and_nothing_typed_is_lost(
    app: Flask, office: Office, session: Session, version: VersionView, data: dict[str, object], message: str
) -> None:
    token = write(session, version, office.ward)
    answer = post(sign_in(app, "thanhpho"), f"{QUEUE}/{token}", data)
    assert answer.status_code == 422
    assert message in answer.text
    assert str(data["text"]).strip() in answer.text
    assert str(data.get("words", "")).strip() in answer.text
    assert stored(session, token).state == "held"
    assert trail(session) == []


def test_refuses_with_a_reason_that_is_masked_too(
    app: Flask, office: Office, session: Session, version: VersionView
) -> None:
    token = write(session, version, office.ward)
    data = {"text": SHOWN, "reason": "Quảng cáo, nội dung rác", "words": "gọi 0912345678", "decision": "refuse"}
    answer = post(sign_in(app, "quantri"), f"{QUEUE}/{token}", data, follow_redirects=True)
    assert "Góp ý sẽ không hiện." in answer.text
    comment = stored(session, token)
    assert (comment.state, comment.shown_text) == ("refused", None)
    assert comment.refusal_reason == "Quảng cáo, nội dung rác: gọi [số điện thoại]"
    assert trail(session) == [("surveys.comment_refused", "Người quantri", office.ward)]


@pytest.mark.parametrize(
    "data", [{"text": SHOWN, "decision": "clear"}, {"reason": "Lời lẽ xúc phạm", "decision": "refuse"}]
)
def test_a_decision_can_be_taken_back(
    app: Flask, office: Office, session: Session, version: VersionView, data: dict[str, object]
) -> None:
    token = write(session, version, office.ward)
    reviewer = sign_in(app, "thanhpho")
    done = post(reviewer, f"{QUEUE}/{token}", data, follow_redirects=True).text
    assert f'action="{QUEUE}/{token}/hoan-tac"' in done
    answer = post(reviewer, f"{QUEUE}/{token}/hoan-tac", {}, follow_redirects=True)
    assert answer.request.path == f"{QUEUE}/{token}"
    assert "Đã hoàn tác; góp ý chờ duyệt lại." in answer.text
    comment = stored(session, token)
    assert (comment.state, comment.reviewed_by, comment.shown_text) == ("held", None, None)
    assert trail(session)[0] == ("surveys.comment_reopened", "Người thanhpho", office.ward)
    assert post(reviewer, f"{QUEUE}/{token}/hoan-tac", {}).status_code == 409


def test_two_reviewers_do_not_decide_twice(app: Flask, office: Office, session: Session, version: VersionView) -> None:
    token = write(session, version, office.ward)
    assert post(sign_in(app, "thanhpho"), f"{QUEUE}/{token}", {"text": "A", "decision": "clear"}).status_code == 302
    second = post(sign_in(app, "quantri"), f"{QUEUE}/{token}", {"text": "B", "decision": "clear"})
    assert second.status_code == 409
    assert "vừa có người khác duyệt" in second.text
    assert stored(session, token).shown_text == "A"


def test_the_oldest_day_comes_first_and_within_a_day_the_hour_tells_nothing(
    office: Office, session: Session, version: VersionView
) -> None:
    days = [local(2026, 3, 5, 8), *(local(2026, 3, 4, 8, minute) for minute in range(12)), local(2026, 3, 3, 16)]
    tokens = [write(session, version, office.ward, f"Góp ý {place}", at) for place, at in enumerate(days)]
    queue = [each.token for each in queries.held_comments(session, department_ids=None, before=LATER)]
    assert queue[0] == tokens[-1]
    assert queue[-1] == tokens[0]
    assert queue[1:-1] == sorted(tokens[1:-1])
    for place, token in enumerate(queue):
        behind = queries.held_comments(session, department_ids=None, before=LATER, after=token)
        assert [each.token for each in behind] == queue[place + 1 :]
    assert queries.held_count(session, department_ids=None, before=LATER) == len(tokens)


def test_leaving_one_for_later_opens_the_next(
    app: Flask, office: Office, session: Session, version: VersionView
) -> None:
    first = write(session, version, office.ward, "Góp ý thứ nhất", local(2026, 3, 2))
    write(session, version, office.ward, "Góp ý thứ hai", local(2026, 3, 3))
    reviewer = sign_in(app, "thanhpho")
    assert "Góp ý thứ nhất</textarea>" in reviewer.get(QUEUE).text
    second = reviewer.get(f"{QUEUE}?sau={first}").text
    assert "Góp ý thứ hai</textarea>" in second
    last = re.search(r"sau=([0-9a-f-]{36})", second)
    assert last
    end = reviewer.get(f"{QUEUE}?sau={last[1]}").text
    assert "Không còn góp ý nào chờ duyệt." in end
    assert "Xem lại những góp ý đã để lại sau" in end
    assert "Góp ý thứ nhất</textarea>" in reviewer.get(f"{QUEUE}?sau=linh-tinh").text


def test_todays_comments_enter_the_queue_tomorrow(
    app: Flask, office: Office, session: Session, version: VersionView
) -> None:
    now = clock.now()
    token = write(session, version, office.ward, "Góp ý hôm nay", now - timedelta(seconds=1), now=now)
    reviewer = sign_in(app, "quantri")
    assert "Góp ý hôm nay" not in reviewer.get(QUEUE).text
    assert reviewer.get(f"{QUEUE}/{token}").status_code == 404


def test_what_was_removed_is_not_reviewed(app: Flask, office: Office, session: Session, version: VersionView) -> None:
    token = write(session, version, office.ward)
    operations.remove(session, stored(session, token).response_id, now=LATER)
    session.commit()
    reviewer = sign_in(app, "quantri")
    assert "Còn chờ: 0 góp ý." in reviewer.get(QUEUE).text
    assert post(reviewer, f"{QUEUE}/{token}", {"text": SHOWN, "decision": "clear"}).status_code == 404


def test_a_comment_on_paper_goes_the_same_way(
    app: Flask, office: Office, session: Session, version: VersionView
) -> None:
    keyer = person(session, "nhap").id
    token = write(
        session,
        version,
        office.ward,
        WRITTEN,
        local(2026, 3, 2, 12),
        channel="paper",
        keyer_id=keyer,
        now=local(2026, 3, 4),
    )
    assert stored(session, token).state == "held"
    page = sign_in(app, "thanhpho").get(QUEUE).text
    assert SHOWN in page
    assert post(sign_in(app, "phuong"), f"{QUEUE}/{token}", {"text": SHOWN, "decision": "clear"}).status_code == 403


def test_a_text_that_changed_waits_anew(office: Office, session: Session, version: VersionView) -> None:
    at = local(2026, 3, 2)
    token = write(session, version, office.ward, "Bản đầu", at, sealed=False)
    response_id = stored(session, token).response_id
    operations.clear_comment(session, token, text="Bản đầu", reviewer=person(session, "quantri"), now=LATER)
    factories.response(
        session, version, office.ward, at, response_id=response_id, comments={"gop-y": "Bản sau"}, revision=2
    )
    session.commit()
    (comment,) = session.scalars(select(Comment).where(Comment.response_id == response_id))
    assert (comment.text, comment.state) == ("Bản sau", "held")
    assert comment.token != token


def test_originals_are_erased_in_time_and_what_is_shown_stays(
    office: Office, session: Session, version: VersionView
) -> None:
    reviewer = person(session, "quantri")
    held, cleared, refused, fresh = (write(session, version, office.ward) for _ in range(4))
    operations.clear_comment(session, cleared, text=WRITTEN, reviewer=reviewer, now=LATER)
    operations.refuse_comment(session, refused, reason="Lời lẽ xúc phạm", reviewer=reviewer, now=LATER)
    operations.clear_comment(session, fresh, text=WRITTEN, reviewer=reviewer, now=LATER + timedelta(days=2))
    assert operations.erase_originals(session, before=LATER + timedelta(days=1)) == 2
    session.commit()
    assert [stored(session, token).text for token in (held, cleared, refused, fresh)] == [WRITTEN, None, None, WRITTEN]
    assert stored(session, cleared).shown_text == SHOWN
    assert stored(session, refused).refusal_reason == "Lời lẽ xúc phạm"
    with pytest.raises(operations.OriginalErased):
        operations.reopen_comment(session, cleared, reviewer=reviewer, now=LATER)
    assert operations.erase_originals(session, before=LATER + timedelta(days=1)) == 0
    assert {each.token for each in queries.decisions(session, reviewer_id=reviewer.id, since=LATER, limit=9)} == {fresh}


@pytest.mark.parametrize(
    "change",
    [
        {"text": None},
        {"state": "cleared"},
        {"state": "refused", "reviewed_at": LATER},
        {"shown_text": "lộ"},
        {"reviewed_at": LATER},
    ],
)
def test_the_database_keeps_the_states_apart(
    office: Office, session: Session, version: VersionView, change: dict[str, object]
) -> None:
    comment = stored(session, write(session, version, office.ward))
    for name, value in change.items():
        setattr(comment, name, value)
    with pytest.raises(IntegrityError):
        session.flush()


def test_the_demonstration_goes_with_its_responses(office: Office, session: Session, version: VersionView) -> None:
    token = write(session, version, office.ward, demonstration=True)
    operations.clear_comment(session, token, text=WRITTEN, reviewer=person(session, "quantri"), now=LATER)
    operations.remove_demonstration(session, now=LATER)
    session.commit()
    assert session.scalars(select(Comment)).all() == []
    assert session.scalars(select(Response)).all() == []
