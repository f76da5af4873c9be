"""The demonstration office: its register and questionnaires, how busy its counters are, and when they are open."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from importlib import resources
from typing import Final

from sqlalchemy.orm import Session

from feedback_app.departments import operations as departments
from feedback_app.departments import queries as department_queries
from feedback_app.departments import sheets
from feedback_app.kit.clock import local_day
from feedback_app.surveys import operations as surveys
from feedback_app.surveys import queries as survey_queries
from feedback_app.surveys.definitions import read_definition

SEED: Final = 20211025
MONTHS: Final = 12
DATA: Final = resources.files("feedback_app") / "demo_data"
QUESTIONNAIRES: Final = resources.files("feedback_app.surveys") / "questionnaires"
WEB_QUESTIONNAIRE: Final = {"dong-hoi": "tt32", "dong-thuan": "sipas", "dong-son": "tt01"}
RESPONSES_A_WORKDAY: Final = 73
CLOSED: Final = frozenset(
    {date(2026, 1, 1), *(date(2026, 2, day) for day in range(14, 23)), date(2026, 4, 30), date(2026, 5, 1)}
    | {date(2026, 9, 1), date(2026, 9, 2), date(2027, 1, 1)}
)


@dataclass(frozen=True, slots=True)
class Office:
    """How busy a counter is, and what fraction of its visitors is content at the start and at the end of the year."""

    place: str
    counter: str | None
    weight: float
    content_first: float
    content_last: float


# Uneven on purpose: busy and quiet, improving and slipping, and one so quiet that most of its periods are too small.
OFFICES: Final = (
    Office("dong-hoi", None, 20, 0.86, 0.91),
    Office("dong-hoi", "quay-1", 13, 0.88, 0.92),
    Office("dong-hoi", "quay-2", 15, 0.90, 0.93),
    Office("dong-hoi", "quay-3", 8, 0.66, 0.79),
    Office("dong-hoi", "quay-4", 6, 0.82, 0.84),
    Office("dong-hoi", "quay-5", 4, 0.87, 0.85),
    Office("dong-thuan", None, 11, 0.84, 0.86),
    Office("dong-thuan", "quay-1", 6, 0.87, 0.88),
    Office("dong-thuan", "quay-2", 6, 0.85, 0.89),
    Office("dong-thuan", "quay-3", 4, 0.74, 0.68),
    Office("dong-son", None, 5, 0.88, 0.90),
    Office("dong-son", "quay-1", 2, 0.90, 0.90),
    Office("dong-son", "quay-2", 0.6, 0.92, 0.92),
)


def load_register(session: Session, now: datetime) -> None:
    """The shipped register of departments, places and counters."""
    folder = DATA / "departments"
    files = sorted(folder.iterdir(), key=lambda file: file.name)
    rows, unread = sheets.read((file.name, file.read_bytes()) for file in files)
    outcome = departments.import_departments(session, rows, now=now, unread=unread)
    if outcome.rejected:
        raise ValueError(outcome.rejected)


def load_questionnaires(session: Session, now: datetime) -> None:
    """The shipped questionnaires, and which of them each place asks."""
    ids = {}
    for name in ("kiosk", "tt32", "tt01", "sipas"):
        document = json.loads((QUESTIONNAIRES / f"{name}.json").read_text(encoding="utf-8"))
        version_id, _ = surveys.publish_questionnaire(session, read_definition(document), now=now)
        ids[name] = survey_queries.version(session, version_id).questionnaire_id
    for place, web in WEB_QUESTIONNAIRE.items():
        place_id = department_queries.spot(session, place=place, on=local_day(now)).place_id
        surveys.ask_at(session, place_id=place_id, door="kiosk", questionnaire_id=ids["kiosk"])
        surveys.ask_at(session, place_id=place_id, door="web", questionnaire_id=ids[web])


def working(day: date) -> bool:
    """Whether the office is open, if only on a Saturday morning."""
    return day.weekday() < 6 and day not in CLOSED
