"""A queue to work on: an office, answers about its ward, a case about some of them, and the people who decide."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from feedback_app.exclusions import operations
from feedback_app.exclusions.commands import OpenCase
from feedback_app.staff.queries import Member
from feedback_app.surveys.versions import VersionView
from tests import factories
from tests.factories import local
from tests.staff.people import Office, add_person, make_office

NOW = datetime(2026, 4, 20, 3, tzinfo=UTC)
LATER = datetime(2026, 4, 21, 3, tzinfo=UTC)
WORDS = "Người trực quầy xác nhận đã chạm thử màn hình."


@dataclass(frozen=True)
class Queue:
    """`honest` and `doubtful` are the ward's answers of 2 and 3 March 2026; the case is about the doubtful ones.

    `insider` works for the ward, `above` for its city, `beside` for a bureau of that city, `stranger` for another city;
    `chief` and `second` for no department.
    """

    office: Office
    version: VersionView
    honest: tuple[UUID, ...]
    doubtful: tuple[UUID, ...]
    case_id: int
    insider: Member
    above: Member
    beside: Member
    stranger: Member
    chief: Member
    second: Member


def make_queue(session: Session) -> Queue:
    office = make_office(session)
    version = factories.questionnaire(session)
    honest = factories.responses(session, version, office.ward, local(2026, 3, 2), satisfied=30, not_satisfied=7)
    doubtful = factories.responses(session, version, office.ward, local(2026, 3, 3, 10), satisfied=11, not_satisfied=2)
    factories.responses(session, version, office.bureau, local(2026, 3, 3), satisfied=5)
    factories.count(session)
    case_id = operations.open_case(session, command(office.ward, doubtful), now=NOW)
    session.commit()
    return Queue(
        office,
        version,
        tuple(honest),
        tuple(doubtful),
        case_id,
        insider=add_person(session, "trongphuong", "manager", office.ward),
        above=add_person(session, "thanhpho", "manager", office.city),
        beside=add_person(session, "taichinh", "manager", office.bureau),
        stranger=add_person(session, "noikhac", "manager", office.elsewhere),
        chief=add_person(session, "truong", "manager", None),
        second=add_person(session, "quantri", "administrator", None),
    )


def command(department_id: int, response_ids: list[UUID], **changes: object) -> OpenCase:
    """A burst at a place on 3 March."""
    values: dict[str, object] = {
        "rule": "burst",
        "department_id": department_id,
        "subject": "place:0",
        "first_day": date(2026, 3, 3),
        "last_day": date(2026, 3, 3),
        "evidence": {"peak": 13, "minutes": 10, "usual_an_hour": 2.5, "known_days": 40},
        "hours": tuple(13 if hour == 10 else 0 for hour in range(24)),
        "response_ids": tuple(response_ids),
    }
    return OpenCase(**(values | changes))  # type: ignore[arg-type]


def exclude(session: Session, queue: Queue, case_id: int | None = None, *, reason: str = "device") -> int:
    """Both people in turn, committed; how many responses left the count."""
    wanted = case_id or queue.case_id
    operations.propose_exclusion(session, wanted, now=NOW, member=queue.chief, reason=reason, words=WORDS)
    moved = operations.decide(session, wanted, now=NOW, member=queue.second, agreed=True)
    session.commit()
    return moved


def give_back(session: Session, queue: Queue, case_id: int | None = None) -> int:
    """Both people in turn, committed; how many responses count again."""
    wanted = case_id or queue.case_id
    operations.propose_return(session, wanted, now=LATER, member=queue.second, words="Xem lại băng ghi hình.")
    moved = operations.decide(session, wanted, now=LATER, member=queue.chief, agreed=True)
    session.commit()
    return moved
