"""The demonstration's petitions: each outcome of the indices they score, marked as invented, and gone when it goes."""

import re
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from feedback_app import demo
from feedback_app.demo.dossiers import load_dossiers
from feedback_app.demo.office import load_register
from feedback_app.demo.petitions import load_petitions
from feedback_app.departments import queries as departments
from feedback_app.kit.clock import local_day
from feedback_app.petitions import operations, queries, sheets
from feedback_app.petitions.models import Petition
from feedback_app.ratings import queries as ratings
from feedback_app.ratings.periods import parse
from tests import factories
from tests.staff.people import add_person, sign_in

NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)
QUARTER = parse("2026-Q3")


def scores_of(session: Session, code: str) -> ratings.Scores:
    return ratings.scores(
        session,
        QUARTER,
        departments.department(session, code=code).id,
        minima=factories.minima(30, 5),
        day=local_day(NOW),
    )


def count(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Petition)) or 0


def test_every_petition_is_marked_and_the_same_day_gives_the_same(session: Session) -> None:
    load_register(session, NOW)
    load_petitions(session, NOW)
    stored = count(session)
    assert 50 < stored < 100
    assert all(session.scalars(select(Petition.demonstration)))
    assert all("trình diễn" in source for source in session.scalars(select(Petition.source)))
    load_petitions(session, NOW)
    assert count(session) == stored
    # Some of the running quarter still wait for their answer.
    assert session.scalar(select(func.count()).select_from(Petition).where(Petition.answered_on.is_(None)))
    assert operations.remove_demonstration(session) == stored
    assert count(session) == 0


@pytest.mark.parametrize(
    ("code", "value", "in_time", "decided", "conduct"),
    [
        ("phuong-dong-hoi.van-phong", 2, 3, 3, 0),
        ("phuong-dong-hoi.kinh-te", 1, 9, 10, 1),
        ("phuong-dong-thuan.kinh-te", 0, 1, 2, 1),
    ],
)
def test_the_indices_of_petitions_have_something_to_say(
    session: Session, code: str, value: int, in_time: int, decided: int, conduct: int
) -> None:
    load_register(session, NOW)
    load_dossiers(session, NOW)
    before = scores_of(session, code)
    assert {score.index.number: score.state for score in before.indices.scores}[8] == "no_data"
    load_petitions(session, NOW)
    after = scores_of(session, code)
    eighth = next(score for score in after.indices.scores if score.index.number == 8)
    assert (eighth.source, eighth.value, eighth.numerator, eighth.denominator) == ("petitions", value, in_time, decided)
    # Each petition about conduct that holds is one dossier of no points more.
    seventh = [next(each for each in scores.indices.scores if each.index.number == 7) for scores in (before, after)]
    assert seventh[0].numerator == seventh[1].numerator
    assert seventh[1].denominator - seventh[0].denominator == conduct
    parts = {score.part.code: score for score in after.national.scores}
    assert (parts["5.2"].by_rule, parts["5.2"].numerator, parts["5.2"].denominator) == (False, in_time, decided)
    assert parts["5.3"].numerator is not None
    assert parts["5.3"].numerator < decided


def test_the_page_of_points_shows_them(app: Flask, session: Session) -> None:
    load_register(session, NOW)
    load_dossiers(session, NOW)
    load_petitions(session, NOW)
    add_person(session, "toanbo", "manager", None)
    session.commit()
    page = sign_in(app, "toanbo").get(f"/quan-ly/cham-diem/phuong-dong-hoi.kinh-te?ky={QUARTER.code}").text
    said = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
    assert "8. Tiếp thu, giải trình phản ánh, kiến nghị sổ phản ánh, kiến nghị 9 10 – 1,0 1,0" in said
    assert re.search(r"5\.2 [^0-9]*9 10 5,40 6", said)


def test_nothing_of_it_is_left_and_real_petitions_stay(session: Session) -> None:
    load_register(session, NOW)
    load_petitions(session, NOW)
    invented = session.scalars(select(Petition).order_by(Petition.id)).first()
    assert invented is not None
    known, source = invented.reference, invented.source
    head = "Số phản ánh;Đơn vị;Ngày tiếp nhận;Hạn trả lời;Ngày trả lời;Kết luận;Về thái độ;Kéo dài;Chưa đồng ý;Nguồn\n"
    line = "{};phuong-dong-son.van-phong;05/02/2026;20/02/2026;18/02/2026;đúng;có;không;không;{}\n"
    rows, unread = sheets.read("so.csv", (head + line.format("1", "Sổ") + line.format(known, source)).encode())
    assert operations.import_petitions(session, rows, now=NOW, unread=unread).rejected == ()
    demo.remove(session, now=NOW)
    assert set(session.scalars(select(Petition.reference))) == {"1", known}
    assert not any(session.scalars(select(Petition.demonstration)))
    ward = departments.department(session, code="phuong-dong-son.van-phong").id
    left = queries.counts(
        session, department_id=ward, first=parse("2026").starts_on, before=parse("2026").ends_on, day=local_day(NOW)
    )
    assert left is not None
    assert left.received == 2
