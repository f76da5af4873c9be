"""Invented offices and responses in the real schema: the same for the same size, apart from where today falls.

Departments of unequal size, the last whole months and the days of this one, every questionnaire of the repository, four
channels; 12 departments and 13 whole months unless a `Shape` says otherwise. Loaded by COPY, then counted and published
by the service's own operations.
"""

import json
import random
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import psycopg
from sqlalchemy.orm import Session

from benchmarks.serving import ROOT, Place
from config import Minima
from feedback_app.kit import clock
from feedback_app.ratings import operations as ratings
from feedback_app.surveys import operations as surveys
from feedback_app.surveys import queries
from feedback_app.surveys.definitions import read_definition
from feedback_app.surveys.versions import QuestionView, VersionView

Connection = psycopg.Connection[tuple[object, ...]]

MINIMA = Minima(score=30, ranked=100, cell=5)
QUESTIONNAIRES = ROOT / "feedback_app" / "surveys" / "questionnaires"
# Where each channel's forms come from; paper asks the same as the web.
CHANNELS = ("kiosk", "qr", "web", "paper")
CHANNEL_WEIGHTS = (60, 20, 12, 8)
# Of five levels; shorter scales take the first ones.
LEVEL_WEIGHTS = (45, 38, 9, 5, 3)
STAGES = ("received", "supplement", "refused", "returned")
STAGE_WEIGHTS = (30, 8, 2, 60)


@dataclass(frozen=True, slots=True)
class Shape:
    """`told` is the share of responses that know their field and stage, half of them their procedure too; `fields` is
    how many fields there are, `procedures` how many each has."""

    departments: int = 12
    whole_months: int = 13
    fields: int = 0
    told: float = 0.0
    procedures: int = 0


USUAL = Shape()


@dataclass(frozen=True, slots=True)
class Office:
    """What was set up: ids by position, the places' slugs, the versions by questionnaire code."""

    departments: tuple[int, ...]
    places: tuple[int, ...]
    slugs: tuple[str, ...]
    versions: dict[str, VersionView]
    fields: tuple[int, ...] = ()
    procedures: dict[int, tuple[int, ...]] = field(default_factory=dict)


def days(shape: Shape = USUAL) -> tuple[date, date]:
    """The first day that has responses, and the day after the last one: today, which is still going on."""
    today = clock.local_day(clock.now())
    month = today.year * 12 + today.month - 1 - shape.whole_months
    return date(month // 12, month % 12 + 1, 1), today


def set_up(place: Place, database: str, shape: Shape = USUAL) -> Office:
    """Departments, one place each, and all questionnaires; each place asks `kiosk` at both of its doors."""
    with Session(place.engine(database)) as session:
        now = clock.now()
        versions = {}
        for file in sorted(QUESTIONNAIRES.glob("*.json")):
            definition = read_definition(json.loads(file.read_text(encoding="utf-8")))
            version_id, _ = surveys.publish_questionnaire(session, definition, now=now)
            versions[definition.code] = queries.version(session, version_id)
        session.commit()
    with place.connect(database) as connection:
        departments = tuple(_department(connection, number) for number in range(1, shape.departments + 1))
        slugs = tuple(f"noi-{number}" for number in range(1, shape.departments + 1))
        places = tuple(
            _id(
                connection,
                "INSERT INTO places (slug, name, department_id, rated_department_id)"
                " VALUES (%s, %s, %s, %s) RETURNING id",
                (slug, f"Bộ phận Một cửa số {number}", department, department),
            )
            for number, (slug, department) in enumerate(zip(slugs, departments, strict=True), start=1)
        )
        fields = tuple(
            _id(
                connection,
                "INSERT INTO procedure_fields (code, name) VALUES (%s, %s) RETURNING id",
                (f"linh-vuc-{number}", f"Lĩnh vực số {number}"),
            )
            for number in range(1, shape.fields + 1)
        )
        procedures = {
            field_id: tuple(
                _id(
                    connection,
                    "INSERT INTO procedures (code, name, field_id) VALUES (%s, %s, %s) RETURNING id",
                    (f"thu-tuc-{field_id}-{number}", f"Thủ tục số {number} của lĩnh vực {field_id}", field_id),
                )
                for number in range(1, shape.procedures + 1)
            )
            for field_id in fields
        }
    with Session(place.engine(database)) as session:
        for place_id in places:
            for door in ("kiosk", "web"):
                questionnaire_id = versions["kiosk"].questionnaire_id
                surveys.ask_at(session, place_id=place_id, door=door, questionnaire_id=questionnaire_id)
        session.commit()
    return Office(departments, places, slugs, versions, fields, procedures)


def _department(connection: Connection, number: int) -> int:
    department_id = _id(
        connection,
        "INSERT INTO departments (code, kind, opened_on) VALUES (%s, 'ward', '2020-01-01') RETURNING id",
        (f"don-vi-{number}",),
    )
    name = f"Ủy ban nhân dân phường Số {number}"
    connection.execute(
        "INSERT INTO department_versions (department_id, valid_from, name, short_name)"
        " VALUES (%s, '2020-01-01', %s, %s)",
        (department_id, name, f"Phường Số {number}"),
    )
    return department_id


def _id(connection: Connection, statement: str, values: tuple[object, ...]) -> int:
    (found,) = row_of(connection, statement, values)
    assert isinstance(found, int)  # noqa: S101 - narrows the type
    return found


def row_of(connection: Connection, statement: str, values: tuple[object, ...] = ()) -> tuple[object, ...]:
    """The one row of a statement that always gives one."""
    (row,) = connection.execute(statement.encode(), values).fetchall()
    return row


COLUMNS = (
    "id, version_id, channel, place_id, receiving_department_id, rated_department_id, assisted, choice_ids, revision,"
    " content_hash, answered_at, received_at, sealed_at, keyed_at, rapid, trapped, demonstration,"
    " field_id, procedure_id, stage"
)


def load(connection: Connection, office: Office, count: int, shape: Shape = USUAL) -> None:
    """COPY `count` responses. Foreign keys are not checked row by row: every id comes from `office`."""
    with connection.transaction(), connection.cursor() as cursor:
        connection.execute("SET LOCAL session_replication_role = replica")
        with cursor.copy(f"COPY responses ({COLUMNS}) FROM STDIN".encode()) as copy:
            block: list[str] = []
            for line in _lines(office, count, shape):
                block.append(line)
                if len(block) == 2_000:
                    copy.write("".join(block))
                    block.clear()
            copy.write("".join(block))
    connection.execute("VACUUM (ANALYZE) responses")


def _lines(office: Office, count: int, shape: Shape) -> Iterator[str]:
    """Responses in the order of their arrival, in COPY's text format."""
    rng = random.Random(20_250_701)  # noqa: S311 - invented figures, no secrets
    told = random.Random(20_250_702)  # noqa: S311 - apart, so that the other figures are the same without it
    first, before = days(shape)
    start = datetime(first.year, first.month, first.day, tzinfo=clock.VIETNAM)
    minutes = (before - first).days * 8 * 60
    sizes = [1 / (1 + position) for position in range(shape.departments)]
    codes = {
        channel: [code for code in office.versions if (code == "kiosk") == (channel == "kiosk")] for channel in CHANNELS
    }
    # Drawing each form's answers anew would take longer than loading them; a thousand different forms do as well.
    filled = {
        code: ["{" + ",".join(map(str, sorted(_chosen(rng, version)))) + "}" for _ in range(1_000)]
        for code, version in office.versions.items()
    }
    drawn = zip(
        rng.choices(range(shape.departments), sizes, k=count),
        rng.choices(CHANNELS, CHANNEL_WEIGHTS, k=count),
        strict=True,
    )
    for number, (position, channel) in enumerate(drawn):
        day, minute = divmod(number * minutes // count, 8 * 60)
        # Eight hours a day from 7:30, every day of the week: weekends would change no figure measured here.
        answered = start + timedelta(days=day, minutes=450 + minute, milliseconds=number % 60_000)
        moment = answered.isoformat()
        code = rng.choice(codes[channel])
        about, procedure, stage = "\\N", "\\N", "\\N"
        if shape.told and told.random() < shape.told:
            field_id = told.choice(office.fields)
            about = str(field_id)
            if shape.procedures and told.random() < 0.5:
                procedure = str(told.choice(office.procedures[field_id]))
            (stage,) = told.choices(STAGES, STAGE_WEIGHTS)
        yield "\t".join(
            (
                _uuid7(rng, answered),
                str(office.versions[code].id),
                channel,
                str(office.places[position]),
                str(office.departments[position]),
                str(office.departments[position]),
                "t" if rng.random() < 0.03 else "f",
                rng.choice(filled[code]),
                "1",
                f"\\\\x{number:064x}",
                moment,
                moment,
                "\\N" if channel == "kiosk" and rng.random() < 0.2 else moment,
                moment if channel == "paper" else "\\N",
                "t" if channel == "kiosk" and rng.random() < 0.02 else "f",
                "f",
                "f",
                about,
                procedure,
                f"{stage}\n",
            )
        )


def _chosen(rng: random.Random, version: VersionView) -> list[int]:
    """The overall level, three quarters of the other single questions, up to two of several reasons."""
    chosen: list[int] = []
    outcome: str | None = None
    for question in version.questions:
        if question.overall:
            level = _level(rng, question)
            outcome = question.choices[level].outcome
            chosen.append(question.choices[level].id)
        elif question.kind == "single" and rng.random() < 0.75:
            chosen.append(question.choices[_level(rng, question)].id)
        elif question.kind == "several" and (not question.shown_for or outcome in question.shown_for):
            chosen += [choice.id for choice in rng.sample(question.choices, rng.randrange(3))]
    return chosen


def _level(rng: random.Random, question: QuestionView) -> int:
    (level,) = rng.choices(range(len(question.choices)), LEVEL_WEIGHTS[: len(question.choices)])
    return level


def _uuid7(rng: random.Random, moment: datetime) -> str:
    """A seeded UUID version 7 (RFC 9562, section 5.7)."""
    milliseconds = int(moment.timestamp() * 1000)
    value = milliseconds << 80 | 7 << 76 | rng.getrandbits(12) << 64 | 2 << 62 | rng.getrandbits(62)
    return str(uuid.UUID(int=value))


def publish(place: Place, database: str) -> int:
    """Count every day and publish every ended period; returns how many."""
    first, before = days()
    with Session(place.engine(database)) as session:
        ratings.recount_range(session, first=first, before=before)
        session.commit()
        due = ratings.due(session, now=clock.now())
        for period in due:
            ratings.publish(session, period, now=clock.now(), minima=MINIMA)
        session.commit()
    return len(due)
