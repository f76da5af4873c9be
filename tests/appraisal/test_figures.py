"""Points and classes of officers: the vectors of the circular, and what too few dossiers do."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.appraisal.figures import evaluate
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
