"""What makes responses worth a second look. Pure: times, keys and counts in, findings with their numbers out.

A finding accuses nobody and removes nothing: it opens a case that people look at. A rule that also speaks at honest
work would teach them to click it away, so each one first asks what an honest hall, keyer or office can do at its best,
and takes as "usual" only what the same place or department did before the day in question.
"""

from collections import Counter
from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from math import exp, lgamma, log
from typing import Final, Literal, TypeVar

from feedback_app.kit.clock import VIETNAM
from feedback_app.kit.workdays import is_holiday
from feedback_app.ratings.comparison import Proportion, compare

Answer = TypeVar("Answer", bound=Hashable)
Rule = Literal["burst", "after_hours", "identical", "pace", "divergence", "surplus", "trapped"]

# What chance alone would bring once in a million looks: some hundred devices are looked at each night, so the rules
# together stay silent for years where nothing is wrong.
IMPROBABLE: Final = 1e-6

# A person needs about a minute at a kiosk, so a full hall brings one touch a minute and ten in this window.
BURST_WINDOW: Final = timedelta(minutes=10)
# One touch every twenty seconds for ten minutes without a pause: fewer are within reach of a crowd at one screen.
LEAST_BURST: Final = 30
# The first morning after a long holiday brings up to three times the people of a usual one.
RUSH: Final = 3.0
# Below this many days of history a place has no usual hour yet; it is then taken for a full hall.
KNOWN_DAYS: Final = 10
FULL_HALL_AN_HOUR: Final = 60.0

# Offices open at 7 or 7:30 and close at 17:00; some work on Saturdays, and a stack may be finished after closing.
KEYING_FROM: Final = time(6, 30)
KEYING_UNTIL: Final = time(19)
SUNDAY: Final = 6
# One or two forms at night are somebody's forgotten sheet, not a stack.
LEAST_AFTER_HOURS: Final = 5

# Shorter runs happen every day where most people are content.
LEAST_RUN: Final = 12
# Before it has this many answers nobody can say what is usual in a department.
KNOWN_ANSWERS: Final = 100

# Turning the sheet over and saving; then a key for each answer, four in a second at the very best.
HANDLING_SECONDS: Final = 2.0
SECONDS_AN_ANSWER: Final = 0.25
# A quick form or two proves nothing; ten in a row leave no time to read them.
PACE_FORMS: Final = 10

# A channel with fewer answers has no share to compare (the least number for which a share is published at all).
LEAST_COMPARED: Final = 30
# Those who fill in paper are older and more often helped: smaller differences are theirs, not a sign.
LEAST_DIFFERENCE: Final = 0.15
# Every department is compared anew each night of a quarter, so chance gets many tries.
DIVERGENCE_CHANCE: Final = 1e-4

# Advice and withdrawn applications are rated too and leave no dossier.
SURPLUS_FACTOR: Final = 1.1
LEAST_SURPLUS: Final = 10


@dataclass(frozen=True, slots=True)
class Finding:
    """`positions` point into the sequence that was looked at (empty where it was counts); `evidence` is for people."""

    rule: Rule
    positions: tuple[int, ...]
    evidence: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class UsualHours:
    """What a place brought before: on how many days it had answers, and how many answers in each hour of the day."""

    days: int
    by_hour: Mapping[int, int]

    @property
    def known(self) -> bool:
        return self.days >= KNOWN_DAYS

    def an_hour(self, hour: int) -> float:
        """Answers an hour to be expected; of a place without a history those of a full hall."""
        return self.by_hour.get(hour, 0) / self.days if self.known else FULL_HALL_AN_HOUR


def bursts(times: Sequence[datetime], usual: UsualHours) -> Finding | None:
    """More answers in ten minutes than even a rush at this place explains.

    `times` are aware, in order, of one place and day. The count in a window is held against the upper tail of a
    Poisson distribution whose mean is RUSH times what the busier of the window's hours usually brings.
    """
    found: set[int] = set()
    peak = peak_usual = 0.0
    end = 0
    for start, begins in enumerate(times):
        while end < len(times) and times[end] < begins + BURST_WINDOW:
            end += 1
        count = end - start
        an_hour = max(usual.an_hour(at.astimezone(VIETNAM).hour) for at in (begins, times[end - 1]))
        if (
            count < LEAST_BURST
            or poisson_tail(count, RUSH * an_hour * (BURST_WINDOW / timedelta(hours=1))) > IMPROBABLE
        ):
            continue
        found.update(range(start, end))
        if count > peak:
            peak, peak_usual = count, an_hour
    if not found:
        return None
    usual_name = "usual_an_hour" if usual.known else "full_hall_an_hour"
    evidence = {
        "peak": peak,
        "minutes": BURST_WINDOW / timedelta(minutes=1),
        usual_name: round(peak_usual, 1),
        "known_days": usual.days,
    }
    return Finding("burst", tuple(sorted(found)), evidence)


def after_hours(moments: Sequence[datetime], *, days_off: Collection[date] = ()) -> Finding | None:
    """Forms keyed while the office was shut. `moments` are aware; `days_off` are closed days beside Sundays and the
    holidays with a fixed date."""
    found = tuple(place for place, at in enumerate(moments) if _shut(at.astimezone(VIETNAM), days_off))
    if len(found) < LEAST_AFTER_HOURS:
        return None
    return Finding("after_hours", found, {"keyed": len(moments)})


def identical_runs(answers: Sequence[Answer], usual: Mapping[Answer, int], *, sortable: bool = False) -> Finding | None:
    """The same answers so many times in a row that chance does not bring them.

    `answers` are those of one device or keyer in order; `usual` says how often each was given about this department
    before. A run of `length` is expected at most `len(answers) · share ** length` times. A stack of paper may have been
    sorted before it was keyed, which makes honest runs: with `sortable`, answers must also be more alike than usual in
    any order (upper tail of the binomial distribution).
    """
    known = sum(usual.values())
    if known < KNOWN_ANSWERS:
        return None
    in_all = Counter(answers)
    found: list[int] = []
    longest, its_share, place = 0, 0.0, 0
    for answer, group in groupby(answers):
        length = sum(1 for _ in group)
        share = (usual.get(answer, 0) + 1) / (known + 2)
        if (
            length >= LEAST_RUN
            and len(answers) * share**length < IMPROBABLE
            and not (sortable and binomial_tail(in_all[answer], len(answers), share) > IMPROBABLE)
        ):
            found += range(place, place + length)
            if length > longest:
                longest, its_share = length, share
        place += length
    if not found:
        return None
    evidence = {"longest": longest, "usual_percent": round(100 * its_share, 1), "known": known}
    return Finding("identical", tuple(found), evidence)


def implausible_pace(moments: Sequence[datetime], answers: Sequence[int]) -> Finding | None:
    """Forms keyed faster, ten in a row, than hands can.

    `moments` are when one keyer saved each form, in order; `answers` how many answers each form holds.
    """
    seconds = [(after - before).total_seconds() for before, after in zip(moments, moments[1:], strict=False)]
    least = [HANDLING_SECONDS + SECONDS_AN_ANSWER * count for count in answers[1:]]
    found: set[int] = set()
    for start in range(len(seconds) - PACE_FORMS + 1):
        window = slice(start, start + PACE_FORMS)
        if sum(seconds[window]) < sum(least[window]):
            # Gap `start` lies before form `start + 1`: what was quick are the forms after the gaps.
            found.update(range(start + 1, start + 1 + PACE_FORMS))
    if not found:
        return None
    places = sorted(found)
    evidence = {
        "seconds_each": round(sum(seconds[place - 1] for place in places) / len(places), 1),
        "least_seconds": round(sum(least[place - 1] for place in places) / len(places), 1),
    }
    return Finding("pace", tuple(places), evidence)


def diverging(*, paper: tuple[int, int], kiosk: tuple[int, int]) -> Finding | None:
    """Paper that says something else than the kiosk about one department; each is (satisfied, rated)."""
    if min(paper[1], kiosk[1]) < LEAST_COMPARED:
        return None
    on_paper, at_kiosk = Proportion(*paper), Proportion(*kiosk)
    if (
        abs(on_paper.share - at_kiosk.share) < LEAST_DIFFERENCE
        or compare(on_paper, at_kiosk).p_value > DIVERGENCE_CHANCE
    ):
        return None
    evidence = {
        "paper_percent": round(100 * on_paper.share, 1),
        "paper_rated": on_paper.trials,
        "kiosk_percent": round(100 * at_kiosk.share, 1),
        "kiosk_rated": at_kiosk.trials,
    }
    return Finding("divergence", (), evidence)


def surplus(*, ratings: int, dossiers: int, days: int) -> Finding | None:
    """More ratings of one stage than dossiers there were to rate, over the days of which both are known."""
    if ratings <= dossiers * SURPLUS_FACTOR or ratings - dossiers < LEAST_SURPLUS:
        return None
    return Finding("surplus", (), {"ratings": ratings, "dossiers": dossiers, "days": days})


def trapped(marks: Sequence[bool]) -> Finding | None:
    """Forms in which a field was filled that no person sees: one is enough, as nobody fills it by hand.

    `marks` says it of each answer that people gave about one department on one day. A program that fills in passwords
    or addresses may have done it for an honest person, so this too is for people to look at.
    """
    found = tuple(place for place, mark in enumerate(marks) if mark)
    return Finding("trapped", found, {"answers": len(marks)}) if found else None


def poisson_tail(count: int, mean: float) -> float:
    """Chance of `count` or more where `mean` is expected, summed from the top so that small ones stay exact."""
    if count <= mean or mean <= 0:
        return 1.0 if count <= mean else 0.0
    term = exp(count * log(mean) - mean - lgamma(count + 1))
    total, number = 0.0, count
    while term > total * 1e-12:
        total += term
        number += 1
        term *= mean / number
    return total


def binomial_tail(count: int, trials: int, share: float) -> float:
    """Chance of `count` or more successes in `trials`, each of chance `share` (strictly between 0 and 1)."""
    if count <= trials * share:
        return 1.0
    whole = lgamma(trials + 1)
    return sum(
        exp(whole - lgamma(k + 1) - lgamma(trials - k + 1) + k * log(share) + (trials - k) * log(1 - share))
        for k in range(count, trials + 1)
    )


def _shut(at: datetime, days_off: Collection[date]) -> bool:
    day = at.date()
    return day.weekday() == SUNDAY or is_holiday(day, days_off) or not KEYING_FROM <= at.time() < KEYING_UNTIL
