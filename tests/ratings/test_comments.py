"""Cleared comments: who reads them, what stands beside them, and that small months show nothing of what was said."""

import dataclasses
import re
from collections.abc import Iterator
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from config import Settings
from feedback_app.app import create_app
from feedback_app.kit.db import db
from feedback_app.ratings.comments import cleared_comments
from feedback_app.ratings.periods import parse
from feedback_app.staff import queries as staff
from feedback_app.surveys import operations
from feedback_app.surveys.models import Comment
from feedback_app.surveys.versions import VersionView
from tests import factories
from tests.factories import local
from tests.soundness import problems_of
from tests.staff.people import Office, add_person, make_office, sign_in

PAGE = "/quan-ly/gop-y/da-duyet"
LATER = local(2026, 9, 1)


@pytest.fixture
def office(app: Flask, session: Session) -> Office:
    made = make_office(session)
    for name, role, department in (
        ("phuong", "manager", made.ward),
        ("noikhac", "manager", made.elsewhere),
        ("quantri", "administrator", None),
        ("nhap", "staff", made.ward),
    ):
        add_person(session, name, role, department)
    return made


@pytest.fixture
def version(session: Session) -> VersionView:
    return factories.questionnaire(session)


def clear(
    session: Session, version: VersionView, department: int, text: str, *, month: int = 3, level: str = "hai-long"
) -> UUID:
    """A cleared comment of that month; the id of its response."""
    at = local(2026, month, 2, 10, 17, 43)
    response_id = factories.response(session, version, department, at, level=level, comments={"gop-y": text})
    token = session.scalars(select(Comment.token).where(Comment.response_id == response_id)).one()
    reviewer = staff.account_named(session, username="quantri").member
    operations.clear_comment(session, token, text=text, reviewer=reviewer, now=LATER)
    return response_id


def fill(session: Session, version: VersionView, department: int, count: int, *, month: int = 3) -> None:
    factories.responses(session, version, department, local(2026, month, 3), satisfied=count)


def settle(session: Session) -> None:
    factories.count(session)
    session.commit()


def texts(session: Session, period: str, department: int, **narrowed: str) -> list[tuple[str, str | None]]:
    page = cleared_comments(
        session,
        parse(period),
        department_ids=frozenset({department}),
        minima=factories.minima(30, cell=5),
        **narrowed,  # type: ignore[arg-type]
    )
    return [(each.text, each.outcome) for each in page.comments]


def test_visitors_are_sent_to_sign_in_and_staff_may_not(app: Flask, client: FlaskClient, office: Office) -> None:
    answer = client.get(PAGE)
    assert answer.status_code == 302
    assert answer.location.startswith("/dang-nhap?next=/quan-ly/gop-y/da-duyet")
    assert sign_in(app, "nhap").get(PAGE).status_code == 403


def test_managers_read_their_departments_and_no_others(
    app: Flask, office: Office, session: Session, version: VersionView
) -> None:
    for department, text in ((office.ward, "Về phường"), (office.elsewhere, "Về thị xã")):
        clear(session, version, department, text)
        fill(session, version, department, 5)
    settle(session)
    for username, seen in (
        ("phuong", {"Về phường"}),
        ("noikhac", {"Về thị xã"}),
        ("quantri", {"Về phường", "Về thị xã"}),
    ):
        reader = sign_in(app, username)
        page = reader.get(f"{PAGE}?ky=2026-03").text
        assert {text for text in ("Về phường", "Về thị xã") if text in page} == seen
    assert sign_in(app, "noikhac").get(f"{PAGE}?ky=2026-03&don-vi=dong-son").status_code == 404
    only = sign_in(app, "quantri").get(f"{PAGE}?ky=2026-03&don-vi=dong-son").text
    assert "Về phường" in only
    assert "Về thị xã" not in only


def test_says_month_and_question_and_nothing_finer(
    app: Flask, office: Office, session: Session, version: VersionView
) -> None:
    response_id = clear(session, version, office.ward, "Gọi 0000 000 001 không được <b>")
    fill(session, version, office.ward, 5)
    settle(session)
    page = sign_in(app, "phuong").get(f"{PAGE}?ky=2026-Q1").text
    assert '<blockquote lang="vi">Gọi [số điện thoại] không được &lt;b&gt;</blockquote>' in page
    listed = page[page.index('<ul class="comments">') : page.index("</ul>", page.index('<ul class="comments">'))]
    assert re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", listed)).endswith("Phường Đồng Sơn , Tháng 3/2026; Góp ý ")
    token = session.scalars(select(Comment.token)).one()
    for secret in (str(response_id), str(token), "000 001", "10:17", "02/03/2026"):
        assert secret not in page


def test_held_and_refused_comments_are_read_by_nobody(office: Office, session: Session, version: VersionView) -> None:
    fill(session, version, office.ward, 5)
    factories.response(session, version, office.ward, local(2026, 3, 4), comments={"gop-y": "Đang chờ"})
    clear(session, version, office.ward, "Sẽ bị từ chối")
    reviewer = staff.account_named(session, username="quantri").member
    token = session.scalars(select(Comment.token).where(Comment.state == "cleared")).one()
    operations.reopen_comment(session, token, reviewer=reviewer, now=LATER)
    operations.refuse_comment(session, token, reason="Lời lẽ xúc phạm", reviewer=reviewer, now=LATER)
    settle(session)
    assert texts(session, "2026-03", office.ward) == []


def test_a_small_month_shows_nothing_in_whatever_period_it_is_read(
    office: Office, session: Session, version: VersionView
) -> None:
    """The month stands beside the text, so a quarter must not show what its month may not."""
    clear(session, version, office.ward, "Tháng ba", month=3)
    fill(session, version, office.ward, 3, month=3)
    clear(session, version, office.ward, "Tháng hai", month=2)
    fill(session, version, office.ward, 4, month=2)
    settle(session)
    assert texts(session, "2026-03", office.ward) == []
    assert texts(session, "2026-02", office.ward) == [("Tháng hai", None)]
    for longer in ("2026-Q1", "2026-H1", "2026-9M", "2026"):
        assert texts(session, longer, office.ward) == [("Tháng hai", None)]
    fill(session, version, office.ward, 1, month=3)
    settle(session)
    assert texts(session, "2026-Q1", office.ward) == [("Tháng ba", None), ("Tháng hai", None)]


def test_an_outcome_stands_only_beside_comments_of_a_month_with_enough_answers(
    office: Office, session: Session, version: VersionView
) -> None:
    clear(session, version, office.ward, "Vừa đủ", month=3, level="khong-hai-long")
    fill(session, version, office.ward, 29, month=3)
    clear(session, version, office.ward, "Thiếu một", month=2, level="khong-hai-long")
    fill(session, version, office.ward, 28, month=2)
    settle(session)
    assert texts(session, "2026", office.ward) == [("Vừa đủ", "not_satisfied"), ("Thiếu một", None)]
    # Nor can it be found out by asking for the outcome.
    assert texts(session, "2026", office.ward, outcome="not_satisfied") == [("Vừa đủ", "not_satisfied")]
    assert texts(session, "2026", office.ward, outcome="satisfied") == []


def test_what_was_removed_is_shown_no_more(office: Office, session: Session, version: VersionView) -> None:
    response_id = clear(session, version, office.ward, "Nhập nhầm")
    fill(session, version, office.ward, 9)
    operations.remove(session, response_id, now=LATER)
    settle(session)
    assert texts(session, "2026-03", office.ward) == []


def test_searches_without_accents_and_by_question(
    app: Flask, office: Office, session: Session, version: VersionView
) -> None:
    clear(session, version, office.ward, "Được hướng dẫn rõ ràng, đạt 100%")
    clear(session, version, office.ward, "Phải chờ lâu")
    fill(session, version, office.ward, 5)
    settle(session)
    for search in ("duoc huong", "ĐƯỢC  HƯỚNG DẪN", "100%"):
        assert [text for text, _ in texts(session, "2026-03", office.ward, search=search)] == [
            "Được hướng dẫn rõ ràng, đạt 100%"
        ]
    assert texts(session, "2026-03", office.ward, search="cho%lau") == []
    assert len(texts(session, "2026-03", office.ward, question="gop-y")) == 2
    assert texts(session, "2026-03", office.ward, question="khac") == []
    page = sign_in(app, "phuong").get(f"{PAGE}?ky=2026-03&tim=cho+lau&cau-hoi=gop-y").text
    assert "Phải chờ lâu" in page
    assert "Được hướng dẫn" not in page
    assert 'value="cho lau"' in page


@pytest.mark.parametrize(
    "argument", ["ky=2026-03-02", "ky=x", "don-vi=khong-co", "cau-hoi=khong-co", "danh-gia=khong-co"]
)
def test_an_unknown_choice_is_not_found_and_a_day_is_no_choice(
    app: Flask, office: Office, version: VersionView, session: Session, argument: str
) -> None:
    session.commit()
    assert sign_in(app, "quantri").get(f"{PAGE}?{argument}").status_code == 404


def test_turns_pages(app: Flask, office: Office, session: Session, version: VersionView) -> None:
    for number in range(23):
        clear(session, version, office.ward, f"Góp ý số {number} ạ")
    settle(session)
    reader = sign_in(app, "phuong")
    pages = [reader.get(f"{PAGE}?ky=2026-03&trang={number}").text for number in (1, 2)]
    found = [re.findall(r"Góp ý số \d+ ạ", page) for page in pages]
    assert [len(each) for each in found] == [20, 3]
    assert len({*found[0], *found[1]}) == 23
    assert "trang=2" in pages[0]
    assert "Không có góp ý nào" in reader.get(f"{PAGE}?ky=2026-03&trang=-1&tim=khong+co").text


@pytest.fixture
def open_app(clean: None, settings: Settings) -> Iterator[Flask]:
    """An office that shows comments to everybody."""
    app = create_app(dataclasses.replace(settings, public_comments=True))
    yield app
    with app.app_context():
        db.engine.dispose()


def test_the_public_reads_comments_only_where_the_office_wants_it(
    app: Flask, open_app: Flask, office: Office, session: Session, version: VersionView
) -> None:
    clear(session, version, office.ward, "Ghế ngồi ít quá")
    fill(session, version, office.ward, 5)
    settle(session)
    address = "/ket-qua/dong-son?ky=2026-03"
    assert "Ghế ngồi ít quá" not in app.test_client().get(address).text
    shown = open_app.test_client().get(address).text
    assert problems_of(shown) == []
    assert '<blockquote lang="vi">Ghế ngồi ít quá</blockquote>' in shown
    assert "Góp ý của người dân" in shown
    by_day = open_app.test_client().get("/ket-qua/dong-son?ky=2026-03-02")
    assert by_day.status_code == 200
    assert "Ghế ngồi ít quá" not in by_day.text
