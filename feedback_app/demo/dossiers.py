"""Invented dossiers of the same offices and year, several to a rating."""

import random
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from feedback_app.demo.office import CLOSED, MONTHS, OFFICES, RESPONSES_A_WORKDAY, SEED
from feedback_app.departments import queries as department_queries
from feedback_app.dossiers import operations as dossiers
from feedback_app.dossiers.commands import DayLine
from feedback_app.dossiers.figures import DossierCounts
from feedback_app.kit.clock import local_day

# How many dossiers there are to one person who rates; people rate seldom.
DOSSIERS_TO_A_RATING: Final = 4
DOSSIER_SOURCE: Final = "Dữ liệu trình diễn"


def load_dossiers(session: Session, now: datetime) -> None:
    """Invented dossiers of the same offices and year, more of them than answers, on working days."""
    rng = random.Random(SEED + 1)  # noqa: S311  # of its own, so that the answers stay what they are
    today = local_day(now)
    codes = {view.id: view.code for view in department_queries.all_departments(session)}
    fields = {view.id: view.code for view in department_queries.fields(session)}
    weights: dict[tuple[str, str | None], float] = {}
    for office in OFFICES:
        spot = department_queries.spot(session, place=office.place, counter=office.counter, on=today)
        line = codes[spot.rated_department_id], fields[spot.field_id] if spot.field_id else None
        weights[line] = weights.get(line, 0) + office.weight
    share = RESPONSES_A_WORKDAY * DOSSIERS_TO_A_RATING / sum(weights.values())
    opened = {view.code: view.opened_on for view in department_queries.all_departments(session)}
    first = today - timedelta(days=365 * MONTHS // 12)
    lines: list[DayLine] = []
    pending = dict.fromkeys(weights, 0)
    # Today is not over: nobody has counted it yet.
    for day in (first + timedelta(days=offset) for offset in range((today - first).days)):
        if day.weekday() > 4 or day in CLOSED:
            continue
        for (department, field), weight in weights.items():
            if day < opened[department]:
                continue
            counts = _one_day(rng, weight * share, pending[department, field])
            pending[department, field] = counts.pending
            lines.append(
                DayLine(department=department, day=day, field=field, procedure=None, counts=counts, number=len(lines))
            )
    done = dossiers.import_daily(session, lines, source=DOSSIER_SOURCE, scope=None, now=now, demonstration=True)
    if done.rejected:
        raise ValueError(done.rejected)


def _one_day(rng: random.Random, usual: float, open_before: int) -> DossierCounts:
    """One day: most are ready within three days, nearly all in time, a few refused."""
    received = max(0, round(rng.gauss(usual, usual / 6)))
    in_hand = open_before + received
    resolved = min(in_hand, round(in_hand * rng.uniform(0.3, 0.45)))
    late = sum(rng.random() < 0.012 for _ in range(resolved))
    early = round((resolved - late) * rng.uniform(0.7, 0.9))
    pending = in_hand - resolved
    return DossierCounts(
        received=received,
        resolved_early=early,
        resolved_on_time=resolved - late - early,
        resolved_late=late,
        refused=sum(rng.random() < 0.015 for _ in range(received)),
        pending=pending,
        pending_late=sum(rng.random() < 0.01 for _ in range(pending)),
    )
