"""Which keyed forms come into the sample that is keyed again."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from feedback_app.kit.ids import new_id
from feedback_app.paper.models import PaperCheck
from feedback_app.paper.operations import checks, drawing
from tests.paper.samples import DAY, KEYED, NOW, SAID, Sample, key, make_sample


@pytest.fixture
def sample(session: Session) -> Sample:
    return make_sample(session, drawn=0)


def drawn(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(PaperCheck)) or 0


def draw_many(session: Session, sample: Sample, percent: int, *, first: int, forms: int) -> int:
    before = drawn(session)
    for number in range(first, first + forms):
        response_id = new_id()
        key(session, sample, number, response_id)
        drawing.draw(
            session,
            response_id=response_id,
            batch_id=sample.batch_id,
            number=number,
            department_id=sample.office.ward,
            answered_on=DAY,
            keyer_id=sample.keyer.id,
            percent=percent,
            now=KEYED,
        )
    return drawn(session) - before


def test_the_setting_is_the_chance_of_each_form(session: Session, sample: Sample) -> None:
    assert draw_many(session, sample, 0, first=10, forms=10) == 0
    assert draw_many(session, sample, 100, first=20, forms=10) == 10
    # Fewer than 20 or more than 80 of 100 come about once in many thousand million runs.
    assert 20 <= draw_many(session, sample, 50, first=100, forms=100) <= 80


def test_closing_a_batch_draws_one_where_chance_drew_none(session: Session, sample: Sample) -> None:
    drawing.draw_at_least_one(session, sample.batch_id, now=NOW)
    drawing.draw_at_least_one(session, sample.batch_id, now=NOW)
    chosen = session.scalars(select(PaperCheck)).one()
    assert chosen.number in sample.numbers
    assert chosen.response_id in sample.responses
    assert (chosen.first_keyer_id, chosen.state) == (sample.keyer.id, "waiting")


def test_a_batch_without_keyed_forms_draws_none(session: Session, sample: Sample) -> None:
    key(session, sample, None, new_id(), answers=SAID)
    drawing.draw_at_least_one(session, sample.batch_id + 1, now=NOW)
    assert drawn(session) == 0


def test_a_form_taken_back_leaves_the_sample_until_somebody_has_keyed_it_again(session: Session) -> None:
    drawn_sample = make_sample(session)
    first, second = drawn_sample.responses
    drawing.withdraw(session, first)
    assert drawn(session) == 1
    drawing.withdraw(session, first)
    checks.key_again(session, 2, now=NOW, member=drawn_sample.beside, answers=SAID)
    with pytest.raises(drawing.AlreadyChecked):
        drawing.withdraw(session, second)
