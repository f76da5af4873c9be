"""A third person settles from the paper what two keyings have differently."""

from collections.abc import Mapping

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback_app.kit.errors import NotAllowed
from feedback_app.paper import queries
from feedback_app.paper.operations import checks, drawing
from feedback_app.paper.operations.reasons import RETURNED_BLANK
from feedback_app.recounts import RecountRequest
from feedback_app.staff.models import AuditEvent
from feedback_app.staff.queries import Member
from feedback_app.surveys import queries as surveys
from feedback_app.surveys.models import Response
from tests.paper.samples import NOW, OTHERWISE, SAID, Sample, check_of, make_sample


@pytest.fixture
def sample(session: Session) -> Sample:
    """Its first form was keyed again otherwise, by `beside`."""
    found = make_sample(session, drawn=1)
    checks.key_again(session, 1, now=NOW, member=found.beside, answers=OTHERWISE)
    session.commit()
    return found


def settle(session: Session, member: Member, *overall: str, **more: tuple[str, ...]) -> None:
    checks.settle(session, 1, now=NOW, member=member, answers={"chung": overall, **more})


def says(session: Session, sample: Sample) -> Mapping[str, tuple[str, ...]]:
    said = surveys.keyed_answers(session, sample.responses[0])
    assert said is not None
    return said.answers


def errors(session: Session) -> tuple[int | None, int | None, int | None]:
    row = check_of(session, 1)
    assert row.state == "settled"
    return row.fields, row.first_errors, row.second_errors


def test_where_the_first_keying_was_right_the_response_stays(session: Session, sample: Sample) -> None:
    before = len(session.scalars(select(RecountRequest)).all())
    settle(session, sample.another, "hai-long")
    assert errors(session) == (3, 0, 1)
    assert says(session, sample) == SAID
    assert len(session.scalars(select(RecountRequest)).all()) == before


def test_where_the_second_was_right_the_response_is_corrected_and_its_day_counted_again(
    session: Session, sample: Sample
) -> None:
    before = len(session.scalars(select(RecountRequest)).all())
    settle(session, sample.another, "khong-hai-long")
    assert errors(session) == (3, 1, 0)
    assert says(session, sample) == OTHERWISE
    assert len(session.scalars(select(RecountRequest)).all()) == before + 1
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "paper.settled")).one()
    assert event.details == {"number": 1, "corrected": ["chung"], "differed": ["chung"]}


def test_both_may_have_been_wrong(session: Session, sample: Sample) -> None:
    settle(session, sample.another, "binh-thuong")
    assert errors(session) == (3, 1, 1)
    assert says(session, sample)["chung"] == ("binh-thuong",)


def test_a_blank_is_a_truth_too_and_a_blank_form_leaves_the_count(session: Session) -> None:
    blank = make_sample(session, drawn=1)
    checks.key_again(session, 1, now=NOW, member=blank.beside, answers={})
    before = queries.sums(session, blank.batch_id)
    for _ in range(2):
        checks.settle(session, 1, now=NOW, member=blank.another, answers={"chung": (), "thai-do": ()})
    assert errors(session) == (3, 2, 0)
    assert session.get_one(Response, blank.responses[0], populate_existing=True).removed_at is not None
    sums = queries.sums(session, blank.batch_id)
    assert (sums.keyed, sums.spoiled, sums.out) == (before.keyed - 1, before.spoiled + 1, before.out)
    form = queries.form(session, 1)
    assert (form.spoiled_by, form.spoiled_reason) == (blank.another.id, RETURNED_BLANK)
    assert session.scalars(select(AuditEvent).where(AuditEvent.action == "paper.returned_blank")).one()
    rate = queries.checks.error_rate(session, now=NOW, batch_ids=[blank.batch_id])
    assert (rate.checked, rate.fields, rate.errors, rate.wrong_forms) == (1, 3, 2, 1)


def test_every_difference_has_to_be_settled(session: Session, sample: Sample) -> None:
    with pytest.raises(checks.AnswersMissing) as missing:
        checks.settle(session, 1, now=NOW, member=sample.another, answers={"thai-do": ("tot",)})
    assert missing.value.field == "chung"


def test_what_does_not_differ_cannot_be_changed(session: Session, sample: Sample) -> None:
    checks.settle(
        session, 1, now=NOW, member=sample.another, answers={"chung": ("hai-long",), "thai-do": ("chua-tot",)}
    )
    assert says(session, sample) == SAID


@pytest.mark.parametrize(
    ("who", "why"),
    [
        ("keyer", "own_keying"),
        ("beside", "own_keying"),
        ("colleague", "own_department"),
        ("above", "own_department"),
    ],
)
def test_who_keyed_it_or_is_not_outside_is_refused_and_the_attempt_kept(
    session: Session, sample: Sample, who: str, why: str
) -> None:
    with pytest.raises(NotAllowed):
        settle(session, getattr(sample, who), "hai-long")
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "paper.attempt_refused")).one()
    assert event.details == {"attempt": "settle", "why": why}
    assert check_of(session, 1).state == "differs"


def test_sent_twice_is_once_and_another_comes_too_late(session: Session, sample: Sample) -> None:
    settle(session, sample.another, "khong-hai-long")
    settle(session, sample.another, "khong-hai-long")
    assert len(session.scalars(select(AuditEvent).where(AuditEvent.action == "paper.settled")).all()) == 1
    with pytest.raises(drawing.AlreadyChecked):
        settle(session, sample.stranger, "hai-long")


def test_without_the_paper_nothing_is_corrected(session: Session, sample: Sample) -> None:
    checks.miss(session, 1, now=NOW, member=sample.another, reason="Không còn tờ giấy.")
    assert check_of(session, 1).state == "missing"
    assert says(session, sample) == SAID
