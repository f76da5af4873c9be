"""Where simulated kiosks stand, what their day has to come to, and every way in which the service says otherwise."""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config import Minima
from feedback_app.kiosks import operations
from feedback_app.kiosks import queries as kiosk_queries
from feedback_app.kiosks.commands import Pin, Position
from feedback_app.kiosks.models import KioskReading
from feedback_app.ratings import queries
from feedback_app.ratings.periods import parse
from feedback_app.surveys.models import Response, ResponseConflict
from feedback_app.surveys.versions import VersionView
from tests.kiosks.simulated import Answer, Calendar, Kiosk, milliseconds

# So that no figure is withheld: what is compared is the count, not what may be told.
ALL = Minima(score=1, ranked=1, cell=1)
_SUMS = ("responses", "partial", "rapid", "rated", "satisfied", "neutral", "not_satisfied")


# Real ones are slow on purpose, and this one guards nothing.
_PIN = Pin(salt=b"salt" * 4, hash=b"hash" * 8, iterations=1)


@dataclass(frozen=True, slots=True)
class Hall:
    """A place or one of its counters, and the department that is rated there."""

    place_id: int
    counter_id: int | None
    department_id: int
    code: str


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a kiosk stands and what it is called; `code` is of the department that is rated there."""

    device_id: UUID
    department_id: int
    code: str


@dataclass(frozen=True, slots=True)
class Found:
    """`differences` in words, none if all is right; `latest_ms` by how much the worst answer was put too late."""

    differences: list[str]
    latest_ms: int


def enrol_all(
    session: Session,
    fleet: Sequence[Kiosk],
    halls: Sequence[Hall],
    version: VersionView,
    *,
    actor_id: int,
    now: datetime,
) -> tuple[dict[int, Standing], dict[int, str]]:
    """Give every kiosk a code and let it type it, one hall after the other; returns where each stands, and its key.

    `now` is before the day: nobody answers where a kiosk does not stand yet.
    """
    standings, keys = {}, {}
    for kiosk in fleet:
        hall = halls[kiosk.number % len(halls)]
        position = Position(place_id=hall.place_id, counter_id=hall.counter_id)
        name = f"Ki-ốt số {kiosk.number}"
        code = operations.make_code(session, now=now, actor_id=actor_id, name=name, position=position, pin=_PIN)
        made = operations.enrol(session, now=now, code=code)
        (assignment,) = kiosk_queries.assignments(session, made.device_id)
        kiosk.stands(assignment=assignment.id, version=version.id)
        standings[kiosk.number] = Standing(made.device_id, hall.department_id, hall.code)
        keys[kiosk.number] = made.key
    session.commit()
    return standings, keys


def expected(kiosks: Mapping[int, Standing], fleet: Iterable[Kiosk], calendar: Calendar) -> dict[str, dict[str, Any]]:
    """Month -> department's code -> numbers, as the rules have them.

    A rapid touch is told apart and in nothing else; a partial answer counts like any other.
    """
    months: dict[str, dict[str, Counter[str]]] = {month: defaultdict(Counter) for month in calendar.months}
    for kiosk in fleet:
        for answer in kiosk.answers:
            if answer.refused:
                continue
            numbers = months[calendar.month_of(answer.at)][kiosks[kiosk.number].code]
            if answer.rapid:
                numbers["rapid"] += 1
                continue
            numbers.update(("responses", "rated", answer.outcome))
            numbers["partial"] += not answer.last.sealed
    return {month: {code: dict(numbers) for code, numbers in each.items()} for month, each in months.items()}


def check(
    session: Session,
    get: Callable[[str], dict[str, Any]],
    standings: Mapping[int, Standing],
    fleet: Sequence[Kiosk],
    calendar: Calendar,
    version: VersionView,
) -> Found:
    """Compare row by row, by `queries.table`, and by the public API, which `get` asks."""
    found, latest = _rows(session, standings, fleet, version)
    for month, truth in expected(standings, fleet, calendar).items():
        found += _table(session, month, truth)
        found += _published(get(f"/api/v1/ratings?period={month}"), truth)
    return Found(found, latest)


def _rows(
    session: Session, standings: Mapping[int, Standing], fleet: Sequence[Kiosk], version: VersionView
) -> tuple[list[str], int]:
    choices = {(q.key, choice.key): choice.id for q in version.questions for choice in q.choices}
    truth = {UUID(each.id): (kiosk, each) for kiosk in fleet for each in kiosk.answers if not each.refused}
    conflicts = {key for key, (_, each) in truth.items() if any(one.meant == "conflict" for one in each.revisions)}
    stored = {row.id: row for row in session.scalars(select(Response))}
    found = [f"{key} is not stored" for key in truth.keys() - stored.keys()]
    found += [f"{key} is stored and was never given" for key in stored.keys() - truth.keys()]
    latest = 0
    for key in truth.keys() & stored.keys():
        (kiosk, answer), row = truth[key], stored[key]
        standing = standings[kiosk.number]
        wanted = _as_row(standing, answer, choices)
        is_so = (
            row.device_id,
            row.rated_department_id,
            row.channel,
            row.answered_on,
            row.sealed_at is not None,
            row.rapid,
            sorted(row.choice_ids),
        )
        if is_so != wanted:
            found.append(f"{key} is {is_so} instead of {wanted}")
        late = milliseconds(row.answered_at) - answer.at
        latest = max(latest, late)
        if late < -2:
            found.append(f"{key} was put {-late} ms too early")
    readings = session.scalar(select(func.count()).select_from(KioskReading))
    if readings != len(truth):
        found.append(f"{readings} readings of {len(truth)} responses")
    kept = Counter(session.scalars(select(ResponseConflict.response_id)))
    if kept != Counter(conflicts):
        found.append(f"conflicts kept: {sum(kept.values())} of {len(kept)} responses, meant: {len(conflicts)}")
    return found, latest


def _as_row(standing: Standing, answer: Answer, choices: Mapping[tuple[str, str], int]) -> tuple[Any, ...]:
    chosen = sorted(choices[question, key] for question, keys in answer.last.answers.items() for key in keys)
    return (
        standing.device_id,
        standing.department_id,
        "kiosk",
        answer.day,
        answer.last.sealed,
        answer.rapid,
        chosen,
    )


def _table(session: Session, month: str, truth: Mapping[str, Mapping[str, int]]) -> list[str]:
    period = parse(month)
    table = queries.table(session, period, minima=ALL)
    found = []
    rows = {row.department.code: row for row in table.rows if row.department}
    for code, row in [*rows.items(), ("together", table.together)]:
        wanted = _together(truth) if code == "together" else truth.get(code, {})
        counted = {name: getattr(row.figure.sums, name) for name in _SUMS}
        if counted != _filled(wanted):
            found.append(f"table {month} {code}: {counted} instead of {_filled(wanted)}")
        if {name: count for name, count in row.channels if count} != _channels(wanted):
            found.append(f"table {month} {code}, by channel: {row.channels} instead of {_channels(wanted)}")
    return found + [f"table {month}: no {code}" for code in truth.keys() - rows.keys()]


def _published(told: dict[str, Any], truth: Mapping[str, Mapping[str, int]]) -> list[str]:
    """What the API says. It tells no outcomes of few answers: there its counts alone are compared."""
    month, found = told["period"]["code"], []
    rows = {row["department"]["code"]: row for row in told["ratings"]}
    for code, row in [*rows.items(), ("together", told["together"])]:
        wanted = _filled(_together(truth) if code == "together" else truth.get(code, {}))
        figure = row["figure"]
        counted = {"responses": figure["responses"], "partial": row["partial"], "rapid": row["rapid"]}
        counted["rated"] = figure["n"]
        if figure["state"] == "shown":
            counted |= {name: figure[name] for name in ("neutral", "not_satisfied")}
            counted |= {"satisfied": figure["numerator"], "rated": figure["denominator"]}
        if any(wanted[name] != count for name, count in counted.items()):
            found.append(f"API {month} {code}: {counted} instead of {wanted}")
        if {name: count for name, count in row["channels"].items() if count} != _channels(wanted):
            found.append(f"API {month} {code}, by channel: {json.dumps(row['channels'])}")
    return found + [f"API {month}: no {code}" for code in truth.keys() - rows.keys()]


def _together(truth: Mapping[str, Mapping[str, int]]) -> dict[str, int]:
    return {name: sum(each.get(name, 0) for each in truth.values()) for name in _SUMS}


def _filled(numbers: Mapping[str, int]) -> dict[str, int]:
    return {name: numbers.get(name, 0) for name in _SUMS}


def _channels(numbers: Mapping[str, int]) -> dict[str, int]:
    return {"kiosk": numbers["responses"]} if numbers.get("responses") else {}
