"""The rules speak at what honest work cannot bring, and stay silent at busy halls, fast keyers and good offices."""

import random
from datetime import date, datetime, timedelta
from itertools import pairwise
from math import exp, factorial, fsum, isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.ratings import anomalies
from feedback_app.ratings.anomalies import UsualHours
from tests.factories import local

MONDAY = local(2026, 3, 2)
QUIET = UsualHours(days=40, by_hour={8: 480, 9: 560, 10: 440})  # 12, 14 and 11 an hour


def spread(count: int, span: timedelta, seed: int = 1, start: datetime = MONDAY) -> list[datetime]:
    """`count` people who come whenever they come within a span."""
    rng = random.Random(seed)  # noqa: S311  # repeatable on purpose
    return sorted(start + span * rng.random() for _ in range(count))


def every(seconds: float, count: int, start: datetime = MONDAY) -> list[datetime]:
    return [start + timedelta(seconds=seconds * number) for number in range(count)]


@pytest.mark.parametrize("seed", range(50))
def test_a_monday_morning_rush_is_no_burst(seed: int) -> None:
    assert anomalies.bursts(spread(60, timedelta(hours=1), seed), QUIET) is None


@pytest.mark.parametrize("seed", range(20))
def test_a_full_hall_in_its_first_week_is_no_burst(seed: int) -> None:
    assert anomalies.bursts(spread(80, timedelta(hours=1), seed), UsualHours(days=2, by_hour={9: 12})) is None


def test_a_bus_that_brings_twenty_five_people_is_no_burst() -> None:
    assert anomalies.bursts(every(20, 25), QUIET) is None


def test_one_finger_every_eight_seconds_is_a_burst() -> None:
    honest = spread(14, timedelta(hours=1))
    stuffed = every(8, 45, MONDAY + timedelta(hours=1, minutes=20))
    found = anomalies.bursts(honest + stuffed, QUIET)
    assert found is not None
    assert found.positions == tuple(range(14, 59))
    assert found.evidence == {"peak": 45, "minutes": 10, "usual_an_hour": 11, "known_days": 40}


def test_what_is_a_burst_in_a_quiet_place_is_usual_in_a_busy_one() -> None:
    times = every(10, 40)
    assert anomalies.bursts(times, QUIET) is not None
    assert anomalies.bursts(times, UsualHours(days=40, by_hour={9: 40 * 90})) is None


def test_keying_within_office_hours_is_usual() -> None:
    assert anomalies.after_hours(every(30, 50, local(2026, 3, 3, 8)) + every(30, 20, local(2026, 3, 7, 10))) is None


def test_a_stack_finished_after_closing_is_usual() -> None:
    assert anomalies.after_hours(every(60, 80, local(2026, 3, 3, 17, 30))) is None


@pytest.mark.parametrize(
    "start",
    [
        local(2026, 3, 3, 21),
        local(2026, 3, 3, 4),
        local(2026, 3, 8, 10),
        local(2026, 4, 30, 10),
        local(2026, 2, 18, 10),
    ],
)
def test_a_stack_keyed_at_night_or_on_a_closed_day_is_found(start: datetime) -> None:
    found = anomalies.after_hours(every(60, 6, start), days_off={date(2026, 2, 18)})
    assert found is not None
    assert found.positions == tuple(range(6))


def test_a_forgotten_sheet_at_night_is_left_alone() -> None:
    moments = every(60, 30, local(2026, 3, 3, 9)) + every(60, 4, local(2026, 3, 3, 22))
    assert anomalies.after_hours(moments) is None


WELL_RATED = {"very": 600, "satisfied": 300, "neutral": 60, "not": 40}


def test_eighteen_very_satisfied_in_a_row_in_a_good_office_are_usual() -> None:
    assert anomalies.identical_runs(["satisfied", "not", *["very"] * 18, "neutral"] * 2, WELL_RATED) is None


def test_forty_in_a_row_are_not() -> None:
    found = anomalies.identical_runs(["satisfied", *["very"] * 40, "not"], WELL_RATED)
    assert found is not None
    assert found.positions == tuple(range(1, 41))
    assert found.evidence["longest"] == 40
    assert found.evidence["usual_percent"] == 60


def test_the_same_run_says_more_where_the_answer_is_rare() -> None:
    assert anomalies.identical_runs(["not"] * 12, WELL_RATED) is not None
    assert anomalies.identical_runs(["very"] * 12, WELL_RATED) is None


def test_nothing_is_said_of_a_department_nobody_knows_yet() -> None:
    assert anomalies.identical_runs(["not"] * 50, {"very": 60, "not": 39}) is None


def test_a_sorted_stack_of_paper_is_usual_and_a_uniform_one_is_not() -> None:
    stack = ["very"] * 60 + ["satisfied"] * 30 + ["neutral"] * 6 + ["not"] * 4
    assert anomalies.identical_runs(stack, WELL_RATED, sortable=True) is None
    assert anomalies.identical_runs(stack, WELL_RATED) is not None  # a device cannot sort people
    assert anomalies.identical_runs(["very"] * 96 + ["not"] * 4, WELL_RATED, sortable=True) is not None


@given(st.lists(st.sampled_from(sorted(WELL_RATED)), max_size=60))
def test_a_run_is_one_answer_without_a_gap(answers: list[str]) -> None:
    found = anomalies.identical_runs(answers, WELL_RATED)
    for before, after in pairwise(found.positions if found else ()):
        assert after == before + 1 or answers[after] != answers[before] or answers[after - 1] != answers[after]


def test_a_fast_keyer_with_a_class_of_forms_is_plausible() -> None:
    assert anomalies.implausible_pace(every(20, 120), [22] * 120) is None
    assert anomalies.implausible_pace(every(4, 120), [1] * 120) is None


def test_forms_nobody_can_have_read_are_not() -> None:
    moments = every(20, 30) + every(1.5, 20, MONDAY + timedelta(minutes=20))
    found = anomalies.implausible_pace(moments, [8] * 50)
    assert found is not None
    assert set(found.positions) >= set(range(31, 50))
    assert found.evidence["least_seconds"] == 4
    assert 1.5 <= found.evidence["seconds_each"] < 4


def test_one_quick_form_is_left_alone() -> None:
    moments = [*every(15, 20), MONDAY + timedelta(seconds=286), *every(15, 20, MONDAY + timedelta(minutes=6))]
    assert anomalies.implausible_pace(moments, [10] * 41) is None


def test_paper_that_says_something_else_than_the_kiosk_is_found() -> None:
    found = anomalies.diverging(paper=(198, 200), kiosk=(280, 400))
    assert found is not None
    assert found.evidence == {"paper_percent": 99, "paper_rated": 200, "kiosk_percent": 70, "kiosk_rated": 400}


@pytest.mark.parametrize(
    ("paper", "kiosk"),
    [((95, 100), (340, 400)), ((29, 29), (200, 400)), ((28, 30), (24, 32)), ((50, 50), (60, 60)), ((0, 50), (0, 60))],
)
def test_smaller_differences_and_small_counts_are_left_alone(paper: tuple[int, int], kiosk: tuple[int, int]) -> None:
    assert anomalies.diverging(paper=paper, kiosk=kiosk) is None


def test_more_ratings_than_dossiers() -> None:
    found = anomalies.surplus(ratings=140, dossiers=100, days=20)
    assert found is not None
    assert found.evidence == {"ratings": 140, "dossiers": 100, "days": 20}
    assert anomalies.surplus(ratings=110, dossiers=100, days=20) is None
    assert anomalies.surplus(ratings=9, dossiers=0, days=20) is None
    assert anomalies.surplus(ratings=10, dossiers=0, days=20) is not None


def test_tails_agree_with_tables() -> None:
    assert isclose(anomalies.poisson_tail(10, 3.0), 0.00110249, rel_tol=1e-5)
    below = fsum(exp(-10) * 10**k / factorial(k) for k in range(30))
    assert isclose(anomalies.poisson_tail(30, 10.0), 1 - below, rel_tol=1e-6)
    assert anomalies.poisson_tail(2, 3.0) == 1
    assert isclose(anomalies.binomial_tail(9, 10, 0.5), 11 / 1024, rel_tol=1e-9)
