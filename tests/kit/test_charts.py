from decimal import Decimal

import pytest

from feedback_app.kit.charts import Gap, Link, Point, Segment, gaps, links, place_points, place_segments


def test_segments_fill_the_bar_in_their_order():
    placed = place_segments([Segment("Hài lòng", 3, "good"), Segment("Chưa hài lòng", 1, "bad")])

    assert [(p.start, p.width, p.share) for p in placed] == [(0.0, 75.0, Decimal(75)), (75.0, 25.0, Decimal(25))]


def test_an_empty_segment_is_left_out_and_moves_nothing():
    placed = place_segments([Segment("A", 1, "a"), Segment("B", 0, "b"), Segment("C", 1, "c")])

    assert [(p.segment.label, p.start) for p in placed] == [("A", 0.0), ("C", 50.0)]


@pytest.mark.parametrize("counts", [[], [0, 0]])
def test_nothing_counted_gives_no_segments(counts: list[int]):
    assert place_segments([Segment("A", count, "a") for count in counts]) == []


def test_a_share_is_never_rounded_to_all_or_none():
    nearly_all, nearly_none = place_segments([Segment("A", 9_999, "a"), Segment("B", 1, "b")], places=1)

    assert (nearly_all.share, nearly_none.share) == (Decimal("99.9"), Decimal("0.1"))


def test_points_stand_in_equal_columns_with_zero_at_the_foot():
    full, empty = place_points([Point("2023", 100), Point("2024", 0)], height=10)

    assert (full.centre, full.top) == (25.0, 0.0)
    assert (empty.centre, empty.top) == (75.0, 10.0)


def test_a_missing_figure_is_not_zero():
    (placed,) = place_points([Point("2024", None)], height=10)

    assert placed.top is None


def test_columns_stay_narrow_when_they_are_few():
    (placed,) = place_points([Point("2024", 50)], height=10)

    assert placed.width == 9.0


def test_the_interval_lies_around_the_value():
    (placed,) = place_points([Point("2024", Decimal("90"), Decimal("70"), Decimal("97"))], height=10)

    assert (placed.high, placed.top, placed.low) == (0.3, 1.0, 3.0)


def test_no_line_joins_figures_counted_differently():
    reported = Point("2022", 80, reported=True)
    nine_months = Point("9 tháng 2023", 89, part=True)
    placed = place_points([reported, nine_months, Point("2024", 90), Point("2025", 92)], height=10)

    assert links(placed) == [Link(62.5, 1.0, 87.5, 0.8)]


def test_no_line_crosses_a_missing_figure():
    placed = place_points([Point("1", 80), Point("2", None), Point("3", 90)], height=10)

    assert links(placed) == []


def test_no_line_crosses_a_break_and_each_break_has_its_letter():
    points = [Point("1", 80, broken="không có gì trước đó"), Point("2", 80), Point("3", 90, broken="đổi mẫu phiếu")]
    points += [Point("4", 90, broken="đổi cách tính")]

    assert [(link.x1, link.x2) for link in links(place_points(points, height=10))] == [(12.5, 37.5)]
    assert gaps(points) == [Gap("a", 50.0, points[2]), Gap("b", 75.0, points[3])]


def test_no_points_have_no_breaks():
    assert gaps([]) == []
