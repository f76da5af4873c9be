"""Points and classes of officers: the vectors of the circular, and what too few dossiers do."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.appraisal.figures import add_up, evaluate, evaluate_year
from feedback_app.ratings.schemes import Points, shipped

RULES = next(scheme for scheme in shipped() if scheme.code == "tt01").index_rules
NUMBERS = (1, 2, 3, 4, 7)


def of_values(*tenths: int) -> dict[int, Points]:
    """Indices worth so many tenths of a point each, of a hundred dossiers."""
    return {number: Points(value * 10, 100) for number, value in zip(NUMBERS, tenths, strict=True)}


@pytest.mark.parametrize(
    ("tenths", "total", "grade"),
    [
        ((20, 20, 20, 20, 20), "10.0", "hoàn thành 100 % nhiệm vụ"),
        ((10, 10, 10, 10, 10), "5.0", "hoàn thành 100 % nhiệm vụ"),
        ((10, 10, 10, 10, 9), "4.9", "hoàn thành từ 70 % đến dưới 100 % nhiệm vụ"),
        ((7, 7, 7, 7, 7), "3.5", "hoàn thành từ 70 % đến dưới 100 % nhiệm vụ"),
        ((7, 7, 7, 7, 6), "3.4", "hoàn thành dưới 70 % nhiệm vụ"),
        ((0, 0, 0, 0, 0), "0.0", "hoàn thành dưới 70 % nhiệm vụ"),
    ],
)
def test_thresholds_are_closed_below(tenths: tuple[int, ...], total: str, grade: str) -> None:
    figure = evaluate(RULES, of_values(*tenths), minimum=30)
    assert figure.total == Decimal(total)
    assert figure.grade is not None
    assert figure.grade.name == grade


def test_every_dossier_on_time_with_one_contact_and_one_body_is_the_whole_duty() -> None:
    figure = evaluate(RULES, {number: Points(43, 43) for number in NUMBERS}, minimum=30)
    assert [score.value for score in figure.scores] == [Decimal("1.0")] * 5
    assert figure.total == Decimal("5.0")
    assert figure.grade is not None
    assert figure.grade.name == "hoàn thành 100 % nhiệm vụ"


def test_each_index_is_rounded_half_up_before_the_sum() -> None:
    # 33 of 20 is exactly 1.65, which a binary fraction rounds down.
    figure = evaluate(RULES, {number: Points(33, 20) for number in NUMBERS}, minimum=20)
    assert figure.total == Decimal("8.5")
    below = evaluate(RULES, {number: Points(69499, 100_000) for number in NUMBERS}, minimum=30)
    assert below.total == Decimal("3.5")


def test_the_class_comes_from_the_five_indices_shown() -> None:
    counted = {**of_values(7, 7, 7, 7, 6), 5: Points(200, 100), 6: Points(200, 100), 9: Points(200, 100)}
    figure = evaluate(RULES, counted, minimum=30)
    assert tuple(score.index.number for score in figure.scores) == NUMBERS
    assert figure.total == Decimal("3.4")
    assert figure.grade is not None
    assert figure.grade.name == "hoàn thành dưới 70 % nhiệm vụ"
    assert figure.result.maximum == 10


def test_below_the_minimum_there_is_no_class_and_no_sum() -> None:
    figure = evaluate(RULES, {**of_values(20, 20, 20, 20, 20), 7: Points(58, 29)}, minimum=30)
    assert figure.grade is None
    assert [index.number for index in figure.left_out] == [7]
    assert figure.total == Decimal("8.0")
    left_out = figure.scores[-1]
    assert (left_out.state, left_out.denominator, left_out.numerator, left_out.value) == ("too_few", 29, None, None)


def test_nothing_counted_is_no_nought() -> None:
    figure = evaluate(RULES, {}, minimum=30)
    assert figure.total is None
    assert figure.grade is None
    assert {score.state for score in figure.scores} == {"no_data"}


@given(
    st.dictionaries(
        st.sampled_from(NUMBERS), st.integers(0, 400).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, 2 * n)))
    )
)
def test_a_class_needs_all_five_and_no_small_sum_is_told(found: dict[int, tuple[int, int]]) -> None:
    figure = evaluate(RULES, {number: Points(points, n) for number, (n, points) in found.items()}, minimum=30)
    enough = {number for number, (n, _points) in found.items() if n >= 30}
    assert (figure.grade is not None) == (enough == set(NUMBERS))
    assert {score.index.number for score in figure.scores if score.numerator is not None} == enough
    assert figure.total is None or 0 <= figure.total <= 2 * len(enough)


def test_a_year_is_the_exact_sums_of_its_quarters() -> None:
    quarters = [{1: Points(33, 20), 3: Points(1, 1)}, {1: Points(10, 40)}, {3: Points(0, 2)}]
    assert add_up(quarters) == {1: Points(43, 60), 3: Points(1, 3)}
    assert add_up([]) == {}


@pytest.mark.parametrize(
    ("tenths", "total", "grade"),
    [
        ((10, 10, 10, 10, 10), "5.0", "hoàn thành 100 % nhiệm vụ"),
        ((10, 10, 10, 10, 9), "4.9", "hoàn thành từ 70 % đến dưới 100 % nhiệm vụ"),
        ((7, 7, 7, 7, 7), "3.5", "hoàn thành từ 70 % đến dưới 100 % nhiệm vụ"),
        ((7, 7, 7, 7, 6), "3.4", "hoàn thành dưới 70 % nhiệm vụ"),
    ],
)
def test_a_year_has_the_thresholds_of_a_quarter(tenths: tuple[int, ...], total: str, grade: str) -> None:
    counted = of_values(*tenths)
    # Another value in each half of the year, and exactly these over the whole of it.
    lower = {number: Points(each.points // 2, each.scored) for number, each in counted.items()}
    upper = {number: Points(2 * each.points - lower[number].points, each.scored) for number, each in counted.items()}
    figure = evaluate_year(RULES, [lower, upper], minimum=30)
    assert figure.total == Decimal(total)
    assert figure.grade is not None
    assert figure.grade.name == grade


def test_a_year_of_dossiers_exactly_on_time_with_one_contact_and_one_body_is_five_points() -> None:
    quarters = [{number: Points(n, n) for number in NUMBERS} for n in (31, 44, 90, 57)]
    figure = evaluate_year(RULES, quarters, minimum=30)
    assert [(score.value, score.numerator, score.denominator) for score in figure.scores] == [
        (Decimal("1.0"), 222, 222)
    ] * 5
    assert figure.total == Decimal("5.0")
    assert figure.grade is not None
    assert figure.grade.name == "hoàn thành 100 % nhiệm vụ"


def test_a_year_is_rounded_once_from_its_sums_and_not_from_rounded_quarters() -> None:
    # 0,64 and 0,66 are 0,6 and 0,7 by themselves; 130 of 200 is 0,65, which is 0,7 half up.
    quarters = [{number: Points(points, 100) for number in NUMBERS} for points in (64, 66)]
    assert [evaluate(RULES, each, minimum=30).total for each in quarters] == [Decimal("3.0"), Decimal("3.5")]
    assert evaluate_year(RULES, quarters, minimum=30).total == Decimal("3.5")
    uneven = [{number: Points(points, n) for number in NUMBERS} for points, n in ((40, 40), (0, 120))]
    assert evaluate_year(RULES, uneven, minimum=30).total == Decimal("1.5")


def test_quarters_too_small_to_tell_may_be_enough_together() -> None:
    quarters = [{number: Points(10, 10) for number in NUMBERS}] * 3
    assert evaluate(RULES, quarters[0], minimum=30).total is None
    figure = evaluate_year(RULES, quarters, minimum=30)
    assert figure.total == Decimal("5.0")
    assert [score.numerator for score in figure.scores] == [30] * 5
    short = evaluate_year(RULES, quarters[:2], minimum=30)
    assert (short.total, short.grade, len(short.left_out)) == (None, None, 5)


def test_an_index_of_too_few_dossiers_in_the_year_is_named_and_there_is_no_class() -> None:
    quarters = [{**of_values(20, 20, 20, 20, 20), 7: Points(14, 14)}, {7: Points(15, 15)}]
    figure = evaluate_year(RULES, quarters, minimum=30)
    assert figure.grade is None
    assert [index.number for index in figure.left_out] == [7]
    assert (figure.scores[-1].state, figure.scores[-1].denominator, figure.scores[-1].numerator) == (
        "too_few",
        29,
        None,
    )


def test_a_few_dossiers_count_in_the_year_and_their_sum_cannot_be_taken_out_of_it() -> None:
    quarters = [of_values(10, 10, 10, 10, 10), {**of_values(10, 10, 10, 10, 10), 7: Points(0, 29)}]
    score = evaluate_year(RULES, quarters, minimum=30).scores[-1]
    # 100 of 129, with the 29 in it.
    assert (score.state, score.value, score.numerator, score.denominator) == ("scored", Decimal("0.8"), None, 129)


@given(
    st.lists(
        st.dictionaries(
            st.sampled_from(NUMBERS),
            st.integers(0, 80).flatmap(lambda n: st.tuples(st.integers(0, 2 * n), st.just(n))),
        ),
        min_size=1,
        max_size=4,
    )
)
def test_no_told_sum_of_a_year_leaves_a_small_one_over(written: list[dict[int, tuple[int, int]]]) -> None:
    quarters = [{number: Points(*each) for number, each in quarter.items()} for quarter in written]
    year = evaluate_year(RULES, quarters, minimum=30)
    assert year.total == evaluate(RULES, add_up(quarters), minimum=30).total
    told = [{score.index.number: score for score in evaluate(RULES, each, minimum=30).scores} for each in quarters]
    for score in year.scores:
        if score.numerator is not None:
            known = sum(
                each[score.index.number].denominator for each in told if each[score.index.number].numerator is not None
            )
            left_over = score.denominator - known
            assert left_over == 0 or left_over >= 30
