"""Two batches of numbered forms: one closed with two forms missing, one in work."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from feedback_app.departments import queries as departments
from feedback_app.kit.clock import local_day
from feedback_app.kit.ids import new_id
from feedback_app.paper import operations as paper
from feedback_app.paper import queries
from feedback_app.paper.operations import Issued
from feedback_app.staff.queries import Member
from feedback_app.surveys import queries as surveys
from feedback_app.tokens.commands import Stage

PLACE: Final = "dong-hoi"
QUESTIONNAIRE: Final = "tt32"
# Which choice of each question with boxes the forms have, from the best; again from the start where they end.
LEVELS: Final = (0, 0, 1, 0, 2, 1, 0, 0, 1, 3)
_STAGE: Final[Stage] = "returned"


def load_batches(session: Session, now: datetime, people: Mapping[str, Member], *, rapid_seconds: int) -> None:
    """Written by the operations that staff use, each step at a moment of the last days."""
    clerk = people["canbo"]
    earlier = now - timedelta(days=9)
    closed = _issue(session, earlier, clerk, 20)
    spoiled = closed.first_number + 4
    paper.spoil(session, spoiled, now=earlier, member=clerk, reason="In lỗi (trình diễn)")
    keyed = [number for number in range(closed.first_number, closed.last_number - 1) if number != spoiled]
    _key(session, earlier + timedelta(days=1), clerk, closed, keyed, rapid_seconds)
    paper.close(
        session,
        closed.batch_id,
        now=earlier + timedelta(days=2),
        member=clerk,
        not_returned=2,
        reason="Người dân mang về và không gửi lại (trình diễn)",
    )
    recent = now - timedelta(days=2)
    work = _issue(session, recent, clerk, 30)
    _key(
        session,
        recent + timedelta(days=1),
        clerk,
        work,
        list(range(work.first_number, work.first_number + 11)),
        rapid_seconds,
    )


def _issue(session: Session, now: datetime, clerk: Member, count: int) -> Issued:
    place = departments.place_of(session, slug=PLACE)
    version = max(
        (each for each in surveys.published_versions(session).values() if each.code == QUESTIONNAIRE),
        key=lambda each: each.number,
    )
    issued = paper.issue(
        session,
        now=now,
        issuer=clerk,
        department_id=place.rated_department_id,
        place_id=place.id,
        version_id=version.id,
        size="A5",
        coded=False,
        stage=_STAGE,
        answered_on=local_day(now),
        count=count,
        demonstration=True,
    )
    paper.record_printing(
        session,
        issued.batch_id,
        now=now,
        member=clerk,
        first_number=issued.first_number,
        last_number=issued.last_number,
    )
    return issued


def _key(
    session: Session, now: datetime, clerk: Member, issued: Issued, numbers: list[int], rapid_seconds: int
) -> None:
    sitting = queries.sitting_of(queries.batch(session, issued.batch_id), today=local_day(now))
    version = surveys.version(session, sitting.version_id)
    for place, number in enumerate(numbers):
        level = LEVELS[place % len(LEVELS)]
        paper.key_form(
            session,
            now=now + timedelta(seconds=20 * place),
            keyer=clerk,
            sitting=sitting,
            number=number,
            response_id=new_id(),
            answers={
                question.key: (question.choices[min(level, len(question.choices) - 1)].key,)
                for question in version.questions
                if question.kind == "single"
            },
            comments={},
            rapid_seconds=rapid_seconds,
        )
