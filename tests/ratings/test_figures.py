"""From sums to what may be shown."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.ratings.figures import Figure, Sums, change, total


def figure(satisfied: int, rated: int, *, minimum: int = 30, **others: int) -> Figure:
    sums = Sums(responses=rated, rated=rated, satisfied=satisfied, not_satisfied=rated - satisfied, **others)
    return Figure(sums, minimum, one_scale=True)


def test_no_answers_are_no_data() -> None:
    nothing = figure(0, 0)
    assert (nothing.state, nothing.share, nothing.percent, nothing.interval, nothing.bounds, nothing.mean) == (
        "no_data",
        *(None,) * 5,
    )


@pytest.mark.parametrize(("rated", "state"), [(1, "too_few"), (29, "too_few"), (30, "shown"), (31, "shown")])
def test_minimum_is_closed_below(rated: int, state: str) -> None:
    few = figure(rated, rated)
    assert few.state == state
    assert (few.share is None) == (state == "too_few")


def test_neutral_stays_in_the_base() -> None:
    sums = Sums(responses=40, rated=40, satisfied=30, neutral=6, not_satisfied=4)
    assert Figure(sums, 30, one_scale=True).percent == Decimal("75.0")


@pytest.mark.parametrize(
    ("satisfied", "rated", "shown"),
    [
        (3740, 3760, "99.5"),
        (9996, 10000, "99.9"),  # 99.96 would round to all
        (9999, 10000, "99.9"),
        (10000, 10000, "100.0"),
        (1, 10000, "0.1"),
        (0, 10000, "0.0"),
        (18, 20, "90.0"),
        (1, 8, "12.5"),
        (69, 80, "86.3"),  # 86.25: half up
    ],
)
def test_percent(satisfied: int, rated: int, shown: str) -> None:
    assert figure(satisfied, rated, minimum=5).percent == Decimal(shown)


def test_high_shares_are_not_altered() -> None:
    """One real province's page shows 99.51 for anything lower."""
    shown = [figure(satisfied, 1000).percent for satisfied in range(980, 1000)]
    assert shown == [Decimal(satisfied) / 10 for satisfied in range(980, 1000)]


def test_bounds_of_eighteen_of_twenty() -> None:
    assert figure(18, 20, minimum=20).bounds == (Decimal("69.9"), Decimal("97.2"))


def test_mean_needs_one_scale_and_enough_answers() -> None:
    sums = Sums(responses=40, rated=40, satisfied=40, scored=40, points=170)
    assert Figure(sums, 30, one_scale=True).mean == Decimal("4.25")
    assert Figure(sums, 30, one_scale=False).mean is None
    assert Figure(sums, 41, one_scale=True).mean is None
    assert figure(40, 40).mean is None  # nothing carries points


def test_change_is_of_exact_shares_and_says_when_it_is_clear() -> None:
    unclear = change(figure(37, 40), figure(35, 40))
    assert unclear is not None
    assert (unclear.shown, unclear.clear) == (Decimal("5.0"), False)
    clear = change(figure(900, 1000), figure(800, 1000))
    assert clear is not None
    assert (clear.shown, clear.clear) == (Decimal("10.0"), True)
    # 66.67 - 33.33 shown with one place each would differ by 33.4.
    third = change(figure(60, 90), figure(30, 90))
    assert third is not None
    assert third.shown == Decimal("33.3")


def test_change_has_an_interval_of_its_own() -> None:
    judged = change(figure(56, 70), figure(48, 80))
    assert judged is not None
    assert judged.bounds == (Decimal("5.2"), Decimal("33.4"))  # 0.0524 to 0.3339, R. G. Newcombe 1998
    # The two intervals overlap, 69.2–87.7 and 49.0–70.0, and still the difference is hardly chance.
    assert judged.clear


@pytest.mark.parametrize(("now", "before"), [(figure(9, 10), figure(35, 40)), (figure(35, 40), figure(0, 0))])
def test_no_change_without_two_figures(now: Figure, before: Figure) -> None:
    assert change(now, before) is None


@given(st.lists(st.builds(Sums, *(st.integers(0, 10**6) for _ in range(10)))))
def test_total_adds_every_column(parts: list[Sums]) -> None:
    whole = total(parts)
    for name in Sums.__slots__:  # type: ignore[attr-defined]
        assert getattr(whole, name) == sum(getattr(part, name) for part in parts)


@given(st.integers(1, 10**6).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_all_or_none_is_printed_only_where_it_is_so(pair: tuple[int, int]) -> None:
    satisfied, rated = pair
    shown = figure(satisfied, rated, minimum=1)
    assert (shown.percent == 100) == (satisfied == rated)
    assert (shown.percent == 0) == (satisfied == 0)
    assert shown.bounds is not None
    low, high = shown.bounds
    assert low <= shown.percent <= high  # type: ignore[operator]


@pytest.mark.parametrize(
    ("population", "bounds"),
    [
        (250, ("88.0", "91.7")),
        (200, ("90.0", "90.0")),
        (4_000, ("85.2", "93.4")),
        (4_001, None),  # fewer than one in twenty answered
        (199, None),  # more answered than there were
        (0, None),
    ],
)
def test_the_interval_of_just_the_people_of_a_period(population: int, bounds: tuple[str, str] | None) -> None:
    content = figure(180, 200)
    found = content.bounds_among(population)
    assert (found and tuple(map(str, found))) == bounds
    assert [str(bound) for bound in content.bounds or ()] == ["85.1", "93.4"]


def test_no_interval_of_a_share_that_is_not_shown() -> None:
    assert figure(20, 29).bounds_among(29) is None
