"""How often the first keying was wrong: measured, and told to those who may know."""

from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update
from sqlalchemy.orm import Session

from feedback_app.kit import clock
from feedback_app.kit.ids import new_id
from feedback_app.kit.statistics import wilson
from feedback_app.paper.models import PaperCheck
from feedback_app.paper.operations import checks
from feedback_app.paper.queries.checks import ErrorRate, PaperSources, error_rate, error_rates, paper_sources
from feedback_app.surveys import operations as surveys
from tests import factories
from tests.paper.samples import KEYED, NOW, OTHERWISE, SAID, Sample, draw, key, make_sample
from tests.staff.people import add_person, sign_in

MONTH = {"first": date(2026, 4, 1), "before": date(2026, 5, 1)}


@pytest.fixture
def sample(session: Session) -> Sample:
    """Of six forms in the sample four have a verdict, one of them with an error in the first keying."""
    found = make_sample(session)
    for number in range(3, 7):
        response_id = new_id()
        key(session, found, number, response_id)
        draw(session, found, number, response_id)
    for number in (1, 2, 3):
        checks.key_again(session, number, now=NOW, member=found.beside, answers=SAID)
    checks.key_again(session, 4, now=NOW, member=found.beside, answers=OTHERWISE)
    checks.settle(session, 4, now=NOW, member=found.another, answers={"chung": ("khong-hai-long",)})
    checks.miss(session, 5, now=NOW, member=found.beside, reason="Không có trong kẹp.")
    session.commit()
    return found


def test_errors_are_counted_by_batch_keyer_and_department(session: Session, sample: Sample) -> None:
    expected = ErrorRate(drawn=6, checked=4, waiting=1, missing=1, fields=12, errors=1, wrong_forms=1)
    assert error_rates(session, "batch", now=NOW) == {sample.batch_id: expected}
    assert error_rates(session, "keyer", now=NOW, **MONTH) == {sample.keyer.id: expected}
    assert error_rates(session, "department", now=NOW, department_ids=[sample.office.ward]) == {
        sample.office.ward: expected
    }
    assert error_rate(session, now=NOW, keyer_ids=[sample.keyer.id]) == expected
    assert expected.interval == wilson(1, 12)
    assert error_rates(session, "batch", now=NOW, first=date(2026, 5, 1)) == {}
    nothing = error_rate(session, now=NOW, department_ids=[sample.office.bureau])
    assert (nothing, nothing.interval) == (ErrorRate(), None)


def test_what_was_drawn_today_is_told_tomorrow(session: Session, sample: Sample) -> None:
    assert error_rate(session, now=KEYED).waiting == 0
    assert error_rate(session, now=KEYED + timedelta(days=1)).waiting == 1


def test_own_and_unnumbered_forms_are_counted_of_those_that_count(session: Session, sample: Sample) -> None:
    key(session, sample, None, new_id(), keyer=sample.beside)
    assert paper_sources(session, **MONTH) == PaperSources(forms=7, own=6, unnumbered=1)
    surveys.remove(session, sample.responses[0], now=NOW)
    assert paper_sources(session, **MONTH, department_ids=[sample.office.ward]) == PaperSources(6, 5, 1)
    assert paper_sources(session, **MONTH, department_ids=[sample.office.bureau]) == PaperSources()


def test_managers_see_departments_and_keyers_of_their_scope(app: Flask, session: Session, sample: Sample) -> None:
    factories.count(session)
    add_person(session, "chief", "manager", sample.office.city)
    add_person(session, "far", "manager", sample.office.elsewhere)
    session.commit()
    page = sign_in(app, "chief").get("/quan-ly/chat-luong-nhap?ky=2026-Q2").text
    for told in ("Phường Đồng Sơn", "Người keyer", "1/12", "8,33\u00a0%", "sai 1/12 câu của 4 phiếu"):
        assert told in page
    page = sign_in(app, "far").get("/quan-ly/chat-luong-nhap?ky=2026-Q2").text
    assert "Người keyer" not in page
    assert "chưa có phiếu giấy nào của kỳ này" in page
    assert sign_in(app, "colleague").get("/quan-ly/chat-luong-nhap").status_code == 403


def test_the_public_page_tells_it_from_the_smallest_group_on(
    session: Session, client: FlaskClient, sample: Sample
) -> None:
    factories.count(session)
    session.commit()
    page = client.get("/ket-qua/dong-son?ky=2026-Q2").text
    assert "chưa nêu: mới có chưa đến 5 phiếu được kiểm tra xong" in page
    assert "sai 1/12 câu" not in page
    assert "6 trên 6 phiếu" in page
    assert "0 trên 6 phiếu" in page
    checks.key_again(session, 6, now=NOW, member=sample.beside, answers=SAID)
    session.commit()
    page = client.get("/ket-qua/dong-son?ky=2026-Q2").text
    assert "sai 1/15 câu của 5 phiếu (6,67\u00a0%; khoảng tin cậy 95 % từ 1,19\u00a0% đến 29,82\u00a0%)" in page
    assert "1 phiếu không tìm thấy" in page
    assert "sai 1/15 câu" not in client.get("/ket-qua/tai-chinh?ky=2026-Q2").text


def test_the_page_of_methods_tells_the_sample_and_the_last_twelve_months(session: Session, client: FlaskClient) -> None:
    assert "khoảng 10 % phiếu có số được rút ngẫu nhiên" in client.get("/phuong-phap").text
    sample = make_sample(session, drawn=0)
    yesterday = clock.local_day(clock.now()) - timedelta(days=1)
    for number in range(11, 16):
        response_id = new_id()
        key(session, sample, number, response_id, day=yesterday)
        draw(session, sample, number, response_id)
        checks.key_again(session, number, now=NOW, member=sample.beside, answers=SAID)
    session.execute(update(PaperCheck).values(answered_on=yesterday))
    session.commit()
    assert "sai 0/15 câu của 5 phiếu" in client.get("/phuong-phap").text
