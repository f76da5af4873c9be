"""Where a row of periods may not be read as one line, because it was not measured the same way throughout. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from feedback_app.kit.workdays import workdays_before
from feedback_app.ratings.periods import Kind, Period


class Break(StrEnum):
    """Why a point is not joined to the one before it; the words are the pages' matter."""

    QUESTIONNAIRE = "questionnaire"
    SCHEME = "scheme"
    DEPARTMENT = "department"
    PERIOD = "period"
    PART = "part"
    REPORTED = "reported"


@dataclass(frozen=True, slots=True)
class Asked:
    """A questionnaire version that answers of a period were given in."""

    questionnaire: str
    number: int


@dataclass(frozen=True, slots=True)
class Measured:
    """How one period's figure came about.

    `scheme` is the code with version of its formula. `department_id` is None for several together. `reported` marks
    a figure taken over from a report, whose formula is not ours. `part` tells that counting began within the period.
    """

    kind: Kind
    asked: frozenset[Asked]
    scheme: str
    department_id: int | None = None
    reported: bool = False
    part: bool = False


@dataclass(frozen=True, slots=True)
class Segment:
    """Points `[start, stop)` that were measured the same way; `because` says what changed before them, if anything.

    `because` is empty for the first segment alone.
    """

    start: int
    stop: int
    because: tuple[Break, ...] = ()


def segments(points: Sequence[Measured]) -> list[Segment]:
    """Cut a row of periods, in order of time, wherever the way of measuring changed; none for no points."""
    found: list[Segment] = []
    # A period without answers tells nothing about the questionnaire; the change shows at the next one with any.
    known: frozenset[Asked] = frozenset()
    for place, point in enumerate(points):
        because = _breaks(points[place - 1], point, known) if found else ()
        if because or not found:
            found.append(Segment(place, place + 1, because))
        else:
            found[-1] = Segment(found[-1].start, place + 1, found[-1].because)
        known = point.asked or known
    return found


def breaks(points: Sequence[Measured]) -> list[tuple[Break, ...]]:
    """For each point why it is not joined to the one before; empty where it is."""
    begins = {segment.start: segment.because for segment in segments(points)}
    return [begins.get(place, ()) for place in range(len(points))]


def changed(before: frozenset[Asked], now: frozenset[Asked]) -> bool:
    """Whether answers of one period were asked for in other words than those of another.

    Doors have questionnaires of their own, so one of several that goes quiet for a month changes nothing: those asked
    in both periods must have stood in the same versions, and there must be one unless a period has no answers.
    """
    if not before or not now:
        return False
    numbers_before, numbers_now = _numbers(before), _numbers(now)
    shared = numbers_before.keys() & numbers_now.keys()
    return not shared or any(numbers_before[code] != numbers_now[code] for code in shared)


def counted_from(period: Period, first_day: date | None) -> date | None:
    """`first_day`, the first that was ever counted, where `period` had begun by then; None where it was counted whole.

    Weekends and holidays before it make no part of a period: a year counted from 2 January on is a whole one.
    """
    if first_day is None or period.kind == "day" or not period.holds(first_day):
        return None
    return first_day if workdays_before(first_day, 1) >= period.starts_on else None


def _breaks(before: Measured, now: Measured, known: frozenset[Asked]) -> tuple[Break, ...]:
    if before.reported != now.reported:
        # Nothing else is known of a reported figure, so nothing else can be said to have changed.
        return (Break.REPORTED,)
    found = {
        Break.QUESTIONNAIRE: changed(known, now.asked),
        Break.SCHEME: before.scheme != now.scheme,
        Break.DEPARTMENT: before.department_id != now.department_id,
        Break.PERIOD: before.kind != now.kind,
        Break.PART: before.part or now.part,
    }
    return tuple(kind for kind, holds in found.items() if holds)


def _numbers(asked: frozenset[Asked]) -> dict[str, set[int]]:
    numbers: dict[str, set[int]] = {}
    for each in asked:
        numbers.setdefault(each.questionnaire, set()).add(each.number)
    return numbers
