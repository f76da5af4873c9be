"""What a test needs in the database, made through the same operations that people use.

Nothing here commits. Times are Vietnamese wall-clock times, as a citizen would tell them.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from config import Minima
from feedback_app.departments import operations as departments
from feedback_app.departments import queries as department_queries
from feedback_app.departments.commands import RegisterProcedure, Registration
from feedback_app.kit.clock import VIETNAM
from feedback_app.kit.ids import new_id
from feedback_app.ratings import operations as ratings
from feedback_app.surveys import operations as surveys
from feedback_app.surveys import queries as survey_queries
from feedback_app.surveys.commands import Channel, DefineChoice, DefineQuestion, DefineQuestionnaire, SubmitResponse
from feedback_app.surveys.versions import VersionView

LONG_AGO = date(2015, 1, 1)
LATER = datetime(2030, 1, 1, tzinfo=UTC)  # a moment after every answer of a test

FIVE_LEVELS: Sequence[tuple[str, str, str, int]] = (
    ("rat-hai-long", "Rất hài lòng", "satisfied", 5),
    ("hai-long", "Hài lòng", "satisfied", 4),
    ("binh-thuong", "Bình thường", "neutral", 3),
    ("khong-hai-long", "Không hài lòng", "not_satisfied", 2),
    ("rat-khong-hai-long", "Rất không hài lòng", "not_satisfied", 1),
)
THREE_LEVELS: Sequence[tuple[str, str, str, int]] = (
    ("rat-hai-long", "Rất hài lòng", "satisfied", 3),
    ("hai-long", "Hài lòng", "satisfied", 2),
    ("khong-hai-long", "Không hài lòng", "not_satisfied", 1),
)
REASONS = ("cho-lau", "thai-do", "di-lai")


def minima(score: int, cell: int = 1) -> Minima:
    """A test's own minimum for a score; small groups are told unless it is about them."""
    return Minima(score=score, ranked=100, cell=cell)


def local(year: int, month: int, day: int, hour: int = 9, minute: int = 0, second: int = 0) -> datetime:
    """A moment as a Vietnamese clock shows it."""
    return datetime(year, month, day, hour, minute, second, tzinfo=VIETNAM)


def department(session: Session, code: str, name: str | None = None, *, parent: str | None = None, **given: Any) -> int:
    """A department with this code; its id."""
    return departments.add_department(
        session,
        LATER,
        code=code,
        kind=given.pop("kind", "office"),
        name=name or f"Phòng {code}",
        opened_on=given.pop("opened_on", LONG_AGO),
        parent=parent,
        **given,
    )


def procedures(session: Session, field: str, *codes: str) -> list[int]:
    """Procedures of a field that is registered, each named after its code ("khai-sinh": Khai sinh); their ids."""
    registered = tuple(
        RegisterProcedure(code=code, name=code.replace("-", " ").capitalize(), name_en=f"Procedure {code}", field=field)
        for code in codes
    )
    outcome = departments.import_departments(session, Registration(procedures=registered), now=LATER)
    assert not outcome.rejected
    ids = {each.code: each.id for each in department_queries.procedures(session)}
    return [ids[code] for code in codes]


def department_id(session: Session, code: str) -> int:
    return department_queries.department(session, code=code).id


def questionnaire(
    session: Session,
    code: str = "ki-ot",
    *,
    levels: Sequence[tuple[str, str, str, int]] = FIVE_LEVELS,
    title: str = "Phiếu khảo sát",
) -> VersionView:
    """A published version: the overall question, reasons of which several may be picked, a comment."""
    version_id, _ = surveys.publish_questionnaire(
        session,
        DefineQuestionnaire(
            code=code,
            title=title,
            title_en=f"Survey {code}",
            basis="Dùng trong kiểm thử",
            questions=(
                DefineQuestion(
                    key="chung",
                    kind="single",
                    text="Ông/Bà đánh giá chung thế nào?",
                    text_en="How was it?",
                    overall=True,
                    required=True,
                    choices=tuple(
                        DefineChoice(key=key, text=text, text_en=key, outcome=outcome, points=points)  # type: ignore[arg-type]
                        for key, text, outcome, points in levels
                    ),
                ),
                DefineQuestion(
                    key="ly-do",
                    kind="several",
                    text="Vì sao?",
                    text_en="Why?",
                    shown_for=("neutral", "not_satisfied"),
                    choices=tuple(DefineChoice(key=key, text=key.capitalize(), text_en=key) for key in REASONS),
                ),
                DefineQuestion(key="gop-y", kind="text", text="Góp ý", text_en="Comment"),
            ),
        ),
        now=LATER,
    )
    return survey_queries.version(session, version_id)


def response(
    session: Session,
    version: VersionView,
    department_id: int,
    answered_at: datetime,
    *,
    level: str | None = "hai-long",
    reasons: tuple[str, ...] = (),
    channel: Channel = "kiosk",
    response_id: UUID | None = None,
    now: datetime | None = None,
    sealed: bool = True,
    rapid_seconds: int = 0,
    **given: Any,
) -> UUID:
    """One answer as a door delivers it; its id. `level` None leaves the overall question out (a partial answer)."""
    answers: Mapping[str, tuple[str, ...]] = {
        **({"chung": (level,)} if level else {}),
        **({"ly-do": reasons} if reasons else {}),
    }
    command = SubmitResponse(
        id=response_id or new_id(),
        version_id=version.id,
        channel=channel,
        receiving_department_id=department_id,
        rated_department_id=department_id,
        answers=answers,
        answered_at=answered_at,
        sealed=sealed,
        **given,
    )
    surveys.submit(session, command, now=now or answered_at + timedelta(seconds=1), rapid_seconds=rapid_seconds)
    return command.id


def responses(
    session: Session,
    version: VersionView,
    department_id: int,
    answered_at: datetime,
    *,
    satisfied: int = 0,
    neutral: int = 0,
    not_satisfied: int = 0,
    **given: Any,
) -> list[UUID]:
    """Several answers at one moment, by what they say: the first level of each outcome."""
    level_of: dict[str | None, str] = {}
    for choice in version.overall.choices:
        level_of.setdefault(choice.outcome, choice.key)
    return [
        response(session, version, department_id, answered_at, level=level_of[outcome], **given)
        for outcome, count in (("satisfied", satisfied), ("neutral", neutral), ("not_satisfied", not_satisfied))
        for _ in range(count)
    ]


def count(session: Session) -> None:
    """What the worker does every few seconds."""
    while ratings.recount_pending(session):
        pass
