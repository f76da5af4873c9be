"""A batch that was keyed, forms of it that were drawn, and the people who may or may not verify them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback_app.kit.ids import new_id
from feedback_app.paper.models import PaperBatch, PaperCheck, PaperForm, PaperKeying
from feedback_app.paper.operations import drawing
from feedback_app.staff.queries import Member
from feedback_app.surveys import operations as surveys
from feedback_app.surveys.commands import SubmitResponse
from tests.paper.stacks import publish
from tests.staff.people import Office, add_person, make_office

DAY = date(2026, 4, 20)
KEYED = datetime(2026, 4, 21, 3, tzinfo=UTC)
NOW = datetime(2026, 4, 22, 3, tzinfo=UTC)
SAID = {"chung": ("hai-long",), "thai-do": ("tot",)}
OTHERWISE = {"chung": ("khong-hai-long",), "thai-do": ("tot",)}


@dataclass(frozen=True)
class Sample:
    """Two forms about the ward, keyed by `keyer` of the ward as SAID; `beside` and `another` work for a bureau of the
    same city, `stranger` for another city, `above` for the city itself."""

    office: Office
    version_id: int
    batch_id: int
    numbers: tuple[int, int]
    responses: tuple[UUID, UUID]
    keyer: Member
    colleague: Member
    above: Member
    beside: Member
    another: Member
    stranger: Member


def make_sample(session: Session, *, drawn: int = 2) -> Sample:
    """Of the two forms the first `drawn` are in the sample."""
    office = make_office(session)
    version_id = publish(session)
    people = {
        name: add_person(session, name, "staff", department)
        for name, department in (
            ("keyer", office.ward),
            ("colleague", office.ward),
            ("above", office.city),
            ("beside", office.bureau),
            ("another", office.bureau),
            ("stranger", office.elsewhere),
        )
    }
    batch = PaperBatch(
        department_id=office.ward,
        version_id=version_id,
        size="A4",
        rules=1,
        issued_at=KEYED,
        issued_by=people["keyer"].id,
    )
    session.add(batch)
    session.flush()
    sample = Sample(office, version_id, batch.id, (1, 2), (new_id(), new_id()), **people)
    for place, (number, response_id) in enumerate(zip(sample.numbers, sample.responses, strict=True)):
        key(session, sample, number, response_id)
        if place < drawn:
            draw(session, sample, number, response_id)
    session.commit()
    return sample


def key(
    session: Session,
    sample: Sample,
    number: int | None,
    response_id: UUID,
    *,
    answers: Mapping[str, tuple[str, ...]] = SAID,
    day: date = DAY,
    keyer: Member | None = None,
) -> None:
    """A form as the keying desk stores it; without a number it belongs to no batch."""
    by = keyer or sample.keyer
    answered_at = datetime(day.year, day.month, day.day, 5, tzinfo=UTC)
    surveys.submit(
        session,
        SubmitResponse(
            id=response_id,
            version_id=sample.version_id,
            channel="paper",
            receiving_department_id=sample.office.ward,
            rated_department_id=sample.office.ward,
            answers=answers,
            answered_at=answered_at,
            sealed=True,
            keyer_id=by.id,
        ),
        now=max(KEYED, answered_at),
        rapid_seconds=0,
    )
    session.add(
        PaperKeying(
            response_id=response_id,
            batch_id=sample.batch_id if number else None,
            department_id=sample.office.ward,
            answered_on=day,
            keyer_id=by.id,
            keyed_at=KEYED,
            own_department=by.department_id == sample.office.ward,
        )
    )
    if number:
        session.add(PaperForm(number=number, batch_id=sample.batch_id, response_id=response_id, source="keyed"))
    session.flush()


def draw(session: Session, sample: Sample, number: int, response_id: UUID, *, keyer: Member | None = None) -> None:
    drawing.draw(
        session,
        response_id=response_id,
        batch_id=sample.batch_id,
        number=number,
        department_id=sample.office.ward,
        answered_on=DAY,
        keyer_id=(keyer or sample.keyer).id,
        percent=100,
        now=KEYED,
    )


def check_of(session: Session, number: int) -> PaperCheck:
    return session.scalars(
        select(PaperCheck).where(PaperCheck.number == number).execution_options(populate_existing=True)
    ).one()
