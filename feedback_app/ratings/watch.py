"""Looks at recent responses with the rules of `anomalies`, and opens cases for people. Nothing here commits.

What is usual at a place or in a department is taken from the weeks before the day looked at, never from that day. A day
may be looked at as often as one likes: the same finding is the same case.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Final, TypeVar

from sqlalchemy.orm import Session

from feedback_app.dossiers import queries as dossiers
from feedback_app.exclusions import operations as exclusions
from feedback_app.exclusions.commands import OpenCase
from feedback_app.kit.clock import VIETNAM
from feedback_app.ratings import anomalies
from feedback_app.ratings.anomalies import Finding, UsualHours
from feedback_app.ratings.periods import Period, period_of, previous
from feedback_app.ratings.queries import Filter, day_counts, period_rows
from feedback_app.surveys import queries as surveys
from feedback_app.surveys.queries import Given

# Eight weeks hold two months' first Mondays and any one holiday, and forget how busy a place was half a year ago.
USUAL_DAYS: Final = 56

Key = TypeVar("Key", bound=Hashable)


def look_at_day(session: Session, day: date, *, now: datetime, days_off: Collection[date] = ()) -> list[int]:
    """Look at what was answered and what was keyed on a local day; the ids of the cases found.

    `days_off` are days on which the offices are closed beside Sundays and the holidays with a fixed date.
    """
    since = day - timedelta(days=USUAL_DAYS)
    answers = surveys.answers_given(session, since, day)
    commands = [*_touches(session, day, since, answers), *_keying(session, day, days_off, answers)]
    return [exclusions.open_case(session, command, now=now) for command in commands]


def look_at_quarter(session: Session, day: date, *, now: datetime, smallest: int) -> list[int]:
    """Hold each department's paper against its kiosks over the quarter of a day, and its responses against its dossiers
    there and in the quarter before, of which dossiers may have come in since; the ids of the cases found.

    Shares that may not be told (`smallest`, see `disclosure`) are not compared: a case would tell them.
    """
    quarter = period_of("quarter", day)
    commands = [
        *_divergences(session, quarter, smallest),
        *_surpluses(session, previous(quarter)),
        *_surpluses(session, quarter),
    ]
    return [exclusions.open_case(session, command, now=now) for command in commands]


Answers = dict[tuple[int, int], dict[tuple[int, ...], int]]


def _touches(session: Session, day: date, since: date, answers: Answers) -> Iterable[OpenCase]:
    touched = surveys.touched_on(session, day)
    usual = surveys.touches_by_hour(session, since, day)
    yield from _trapped(touched, day)
    for (place_id, department_id), given in _grouped(touched, lambda each: (each.place_id, each.department_id)).items():
        if place_id is None:
            continue
        days, by_hour = usual.get((place_id, department_id), (0, {}))
        found = anomalies.bursts([each.moment for each in given], UsualHours(days, by_hour))
        if found:
            yield _case(found, given, f"place:{place_id}", day)
    of_devices = _grouped(touched, lambda each: (each.device_id, each.department_id, each.version_id))
    for (device_id, department_id, version_id), given in of_devices.items():
        if device_id is None:
            continue
        found = anomalies.identical_runs([g.choice_ids for g in given], answers.get((department_id, version_id), {}))
        if found:
            yield _case(found, given, f"device:{device_id}", day)


def _trapped(touched: Sequence[Given], day: date) -> Iterable[OpenCase]:
    for department_id, given in _grouped(touched, lambda each: each.department_id).items():
        found = anomalies.trapped([each.trapped for each in given])
        if found:
            yield _case(found, given, f"department:{department_id}", day)


def _keying(session: Session, day: date, days_off: Collection[date], answers: Answers) -> Iterable[OpenCase]:
    keyed = surveys.keyed_between(session, *period_of("day", day).moments)
    # By department, as a keyer sits down with one department's stack and a case is about one department.
    for (keyer_id, _), given in _grouped(keyed, lambda each: (each.keyer_id, each.department_id)).items():
        moments = [each.moment for each in given]
        for found in (
            anomalies.after_hours(moments, days_off=days_off),
            anomalies.implausible_pace(moments, [len(each.choice_ids) for each in given]),
        ):
            if found:
                yield _case(found, given, f"keyer:{keyer_id}", day)
    of_sheets = _grouped(keyed, lambda each: (each.keyer_id, each.department_id, each.version_id))
    for (keyer_id, department_id, version_id), given in of_sheets.items():
        usual = answers.get((department_id, version_id), {})
        found = anomalies.identical_runs([each.choice_ids for each in given], usual, sortable=True)
        if found:
            yield _case(found, given, f"keyer:{keyer_id}", day)


def _divergences(session: Session, quarter: Period, smallest: int) -> Iterable[OpenCase]:
    counts: dict[int, dict[str, list[int]]] = defaultdict(lambda: {"paper": [0, 0], "kiosk": [0, 0]})
    for channel, door in (("paper", "paper"), ("scan", "paper"), ("kiosk", "kiosk")):
        for row in period_rows(session, quarter, Filter(channel=channel), smallest=smallest).rows:
            satisfied_rated = counts[row.department_id][door]
            satisfied_rated[0] += row.sums.satisfied
            satisfied_rated[1] += row.sums.rated
    for department_id, by_door in counts.items():
        (paper, paper_rated), (kiosk, kiosk_rated) = by_door["paper"], by_door["kiosk"]
        found = anomalies.diverging(paper=(paper, paper_rated), kiosk=(kiosk, kiosk_rated))
        if found:
            given = surveys.on_paper(
                session, department_id=department_id, first=quarter.starts_on, before=quarter.ends_on
            )
            yield OpenCase(
                rule=found.rule,
                department_id=department_id,
                subject=f"department:{department_id}",
                first_day=quarter.starts_on,
                last_day=quarter.last_day,
                evidence=found.evidence,
                hours=None,  # paper has a day and no minute
                response_ids=tuple(each.id for each in given),
                demonstration=all(each.demonstration for each in given),
            )


def _surpluses(session: Session, quarter: Period) -> Iterable[OpenCase]:
    """Departments, and fields of them, that more people rated than had an occasion to.

    Only days whose dossiers are known are compared, as imports lag behind answers. A dossier may be rated once at each
    stage, so the stage with most ratings is held against the dossiers; a case names no response, because nobody can say
    which of them are too many.
    """
    span = {"first": quarter.starts_on, "before": quarter.ends_on}
    ratable = dossiers.ratable(session, **span)
    days = dossiers.counted_sources(
        session, department_ids=ratable.keys(), first=quarter.starts_on, last=quarter.last_day
    ).keys()
    given: dict[tuple[int, int | None], Counter[str | None]] = defaultdict(Counter)
    for each in day_counts(session, quarter):
        if (each.department_id, each.day) in days:
            for field_id in {None, each.field_id}:
                given[each.department_id, field_id][each.stage] += each.responses
    known = Counter(department_id for department_id, _ in days)
    for (department_id, field_id), by_stage in given.items():
        counts = ratable[department_id]
        if field_id is None:
            count = counts.whole
        elif counts.by_field is None:
            continue
        else:
            count = counts.by_field.get(field_id, 0)
        found = anomalies.surplus(ratings=max(by_stage.values()), dossiers=count, days=known[department_id])
        if found:
            yield OpenCase(
                rule=found.rule,
                department_id=department_id,
                subject=f"department:{department_id}" if field_id is None else f"field:{field_id}",
                first_day=quarter.starts_on,
                last_day=quarter.last_day,
                evidence=found.evidence,
                hours=None,
                response_ids=(),
                # Invented answers, once removed, leave other numbers: the next night then looks at those.
                demonstration=surveys.has_demonstration_between(session, **span),
            )


def _case(found: Finding, given: Sequence[Given], subject: str, day: date) -> OpenCase:
    concerned = [given[place] for place in found.positions]
    hours = [each.moment.astimezone(VIETNAM).hour for each in concerned]
    return OpenCase(
        rule=found.rule,
        department_id=concerned[0].department_id,
        subject=subject,
        first_day=day,
        last_day=day,
        evidence=found.evidence,
        hours=tuple(hours.count(hour) for hour in range(24)),
        response_ids=tuple(each.id for each in concerned),
        demonstration=all(each.demonstration for each in concerned),
    )


Item = TypeVar("Item")


def _grouped(items: Iterable[Item], key: Callable[[Item], Key]) -> dict[Key, list[Item]]:
    """Items by key, in the order they came."""
    found: dict[Key, list[Item]] = defaultdict(list)
    for item in items:
        found[key(item)].append(item)
    return found
