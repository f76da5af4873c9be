"""The desk draws forms as they are keyed and as batches are closed, and takes none back that was verified."""

import dataclasses
import re
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from feedback_app.kit import clock
from feedback_app.kit.ids import new_id
from feedback_app.paper import operations
from feedback_app.paper.models import PaperBatch, PaperCheck, PaperForm
from feedback_app.paper.operations import checks
from feedback_app.paper.serials import serial
from tests.paper.samples import OTHERWISE, Sample, check_of, make_sample
from tests.paper.stacks import filled
from tests.staff.people import add_person, post, sign_in

JSON = {"Accept": "application/json"}


@pytest.fixture
def sample(session: Session) -> Sample:
    """The forms 3 and 4 of the batch are out."""
    found = make_sample(session, drawn=0)
    session.add_all(PaperForm(number=number, batch_id=found.batch_id) for number in (3, 4))
    session.get_one(PaperBatch, found.batch_id).answered_on = clock.local_day(clock.now())
    session.commit()
    return found


@pytest.fixture
def always(app: Flask) -> Iterator[None]:
    """Every form is drawn."""
    before = app.extensions["settings"]
    app.extensions["settings"] = dataclasses.replace(before, paper_second_keying_percent=100)
    yield
    app.extensions["settings"] = before


@pytest.fixture
def never(app: Flask) -> Iterator[None]:
    before = app.extensions["settings"]
    app.extensions["settings"] = dataclasses.replace(before, paper_second_keying_percent=0)
    yield
    app.extensions["settings"] = before


def key(app: Flask, sample: Sample, number: int) -> tuple[FlaskClient, str]:
    browser, response_id = sign_in(app, "keyer"), str(new_id())
    answer = post(
        browser,
        f"/nhap-phieu/phieu?tap={sample.batch_id}",
        filled(response_id, number=serial(number), **{"q-thai-do": ""}),
        headers=JSON,
    )
    assert answer.status_code == 200, answer.text
    return browser, response_id


def undo(browser: FlaskClient, sample: Sample, response_id: str) -> int:
    form = {"reason": "Nhập trùng phiếu", "words": ""}
    return post(browser, f"/nhap-phieu/hoan-tac/{response_id}?tap={sample.batch_id}", form, headers=JSON).status_code


def test_a_form_with_a_number_may_be_drawn_and_its_keyer_sees_nothing_of_it(
    app: Flask, session: Session, sample: Sample, always: None
) -> None:
    browser, response_id = key(app, sample, 3)
    row = check_of(session, 3)
    assert (str(row.response_id), row.state, row.first_keyer_id) == (response_id, "waiting", sample.keyer.id)
    drawn = browser.get(f"/nhap-phieu/phieu?tap={sample.batch_id}").text
    batch = browser.get(f"/tap-phieu/{sample.batch_id}").text
    session.execute(delete(PaperCheck))
    session.commit()
    assert _without_ids(browser.get(f"/nhap-phieu/phieu?tap={sample.batch_id}").text) == _without_ids(drawn)
    assert _without_ids(browser.get(f"/tap-phieu/{sample.batch_id}").text) == _without_ids(batch)


def test_undoing_a_form_takes_it_out_of_the_sample(app: Flask, session: Session, sample: Sample, always: None) -> None:
    browser, response_id = key(app, sample, 3)
    assert undo(browser, sample, response_id) == 302
    assert session.scalars(select(PaperCheck)).all() == []
    key(app, sample, 3)
    assert check_of(session, 3).state == "waiting"


def test_a_form_that_was_keyed_again_is_not_undone(app: Flask, session: Session, sample: Sample, always: None) -> None:
    browser, response_id = key(app, sample, 3)
    checks.key_again(session, 3, now=clock.now(), member=sample.beside, answers=OTHERWISE)
    session.commit()
    assert undo(browser, sample, response_id) == 409
    assert check_of(session, 3).state == "differs"


def test_closing_a_batch_draws_one_where_none_was(app: Flask, session: Session, sample: Sample, never: None) -> None:
    key(app, sample, 3)
    assert session.scalars(select(PaperCheck)).all() == []
    head = add_person(session, "head", "manager", sample.office.city)
    operations.close(session, sample.batch_id, now=clock.now(), member=head, not_returned=1, reason="Mất")
    session.commit()
    assert len(session.scalars(select(PaperCheck)).all()) == 1


def _without_ids(page: str) -> str:
    """A page without what is made anew each time."""
    return re.sub(r'name="(csrf_token|response_id)"[^>]*', "", page)
